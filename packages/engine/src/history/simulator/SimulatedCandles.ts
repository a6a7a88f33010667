/**
 * Candles that follow from seed, symbol and day alone, so that whoever knows the seed can tell whether every one of them
 * arrived. Pure.
 */
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import type { Span, TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { type CandleColumns, candleColumns, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { MINUTE_MS, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import { chance, fromSeed, integer, normal } from "@keepgaining/core/random/Random.ts"
import * as Result from "effect/Result"
import { crc32 } from "node:zlib"
import { firstMinuteOf } from "../../archive/CandleRun.ts"
import type { OfficialDay } from "../../archive/OfficialDays.ts"

export interface SimulatedMarket {
  readonly seed: number
  /** Part of the minutes in which an instrument trades, from 0 to 1. */
  readonly density: (symbol: string) => number
}

const TICK = 5

const ticked = (paise: number): number => Math.max(TICK, Math.round(paise / TICK) * TICK)

/** One day's candles; the price begins anew each day, at a level that is the symbol's. */
export const simulatedDay = (
  { density, seed }: SimulatedMarket,
  symbol: string,
  date: string,
  spans: ReadonlyArray<Span>
): CandleColumns => {
  const hash = crc32(symbol)
  const random = fromSeed(seed * 65_536 + dayOf(date), hash)
  const trades = density(symbol)
  const first = firstMinuteOf(dayOf(date))
  const most = spans.reduce((sum, { close, open }) => sum + Math.ceil((close - open) / MINUTE_MS), 0)
  const columns = candleColumns(most)
  const level = 5_000 + hash % 500_000
  let price = ticked(level * (1 + 0.02 * normal(random)))
  let openInterest = hash % 2 === 0 ? 0 : 75 * (1_000 + integer(random, 1_000))
  let row = 0
  for (const { close, open } of spans) {
    for (let at = open; at < close; at += MINUTE_MS) {
      if (trades < 1 && !chance(random, trades)) continue
      const end = ticked(price * (1 + 0.0005 * normal(random)))
      columns.minute[row] = first + at / MINUTE_MS
      columns.open[row] = price
      columns.high[row] = Math.max(price, end) + TICK * integer(random, 4)
      columns.low[row] = Math.max(TICK, Math.min(price, end) - TICK * integer(random, 4))
      columns.close[row] = end
      columns.volume[row] = integer(random, 50_000)
      columns.openInterest[row] = openInterest
      if (openInterest > 0) openInterest = Math.max(75, openInterest + 75 * (integer(random, 21) - 10))
      price = end
      row++
    }
  }
  return sliceColumns(columns, 0, row)
}

/** A session whose hours nobody has published: the simulated market has it nevertheless, in the evening as Muhurat is. */
const UNPUBLISHED: Span = { open: timeOfDay(18, 0), close: timeOfDay(19, 0) }

/** When the simulated market trades on that date; never where the calendar ends. */
export const simulatedHours = (calendar: TradingCalendar, date: string): ReadonlyArray<Span> =>
  Result.match(calendar.spans(date, "cash"), {
    onSuccess: (spans) => spans ?? [UNPUBLISHED],
    onFailure: () => []
  })

/** Minutes at the end of a day whose trades make its close. */
const CLOSING_MINUTES = 30

/**
 * The exchange's own candle of a day out of its minutes: it closes at the average price of the session's last half hour,
 * weighted by volume, or at the last price when nothing traded then. `undefined` when nothing traded at all.
 */
export const simulatedOfficialDay = (
  date: string,
  minutes: CandleColumns,
  spans: ReadonlyArray<Span>
): OfficialDay | undefined => {
  const { close, high, length, low, minute, open, openInterest, volume } = minutes
  if (length === 0) return undefined
  const closing = firstMinuteOf(dayOf(date)) + (spans.at(-1)?.close ?? 0) / MINUTE_MS - CLOSING_MINUTES
  // Rows are below the length.
  const last = length - 1
  let highest = high[0]!
  let lowest = low[0]!
  let dayVolume = 0
  let closingVolume = 0
  let closingValue = 0
  for (let row = 0; row < length; row++) {
    highest = Math.max(highest, high[row]!)
    lowest = Math.min(lowest, low[row]!)
    dayVolume += volume[row]!
    if (minute[row]! < closing) continue
    closingVolume += volume[row]!
    closingValue += close[row]! * volume[row]!
  }
  return {
    date,
    open: open[0]!,
    high: highest,
    low: lowest,
    close: closingVolume === 0 ? close[last]! : ticked(closingValue / closingVolume),
    volume: dayVolume,
    openInterest: openInterest[last]!
  }
}
