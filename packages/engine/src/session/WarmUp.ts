/**
 * Candles from before a session, in its folder: they are part of what it decides by, so a restart finds the same ones
 * whatever the archive holds by then.
 *
 * `warm-up.candles` is a length of 32 bits, so many bytes of JSON (`{"version":1,"instruments":[{"symbol","length"}]}`),
 * filled with spaces to a multiple of four, and then each instrument's columns, 32 bits a number, little-endian.
 */
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import type { NamedCandles } from "../archive/CandleArchive.ts"
import { DurableFiles, type StorageError } from "../storage/DurableFile.ts"
import { SessionFolderDamaged } from "./SessionFolder.ts"

/** One-minute candles, ascending, of each instrument. */
export type WarmUp = ReadonlyArray<NamedCandles>

const Header = Schema.fromJsonString(Schema.Struct({
  version: Schema.Literal(1),
  instruments: Schema.Array(Schema.Struct({ symbol: Schema.String, length: Schema.Int }))
}))

const fileOf = (folder: string): string => path.join(folder, "warm-up.candles")

const columnsOf = ({ close, high, low, minute, open, openInterest, volume }: CandleColumns) => [
  minute,
  open,
  high,
  low,
  close,
  volume,
  openInterest
]

export const writeWarmUp = (folder: string, warmUp: WarmUp): Effect.Effect<void, StorageError, DurableFiles> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const instruments = warmUp.map(({ candles, symbol }) => ({ symbol, length: candles.length }))
    const text = JSON.stringify({ version: 1, instruments })
    const header = new TextEncoder().encode(text + " ".repeat((4 - Buffer.byteLength(text) % 4) % 4))
    const rows = warmUp.reduce((sum, { candles }) => sum + candles.length, 0)
    const bytes = new Uint8Array(4 + header.length + rows * 28)
    new DataView(bytes.buffer).setUint32(0, header.length, true)
    bytes.set(header, 4)
    let at = 4 + header.length
    for (const { candles } of warmUp) {
      for (const column of columnsOf(candles)) {
        bytes.set(new Uint8Array(column.buffer, column.byteOffset, candles.length * 4), at)
        at += candles.length * 4
      }
    }
    yield* files.makeDirectory(folder)
    yield* files.replace(fileOf(folder), bytes)
  })

export const readWarmUp = (
  folder: string
): Effect.Effect<WarmUp, StorageError | SessionFolderDamaged, DurableFiles> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const bytes = yield* files.read(fileOf(folder))
    const damaged = (detail: string) => new SessionFolderDamaged({ folder, detail: `warm-up.candles: ${detail}` })
    if (bytes.length < 4) return yield* damaged("it is cut off")
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
    const { instruments } = yield* Schema.decodeUnknownEffect(Header)(
      new TextDecoder().decode(bytes.subarray(4, 4 + length))
    ).pipe(Effect.mapError((error) => damaged(error.message)))
    const rows = instruments.reduce((sum, one) => sum + one.length, 0)
    if (bytes.length !== 4 + length + rows * 28) return yield* damaged(`${rows} candles were expected`)
    let at = 4 + length
    return instruments.map(({ length: count, symbol }) => {
      const candles = candleColumns(count)
      for (const column of columnsOf(candles)) {
        new Uint8Array(column.buffer).set(bytes.subarray(at, at + count * 4))
        at += count * 4
      }
      return { symbol, candles }
    })
  })

export const byInstrument = (warmUp: WarmUp, instruments: InstrumentTable): ReadonlyMap<number, CandleColumns> => {
  const found = new Map<number, CandleColumns>()
  for (const { candles, symbol } of warmUp) {
    const index = instruments.indexOf(symbol)
    if (index !== undefined) found.set(index, candles)
  }
  return found
}
