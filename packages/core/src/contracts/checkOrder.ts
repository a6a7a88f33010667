/**
 * Everything about an order that an exchange would refuse and that can be known before the wire. Pure; a limit that is not
 * known is not checked, and said so by its absence: the caller decides whether that is enough.
 */
import { type Paise, rupeesText } from "../market/Money.ts"

export interface OrderTerms {
  readonly type: "MARKET" | "LIMIT" | "STOP_LIMIT" | "STOP_MARKET"
  readonly quantity: number
  /** Of a LIMIT or a STOP_LIMIT. */
  readonly price?: Paise
  /** Of a stop. */
  readonly trigger?: Paise
}

/** Both ends included, with where they are from. */
export interface Limits {
  readonly lowest: Paise
  readonly highest: Paise
  readonly source: string
}

export interface InstrumentTerms {
  readonly symbol: string
  readonly lotSize: number
  readonly tickSize: Paise
  /** Units; an order above it is refused. */
  readonly freezeQuantity?: number
  /** Today's circuit or operating range. */
  readonly band?: Limits
  readonly protection?: Limits
  /** Of a stop-limit order: where its price may be, given the trigger. */
  readonly stopGap?: Limits
  /** Whether the venue takes orders without a price from programs (SEBI's rules of API orders: only with protection). */
  readonly takesMarket: boolean
}

export interface OrderFault {
  readonly rule:
    | "quantity"
    | "lot"
    | "freeze"
    | "price"
    | "tick"
    | "band"
    | "limit-price-protection"
    | "stop-gap"
    | "market-order"
  readonly what: string
  readonly remedy: string
}

/** All faults of the order, most basic first; empty = nothing known speaks against it. */
export const checkOrder = (order: OrderTerms, of: InstrumentTerms): ReadonlyArray<OrderFault> => {
  const faults: Array<OrderFault> = []
  const add = (rule: OrderFault["rule"], what: string, remedy: string): void => void faults.push({ rule, what, remedy })
  if (!Number.isInteger(order.quantity) || order.quantity <= 0) {
    add("quantity", `Quantity ${order.quantity} is not a positive whole number`, "Give a whole number of units")
  } else {
    if (order.quantity % of.lotSize !== 0) {
      const below = Math.floor(order.quantity / of.lotSize) * of.lotSize
      const near = below === 0 ? `${of.lotSize}` : `${below} or ${below + of.lotSize}`
      add("lot", `Quantity ${order.quantity} is not in whole lots of ${of.lotSize}`, `Order ${near}`)
    }
    if (of.freezeQuantity !== undefined && order.quantity > of.freezeQuantity) {
      const most = Math.floor(of.freezeQuantity / of.lotSize) * of.lotSize
      add(
        "freeze",
        `Quantity ${order.quantity} is above the freeze quantity ${of.freezeQuantity}`,
        `Cut it into orders of ${most} or less`
      )
    }
  }
  const naked = order.type === "MARKET" || order.type === "STOP_MARKET"
  if (naked && !of.takesMarket) {
    const other = order.type === "MARKET"
      ? "a LIMIT order with a price that trades at once"
      : "a stop with a limit price"
    add("market-order", `${of.symbol} takes no orders without a price`, `Send ${other}`)
  }
  const needsPrice = order.type === "LIMIT" || order.type === "STOP_LIMIT"
  const needsTrigger = order.type === "STOP_LIMIT" || order.type === "STOP_MARKET"
  for (
    const [name, value, needed] of [["price", order.price, needsPrice], [
      "trigger",
      order.trigger,
      needsTrigger
    ]] as const
  ) {
    if (!needed) continue
    if (value === undefined || value <= 0) {
      add("price", `The order has no ${name}`, `Give a ${name} above 0`)
      continue
    }
    if (value % of.tickSize !== 0) {
      const below = Math.floor(value / of.tickSize) * of.tickSize
      add(
        "tick",
        `The ${name} ${rupeesText(value)} is not a multiple of the tick ${rupeesText(of.tickSize)}`,
        `Use ${rupeesText(below)} or ${rupeesText(below + of.tickSize)}`
      )
    }
    outside("band", name, value, of.band)
  }
  const { price } = order
  if (needsPrice && price !== undefined && price > 0) {
    // A stop-limit order is held to the protection when it triggers; it is refused then, so it is told of now.
    outside("limit-price-protection", "price", price, of.protection)
    if (order.type === "STOP_LIMIT") outside("stop-gap", "price", price, of.stopGap)
  }
  return faults

  function outside(rule: OrderFault["rule"], name: string, value: number, limits: Limits | undefined): void {
    if (limits === undefined || (value >= limits.lowest && value <= limits.highest)) return
    const side = value < limits.lowest ? "below" : "above"
    const edge = value < limits.lowest ? limits.lowest : limits.highest
    add(
      rule,
      `The ${name} ${rupeesText(value)} is ${side} ${rupeesText(edge)} (${limits.source})`,
      `Keep it between ${rupeesText(limits.lowest)} and ${rupeesText(limits.highest)}`
    )
  }
}
