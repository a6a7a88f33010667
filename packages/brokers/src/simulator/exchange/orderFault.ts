/** What is wrong with an order, or a change of one, by itself: whether the market is open is asked before. */
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import { priceFault, quantityFault } from "@keepgaining/core/orders/rejectReason.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimQuote } from "../market/SimMarket.ts"
import { netQuantity, orderMargin, type SimAccount } from "./SimAccount.ts"
import { isWorking, type ModifyRequest, type PlaceRequest, type Refusal, refusal, type SimOrder } from "./SimOrder.ts"

export const placeFault = (
  account: SimAccount,
  request: PlaceRequest,
  /** Of the instrument. */
  lastPrice: () => number,
  band: () => Band,
  /** Money for it, paise. */
  available: () => number
): Refusal | undefined => {
  const { instrument } = request.of
  if (!isTradable(instrument)) return refusal("not-tradable", `${instrument.symbol} cannot be traded`)
  const quantity = quantityFault(request.quantity, instrument.lotSize)
  if (quantity !== undefined) return refusal("quantity", quantity)
  const freeze = request.of.freezeQuantity
  if (freeze > 0 && request.quantity > freeze && request.slice !== true) {
    return refusal("freeze", `quantity ${request.quantity} is above the freeze quantity of ${freeze}`)
  }
  const price = pricesFault(request.of, request) ?? bandFault(request, band())
  if (price !== undefined) return refusal("price", price)
  if (request.side === "sell" && request.product === "delivery" && instrument.kind === "equity") {
    return holdingsFault(account, request)
  }
  const position = account.positions.get(`${request.of.index}|${request.product}`)
  const net = position === undefined ? 0 : netQuantity(position)
  const opens = request.side === "buy" ? request.quantity + Math.min(0, net) : request.quantity - Math.max(0, net)
  if (opens <= 0) return undefined
  return marginFault(
    orderMargin(request, opens, request.limitPrice ?? request.triggerPrice ?? lastPrice()),
    available()
  )
}

export const modifyFault = (
  order: SimOrder,
  request: ModifyRequest,
  maxModifications: number,
  band: () => Band
): Refusal | undefined => {
  if (order.modifications >= maxModifications) {
    return refusal("too-many-changes", "Maximum allowed order modifications exceeded")
  }
  const { of } = order
  const fault = (request.quantity === undefined ? undefined : quantityFault(request.quantity, of.instrument.lotSize)) ??
    pricesFault(of, request) ?? bandFault(request, band())
  return fault === undefined ? undefined : refusal("price", fault)
}

/** Of an order that has been filled, cancelled or rejected. */
export const finalFault = (order: SimOrder, done: "cancelled" | "modified"): Refusal | undefined =>
  isWorking(order) ? undefined : refusal("final-order", `Order cannot be ${done} as it is ${order.status}`)

const pricesFault = (
  { instrument: { tickSize } }: SimInstrument,
  { limitPrice, triggerPrice }: Pick<ModifyRequest, "limitPrice" | "triggerPrice">
): string | undefined => priceFault("limit", limitPrice, tickSize) ?? priceFault("trigger", triggerPrice, tickSize)

/** Between which prices orders are taken, both included. */
type Band = Pick<SimQuote, "lowerCircuit" | "upperCircuit">

const bandFault = (
  { limitPrice, triggerPrice }: Pick<ModifyRequest, "limitPrice" | "triggerPrice">,
  { lowerCircuit, upperCircuit }: Band
): string | undefined =>
  [limitPrice, triggerPrice].some((price) => price !== undefined && (price < lowerCircuit || price > upperCircuit))
    ? `price is outside the circuit limits ${(lowerCircuit / 100).toFixed(2)} to ${(upperCircuit / 100).toFixed(2)}`
    : undefined

/** Shares are sold for delivery only by who has them. */
const holdingsFault = (account: SimAccount, { of, quantity }: PlaceRequest): Refusal | undefined => {
  const bought = account.positions.get(`${of.index}|delivery`)
  const owned = (account.holdings.get(of.instrument.symbol)?.quantity ?? 0) +
    (bought === undefined ? 0 : netQuantity(bought))
  return owned < quantity ? refusal("holdings", `${quantity} shares to sell, ${owned} held`) : undefined
}

const marginFault = (needed: number, available: number): Refusal | undefined =>
  needed <= available
    ? undefined
    : refusal(
      "margin",
      `Insufficient funds. Required margin is ${(needed / 100).toFixed(2)} but available margin is ${
        (available / 100).toFixed(2)
      }.`
    )
