/**
 * What the desk has still to be told of a live order, by what the broker's rows say of its pieces. Pure. Asked again after each
 * report was taken it answers the next one, and `undefined` once desk and rows agree: so nothing depends on how rows were
 * delivered, and a restart needs no memory of what was told.
 */
import { type BrokerOrder, isFinal } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { LiveOrder } from "@keepgaining/core/desk/DeskState.ts"
import { type Paise, paise } from "@keepgaining/core/market/Money.ts"
import type { ExchangeReport, Order } from "@keepgaining/core/orders/Order.ts"
import type { TrackedOrder } from "@keepgaining/core/orders/OrderReducer.ts"

/** A piece that is certainly in no book. */
export interface NotPlaced {
  readonly reason: string
  /** The broker said no; otherwise it never got there. */
  readonly refused: boolean
}

export const nextReport = (
  { facts, order }: TrackedOrder,
  live: LiveOrder,
  rows: ReadonlyArray<BrokerOrder>,
  notPlaced: ReadonlyMap<string, NotPlaced>,
  now: number
): ExchangeReport | undefined => {
  const orderId = order.id
  const at = rows.reduce((latest, row) => Math.max(latest, row.changedAt), 0) || now
  if (!facts.accepted && rows.some(isAtExchange)) return { _tag: "Accepted", orderId, at }
  if (
    !facts.triggered && isStop(order) && rows.some((row) => isAtExchange(row) && !row.waiting && !isFinalUnfilled(row))
  ) {
    return { _tag: "Triggered", orderId, at }
  }
  const fill = nextFill({ facts, order }, rows, at)
  if (fill !== undefined) return fill
  const change = changed({ facts, order }, live, rows, at)
  if (change !== undefined) return change
  return ended({ facts, order }, live, rows, notPlaced, at)
}

const isAtExchange = ({ filled, status }: BrokerOrder): boolean =>
  filled > 0 || (status !== "new" && status !== "unknown" && status !== "rejected")

const isStop = ({ type }: Order): boolean => type === "stop" || type === "stop-limit"

const isFinalUnfilled = ({ filled, status }: BrokerOrder): boolean => filled === 0 && isFinal(status)

/** What the broker counts beyond what the desk has counted. Rounding of the average never adds up: it is caught up with. */
const nextFill = (
  { facts, order }: TrackedOrder,
  rows: ReadonlyArray<BrokerOrder>,
  at: number
): ExchangeReport | undefined => {
  let filled = 0
  let value = 0
  for (const row of rows) {
    filled += row.filled
    value += row.filled * row.averagePrice
  }
  const quantity = filled - facts.filled
  if (quantity <= 0) return undefined
  const price = paise(Math.max(1, Math.round((value - facts.value) / quantity)))
  return { _tag: "Filled", orderId: order.id, execution: facts.countedTo + 1, quantity, price, at }
}

const changed = (
  { facts, order }: TrackedOrder,
  { change, slices }: LiveOrder,
  rows: ReadonlyArray<BrokerOrder>,
  at: number
): ExchangeReport | undefined => {
  const tags = new Set(rows.map(({ tag }) => tag))
  if (facts.end !== null || !slices.every(({ tag }) => tags.has(tag))) return undefined
  const quantity = rows.reduce((sum, row) => sum + row.quantity, 0)
  const working = rows.find(({ status }) => status === "open")
  const limitPrice = working?.limitPrice ?? order.limitPrice
  const triggerPrice = working?.triggerPrice ?? order.triggerPrice
  const differs = quantity !== facts.quantity && facts.filled < Math.max(quantity, facts.quantity) ||
    limitPrice !== order.limitPrice || triggerPrice !== order.triggerPrice
  const answers = change !== undefined && working !== undefined && isAsAsked(change, quantity, working)
  if (!differs && !answers) return undefined
  return {
    _tag: "Modified",
    orderId: order.id,
    revision: facts.revision + 1,
    quantity,
    ...price("limitPrice", limitPrice),
    ...price("triggerPrice", triggerPrice),
    at
  }
}

const price = (key: "limitPrice" | "triggerPrice", value: Paise | undefined) =>
  value === undefined ? {} : { [key]: value }

/** Whether the order stands as the change wants it. */
export const isAsAsked = (
  change: NonNullable<LiveOrder["change"]>,
  quantity: number,
  row: Pick<BrokerOrder, "limitPrice" | "triggerPrice">
): boolean =>
  change.quantity === quantity &&
  (change.limitPrice === undefined || change.limitPrice === row.limitPrice) &&
  (change.triggerPrice === undefined || change.triggerPrice === row.triggerPrice)

const ended = (
  { facts, order }: TrackedOrder,
  { cancel, slices }: LiveOrder,
  rows: ReadonlyArray<BrokerOrder>,
  notPlaced: ReadonlyMap<string, NotPlaced>,
  at: number
): ExchangeReport | undefined => {
  if (facts.end !== null || facts.filled >= facts.quantity || slices.length === 0) return undefined
  const reasons: Array<string> = []
  let rejected = 0
  let refused = false
  for (const { tag } of slices) {
    const own = rows.filter((row) => row.tag === tag)
    const missing = notPlaced.get(tag)
    if (own.length === 0 && missing === undefined) return undefined
    if (own.some(({ status }) => !isFinal(status))) return undefined
    if (own.length === 0 && missing !== undefined) {
      rejected++
      refused ||= missing.refused
      reasons.push(missing.reason)
      continue
    }
    if (own.every(({ filled, status }) => status === "rejected" && filled === 0)) {
      rejected++
      refused = true
    }
    for (const { reason } of own) if (reason !== undefined && reason !== "") reasons.push(reason)
  }
  const reason = [...new Set(reasons)].join("; ")
  if (rejected === slices.length) {
    // Nothing of it was sent, and nothing of it is wanted any more.
    if (!refused && cancel !== undefined) return { _tag: "Cancelled", orderId: order.id, reason: cancel, at }
    return { _tag: "Rejected", orderId: order.id, reason, at, ...(refused ? {} : { neverSent: true }) }
  }
  if (rows.some(({ status }) => status === "expired")) {
    return { _tag: "Expired", orderId: order.id, reason: reason || "expired at the exchange", at }
  }
  return { _tag: "Cancelled", orderId: order.id, reason: reason || "cancelled at the exchange", at }
}
