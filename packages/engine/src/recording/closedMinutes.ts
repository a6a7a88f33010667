/** The one-minute candles that a session closed itself, out of the newest that its kernel keeps. Pure. */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import type { NamedCandles } from "../archive/CandleArchive.ts"
import type { Kernel } from "../kernel/Kernel.ts"

export const columnsOf = (candles: ReadonlyArray<Candle>): CandleColumns => {
  const columns = candleColumns(candles.length)
  candles.forEach((candle, row) => {
    columns.minute[row] = Math.floor(candle.start / MINUTE_MS)
    columns.open[row] = candle.open
    columns.high[row] = candle.high
    columns.low[row] = candle.low
    columns.close[row] = candle.close
    columns.volume[row] = candle.volume
    columns.openInterest[row] = candle.openInterest
  })
  return columns
}

/** How far each instrument was read: candles of it that were ever closed. */
export type Cursor = Array<number>

export interface ClosedMinutes {
  readonly batch: ReadonlyArray<NamedCandles>
  /** Of `batch`, in all. */
  readonly candles: number
  /** Candles that closed behind the cursor and are not kept any longer. */
  readonly missed: number
  /** Where to go on once the batch is kept. */
  readonly next: Cursor
}

/**
 * Candles behind the cursor that start at `since` or later, of as many instruments as bring about `most` candles. `since`: of
 * an instrument, epoch ms; what is older came from elsewhere, or is kept already.
 */
export const closedMinutes = (
  { history, instruments }: Pick<Kernel, "history" | "instruments">,
  cursor: Cursor,
  since: (instrument: number) => number,
  most: number
): ClosedMinutes => {
  const next = [...cursor]
  const batch: Array<NamedCandles> = []
  let candles = 0
  let missed = 0
  for (let index = 0; index < instruments.size && candles < most; index++) {
    const total = history.total(index, "1m")
    const fresh = total - (cursor[index] ?? 0)
    if (fresh <= 0) continue
    const from = since(index)
    const kept = history.newest(index, "1m", fresh)
    const own = kept.filter(({ start }) => start >= from)
    // Before the first look nobody knows what was kept already.
    if (cursor[index] !== undefined) missed += fresh - kept.length
    next[index] = total
    if (own.length === 0) continue
    batch.push({ symbol: instruments.at(index).symbol, candles: columnsOf(own) })
    candles += own.length
  }
  return { batch, candles, missed, next }
}
