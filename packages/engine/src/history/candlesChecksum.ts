/** A fingerprint of candles: the CRC-32 over their columns one after the other, eight hexadecimal digits. */
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { crc32 } from "node:zlib"

export const candlesChecksum = ({
  close,
  high,
  length,
  low,
  minute,
  open,
  openInterest,
  volume
}: CandleColumns): string => {
  let sum = 0
  for (const column of [minute, open, high, low, close, volume, openInterest]) {
    sum = crc32(new Uint8Array(column.buffer, column.byteOffset, length * 4), sum)
  }
  return sum.toString(16).padStart(8, "0")
}
