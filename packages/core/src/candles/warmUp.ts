/**
 * Archived one-minute candles as the candles that a session would have seen: of every interval, in the order in which they
 * closed. A strategy that is given them stands where it would stand had it run on those days, and charts begin before the
 * session does.
 *
 * What minutes do not tell is filled in: the average price is that of the minutes' typical prices (high, low and close,
 * weighted by volume), and a minute counts as one tick.
 */
import { dayOf } from "../calendar/CalendarDays.ts"
import { istDay, MINUTE_MS, startOfIstDay } from "../market/IndianTime.ts"
import { paise } from "../market/Money.ts"
import type { Candle } from "./Candle.ts"
import { type CandleColumns, sliceColumns } from "./CandleColumns.ts"
import { type Interval, intervalMillis, intervals } from "./Interval.ts"
import { resample, WHOLE_DAY } from "./resample.ts"
import type { SegmentHours } from "./TradingHours.ts"

/** Intervals that minutes can be made into. */
const made: ReadonlyArray<Interval> = intervals.filter((interval) => interval !== "1s")

/** `minutes`: ascending. Minutes outside the trading hours are left out. */
export const closedCandles = (
  instrument: number,
  minutes: CandleColumns,
  hours: SegmentHours,
  wanted: ReadonlyArray<Interval> = made
): ReadonlyArray<Candle> => {
  const spansOf = (date: string) => {
    const midnight = startOfIstDay(dayOf(date))
    return (hours.day(midnight)?.spans ?? []).map(({ close, open }) => ({
      open: open - midnight,
      close: close - midnight
    }))
  }
  const candles: Array<Candle> = []
  for (const interval of made) {
    if (!wanted.includes(interval)) continue
    const length = interval === "1d" ? WHOLE_DAY : intervalMillis[interval] / MINUTE_MS
    const { candles: columns } = resample(minutes, length, spansOf)
    let row = 0
    for (let at = 0; at < columns.length; at++) {
      // Rows are below the lengths of their columns throughout.
      const start = columns.minute[at]! * MINUTE_MS
      const day = hours.day(start)
      const span = day?.spans.find(({ close }) => start < close)
      if (day === undefined || span === undefined) continue
      const end = interval === "1d" ? day.close : Math.min(start + intervalMillis[interval], span.close)
      while (row < minutes.length && minutes.minute[row]! * MINUTE_MS < start) row++
      let value = 0
      let volume = 0
      let ticks = 0
      for (; row < minutes.length && minutes.minute[row]! * MINUTE_MS < end; row++) {
        const traded = minutes.volume[row]!
        value += traded * (minutes.high[row]! + minutes.low[row]! + minutes.close[row]!) / 3
        volume += traded
        ticks++
      }
      candles.push({
        instrument,
        interval,
        start,
        end,
        open: paise(columns.open[at]!),
        high: paise(columns.high[at]!),
        low: paise(columns.low[at]!),
        close: paise(columns.close[at]!),
        volume: columns.volume[at]!,
        openInterest: columns.openInterest[at]!,
        vwap: volume > 0 ? value / volume : columns.close[at]!,
        ticks
      })
    }
  }
  return candles.sort((a, b) => a.end - b.end || intervals.indexOf(a.interval) - intervals.indexOf(b.interval))
}

/** The last `days` days that have candles. */
export const lastDays = (minutes: CandleColumns, days: number): CandleColumns => {
  let from = minutes.length
  let seen = 0
  let day = Number.NaN
  while (from > 0) {
    const today = istDay(minutes.minute[from - 1]! * MINUTE_MS)
    if (today !== day) {
      if (seen === days) break
      seen++
      day = today
    }
    from--
  }
  return sliceColumns(minutes, from, minutes.length)
}
