/**
 * Tick sizes and price limits as dated rows. What the broker says of the instrument today (its master, the circuit of its
 * quote) comes before them: they serve the days behind, paper trading, and the check of the broker.
 *
 * Whether an edge of a step belongs to the cheaper or the dearer side is told by secondary tables only.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { CalendarDate, type CoverageRow } from "../calendar/CalendarRules.ts"
import { notCovered } from "../calendar/TradingCalendar.ts"
import { type Paise, paise } from "../market/Money.ts"

const origin = { source: Schema.NonEmptyString, as_of: CalendarDate, confidence: Schema.NonEmptyString }
const Amount = Schema.FiniteFromString.check(Schema.isGreaterThanOrEqualTo(0))

export const PriceClass = Schema.Literals([
  "share",
  "share-with-derivatives",
  "index-future",
  "stock-future",
  "index-option",
  "stock-option"
])
export type PriceClass = typeof PriceClass.Type

/** Which of an exchange's limits a row is. */
export const PriceLimit = Schema.Literals(["operating-range", "closing-auction", "limit-price-protection", "stop-gap"])
export type PriceLimit = typeof PriceLimit.Type

export const TickRow = Schema.Struct({
  exchange: Schema.Literals(["NSE", "BSE"]),
  class: PriceClass,
  effective_from: CalendarDate,
  /** Highest base price with this tick, rupees; empty = no end. */
  up_to: Schema.Union([Schema.Literal(""), Amount]),
  /** Rupees. */
  tick: Amount.check(Schema.isGreaterThan(0)),
  ...origin
})
export type TickRow = typeof TickRow.Type

export const PriceLimitRow = Schema.Struct({
  exchange: Schema.Literals(["NSE", "BSE"]),
  rule: PriceLimit,
  class: PriceClass,
  effective_from: CalendarDate,
  /** Of the reference price, either way. */
  share: Amount,
  /** Rupees; the range is never narrower. */
  least: Amount,
  ...origin,
  /** Only for derivatives on that underlying, as its contracts are named (`FOCIT`); empty or absent = for all others. */
  underlying: Schema.optionalKey(Schema.String)
})
export type PriceLimitRow = typeof PriceLimitRow.Type

export interface PriceRules {
  readonly ticks: ReadonlyArray<TickRow>
  readonly limits: ReadonlyArray<PriceLimitRow>
  /** Dates that they are known for; without any row, all from the first rule on. */
  readonly coverage?: ReadonlyArray<CoverageRow>
}

/** No rule that is loaded covers the question. */
export class PriceRuleUnknown extends Schema.TaggedError<PriceRuleUnknown>()("PriceRuleUnknown", {
  exchange: Schema.String,
  class: PriceClass,
  rule: Schema.String,
  date: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.rule} of a ${this.class} of ${this.exchange} is not known for ${this.date}. ${this.remedy}`
  }
}

interface Asked {
  readonly exchange: "NSE" | "BSE"
  readonly class: PriceClass
  readonly date: string
  /** Of a derivative, as its contracts are named. */
  readonly underlying?: string
}

/** Rules are not taken beyond the dates that somebody has looked at. */
const isCovered = ({ coverage }: PriceRules, date: string): boolean =>
  coverage === undefined || coverage.length === 0 || notCovered(coverage, "prices", date) === undefined

const latest = <Row extends { readonly effective_from: string }>(
  rows: ReadonlyArray<Row>,
  date: string
): ReadonlyArray<Row> => {
  let from = ""
  for (const row of rows) if (row.effective_from <= date && row.effective_from > from) from = row.effective_from
  return from === "" ? [] : rows.filter((row) => row.effective_from === from)
}

/** Steps of tick size in force on the date, cheapest first; a share's tick does not depend on whether it has derivatives. */
export const tickSteps = (rules: PriceRules, asked: Asked): ReadonlyArray<TickRow> => {
  if (!isCovered(rules, asked.date)) return []
  const known = asked.class === "share-with-derivatives" ? "share" : asked.class
  return latest(rules.ticks.filter((row) => row.exchange === asked.exchange && row.class === known), asked.date)
    .toSorted((a, b) => (a.up_to === "" ? Infinity : a.up_to) - (b.up_to === "" ? Infinity : b.up_to))
}

/**
 * The tick on a date. `base` is the price that the exchange looks at: for shares and stock futures the last close of the
 * month before, for index futures the index, for stock options the share.
 */
export const tickOn = (rules: PriceRules, asked: Asked, base: Paise): Result.Result<TickRow, PriceRuleUnknown> => {
  const row = tickSteps(rules, asked).find(({ up_to }) => up_to === "" || base <= Math.round(up_to * 100))
  return row === undefined
    ? Result.fail(
      new PriceRuleUnknown({
        exchange: asked.exchange,
        class: asked.class,
        rule: "The tick size",
        date: asked.date,
        remedy: "Take it from the broker's instrument master, or add a row to tick-sizes.csv in your rules folder"
      })
    )
    : Result.succeed(row)
}

export interface PriceRange {
  readonly lowest: Paise
  readonly highest: Paise
  readonly rule: PriceLimitRow
}

/**
 * What a limit of the exchange admits around a reference price: the previous close for the operating range, the reference
 * price of the auction, the exchange's own reference (average of the last 30 s of trades, or theoretical) for limit price
 * protection, the trigger for the gap of a stop-limit order. Whole paise, both ends included; never below 0.
 */
export const priceRange = (
  rules: PriceRules,
  asked: Asked & { readonly rule: PriceLimit },
  reference: Paise
): Result.Result<PriceRange, PriceRuleUnknown> => {
  const rows = isCovered(rules, asked.date)
    ? rules.limits.filter((row) =>
      row.exchange === asked.exchange && row.rule === asked.rule && row.class === asked.class
    )
    : []
  const ofUnderlying = (name: string): PriceLimitRow | undefined =>
    latest(rows.filter((row) => (row.underlying ?? "") === name), asked.date)[0]
  const row = ofUnderlying(asked.underlying ?? "") ?? ofUnderlying("")
  if (row === undefined) {
    return Result.fail(
      new PriceRuleUnknown({
        exchange: asked.exchange,
        class: asked.class,
        rule: `The ${asked.rule.replaceAll("-", " ")}`,
        date: asked.date,
        remedy: "Take the limits of the broker's quote, or add a row to price-limits.csv in your rules folder"
      })
    )
  }
  const reach = Math.max(row.share * reference, row.least * 100)
  return Result.succeed({
    lowest: paise(Math.max(0, Math.ceil(reference - reach - 1e-6))),
    highest: paise(Math.floor(reference + reach + 1e-6)),
    rule: row
  })
}
