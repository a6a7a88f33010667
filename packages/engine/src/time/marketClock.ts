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
/** So long after the time of day that was asked for a restart still goes on. */
const GOES_ON = timeOfDay(2, 0)
const LONGEST_SEARCH = 30

/** A market that somebody wants to enter at a time of day of his own. */
export interface Entry {
  /** Ms since 00:00 IST. */
  readonly begin: number
  /** Whether the clock was let in there before: then it goes on, if that was not long ago. */
  readonly entered: boolean
}

/**
 * What a clock must be ahead of `now` (epoch ms) by to show an open market; `least`: what it was ahead by before, for it never
 * goes back. Without an entry that somebody wants, whatever is open is entered. Pure.
 */
export const marketOffset = (now: number, least: number, calendar: TradingCalendar, entry?: Entry): number => {
  const isTradingDay = (day: number): boolean => Result.getOrElse(calendar.isTradingDay(dateOf(day)), () => false)
  const shown = now + least
  const time = istTimeOfDay(shown)
  const from = entry?.begin ?? OPEN
  const until = entry === undefined ? LATEST : entry.entered ? from + GOES_ON : from
  if (isTradingDay(istDay(shown)) && time >= from && time < until) return least
  const first = time < from ? istDay(shown) : istDay(shown) + 1
  for (let day = first; day < first + LONGEST_SEARCH; day++) {
    if (isTradingDay(day)) return startOfIstDay(day) + (entry?.begin ?? BEGIN) - now
  }
  return least
}
