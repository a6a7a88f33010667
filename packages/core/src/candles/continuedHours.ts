/**
 * The hours that a session goes on by when the exchange has announced new ones: holidays of the next year, a special session. What
 * was recorded must stay what it was, so new rules are taken only where they say the same of every day up to then.
 */
import { Segment } from "../calendar/CalendarRules.ts"
import { DAY_MS } from "../market/IndianTime.ts"
import { type HoursRules, TradingHours } from "./TradingHours.ts"

/** `from`, `to`: first and last instant that was recorded, epoch ms. Answers `kept` itself when the new ones differ before `to`. */
export const continuedHours = (kept: HoursRules, announced: HoursRules, from: number, to: number): HoursRules => {
  const [before, after] = [new TradingHours(kept), new TradingHours(announced)]
  for (let at = from;; at = Math.min(at + DAY_MS, to)) {
    for (const segment of Segment.literals) {
      const [a, b] = [before.of(segment).day(at), after.of(segment).day(at)]
      if (JSON.stringify(a?.spans) !== JSON.stringify(b?.spans)) return kept
    }
    if (at >= to) return announced
  }
}
