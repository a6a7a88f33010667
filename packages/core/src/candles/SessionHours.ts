/**
 * Hours of the continuous session, dated. Until the calendar service knows holidays and special sessions, every day has
 * these hours: a day on which nothing trades simply has no ticks.
 */
import { DAY_MS, istDay, startOfIstDay, timeOfDay } from "../market/IndianTime.ts"

/** One day's session as instants, epoch ms: open inclusive, close exclusive. */
export interface SessionSpan {
  readonly open: number
  readonly close: number
}

interface HoursRule {
  /** First day it holds, IST. */
  readonly effectiveFrom: string
  readonly open: number
  readonly close: number
  readonly source: string
  readonly asOf: string
}

/** Cash and F&O, continuous trading. F&O runs to 15:40 from 2026-08-03 (NSE FAOP74467): per-segment hours come with the calendar. */
const rules: ReadonlyArray<HoursRule> = [
  {
    effectiveFrom: "2010-01-04",
    open: timeOfDay(9, 15),
    close: timeOfDay(15, 30),
    source: "NSE, market timings of the equity segment",
    asOf: "2026-08-21"
  }
]

/** The session of the IST day that holds the instant; `undefined` before the first rule. */
export const sessionHours = (instant: number): SessionSpan | undefined => {
  const day = istDay(instant)
  const start = startOfIstDay(day)
  const rule = rules.findLast((each) => Date.parse(each.effectiveFrom) / DAY_MS <= day)
  return rule === undefined ? undefined : { open: start + rule.open, close: start + rule.close }
}
