/**
 * Every rate that a trade pays, and what brokers take, dated: a row holds from its IST date until the next of its kind. A date
 * before the first row has no rate, and nothing is assumed for it. Rows are data (`packages/engine/rules`), also the user's own.
 */
import * as Schema from "effect/Schema"
import { CalendarDate } from "../calendar/CalendarRules.ts"
import { Exchange } from "../market/Instrument.ts"

/** What is traded, as the tax law tells it apart. */
export const ChargeClass = Schema.Literals(["delivery", "intraday", "future", "option"])
export type ChargeClass = typeof ChargeClass.Type

/** What is traded, as exchanges charge it. `other-option`: at BSE the options on anything but SENSEX and BANKEX. */
export const ChargedMarket = Schema.Literals(["cash", "future", "option", "other-option"])
export type ChargedMarket = typeof ChargedMarket.Type

const origin = {
  source: Schema.NonEmptyString,
  /** Date as of which the source was read. */
  as_of: CalendarDate,
  /** A official circular, B broker documentation, C checked against data, D derived or from memory: check before use. */
  confidence: Schema.NonEmptyString
}

export const ChargeName = Schema.Literals([
  "stt-sale",
  "stt-purchase",
  /** On the intrinsic value, paid by the buyer of an option that is exercised. */
  "stt-exercise",
  "transaction",
  "ipft",
  "sebi",
  /** Buyers only. */
  "stamp",
  /** On brokerage, transaction charge, SEBI's fee and IPFT (brokers differ on the last two). */
  "gst"
])
export type ChargeName = typeof ChargeName.Type

export const ChargeRow = Schema.Struct({
  charge: ChargeName,
  /** Empty where all of them charge the same. */
  exchange: Schema.Union([Exchange, Schema.Literal("")]),
  /** Empty where nothing is told apart. */
  class: Schema.Union([ChargeClass, ChargedMarket, Schema.Literal("")]),
  effective_from: CalendarDate,
  rate: Schema.FiniteFromString,
  /** `share` of the traded value (of the premium for options), or rupees per crore of it. */
  unit: Schema.Literals(["share", "per-crore"]),
  ...origin
})
export type ChargeRow = typeof ChargeRow.Type

/** Brokerage per executed order: the smaller of a flat fee and a share of the value. A plan belongs to an account. */
export const PlanRow = Schema.Struct({
  plan: Schema.NonEmptyString,
  class: ChargeClass,
  effective_from: CalendarDate,
  /** Rupees. */
  flat: Schema.FiniteFromString,
  /** Of the value; empty = always the flat fee. The literal stands first: an empty text would also be the number 0. */
  share: Schema.Union([Schema.Literal(""), Schema.FiniteFromString]),
  ...origin
})
export type PlanRow = typeof PlanRow.Type

export const ChargeRules = Schema.Struct({ rates: Schema.Array(ChargeRow), plans: Schema.Array(PlanRow) })
export type ChargeRules = typeof ChargeRules.Type

/** Why two rows cannot both stand in one table. */
export const chargeKey = (row: Pick<ChargeRow, "charge" | "exchange" | "class">): string =>
  `${row.charge} ${row.exchange} ${row.class}`

const CRORE = 10_000_000

export class ChargeSchedule {
  readonly rules: ChargeRules
  /** Newest row first. */
  readonly #rates = new Map<string, ReadonlyArray<ChargeRow>>()
  readonly #plans = new Map<string, ReadonlyArray<PlanRow>>()

  constructor(rules: ChargeRules) {
    this.rules = rules
    for (const [key, rows] of Map.groupBy(rules.rates, chargeKey)) this.#rates.set(key, newestFirst(rows))
    for (const [key, rows] of Map.groupBy(rules.plans, (row) => `${row.plan} ${row.class}`)) {
      this.#plans.set(key, newestFirst(rows))
    }
  }

  /** Share of the value on that date; `undefined` when no row holds. */
  rate(
    charge: ChargeName,
    date: string,
    of: { readonly exchange?: Exchange; readonly class?: ChargeClass | ChargedMarket } = {}
  ): number | undefined {
    const rows = this.#rates.get(chargeKey({ charge, exchange: of.exchange ?? "", class: of.class ?? "" }))
    const row = rows?.find((each) => each.effective_from <= date)
    return row === undefined ? undefined : row.unit === "share" ? row.rate : row.rate / CRORE
  }

  plan(name: string, kind: ChargeClass, date: string): PlanRow | undefined {
    return this.#plans.get(`${name} ${kind}`)?.find((each) => each.effective_from <= date)
  }

  get planNames(): ReadonlyArray<string> {
    return [...new Set(this.rules.plans.map(({ plan }) => plan))]
  }
}

const newestFirst = <Row extends { readonly effective_from: string }>(rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  rows.toSorted((a, b) => a.effective_from < b.effective_from ? 1 : -1)

/** Brokerage, in rupees, of an order that has traded `value` rupees so far. */
export const brokerageOf = ({ flat, share }: PlanRow, value: number): number =>
  value <= 0 ? 0 : share === "" ? flat : Math.min(flat, value * share)
