/**
 * Rows of candles on their way into the archive, from wherever: checked one by one, sorted by instrument, and given out as
 * columns. A row that cannot be right is left out, counted by reason, with the first few as examples.
 */
import {
  type CandleColumns,
  candleColumns,
  copyColumns,
  copyRow,
  sliceColumns
} from "@keepgaining/core/candles/CandleColumns.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import type { NamedCandles } from "../CandleArchive.ts"

export const rejections = [
  "no-time",
  "not-a-minute",
  "no-price",
  "price-range",
  "high-low",
  "volume",
  "no-symbol"
] as const
export type Rejection = typeof rejections[number]

export interface Rejected {
  readonly reason: Rejection
  readonly rows: number
  /** Where the first of them are, in the source's own words. */
  readonly examples: ReadonlyArray<string>
}

/** One candle as a source has it: epoch ms, rupees. */
export interface CandleRow {
  readonly symbol: string
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** 0 when the source has none. */
  readonly openInterest: number
}

const EXAMPLES = 3
const MOST = 4_294_967_295
const DEAREST = 2_147_483_647

/** Why the row cannot be a one-minute candle. Prices in paise. */
const problemOf = (row: CandleRow, open: number, high: number, low: number, close: number): Rejection | undefined => {
  if (row.symbol === "") return "no-symbol"
  if (!Number.isFinite(row.time) || row.time < 0) return "no-time"
  if (row.time % MINUTE_MS !== 0) return "not-a-minute"
  if (!Number.isFinite(open + high + low + close)) return "no-price"
  if (low <= 0 || high > DEAREST) return "price-range"
  if (high < low || open > high || open < low || close > high || close < low) return "high-low"
  const { openInterest, volume } = row
  const whole = Number.isInteger(volume) && Number.isInteger(openInterest)
  return whole && volume >= 0 && volume <= MOST && openInterest >= 0 && openInterest <= MOST ? undefined : "volume"
}

/** Rows of one symbol, in the order in which they came. */
interface Collected {
  columns: CandleColumns
  length: number
  ascending: boolean
}

// Rows are read below the length that was written.

/** Ascending, each minute once: of rows of the same minute the last one stands. */
const sorted = ({ columns, length }: Collected): CandleColumns => {
  const order = Array.from({ length }, (_, i) => i).sort((a, b) => columns.minute[a]! - columns.minute[b]! || a - b)
  const kept = order.filter((row, i) => i === length - 1 || columns.minute[row] !== columns.minute[order[i + 1]!])
  const result = candleColumns(kept.length)
  kept.forEach((row, i) => copyRow(columns, row, result, i))
  return result
}

export class CandleRows {
  readonly #collected = new Map<string, Collected>()
  readonly #rejected = new Map<Rejection, { rows: number; readonly examples: Array<string> }>()
  /** Rows held at present. */
  held = 0
  /** Rows seen so far. */
  seen = 0
  /** Rows taken so far, repeated minutes included. */
  taken = 0

  /** `where` says where the row is, should it be wrong. */
  add(row: CandleRow, where: () => string): void {
    this.seen++
    const open = Math.round(row.open * 100)
    const high = Math.round(row.high * 100)
    const low = Math.round(row.low * 100)
    const close = Math.round(row.close * 100)
    const problem = problemOf(row, open, high, low, close)
    if (problem !== undefined) return this.reject(problem, where)
    const into = this.#room(row.symbol)
    const at = into.length++
    const { columns } = into
    columns.minute[at] = row.time / MINUTE_MS
    if (at > 0 && columns.minute[at]! <= columns.minute[at - 1]!) into.ascending = false
    columns.open[at] = open
    columns.high[at] = high
    columns.low[at] = low
    columns.close[at] = close
    columns.volume[at] = row.volume
    columns.openInterest[at] = row.openInterest
    this.held++
    this.taken++
  }

  reject(reason: Rejection, where: () => string): void {
    const known = this.#rejected.get(reason) ?? { rows: 0, examples: [] }
    known.rows++
    if (known.examples.length < EXAMPLES) known.examples.push(where())
    this.#rejected.set(reason, known)
  }

  get rejected(): ReadonlyArray<Rejected> {
    return Array.from(this.#rejected, ([reason, { examples, rows }]) => ({ reason, rows, examples }))
  }

  /** All rows held, which are no longer held then. */
  drain(): ReadonlyArray<NamedCandles> {
    const batch = Array.from(this.#collected, ([symbol, rows]) => ({
      symbol,
      candles: rows.ascending ? sliceColumns(rows.columns, 0, rows.length) : sorted(rows)
    }))
    this.#collected.clear()
    this.held = 0
    return batch
  }

  #room(symbol: string): Collected {
    const known = this.#collected.get(symbol)
    if (known === undefined) {
      const made = { columns: candleColumns(256), length: 0, ascending: true }
      this.#collected.set(symbol, made)
      return made
    }
    if (known.length === known.columns.length) {
      const grown = candleColumns(known.length * 2)
      copyColumns(known.columns, grown, 0)
      known.columns = grown
    }
    return known
  }
}
