/** Rates of the margin model as dated rows. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { CalendarDate } from "../calendar/CalendarRules.ts"

const RateName = Schema.Literals([
  "price-scan-index",
  "price-scan-stock",
  "volatility-scan-index",
  "volatility-scan-stock",
  "exposure-index",
  "exposure-stock",
  "expiry-day",
  "calendar-spread-index",
  "calendar-spread-stock",
  /** 1: a contract on its last day sets off others of a later expiry; 0: it does not. */
  "expiry-spread-index",
  "expiry-spread-stock",
  "interest",
  "cash-intraday"
])
type RateName = typeof RateName.Type

export const MarginRow = Schema.Struct({
  rate: RateName,
  effective_from: CalendarDate,
  /** A fraction. */
  value: Schema.FiniteFromString.check(Schema.isGreaterThanOrEqualTo(0)),
  source: Schema.NonEmptyString,
  as_of: CalendarDate,
  confidence: Schema.NonEmptyString
})
export type MarginRow = typeof MarginRow.Type

/** Shares of the underlying's value; volatility points as fractions. */
export interface MarginRates {
  readonly priceScan: { readonly index: number; readonly stock: number }
  readonly volatilityScan: { readonly index: number; readonly stock: number }
  readonly exposure: { readonly index: number; readonly stock: number }
  /** Extra on short index options on their expiry day. */
  readonly expiryDay: number
  /** What a spread over two expiries binds, of its far leg. */
  readonly calendarSpread: { readonly index: number; readonly stock: number }
  /** Whether a contract on its last day still sets off others of a later expiry. */
  readonly expirySpread: { readonly index: boolean; readonly stock: boolean }
  /** Yearly interest for pricing. */
  readonly rate: number
  /** What a day trade in shares binds, of its value. */
  readonly cashIntraday: number
  /** Where they are from, for people. */
  readonly source: string
}

/** No row covers the date. */
export class MarginRateMissing extends Schema.TaggedError<MarginRateMissing>()("MarginRateMissing", {
  rate: RateName,
  date: Schema.String
}) {
  override get message(): string {
    return `The margin rate ${this.rate} is not known for ${this.date}; add a row to margin-rates.csv in your rules folder`
  }
}

/** The rates in force on an IST date. */
export const marginRatesOn = (
  rows: ReadonlyArray<MarginRow>,
  date: string
): Result.Result<MarginRates, MarginRateMissing> =>
  Result.gen(function*() {
    const sources = new Set<string>()
    const find = (rate: RateName): Result.Result<number, MarginRateMissing> => {
      const row = rows.filter((one) => one.rate === rate && one.effective_from <= date)
        .toSorted((a, b) => a.effective_from < b.effective_from ? -1 : 1).at(-1)
      if (row === undefined) return Result.fail(new MarginRateMissing({ rate, date }))
      if (rate !== "interest" && rate !== "cash-intraday") sources.add(row.source.replace(/ \(.*\)$/, ""))
      return Result.succeed(row.value)
    }
    return {
      priceScan: { index: yield* find("price-scan-index"), stock: yield* find("price-scan-stock") },
      volatilityScan: { index: yield* find("volatility-scan-index"), stock: yield* find("volatility-scan-stock") },
      exposure: { index: yield* find("exposure-index"), stock: yield* find("exposure-stock") },
      expiryDay: yield* find("expiry-day"),
      calendarSpread: { index: yield* find("calendar-spread-index"), stock: yield* find("calendar-spread-stock") },
      expirySpread: {
        index: (yield* find("expiry-spread-index")) > 0,
        stock: (yield* find("expiry-spread-stock")) > 0
      },
      rate: yield* find("interest"),
      cashIntraday: yield* find("cash-intraday"),
      source: Array.from(sources).join("; ")
    }
  })

/** Rates of every date; remembers the day it was asked for last. */
export class MarginSchedule {
  readonly rows: ReadonlyArray<MarginRow>
  #date = ""
  #found: Result.Result<MarginRates, MarginRateMissing> | undefined

  constructor(rows: ReadonlyArray<MarginRow>) {
    this.rows = rows
  }

  /** In force on an IST date. */
  on(date: string): Result.Result<MarginRates, MarginRateMissing> {
    if (this.#found === undefined || this.#date !== date) {
      this.#date = date
      this.#found = marginRatesOn(this.rows, date)
    }
    return this.#found
  }
}
