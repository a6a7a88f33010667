/**
 * A desk's order as it goes on the wire. Programs may send no order without a price (NSE/SURV/55281), and each broker would
 * choose another protection: so `market` becomes a limit beyond the quote and `stop` a stop with a limit beyond its trigger,
 * on the tick and within what the exchange takes. A limit that the user gave is never moved.
 */
import type { NewOrder } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { Limits, OrderFault } from "@keepgaining/core/contracts/checkOrder.ts"
import { keptWithin } from "@keepgaining/core/contracts/keptWithin.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import type { Paise } from "@keepgaining/core/market/Money.ts"
import { protectedLimit } from "@keepgaining/core/matching/PaperBook.ts"
import type { Order, Side } from "@keepgaining/core/orders/Order.ts"
import * as Result from "effect/Result"
import type { ExchangeLimits, WireQuote } from "./exchangeLimits.ts"

/** How far beyond the quote, or beyond its trigger, the limit of an order lies that has none: shares of the price. */
export interface Protection {
  readonly market: number
  readonly stop: number
}

/** A {@link NewOrder} that lacks its tag only. */
export type WireOrder = Omit<NewOrder, "tag" | "type" | "limitPrice"> & {
  readonly type: "limit" | "stop-limit"
  readonly limitPrice: Paise
}

/** A `market` order with a limit price is one whose limit was moved after the market: that limit holds. */
export const wireOrder = (
  order: Order,
  quote: WireQuote | undefined,
  instrument: Instrument,
  protection: Protection,
  limits: ExchangeLimits
): Result.Result<WireOrder, OrderFault> => {
  const { limitPrice, reduceOnly, side, triggerPrice, type } = order
  const terms = {
    symbol: instrument.symbol,
    side,
    quantity: order.quantity,
    product: order.product,
    validity: order.validity,
    ...(reduceOnly ? { isExit: true } : {})
  }
  const edges = [limits.band, limits.protection]
  if (type === "market") {
    const limit = limitPrice ??
      (quote !== undefined && quote.price > 0
        ? protectedLimit(side, instrument, { protection: protection.market }, quote)
        : undefined)
    return limit === undefined
      ? missing(`${instrument.symbol} has no price yet, so a market order cannot be protected`, "Send a limit order")
      : Result.succeed({ ...terms, type: "limit", limitPrice: keptWithinAll(side, limit, instrument, edges) })
  }
  if (type === "limit") {
    return limitPrice === undefined
      ? missing("The order has no price", "Give a price above 0")
      : Result.succeed({ ...terms, type: "limit", limitPrice })
  }
  if (triggerPrice === undefined) return missing("The order has no trigger", "Give a trigger above 0")
  if (type === "stop") {
    const atTrigger = { price: triggerPrice, bid: triggerPrice, ask: triggerPrice }
    const limit = protectedLimit(side, instrument, { protection: protection.stop }, atTrigger)
    const within = keptWithinAll(side, limit, instrument, [...edges, limits.stopGap])
    return Result.succeed({ ...terms, type: "stop-limit", triggerPrice, limitPrice: within })
  }
  return limitPrice === undefined
    ? missing("The order has no price", "Give a price above 0")
    : Result.succeed({ ...terms, type: "stop-limit", triggerPrice, limitPrice })
}

const missing = (what: string, remedy: string): Result.Result<never, OrderFault> =>
  Result.fail({ rule: "price", what, remedy })

/** The limit, as far as all of the ranges admit it. */
const keptWithinAll = (
  side: Side,
  limit: Paise,
  instrument: Instrument,
  ranges: ReadonlyArray<Limits | undefined>
): Paise =>
  ranges.reduce((kept, range) => range === undefined ? kept : keptWithin(side, kept, instrument, range), limit)
