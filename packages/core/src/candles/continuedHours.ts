/**
 * The hours that a session goes on by when the exchange has announced new ones: holidays of the next year, a special session. What
 * was recorded must stay what it was, so new rules are taken only where they say the same of every day up to then. A day that was
 * recorded before anybody knew whether it trades stays without a session, whatever is known of it by now.
 */
import { dateOf, dayOf } from "../calendar/CalendarDays.ts"
import { Segment } from "../calendar/CalendarRules.ts"
import { DAY_MS, formatIstDate } from "../market/IndianTime.ts"
import { type HoursRules, TradingHours } from "./TradingHours.ts"

/** `from`, `to`: first and last instant that was recorded, epoch ms. Answers `kept` itself when the new ones differ before `to`. */
export const continuedHours = (kept: HoursRules, announced: HoursRules, from: number, to: number): HoursRules => {
  const [before, after] = [new TradingHours(kept), new TradingHours(announced)]
  let { covered } = announced
  for (let at = from;; at = Math.min(at + DAY_MS, to)) {
    if (covered !== undefined && !before.covers(at)) covered = withoutDay(covered, formatIstDate(at))
    else if (Segment.literals.some((segment) => spansOf(before, segment, at) !== spansOf(after, segment, at))) {
      return kept
    }
    if (at >= to) break
  }
  return covered === undefined || covered === announced.covered ? announced : { ...announced, covered }
}

const spansOf = (hours: TradingHours, segment: Segment, at: number): string | undefined =>
  JSON.stringify(hours.of(segment).day(at)?.spans)

type Covered = NonNullable<HoursRules["covered"]>

/** The same when the day was not among them. */
const withoutDay = (covered: Covered, date: string): Covered =>
  covered.some(({ from, to }) => from <= date && date <= to)
    ? covered.flatMap(({ from, to }) =>
      from <= date && date <= to
        ? [{ from, to: dateOf(dayOf(date) - 1) }, { from: dateOf(dayOf(date) + 1), to }].filter((each) =>
          each.from <= each.to
        )
        : [{ from, to }]
    )
    : covered
