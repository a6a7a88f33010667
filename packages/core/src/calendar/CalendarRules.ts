/** The calendar's rules as rows: what the files in `packages/engine/rules` hold. Dates are IST, `YYYY-MM-DD`. */
import * as Schema from "effect/Schema"

/** Whether the text is a day that there is: `2026-02-28`, not `2026-02-30`. */
export const isDate = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const instant = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text)
}

export const CalendarDate = Schema.String.check(
  Schema.makeFilter((text) => isDate(text) || "a date such as 2026-03-31")
)

/** `HH:MM` as ms since 00:00 IST; empty = not known. */
const TimeOfDay = Schema.String.check(
  Schema.makeFilter((text) =>
    text === "" || /^([01]\d|2[0-3]):[0-5]\d$/.test(text) || "a time such as 09:15, or nothing"
  )
)

/** Where a row comes from: who said it, when it was looked up, and how sure it is (A best; D is a guess). */
const origin = { source: Schema.NonEmptyString, as_of: CalendarDate, confidence: Schema.NonEmptyString }

export const HolidayRow = Schema.Struct({
  date: CalendarDate,
  name: Schema.NonEmptyString,
  kind: Schema.Literals(["planned", "adhoc", "adhoc-moved"]),
  /** When it became known, of one that came at short notice; empty or absent = long before. */
  announced: Schema.optionalKey(Schema.Union([CalendarDate, Schema.Literal("")])),
  ...origin
})

/** `cash-closing-auction` are the shares that have derivatives: from 2026-08-03 their close is made by an auction. */
export const Segment = Schema.Literals(["cash", "cash-closing-auction", "derivatives"])
export type Segment = typeof Segment.Type

export const SpecialSessionRow = Schema.Struct({
  date: CalendarDate,
  name: Schema.NonEmptyString,
  /** Whose hours they are: all segments' that have no row of their own when it is empty, or the file lacks the column. */
  segment: Schema.optionalKey(Schema.Union([Segment, Schema.Literal("")])),
  /** `full`: the day's usual hours. The others have their own; empty when not known yet. */
  kind: Schema.Literals(["full", "muhurat", "recovery-test"]),
  open: TimeOfDay,
  close: TimeOfDay,
  second_open: TimeOfDay,
  second_close: TimeOfDay,
  ...origin
})

/** All phases of a segment from a day on; the next `effective_from` replaces them all. */
export const PhaseRow = Schema.Struct({
  segment: Segment,
  effective_from: CalendarDate,
  phase: Schema.NonEmptyString,
  start: TimeOfDay,
  end: TimeOfDay,
  ...origin
})

export const SettlementHolidayRow = Schema.Struct({ date: CalendarDate, name: Schema.NonEmptyString, ...origin })

export const Weekday = Schema.Literals(["monday", "tuesday", "wednesday", "thursday", "friday"])
export type Weekday = typeof Weekday.Type

/** Weekday on which contracts of a family expire, by the scheduled date; weekly, or the last one of the month. */
export const ExpiryRow = Schema.Struct({
  family: Schema.NonEmptyString,
  exchange: Schema.Literals(["NSE", "BSE"]),
  kind: Schema.Literals(["weekly", "monthly"]),
  weekday: Weekday,
  effective_from: CalendarDate,
  /** Empty = in force. */
  effective_to: Schema.Union([CalendarDate, Schema.Literal("")]),
  ...origin
})

/** Which dates the files know about; outside nothing is answered. `prices`: tick sizes and price limits. */
export const CoverageRow = Schema.Struct({
  topic: Schema.Literals(["trading-days", "settlement-days", "charges", "prices"]),
  from: CalendarDate,
  to: CalendarDate,
  ...origin
})

export type CoverageRow = typeof CoverageRow.Type

export interface CalendarRules {
  readonly holidays: ReadonlyArray<typeof HolidayRow.Type>
  readonly specialSessions: ReadonlyArray<typeof SpecialSessionRow.Type>
  readonly phases: ReadonlyArray<typeof PhaseRow.Type>
  readonly settlementHolidays: ReadonlyArray<typeof SettlementHolidayRow.Type>
  readonly expiries: ReadonlyArray<typeof ExpiryRow.Type>
  readonly coverage: ReadonlyArray<typeof CoverageRow.Type>
}
