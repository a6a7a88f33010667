/** From what a person typed to a GTT order, or to what is wrong with it. Prices are rupees in the form, paise in the order. */
import { type Instrument, isTradable } from "@keepgaining/core/market/Instrument.ts"
import { type Paise } from "@keepgaining/core/market/Money.ts"
import { type Product, type Side } from "@keepgaining/core/orders/Order.ts"
import { type BrokerName } from "@keepgaining/rpc/contract/Brokers.ts"
import { type NewGttOrder } from "@keepgaining/rpc/contract/Gtt.ts"
import { price } from "../format/numbers.ts"
import { productsOf, readPrice } from "../orders/draftOrder.ts"

export interface GttForm {
  readonly side: Side
  readonly lots: string
  readonly product: Product
  readonly kind: "single" | "oco"
  readonly trigger: string
  /** Empty: the trigger. */
  readonly limit: string
  /** Of the second leg, of `oco` only. */
  readonly trigger2: string
  readonly limit2: string
}

export type GttField = "instrument" | "lots" | "product" | "trigger" | "limit" | "trigger2" | "limit2"

export type GttOrder = Pick<NewGttOrder, "symbol" | "side" | "quantity" | "product" | "legs">

export type GttDraft =
  | { readonly _tag: "Ready"; readonly order: GttOrder; readonly cautions: ReadonlyArray<string> }
  | { readonly _tag: "Wrong"; readonly errors: Readonly<Partial<Record<GttField, string>>> }

export interface GttRules {
  /** Two triggers, the first of which cancels the other. */
  readonly oco: boolean
  /** There is no limit apart from the trigger. */
  readonly limitIsTrigger: boolean
  readonly products: ReadonlyArray<Product>
  readonly sharesOnly: boolean
  /** The same in words; empty when there is nothing to say. */
  readonly text: string
}

/** What brokers take, so that nobody fills in a form in vain; the last word is theirs. */
export const gttRules: Readonly<Record<BrokerName, GttRules>> = {
  upstox: {
    oco: false,
    limitIsTrigger: true,
    products: ["delivery", "carry", "intraday"],
    sharesOnly: false,
    text: "Upstox takes one trigger, which is the limit too."
  },
  kite: { oco: true, limitIsTrigger: false, products: ["delivery", "carry", "intraday"], sharesOnly: false, text: "" },
  angel: {
    oco: false,
    limitIsTrigger: false,
    products: ["delivery"],
    sharesOnly: true,
    text: "Angel One takes one trigger, on delivery of shares."
  },
  fyers: {
    oco: true,
    limitIsTrigger: false,
    products: ["delivery", "carry"],
    sharesOnly: false,
    text: "Fyers takes delivery and carry."
  }
}

/** What the instrument can be held as by such an order, longest first: it may take months until it triggers. */
export const gttProducts = (rules: GttRules, instrument: Instrument | undefined): ReadonlyArray<Product> => {
  const held = instrument === undefined ? undefined : productsOf(instrument)
  return rules.products.filter((product) => held === undefined || held.includes(product))
}

/** A word about a limit that may leave the order unfilled once it triggers. */
const limitCaution = (side: Side, trigger: number, limit: number): string | undefined =>
  side === "buy" && limit < trigger
    ? `A purchase limited to ${price(limit)}, below its trigger ${price(trigger)}, may not fill when it triggers.`
    : side === "sell" && limit > trigger
    ? `A sale limited to ${price(limit)}, above its trigger ${price(trigger)}, may not fill when it triggers.`
    : undefined

export const draftGtt = (
  form: GttForm,
  instrument: Instrument | undefined,
  rules: GttRules,
  /** Paise; `NaN` when it is not known, and then nothing is compared with it. */
  last: number
): GttDraft => {
  const errors: Partial<Record<GttField, string>> = {}
  if (instrument === undefined) return { _tag: "Wrong", errors: { instrument: "Choose an instrument" } }
  if (!isTradable(instrument)) errors.instrument = "An index is quoted but cannot be bought"
  else if (rules.sharesOnly && instrument.kind !== "equity") errors.instrument = rules.text
  if (errors.instrument === undefined && !gttProducts(rules, instrument).includes(form.product)) {
    errors.product = "Choose a product"
  }
  const lots = /^\d+$/.test(form.lots.trim()) ? Number(form.lots) : 0
  if (lots < 1 || !Number.isSafeInteger(lots * instrument.lotSize)) errors.lots = "A whole number, 1 or more"

  const leg = (
    [trigger, limit]: readonly [text: string, limit: string],
    [triggerField, limitField]: readonly [GttField, GttField]
  ): { readonly triggerPrice: Paise; readonly limitPrice: Paise } | undefined => {
    const triggerRead = readPrice(trigger, instrument.tickSize)
    const isOne = rules.limitIsTrigger || limit.trim() === ""
    const limitRead = isOne ? triggerRead : readPrice(limit, instrument.tickSize)
    if ("error" in triggerRead) errors[triggerField] = triggerRead.error
    if ("error" in limitRead && !isOne) errors[limitField] = limitRead.error
    if ("error" in triggerRead || "error" in limitRead) return undefined
    return { triggerPrice: triggerRead.price, limitPrice: limitRead.price }
  }
  const first = leg([form.trigger, form.limit], ["trigger", "limit"])
  const isOco = form.kind === "oco" && rules.oco
  const second = isOco ? leg([form.trigger2, form.limit2], ["trigger2", "limit2"]) : undefined
  if (first !== undefined && first.triggerPrice === last) {
    errors.trigger = `It is the last price, ${price(last)}: give one that is not reached yet`
  }
  if (first !== undefined && second !== undefined) {
    const [low, high] = [first.triggerPrice, second.triggerPrice]
    if (low >= high) errors.trigger2 = `Must be above the other trigger, ${price(low)}`
    else if (last <= low) errors.trigger = `Must be below the last price, ${price(last)}`
    else if (last >= high) errors.trigger2 = `Must be above the last price, ${price(last)}`
  }
  if (Object.keys(errors).length > 0 || first === undefined || (isOco && second === undefined)) {
    return { _tag: "Wrong", errors }
  }
  const legs = second === undefined ? [first] : [first, second]
  return {
    _tag: "Ready",
    order: {
      symbol: instrument.symbol,
      side: form.side,
      quantity: lots * instrument.lotSize,
      product: form.product,
      legs
    },
    cautions: legs.flatMap(({ limitPrice, triggerPrice }) => limitCaution(form.side, triggerPrice, limitPrice) ?? [])
  }
}
