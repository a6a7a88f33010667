/** What the exchange does on a day, and in a month, as programs and people are told it. Times are IST, `HH:MM`. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { formatTimeOfDay } from "../market/IndianTime.ts"
import { dateOf, dayOf, endOfMonth, weekdayOf } from "./CalendarDays.ts"
import { CalendarDate, Segment } from "./CalendarRules.ts"
import { expiringOn } from "./expiries.ts"
import type { DateNotCovered, TradingCalendar } from "./TradingCalendar.ts"

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

export const PhaseTimes = Schema.Struct({ phase: Schema.String, start: Schema.String, end: Schema.String })

export const ExpiryReport = Schema.Struct({
  family: Schema.String,
  exchange: Schema.Literals(["NSE", "BSE"]),
  kind: Schema.Literals(["weekly", "monthly"]),
  /** The day by rule; another one than `date` when a holiday moved it. */
  scheduled: CalendarDate,
  date: CalendarDate,
  /** Why nobody can say for sure that it was this day. */
  doubt: Schema.optionalKey(Schema.String)
})

export const SegmentReport = Schema.Struct({
  segment: Segment,
  /** False for a session whose hours are not published yet. */
  known: Schema.Boolean,
  phases: Schema.Array(PhaseTimes),
  /** One-minute candles of what trades all the time; `null` when the hours are not known. */
  minuteCandles: Schema.NullOr(Schema.Int)
})

export const DayReport = Schema.Struct({
  date: CalendarDate,
  weekday: Schema.String,
  trading: Schema.Boolean,
  /** Why: a holiday's or special session's name, `weekend`, or empty. */
  reason: Schema.String,
  kind: Schema.Literals(["normal", "weekend", "holiday", "full", "muhurat", "recovery-test"]),
  /** Trading days around it; `null` beyond what is known. */
  previous: Schema.NullOr(CalendarDate),
  next: Schema.NullOr(CalendarDate),
  /** When a trade of that day settles; `null` on closed days and where clearing holidays are not known. */
  settlement: Schema.NullOr(CalendarDate),
  segments: Schema.Array(SegmentReport),
  expiries: Schema.Array(ExpiryReport)
})
export type DayReport = typeof DayReport.Type

/** `HH:MM`. */
const time = (millis: number): string => formatTimeOfDay(millis).slice(0, 5)

const orUnknown = <A>(answer: Result.Result<A, DateNotCovered>): A | null => Result.getOrElse(answer, () => null)

export const dayReport = (
  calendar: TradingCalendar,
  date: string
): Result.Result<DayReport, DateNotCovered> =>
  Result.gen(function*() {
    const day = yield* calendar.day(date)
    const expiries = yield* expiringOn(calendar, date)
    const segments: Array<typeof SegmentReport.Type> = []
    for (const segment of Segment.literals) {
      const phases = yield* calendar.phases(date, segment)
      const minuteCandles = yield* calendar.expectedCandles(date, segment, 1)
      segments.push({
        segment,
        known: phases !== undefined,
        phases: (phases ?? []).map(({ end, phase, start }) => ({ phase, start: time(start), end: time(end) })),
        minuteCandles: minuteCandles ?? null
      })
    }
    return {
      ...day,
      weekday: weekdays[weekdayOf(dayOf(date))] ?? "",
      previous: orUnknown(calendar.previous(date)),
      next: orUnknown(calendar.next(date)),
      settlement: day.trading ? orUnknown(calendar.settlementOf(date)) : null,
      segments,
      expiries
    }
  })

/** Every day of the month `YYYY-MM`. */
export const monthReport = (
  calendar: TradingCalendar,
  month: string
): Result.Result<ReadonlyArray<DayReport>, DateNotCovered> =>
  Result.gen(function*() {
    const days: Array<DayReport> = []
    const first = dayOf(`${month}-01`)
    for (let day = first; day <= endOfMonth(first); day++) days.push(yield* dayReport(calendar, dateOf(day)))
    return days
  })
