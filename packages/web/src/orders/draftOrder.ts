/** From what a person typed into the ticket to an order, or to what is wrong with it. Prices are rupees in the form. */
import { type Instrument } from "@keepgaining/core/market/Instrument.ts"
import { type Paise, paise } from "@keepgaining/core/market/Money.ts"
import {
  type OrderRequest,
  type OrderType,
  type Product,
  type Side,
  type Validity
} from "@keepgaining/core/orders/Order.ts"
import { parseRupees, price } from "../format/numbers.ts"

export interface OrderForm {
  readonly side: Side
  readonly lots: string
  readonly type: OrderType
  readonly limitPrice: string
  readonly triggerPrice: string
  readonly validity: Validity
  readonly product: Product
  readonly reduceOnly: boolean
}

export type Draft =
  | { readonly _tag: "Ready"; readonly request: OrderRequest }
  | {
    readonly _tag: "Wrong"
    readonly errors: Readonly<Partial<Record<"lots" | "limitPrice" | "triggerPrice", string>>>
  }

export const hasLimit = (type: OrderType): boolean => type === "limit" || type === "stop-limit"
export const hasTrigger = (type: OrderType): boolean => type === "stop" || type === "stop-limit"

/** What an instrument can be held as. */
export const productsOf = (instrument: Instrument): ReadonlyArray<Product> =>
  instrument.kind === "equity" ? ["intraday", "delivery"] : ["intraday", "carry"]

/** A price that was typed, as paise on the instrument's tick; otherwise why not. */
export const readPrice = (text: string, tickSize: number): { readonly price: Paise } | { readonly error: string } => {
  const value = parseRupees(text)
  if (value === undefined || value <= 0) return { error: "A price in rupees, with at most two decimals" }
  if (value % tickSize !== 0) {
    const below = Math.floor(value / tickSize) * tickSize
    return { error: `Must be a multiple of ${price(tickSize)}: ${price(below)} or ${price(below + tickSize)}` }
  }
  return { price: paise(value) }
}

/** At most 20 characters, the limit of brokers; the letter says where the order came from. */
export const makeClientTag = (): string => `w${crypto.randomUUID().replaceAll("-", "").slice(0, 17)}`

export const draftOrder = (form: OrderForm, instrument: Instrument, index: number, clientTag: string): Draft => {
  const errors: Partial<Record<"lots" | "limitPrice" | "triggerPrice", string>> = {}
  const lots = /^\d+$/.test(form.lots.trim()) ? Number(form.lots) : 0
  if (lots < 1 || !Number.isSafeInteger(lots * instrument.lotSize)) errors.lots = "A whole number, 1 or more"
  const limit = hasLimit(form.type) ? readPrice(form.limitPrice, instrument.tickSize) : undefined
  const trigger = hasTrigger(form.type) ? readPrice(form.triggerPrice, instrument.tickSize) : undefined
  if (limit !== undefined && "error" in limit) errors.limitPrice = limit.error
  if (trigger !== undefined && "error" in trigger) errors.triggerPrice = trigger.error
  if (
    form.type === "stop-limit" && limit !== undefined && trigger !== undefined && "price" in limit && "price" in trigger
  ) {
    const wrong = form.side === "buy" ? limit.price < trigger.price : limit.price > trigger.price
    if (wrong) {
      errors.limitPrice = `Must not be ${form.side === "buy" ? "below" : "above"} the trigger, or it may never fill`
    }
  }
  if (Object.keys(errors).length > 0) return { _tag: "Wrong", errors }
  return {
    _tag: "Ready",
    request: {
      clientTag,
      instrument: index,
      side: form.side,
      quantity: lots * instrument.lotSize,
      type: form.type,
      ...(limit !== undefined && "price" in limit ? { limitPrice: limit.price } : {}),
      ...(trigger !== undefined && "price" in trigger ? { triggerPrice: trigger.price } : {}),
      validity: form.validity,
      product: form.product,
      purpose: "manual",
      reduceOnly: form.reduceOnly
    }
  }
}

/** How far a price may move between review and press before it must be reviewed anew: ticks, or a fraction of it. */
export const reviewTicks = 20
export const reviewFraction = 0.001

/** Whether the market left the price that was reviewed. Prices in paise; a missing one moves nothing. */
export const movedSince = (reviewed: number, last: number, tickSize: number): boolean =>
  Number.isFinite(reviewed) && Number.isFinite(last) &&
  Math.abs(last - reviewed) > Math.max(reviewTicks * tickSize, reviewFraction * reviewed)
