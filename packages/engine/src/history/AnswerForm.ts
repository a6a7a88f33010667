/** What a download must know of a kind of answer: how it is asked for, judged, and taken apart into days. */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { HistoryError } from "./HistoryError.ts"
import type { HistoryPort, HistoryQuery } from "./HistoryPort.ts"

export interface Repairs {
  /** Rows that stood behind one of a later minute or day. */
  readonly unsorted: number
  /** Rows that repeated another, value for value. */
  readonly repeated: number
  /** Rows of days that were not asked for. */
  readonly outside: number
}

export const noRepairs: Repairs = { unsorted: 0, repeated: 0, outside: 0 }

export const addRepairs = (a: Repairs, b: Repairs): Repairs => ({
  unsorted: a.unsorted + b.unsorted,
  repeated: a.repeated + b.repeated,
  outside: a.outside + b.outside
})

export interface Wanted {
  /** First and last date of the request. */
  readonly from: string
  readonly to: string
  /** Trading days, ascending; days of the range that are not among them are not wanted. */
  readonly days: ReadonlyArray<string>
  readonly isTradingDay: (date: string) => boolean
}

export interface CheckedAnswer<A> {
  /** Ascending, each once, of wanted days only. */
  readonly candles: A
  readonly repairs: Repairs
}

export interface AnswerForm<A> {
  readonly ask: (port: HistoryPort["Service"], query: HistoryQuery) => Effect.Effect<A, HistoryError>
  /** What an answer is worth, or why it is worth nothing. */
  readonly check: (answer: A, wanted: Wanted) => Result.Result<CheckedAnswer<A>, string>
  /** Candles that a day can have; `undefined` when its hours are not known. */
  readonly expected: (calendar: TradingCalendar, date: string, segment: Segment) => number | undefined
  readonly length: (answer: A) => number
  /** The part of a checked answer that is one day's. */
  readonly ofDay: (answer: A, date: string) => A
  readonly same: (a: A, b: A) => boolean
  /** Parts of days that follow each other. */
  readonly joined: (parts: ReadonlyArray<A>) => A
  /** A fingerprint: the CRC-32, eight hexadecimal digits. */
  readonly checksum: (answer: A) => string
}
