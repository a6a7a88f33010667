/**
 * Between which prices an exchange takes an order today: its price band, limit price protection, and how far the limit of a stop
 * may lie from its trigger. What is not known is named, not guessed.
 */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { Limits } from "@keepgaining/core/contracts/checkOrder.ts"
import {
  type PriceClass,
  type PriceLimit,
  priceRange,
  type PriceRules
} from "@keepgaining/core/contracts/PriceRules.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import type { Paise } from "@keepgaining/core/market/Money.ts"
import type { Order } from "@keepgaining/core/orders/Order.ts"
import * as Result from "effect/Result"
import { bandText, type PriceBand } from "../brokers/PriceBands.ts"

/** The newest that is known of the market of the instrument; prices of 0 are not given. */
export interface WireQuote {
  readonly price: Paise
  readonly bid: Paise
  readonly ask: Paise
  /** When it was made, epoch ms. */
  readonly time: number
  readonly previousClose?: Paise
  /** What the exchange measures limit price protection from, where somebody knows it; else the last price stands for it. */
  readonly reference?: Paise
}

export interface ExchangeLimits {
  readonly band?: Limits
  readonly protection?: Limits
  readonly stopGap?: Limits
  /** What could not be checked, in words. */
  readonly unchecked: ReadonlyArray<string>
}

/** `underlyingIsIndex`: of a derivative. */
export const priceClassOf = (instrument: Instrument, segment: Segment, underlyingIsIndex: boolean): PriceClass =>
  instrument.kind === "future" || instrument.kind === "option"
    ? `${underlyingIsIndex ? "index" : "stock"}-${instrument.kind}`
    : segment === "cash-closing-auction"
    ? "share-with-derivatives"
    : "share"

/** `date`: the IST day. `told`: the band that brokers have told of today. */
export const exchangeLimits = (
  order: Pick<Order, "type" | "triggerPrice" | "reduceOnly">,
  quote: WireQuote | undefined,
  of: {
    readonly exchange: Instrument["exchange"]
    readonly class: PriceClass
    readonly date: string
    /** Of a derivative, as its contracts are named. */
    readonly underlying?: string
  },
  rules: PriceRules,
  told: PriceBand | undefined
): ExchangeLimits => {
  const unchecked: Array<string> = []
  const byRule = (rule: PriceLimit, around: Paise): Limits | undefined => {
    const range = priceRange(rules, { ...of, rule }, around)
    return Result.isSuccess(range)
      ? { lowest: range.success.lowest, highest: range.success.highest, source: range.success.rule.source }
      : undefined
  }
  const { triggerPrice, type } = order
  const isStop = type === "stop" || type === "stop-limit"

  const previousClose = quote?.previousClose ?? 0
  // The operating range flexes during the day, so what the rule says may be outdated. A way out is not refused for it.
  const band = told !== undefined
    ? { lowest: told.lowest, highest: told.highest, source: bandText(told) }
    : previousClose > 0 && quote?.previousClose !== undefined && !order.reduceOnly
    ? byRule("operating-range", quote.previousClose)
    : undefined
  if (band === undefined) unchecked.push("today's price band")

  // A stop is held to the protection when it triggers, and the market is at its trigger then.
  const around = isStop ? triggerPrice : quote?.reference ?? quote?.price
  const protection = around === undefined || around <= 0 ? undefined : byRule("limit-price-protection", around)
  // Shares have none.
  const isDerivative = of.class !== "share" && of.class !== "share-with-derivatives"
  if (protection === undefined && isDerivative) unchecked.push("limit price protection")

  const stopGap = isStop && triggerPrice !== undefined ? byRule("stop-gap", triggerPrice) : undefined
  return {
    ...(band === undefined ? {} : { band }),
    ...(protection === undefined ? {} : { protection }),
    ...(stopGap === undefined ? {} : { stopGap }),
    unchecked
  }
}
