/**
 * A time of day at which the market is open, whenever one starts: what `serve --profile sim` runs by. The same start is
 * remembered in a file, so that a restart goes on with the same clock, which never goes back.
 */
import { dateOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { istDay, istTimeOfDay, startOfIstDay, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Result from "effect/Result"

/** Where a session begins that would otherwise find the market closed. */
const BEGIN = timeOfDay(9, 30)
const OPEN = timeOfDay(9, 15)
/** Later than this it is not worth beginning. */
const LATEST = timeOfDay(15, 0)
const LONGEST_SEARCH = 30

/**
 * What a clock must be ahead of `now` (epoch ms) by to show an open market; `least`: what it was ahead by before, for it never
 * goes back. Pure.
 */
export const marketOffset = (now: number, least: number, calendar: TradingCalendar): number => {
  const isTradingDay = (day: number): boolean => Result.getOrElse(calendar.isTradingDay(dateOf(day)), () => false)
  const shown = now + least
  const time = istTimeOfDay(shown)
  if (isTradingDay(istDay(shown)) && time >= OPEN && time < LATEST) return least
  const first = time < OPEN ? istDay(shown) : istDay(shown) + 1
  for (let day = first; day < first + LONGEST_SEARCH; day++) {
    if (isTradingDay(day)) return startOfIstDay(day) + BEGIN - now
  }
  return least
}
