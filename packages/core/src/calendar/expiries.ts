/**
 * Expiries of index and stock derivatives by rule. The scheduled day is the family's weekday (of every week, or the last of
 * the month); when it is a holiday, contracts expire on the previous trading day. A day that only has a Muhurat session
 * counts as a holiday, and weekend sessions attract no expiries (NSE and BSE contract specifications).
 *
 * What the exchange has listed comes first: an ad hoc holiday moves contracts that are listed already.
 */
import * as Result from "effect/Result"
import { dateOf, dayOf, endOfMonth, weekdayOf } from "./CalendarDays.ts"
import type { CalendarRules } from "./CalendarRules.ts"
import type { DateNotCovered, TradingCalendar } from "./TradingCalendar.ts"

export interface Expiry {
  readonly family: string
  readonly exchange: "NSE" | "BSE"
  /** A contract that is both is called monthly. */
  readonly kind: "weekly" | "monthly"
  /** The day by rule, before the roll. */
  readonly scheduled: string
  readonly date: string
  /** Why nobody can say for sure that it was this day. */
  readonly doubt?: string
}

type ExpiryRule = CalendarRules["expiries"][number]

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

/** Expiries that are scheduled from `from` to `to`, both included, ascending; of one family when it is named. */
export const scheduledExpiries = (
  calendar: TradingCalendar,
  from: string,
  to: string,
  family?: string
): Result.Result<ReadonlyArray<Expiry>, DateNotCovered> => {
  const found: Array<Expiry> = []
  for (let day = dayOf(from); day <= dayOf(to); day++) {
    for (const rule of calendar.rules.expiries) {
      if (family !== undefined && rule.family !== family) continue
      if (!isScheduled(rule, day)) continue
      const isBoth = rule.kind === "weekly" &&
        calendar.rules.expiries.some((other) =>
          other.family === rule.family && other.kind === "monthly" && isScheduled(other, day)
        )
      if (isBoth) continue
      const date = rolled(calendar, day)
      if (Result.isFailure(date)) return Result.fail(date.failure)
      const { exchange, kind } = rule
      const doubt = doubtOf(calendar, day, date.success)
      found.push({
        family: rule.family,
        exchange,
        kind,
        scheduled: dateOf(day),
        date: date.success,
        ...(doubt === undefined ? {} : { doubt })
      })
    }
  }
  return Result.succeed(found)
}

/** How far a run of holidays may move an expiry. */
const LONGEST_ROLL = 7

/** What expires on the date, by rule. */
export const expiringOn = (
  calendar: TradingCalendar,
  date: string
): Result.Result<ReadonlyArray<Expiry>, DateNotCovered> => {
  const day = dayOf(date)
  let last = day
  while (last < day + LONGEST_ROLL && calendar.covers(dateOf(last + 1))) last++
  return Result.map(
    scheduledExpiries(calendar, date, dateOf(last)),
    (expiries) => expiries.filter((expiry) => expiry.date === date)
  )
}

/**
 * Of which series contracts are that expire on the date, by exchange and family (`NSE:NIFTY`); none where the rules do not cover
 * it. The monthly expiry need not be the last of its month.
 */
export const seriesOn = (calendar: TradingCalendar, date: string): ReadonlyMap<string, Expiry["kind"]> =>
  seriesOf(calendar.covers(date) ? Result.getOrElse(expiringOn(calendar, date), () => []) : [])

/** Of what expires on one date. */
export const seriesOf = (expiring: ReadonlyArray<Expiry>): ReadonlyMap<string, Expiry["kind"]> => {
  const kinds = new Map<string, Expiry["kind"]>()
  for (const { exchange, family, kind } of expiring) {
    const key = `${exchange}:${family}`
    if (kinds.get(key) !== "monthly") kinds.set(key, kind)
  }
  return kinds
}

/** A holiday that became known on the day to which it would have moved the expiry may not have moved it. */
const doubtOf = (calendar: TradingCalendar, scheduled: number, date: string): string | undefined => {
  if (dateOf(scheduled) === date) return undefined
  const late = calendar.rules.holidays.find((holiday) =>
    (holiday.announced ?? "") >= date && holiday.date > date && holiday.date <= dateOf(scheduled)
  )
  return late === undefined
    ? undefined
    : `not verified: the holiday ${late.date} that moved it was announced only on ${late.announced}`
}

const isScheduled = (rule: ExpiryRule, day: number): boolean => {
  if (weekdays[weekdayOf(day)] !== rule.weekday) return false
  const date = dateOf(day)
  if (date < rule.effective_from || (rule.effective_to !== "" && date > rule.effective_to)) return false
  return rule.kind === "weekly" || day + 7 > endOfMonth(day)
}

const rolled = (calendar: TradingCalendar, scheduled: number): Result.Result<string, DateNotCovered> => {
  for (let day = scheduled;; day--) {
    const date = dateOf(day)
    const known = calendar.day(date)
    if (Result.isFailure(known)) return Result.fail(known.failure)
    if (calendar.isOrdinaryWeekday(date)) return Result.succeed(date)
  }
}
