/**
 * What an order would cost and bind, before it is sent: charges at today's rates and the account's plan, and margin by the
 * paper account's model. A broker's own answer comes first where there is one.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { dayOf } from "../calendar/CalendarDays.ts"
import type { TradingCalendar } from "../calendar/TradingCalendar.ts"
import { chargesOf } from "../charges/Charges.ts"
import { type ChargeSchedule, FeeName, FeeUnit } from "../charges/ChargeSchedule.ts"
import { chargeWarnings, leastConfidence } from "../charges/chargeWarnings.ts"
import { feesOf } from "../charges/fees.ts"
import { Charges } from "../decisions/Decision.ts"
import { startOfIstDay } from "../market/IndianTime.ts"
import type { Instrument } from "../market/Instrument.ts"
import { type Paise, rupees } from "../market/Money.ts"
import type { Product, Side } from "../orders/Order.ts"
import { marginContract } from "./marginContract.ts"
import type { MarginRateMissing, MarginRates } from "./MarginRates.ts"
import { scenarioMargin } from "./scenarioMargin.ts"

const Unknown = Schema.TaggedStruct("Unknown", { reason: Schema.String })

export const OrderEstimate = Schema.Struct({
  /** Rupees. */
  value: Schema.Finite,
  charges: Schema.Union([
    Schema.TaggedStruct("Known", {
      charges: Charges,
      plan: Schema.String,
      /** A for a circular to D for a guess, as its rows have it. */
      confidence: Schema.String,
      /** Why the charges may be wrong, in words. */
      warnings: Schema.Array(Schema.String),
      /** What the order, or what becomes of it, may cost besides: rupees or a share of the value, with GST. */
      fees: Schema.Array(Schema.Struct({ name: FeeName, amount: Schema.Finite, unit: FeeUnit }))
    }),
    Unknown
  ]),
  margin: Schema.Union([
    Schema.TaggedStruct("Known", {
      /** Rupees, of this order alone: what other positions offset is not counted. */
      total: Schema.Finite,
      /** Named parts that make up the total, rupees. */
      parts: Schema.Array(Schema.Struct({ name: Schema.String, amount: Schema.Finite })),
      /** What it was worked out with, for people. */
      source: Schema.String
    }),
    Unknown
  ]),
  /** On paper: what it would need beyond what is bound already, and what is free for it; rupees. */
  funds: Schema.optionalKey(Schema.Struct({ needed: Schema.Finite, free: Schema.Finite }))
})
export type OrderEstimate = typeof OrderEstimate.Type

export interface EstimatedOrder {
  readonly instrument: Instrument
  readonly side: Side
  readonly quantity: number
  readonly price: Paise
  readonly product: Product
  /** Epoch ms. */
  readonly at: number
  /** Last price of the underlying, of derivatives; `undefined` when nobody knows it. */
  readonly spot: Paise | undefined
  readonly underlyingIsIndex: boolean
}

const CASH_SOURCE = "peak margin rules; shares that are kept are paid or delivered in full"

/** When contracts of that expiry stop trading, epoch ms. */
const lastMoment = (calendar: TradingCalendar, expiry: string): number | undefined => {
  const close = calendar.close(expiry, "derivatives")
  return close === undefined ? undefined : startOfIstDay(dayOf(expiry)) + close
}

export const estimateOrder = (
  order: EstimatedOrder,
  schedule: ChargeSchedule,
  plan: string,
  rates: Result.Result<MarginRates, MarginRateMissing>,
  calendar: TradingCalendar
): OrderEstimate => {
  const { at, instrument, price, product, quantity, side } = order
  const value = quantity * price / 100
  const charges = chargesOf(
    { id: "", orderId: "", book: "", instrument: 0, side, quantity, price, product, purpose: "manual", at },
    instrument,
    schedule,
    plan
  )
  return {
    value,
    charges: Result.isSuccess(charges)
      ? {
        _tag: "Known",
        charges: charges.success,
        plan,
        confidence: leastConfidence(order, schedule, plan),
        warnings: chargeWarnings(order, schedule, plan),
        fees: feesOf(order, schedule, plan).map(({ amount, row: { fee, unit } }) => ({ name: fee, amount, unit }))
      }
      : { _tag: "Unknown", reason: charges.failure.message },
    margin: Result.isSuccess(rates)
      ? marginOf(order, value, rates.success, calendar)
      : { _tag: "Unknown", reason: rates.failure.message }
  }
}

const marginOf = (
  order: EstimatedOrder,
  value: number,
  rates: MarginRates,
  calendar: TradingCalendar
): OrderEstimate["margin"] => {
  const { at, instrument, price, product, quantity, side, spot } = order
  const buys = side === "buy"
  if (instrument.kind === "index") return { _tag: "Unknown", reason: "An index is not traded" }
  if (instrument.kind === "equity") {
    const dayTrade = `${(rates.cashIntraday * 100).toFixed(0)} % of the value`
    const [share, name] = product === "intraday"
      ? [rates.cashIntraday, dayTrade] as const
      : buys
      ? [1, "The whole value"] as const
      : [0, "Shares that are held"] as const
    return { _tag: "Known", total: value * share, parts: [{ name, amount: value * share }], source: CASH_SOURCE }
  }
  const source = `paper model: ${rates.source}; expect 10 to 15 % off`
  if (instrument.kind === "option" && buys) {
    return { _tag: "Known", total: value, parts: [{ name: "Premium", amount: value }], source }
  }
  if (spot === undefined || !(spot > 0)) return { _tag: "Unknown", reason: "The underlying has no price yet" }
  const end = instrument.expiry === undefined ? undefined : lastMoment(calendar, instrument.expiry)
  const { contract, isExplained } = marginContract(instrument, {
    price: price / 100,
    spot: spot / 100,
    isIndex: order.underlyingIsIndex,
    at,
    rate: rates.rate,
    ...(end === undefined ? {} : { end })
  })
  if (!isExplained) {
    return { _tag: "Unknown", reason: "No volatility explains that price, so the model cannot work out a margin" }
  }
  const underlying = instrument.underlying ?? instrument.symbol
  const found = scenarioMargin([{ ...contract, underlying, quantity: buys ? quantity : -quantity }], rates)
  return {
    _tag: "Known",
    total: found.total,
    parts: [
      { name: "Worst of 16 scenarios", amount: rupees(found.span) },
      { name: "Exposure", amount: found.exposure },
      ...(found.premium > 0 ? [{ name: "Premium", amount: found.premium }] : [])
    ],
    source
  }
}
