/** Candles for tests. */
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { firstMinuteOf } from "../../src/archive/CandleRun.ts"
import type { OfficialDay } from "../../src/archive/OfficialDays.ts"

export interface Row {
  readonly minute: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** A candle that follows from its place: minute `at` after 09:15. */
export const row = (date: string, at: number): Row => {
  const open = 100_000 + at * 5
  return { minute: firstMinuteOf(dayOf(date)) + 555 + at, open, high: open + 20, low: open - 20, close: open + 5 }
}

export const rows = (date: string, from: number, to: number): ReadonlyArray<Row> =>
  Array.from({ length: to - from }, (_, i) => row(date, from + i))

export const columnsOf = (all: ReadonlyArray<Row>): CandleColumns => {
  const columns = candleColumns(all.length)
  all.forEach(({ close, high, low, minute, open }, i) => {
    columns.minute[i] = minute
    columns.open[i] = open
    columns.high[i] = high
    columns.low[i] = low
    columns.close[i] = close
    columns.volume[i] = minute % 1_000
  })
  return columns
}

/** An official day that follows from its date. */
export const dayRow = (date: string): OfficialDay => {
  const open = 100_000 + dayOf(date) % 1_000 * 5
  return { date, open, high: open + 200, low: open - 200, close: open + 35, volume: dayOf(date), openInterest: null }
}
