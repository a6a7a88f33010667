/**
 * One-minute candles as candles of any length, aligned to the open of their session (of each of them, on a day that has two),
 * as {@link CandleBuilder} does with ticks. The last one of a span may be short. Open interest is that of the last minute.
 */
import { dateOf } from "../calendar/CalendarDays.ts"
import type { Span } from "../calendar/TradingCalendar.ts"
import { DAY_MS, IST_OFFSET_MS, MINUTE_MS } from "../market/IndianTime.ts"
import { type CandleColumns, candleColumns, sliceColumns } from "./CandleColumns.ts"

/** A whole day, all of its spans together; its candle starts where its first span opens. */
export const WHOLE_DAY = 1_440

export interface Resampled {
  readonly candles: CandleColumns
  /** Minutes that lie in no span of their day: before the open, after the close. They are left out. */
  readonly outside: number
}

const DAY_MINUTES = DAY_MS / MINUTE_MS
const IST_MINUTES = IST_OFFSET_MS / MINUTE_MS

/**
 * `minutes`: length of a candle, or {@link WHOLE_DAY}. `spansOf`: hours of continuous trading of a date (`YYYY-MM-DD`), asked
 * once a day; a day without any gives no candles.
 */
export const resample = (
  columns: CandleColumns,
  minutes: number,
  spansOf: (date: string) => ReadonlyArray<Span>
): Resampled => {
  const into = candleColumns(columns.length)
  let rows = 0
  let outside = 0
  let today = Number.NaN
  let spans: ReadonlyArray<{ readonly open: number; readonly close: number }> = []
  let start = Number.NaN
  for (let row = 0; row < columns.length; row++) {
    // Rows are below the length of every column in this file.
    const minute = columns.minute[row]!
    const day = Math.floor((minute + IST_MINUTES) / DAY_MINUTES)
    if (day !== today) {
      today = day
      const midnight = day * DAY_MINUTES - IST_MINUTES
      spans = spansOf(dateOf(day)).map(({ close, open }) => ({
        open: midnight + open / MINUTE_MS,
        close: midnight + close / MINUTE_MS
      }))
    }
    const span = spans.find(({ close, open }) => minute >= open && minute < close)
    const first = spans[0]
    if (span === undefined || first === undefined) {
      outside++
      continue
    }
    const begins = minutes >= WHOLE_DAY
      ? first.open
      : span.open + Math.floor((minute - span.open) / minutes) * minutes
    if (begins === start) fold(columns, row, into, rows - 1)
    else {
      start = begins
      begin(columns, row, into, rows++, begins)
    }
  }
  return { candles: sliceColumns(into, 0, rows), outside }
}

const begin = (from: CandleColumns, row: number, into: CandleColumns, at: number, minute: number): void => {
  into.minute[at] = minute
  into.open[at] = from.open[row]!
  into.high[at] = from.high[row]!
  into.low[at] = from.low[row]!
  into.close[at] = from.close[row]!
  into.volume[at] = from.volume[row]!
  into.openInterest[at] = from.openInterest[row]!
}

const fold = (from: CandleColumns, row: number, into: CandleColumns, at: number): void => {
  if (from.high[row]! > into.high[at]!) into.high[at] = from.high[row]!
  if (from.low[row]! < into.low[at]!) into.low[at] = from.low[row]!
  into.close[at] = from.close[row]!
  // A day of the whole market fits into 32 bits; what does not is as much as the column can say.
  into.volume[at] = Math.min(0xffff_ffff, into.volume[at]! + from.volume[row]!)
  into.openInterest[at] = from.openInterest[row]!
}
