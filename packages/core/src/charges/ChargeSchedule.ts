/**
 * Every rate that a trade pays, and what brokers take, dated: a row holds from its IST date until the next of its kind. A date
 * before the first row has no rate, and nothing is assumed for it. Rows are data (`packages/engine/rules`), also the user's own.
 *
 * Sessions keep these rules: what is added to them is optional, and an old session must go on being charged as it was.
 */
import * as Schema from "effect/Schema"
import { CalendarDate, CoverageRow } from "../calendar/CalendarRules.ts"
import { type DateNotCovered, notCovered } from "../calendar/TradingCalendar.ts"
import { Exchange } from "../market/Instrument.ts"

/** What is traded, as the tax law tells it apart. `fund`: units of an equity fund (ETF) that are delivered. */
export const ChargeClass = Schema.Literals(["delivery", "intraday", "future", "option", "fund"])
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
  ...origin,
  /** Only for one group of BSE's shares (`XT`), or for derivatives on one underlying (`FOCIT`); empty or absent = all others. */
  scope: Schema.optionalKey(Schema.String)
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

export const FeeName = Schema.Literals([
  /** For shares that leave the account: once a scrip and day, however many orders sell it. */
  "depository-sale",
  /** For each order with which the broker itself closes an intraday position. */
  "auto-square-off",
  /** For stock derivatives that end in delivery, of their value. */
  "physical-delivery"
])
export type FeeName = typeof FeeName.Type

export const FeeUnit = Schema.Literals(["per-scrip-and-day", "per-order", "share"])
export type FeeUnit = typeof FeeUnit.Type

/** What a broker takes beside the brokerage of an order. */
export const FeeRow = Schema.Struct({
  plan: Schema.NonEmptyString,
  fee: FeeName,
  effective_from: CalendarDate,
  /** Without GST: rupees, or a share of the value. */
  amount: Schema.FiniteFromString,
  unit: FeeUnit,
  ...origin
})
export type FeeRow = typeof FeeRow.Type

export const ChargeRules = Schema.Struct({
  rates: Schema.Array(ChargeRow),
  plans: Schema.Array(PlanRow),
  fees: Schema.optionalKey(Schema.Array(FeeRow)),
  /** Dates that the rates are known for; without it, all from the first row on. */
  coverage: Schema.optionalKey(Schema.Array(CoverageRow))
})
export type ChargeRules = typeof ChargeRules.Type

/** Why two rows cannot both stand in one table. */
export const chargeKey = (row: Pick<ChargeRow, "charge" | "exchange" | "class" | "scope">): string =>
  `${row.charge} ${row.exchange} ${row.class} ${row.scope ?? ""}`

const CRORE = 10_000_000

/** What a rate is asked for. */
export interface Charged {
  readonly exchange?: Exchange
  readonly class?: ChargeClass | ChargedMarket
  /** Group of the share, or underlying of the derivative: a rate of its own comes before that of all others. */
  readonly scope?: string
}

export class ChargeSchedule {
  readonly rules: ChargeRules
  /** Newest row first. */
  readonly #rates = new Map<string, ReadonlyArray<ChargeRow>>()
  readonly #plans = new Map<string, ReadonlyArray<PlanRow>>()
  readonly #fees = new Map<string, ReadonlyArray<FeeRow>>()

  constructor(rules: ChargeRules) {
    this.rules = rules
    for (const [key, rows] of Map.groupBy(rules.rates, chargeKey)) this.#rates.set(key, newestFirst(rows))
    for (const [key, rows] of Map.groupBy(rules.plans, (row) => `${row.plan} ${row.class}`)) {
      this.#plans.set(key, newestFirst(rows))
    }
    for (const [key, rows] of Map.groupBy(rules.fees ?? [], (row) => `${row.plan} ${row.fee}`)) {
      this.#fees.set(key, newestFirst(rows))
    }
  }

  /** The row in force on that date; `undefined` when none holds. */
  rowOf(charge: ChargeName, date: string, of: Charged = {}): ChargeRow | undefined {
    const find = (kind: ChargeRow["class"], scope: string): ChargeRow | undefined =>
      this.#rates.get(chargeKey({ charge, exchange: of.exchange ?? "", class: kind, scope }))
        ?.find((each) => each.effective_from <= date)
    const kind = of.class ?? ""
    const own = of.scope === undefined || of.scope === "" ? undefined : find(kind, of.scope)
    // Where funds are not told apart they are charged as shares.
    return own ?? find(kind, "") ?? (kind === "fund" ? find("delivery", "") : undefined)
  }

  /** Share of the value on that date; `undefined` when no row holds. */
  rate(charge: ChargeName, date: string, of: Charged = {}): number | undefined {
    const row = this.rowOf(charge, date, of)
    return row === undefined ? undefined : shareOf(row)
  }

  plan(name: string, kind: ChargeClass, date: string): PlanRow | undefined {
    const found = this.#plans.get(`${name} ${kind}`)?.find((each) => each.effective_from <= date)
    return found ?? (kind === "fund" ? this.plan(name, "delivery", date) : undefined)
  }

  fee(plan: string, fee: FeeName, date: string): FeeRow | undefined {
    return this.#fees.get(`${plan} ${fee}`)?.find((each) => each.effective_from <= date)
  }

  /** Why nobody knows whether the rates hold on the date; `undefined` when they are known to. */
  notCovered(date: string): DateNotCovered | undefined {
    return this.rules.coverage === undefined ? undefined : notCovered(this.rules.coverage, "charges", date)
  }

  get planNames(): ReadonlyArray<string> {
    return [...new Set(this.rules.plans.map(({ plan }) => plan))]
  }
}

/** Of the value. */
export const shareOf = ({ rate, unit }: ChargeRow): number => unit === "share" ? rate : rate / CRORE

const newestFirst = <Row extends { readonly effective_from: string }>(rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  rows.toSorted((a, b) => a.effective_from < b.effective_from ? 1 : -1)

/** Brokerage, in rupees, of an order that has traded `value` rupees so far. */
export const brokerageOf = ({ flat, share }: PlanRow, value: number): number =>
  value <= 0 ? 0 : share === "" ? flat : Math.min(flat, value * share)
