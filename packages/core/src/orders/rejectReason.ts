import { type Instrument, isTradable } from "../market/Instrument.ts"
import { type Paise, rupeesText } from "../market/Money.ts"
import type { Order, Product, Side } from "./Order.ts"

/** Why an exchange would refuse the price of a limit or a trigger; `undefined` when it would not. */
export const priceFault = (name: string, price: number | undefined, tickSize: number): string | undefined => {
  if (price === undefined) return undefined
  if (price <= 0) return `${name} price must be above 0, it is ${rupeesText(price)}`
  if (price % tickSize !== 0) {
    return `${name} price ${rupeesText(price)} is not a multiple of the tick of ${rupeesText(tickSize)}`
  }
  return undefined
}

export const quantityFault = (quantity: number, lotSize: number): string | undefined =>
  quantity > 0 && quantity % lotSize === 0
    ? undefined
    : `quantity ${quantity} is not a positive multiple of the lot of ${lotSize}`

/** Shares are kept as `delivery`, derivatives as `carry`; both may be `intraday`. */
export const productFault = (instrument: Instrument, product: Product): string | undefined => {
  const derivative = instrument.kind === "future" || instrument.kind === "option"
  if (product === "delivery" && derivative) return `${instrument.symbol} is a derivative: use intraday or carry`
  if (product === "carry" && !derivative) return `${instrument.symbol} is no derivative: use intraday or delivery`
  return undefined
}

/** A stop that would trigger at once is a mistake, and exchanges reject it as one. */
export const isThrough = (side: Side, trigger: number, lastPrice: number): boolean =>
  side === "buy" ? lastPrice >= trigger : lastPrice <= trigger

/** A stop-limit whose limit lies before its trigger could never trade at the trigger. */
export const stopLimitFault = (side: Side, trigger: number, limit: number): string | undefined =>
  (side === "buy" ? limit >= trigger : limit <= trigger)
    ? undefined
    : `limit ${rupeesText(limit)} of the ${side} stop is on the wrong side of its trigger ${rupeesText(trigger)}`

/** Why the exchange rejects the order at that last traded price; `undefined` = it accepts. Each cause has its own words. */
export const rejectReason = (instrument: Instrument, order: Order, lastPrice: Paise): string | undefined => {
  if (!isTradable(instrument)) return `${instrument.symbol} is an index and cannot be traded`
  const needsLimit = order.type === "limit" || order.type === "stop-limit"
  const needsTrigger = order.type === "stop" || order.type === "stop-limit"
  const { limitPrice, triggerPrice } = order
  if (needsLimit && limitPrice === undefined) return `a ${order.type} order needs a limit price`
  if (needsTrigger && triggerPrice === undefined) return `a ${order.type} order needs a trigger price`
  const fault = quantityFault(order.quantity, instrument.lotSize) ??
    priceFault("limit", limitPrice, instrument.tickSize) ??
    priceFault("trigger", triggerPrice, instrument.tickSize)
  if (fault !== undefined) return fault
  if (!needsTrigger || triggerPrice === undefined) return undefined
  if (isThrough(order.side, triggerPrice, lastPrice)) {
    return `trigger ${rupeesText(triggerPrice)} of the ${order.side} stop is through the market already (last ${
      rupeesText(lastPrice)
    })`
  }
  return limitPrice === undefined ? undefined : stopLimitFault(order.side, triggerPrice, limitPrice)
}
