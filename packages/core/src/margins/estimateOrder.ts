/**
 * What an order would cost and bind, before it is sent: charges at today's rates and the account's plan, and margin by the
 * paper account's model. A broker's own answer comes first where there is one.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { chargesOf } from "../charges/Charges.ts"
import type { ChargeSchedule } from "../charges/ChargeSchedule.ts"
import { Charges } from "../decisions/Decision.ts"
import { parseIst } from "../market/IndianTime.ts"
import type { Instrument } from "../market/Instrument.ts"
import { type Paise, rupees } from "../market/Money.ts"
import { impliedVolatility } from "../options/impliedVolatility.ts"
import type { Product, Side } from "../orders/Order.ts"
import type { MarginRateMissing, MarginRates } from "./MarginRates.ts"
import { scenarioMargin } from "./scenarioMargin.ts"

const Unknown = Schema.TaggedStruct("Unknown", { reason: Schema.String })

export const OrderEstimate = Schema.Struct({
  /** Rupees. */
  value: Schema.Finite,
  charges: Schema.Union([
    Schema.TaggedStruct("Known", { charges: Charges, plan: Schema.String }),
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
  ])
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

const YEAR_MS = 365 * 86_400_000

export const estimateOrder = (
  order: EstimatedOrder,
  schedule: ChargeSchedule,
  plan: string,
  rates: Result.Result<MarginRates, MarginRateMissing>
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
      ? { _tag: "Known", charges: charges.success, plan }
      : { _tag: "Unknown", reason: charges.failure.message },
    margin: Result.isSuccess(rates)
      ? marginOf(order, value, rates.success)
      : { _tag: "Unknown", reason: rates.failure.message }
  }
}

const marginOf = (order: EstimatedOrder, value: number, rates: MarginRates): OrderEstimate["margin"] => {
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
  const { expiry = "", right, strike } = instrument
  // Contracts of the year 2026 close at 15:30 or 15:40: for the worth of an option the ten minutes do not count.
  const end = parseIst(`${expiry} 15:30:00`)
  const leg = {
    underlying: instrument.underlying ?? instrument.symbol,
    isIndex: order.underlyingIsIndex,
    quantity: buys ? quantity : -quantity,
    spot: spot / 100,
    price: price / 100,
    expiresToday: end !== undefined && end >= at && end - at < 86_400_000
  }
  const margin = () => {
    if (instrument.kind === "future") return scenarioMargin([leg], rates)
    if (end === undefined || right === undefined || strike === undefined) return undefined
    const time = Math.max(end - at, 60_000) / YEAR_MS
    const inputs = { right, spot: spot / 100, strike: strike / 100, time, rate: rates.rate }
    const volatility = impliedVolatility(inputs, price / 100)
    if (volatility === undefined) return undefined
    return scenarioMargin([{ ...leg, option: { right, strike: strike / 100, time, volatility } }], rates)
  }
  const found = margin()
  if (found === undefined) {
    return { _tag: "Unknown", reason: "No volatility explains that price, so the model cannot work out a margin" }
  }
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
