/**
 * When the day ends for intraday positions: at a time of day, but a while before the session of the instrument ends at the latest.
 * Sessions end early on the days of Muhurat and of recovery tests, and for shares whose close an auction makes.
 */
import * as Schema from "effect/Schema"
import { dateOf, dayOf } from "../calendar/CalendarDays.ts"
import { CalendarDate, type Segment } from "../calendar/CalendarRules.ts"
import type { SessionDay } from "../candles/TradingHours.ts"
import { istDay, MINUTE_MS, startOfIstDay, timeOfDay } from "../market/IndianTime.ts"

export const SquareOff = Schema.Struct({
  /** First day of which it holds. */
  from: CalendarDate,
  /** Of shares, and of derivatives; ms since 00:00 IST. */
  equity: Schema.Finite,
  derivative: Schema.Finite,
  /** How long before the end of the session at the latest, ms. */
  beforeClose: Schema.Finite
})
export type SquareOff = typeof SquareOff.Type

export const usualSquareOff: SquareOff = {
  from: "1970-01-01",
  equity: timeOfDay(15, 10),
  derivative: timeOfDay(15, 20),
  beforeClose: 5 * MINUTE_MS
}

/** Epoch ms on the instant's day; `undefined` when the segment has no session then. `settings`: by their first day, ascending. */
export const squareOffAt = (
  settings: ReadonlyArray<SquareOff>,
  segment: Segment,
  session: SessionDay | undefined,
  instant: number
): number | undefined => {
  if (session === undefined) return undefined
  const day = istDay(instant)
  const { beforeClose, derivative, equity } = settings.findLast(({ from }) => dayOf(from) <= day) ?? usualSquareOff
  const byClock = startOfIstDay(day) + (segment === "derivatives" ? derivative : equity)
  const byClose = session.close - beforeClose
  // A session in the evening begins after it: only its end counts.
  return byClock <= session.open ? byClose : Math.min(byClock, byClose)
}

/**
 * What a session goes on by when other times are asked for: they hold from the day after the last one that was recorded, for that
 * one must be decided again as it was. `to`: last instant that was recorded, epoch ms. Answers `kept` itself when nothing changes.
 */
export const continuedSquareOff = (
  kept: ReadonlyArray<SquareOff>,
  asked: Omit<SquareOff, "from">,
  to: number | undefined
): ReadonlyArray<SquareOff> => {
  const newest = kept.at(-1)
  const { beforeClose, derivative, equity } = asked
  if (newest?.equity === equity && newest.derivative === derivative && newest.beforeClose === beforeClose) return kept
  const from = to === undefined ? usualSquareOff.from : dateOf(istDay(to) + 1)
  return [...kept.filter((each) => each.from < from), { from, equity, derivative, beforeClose }]
}
