/** Placing, changing and cancelling orders, and what is known of those that work. */
import type { Instrument } from "../market/Instrument.ts"
import type { Paise } from "../market/Money.ts"
import { orderLuck, type OrderSeed } from "../matching/orderLuck.ts"
import { isWorking, type Order, type OrderPurpose, type OrderRequest } from "../orders/Order.ts"
import { track } from "../orders/OrderReducer.ts"
import { keyOf, quantityOf } from "../portfolio/Ledger.ts"
import { DECISION_GRID, decisionTime, type Desk } from "./DeskState.ts"
import { send, venueOf } from "./live.ts"
import { needChanged } from "./marginGroup.ts"
import { squareOffAt } from "./squareOff.ts"

export const isDerivative = (instrument: Instrument): boolean =>
  instrument.kind === "future" || instrument.kind === "option"

/** When an instruction decided now reaches the exchange. One order's instructions keep their order: same delay. */
export const effectiveAt = (desk: Desk, order: OrderSeed): number => {
  const { base, jitter } = desk.settings.latency
  return decisionTime(desk) + Math.max(DECISION_GRID, base) +
    Math.floor(orderLuck(desk.settings.fills.seed, order, 0) * (jitter + 1))
}

/** Makes the request an order and sends it; risk and idempotency are the caller's. */
export const place = (desk: Desk, book: string, request: OrderRequest): Order => {
  const { context, state } = desk
  const now = decisionTime(desk)
  const order: Order = {
    id: `O${++state.orderCount}`,
    book,
    ...request,
    venue: venueOf(desk, book),
    status: "pending",
    filledQuantity: 0,
    averagePrice: 0,
    createdAt: now,
    updatedAt: now,
    cause: context.cause()
  }
  state.orders[order.id] = track(order)
  state.working.push(order.id)
  needChanged(desk, order.instrument)
  ordersThisSecond(desk)
  state.recent.push(now)
  if (isExit(order)) state.deadlines[order.id] = now + desk.settings.chaseAfter
  context.emit({ _tag: "OrderChanged", order })
  context.notify(book, order.instrument, { _tag: "Order", order })
  send(desk, order, { _tag: "Place", order, effectiveAt: effectiveAt(desk, order) })
  return order
}

/** Tag of an order that the desk makes itself; it counts within the book and instrument, whatever happens elsewhere. */
export const nextTag = (desk: Desk, book: string, instrument: number): string => {
  const key = keyOf(book, instrument)
  const count = (desk.state.made[key] ?? 0) + 1
  desk.state.made[key] = count
  return `~${count}`
}

/** A way out at the market: it is chased, and nothing else need be sent for the quantity that it covers. */
export const isExit = (order: Order): boolean => order.reduceOnly && order.type === "market"

export const workingOrders = (desk: Desk): ReadonlyArray<Order> => {
  const orders: Array<Order> = []
  for (const id of desk.state.working) {
    const tracked = desk.state.orders[id]
    if (tracked !== undefined && isWorking(tracked.order.status)) orders.push(tracked.order)
  }
  return orders
}

export const workingIn = (desk: Desk, book: string, instrument: number): ReadonlyArray<Order> => {
  const orders: Array<Order> = []
  for (const id of desk.state.working) {
    const order = desk.state.orders[id]?.order
    if (order?.instrument === instrument && order.book === book && isWorking(order.status)) orders.push(order)
  }
  return orders
}

export const remaining = (order: Order): number => order.quantity - order.filledQuantity

/** Once is enough: a second cancellation could only be refused. */
export const cancel = (desk: Desk, order: Order, reason: string): void => {
  if (desk.state.cancelling[order.id] === true) return
  desk.state.cancelling[order.id] = true
  send(desk, order, {
    _tag: "Cancel",
    orderId: order.id,
    instrument: order.instrument,
    reason,
    effectiveAt: effectiveAt(desk, order)
  })
}

export const cancelAll = (desk: Desk, chosen: (order: Order) => boolean, reason: string): void => {
  for (const order of workingOrders(desk)) if (chosen(order)) cancel(desk, order, reason)
}

/** Cancels an entry because its book is leaving; a fill that races the cancellation will be exited for that purpose. */
export const abandon = (desk: Desk, order: Order, purpose: OrderPurpose, reason: string): void => {
  desk.state.abandoned[order.id] = purpose
  cancel(desk, order, reason)
}

export const modify = (
  desk: Desk,
  order: Order,
  change: { readonly quantity: number; readonly limitPrice?: Paise; readonly triggerPrice?: Paise }
): void =>
  send(desk, order, {
    _tag: "Modify",
    orderId: order.id,
    instrument: order.instrument,
    quantity: change.quantity,
    ...(change.limitPrice === undefined ? {} : { limitPrice: change.limitPrice }),
    ...(change.triggerPrice === undefined ? {} : { triggerPrice: change.triggerPrice }),
    effectiveAt: effectiveAt(desk, order)
  })

export const held = (desk: Desk, book: string, instrument: number): number =>
  quantityOf(desk.state.ledger, book, instrument)

/** Whether it is too late in the day to open an intraday position in the instrument. */
export const isAfterSquareOff = (desk: Desk, instrument: number): boolean => {
  const { context, settings } = desk
  const now = decisionTime(desk)
  const segment = context.segmentOf(instrument)
  return now >= (squareOffAt(settings.squareOff, segment, context.session(segment, now), now) ?? -Infinity)
}

/** Orders within the second that ends now; forgets older ones. */
export const ordersThisSecond = (desk: Desk): number => {
  const { state } = desk
  const since = decisionTime(desk) - 1_000
  const first = state.recent.findIndex((at) => at > since)
  state.recent = first === -1 ? [] : first === 0 ? state.recent : state.recent.slice(first)
  return state.recent.length
}
