/**
 * The life of an order as a reducer over what is reported of it. Reports may come twice, late, out of order, or not at
 * all. The reducer collects *facts* (executions by number, the highest revision, that it was accepted, how it ended) and
 * derives the order from them, so the same set of reports gives the same order whatever the sequence they came in:
 *
 * - an execution is counted once, by its number, and the exchange's word on fills is final: it also counts after a
 *   cancellation that it raced, and when it exceeds the quantity known here (a change was lost), which then grows with it;
 * - so the filled quantity never falls and never exceeds the quantity;
 * - a fully filled order is complete whatever else is said of it; else how it ended; else how far it got.
 */
import type { Paise } from "../market/Money.ts"
import { type ExchangeReport, isWorking, type Order, type OrderStatus } from "./Order.ts"

/** What is known of an order beyond what it shows. Plain data. */
export interface OrderFacts {
  readonly accepted: boolean
  /** Why it is not known whether it exists; `null` when it is. */
  readonly doubt: string | null
  readonly triggered: boolean
  /** Executions 1 to this one are all counted; those beyond a gap are in `beyond`. */
  readonly countedTo: number
  readonly beyond: ReadonlyArray<number>
  readonly filled: number
  /** Sum of quantity times price, paise. */
  readonly value: number
  /** Of the highest revision seen; 0 = as placed. */
  readonly revision: number
  readonly quantity: number
  readonly end: { readonly status: OrderStatus; readonly reason: string; readonly at: number } | null
  readonly refusal: string | null
}

export interface TrackedOrder {
  readonly order: Order
  readonly facts: OrderFacts
}

/** Begins to follow an order that nothing was reported of yet. */
export const track = (order: Order): TrackedOrder => ({
  order,
  facts: {
    accepted: false,
    doubt: null,
    triggered: false,
    countedTo: 0,
    beyond: [],
    filled: 0,
    value: 0,
    revision: 0,
    quantity: order.quantity,
    end: null,
    refusal: null
  }
})

/** The order after the report; the same object when the report says nothing new. */
export const apply = (tracked: TrackedOrder, report: ExchangeReport): TrackedOrder => {
  if (report._tag === "ChangeRefused" && !isWorking(tracked.order.status)) return tracked
  const facts = learn(tracked.facts, report)
  if (facts === tracked.facts) return tracked
  const prices = report._tag === "Modified" ? pricesOf(report) : {}
  return { facts, order: derive({ ...tracked.order, ...prices }, facts, report.at) }
}

const learn = (facts: OrderFacts, report: ExchangeReport): OrderFacts => {
  switch (report._tag) {
    case "Accepted":
      return facts.accepted ? facts : { ...facts, accepted: true }
    case "Unknown":
      return facts.doubt === report.reason ? facts : { ...facts, doubt: report.reason }
    case "Triggered":
      return facts.triggered ? facts : { ...facts, triggered: true }
    case "Filled":
      return count(facts, report.execution, report.quantity, report.price)
    case "Modified":
      return report.revision <= facts.revision
        ? facts
        : { ...facts, revision: report.revision, quantity: report.quantity, refusal: null }
    case "ChangeRefused":
      return facts.refusal === report.reason ? facts : { ...facts, refusal: report.reason }
    case "Cancelled":
      return end(facts, "cancelled", report)
    case "Rejected":
      return end(facts, "rejected", report)
    case "Expired":
      return end(facts, "expired", report)
  }
}

const count = (facts: OrderFacts, execution: number, quantity: number, price: Paise): OrderFacts => {
  if (quantity <= 0 || execution <= facts.countedTo || facts.beyond.includes(execution)) return facts
  let countedTo = facts.countedTo
  let beyond = [...facts.beyond, execution]
  while (beyond.includes(countedTo + 1)) {
    countedTo++
    beyond = beyond.filter((number) => number !== countedTo)
  }
  beyond.sort((a, b) => a - b)
  return { ...facts, countedTo, beyond, filled: facts.filled + quantity, value: facts.value + quantity * price }
}

/** An order ends once; should two ends be reported, the earlier one stands, whichever came first. */
const end = (
  facts: OrderFacts,
  status: OrderStatus,
  report: { readonly reason: string; readonly at: number }
): OrderFacts => {
  const known = facts.end
  const stands = known !== null &&
    (known.at < report.at ||
      (known.at === report.at && `${known.status}${known.reason}` <= `${status}${report.reason}`))
  return stands ? facts : { ...facts, end: { status, reason: report.reason, at: report.at } }
}

const pricesOf = (report: Extract<ExchangeReport, { readonly _tag: "Modified" }>): Partial<Order> => ({
  ...(report.limitPrice === undefined ? {} : { limitPrice: report.limitPrice }),
  ...(report.triggerPrice === undefined ? {} : { triggerPrice: report.triggerPrice })
})

const derive = (order: Order, facts: OrderFacts, at: number): Order => {
  const { reason: _, ...rest } = order
  const quantity = Math.max(facts.quantity, facts.filled)
  const status = statusOf(facts, quantity)
  const reason = status === "complete" ? null : status === "unknown" ? facts.doubt : facts.end?.reason ?? facts.refusal
  return {
    ...rest,
    quantity,
    status,
    filledQuantity: facts.filled,
    averagePrice: facts.filled === 0 ? 0 : facts.value / facts.filled,
    updatedAt: Math.max(order.updatedAt, at),
    ...(reason === null ? {} : { reason })
  }
}

const statusOf = (facts: OrderFacts, quantity: number): OrderStatus => {
  if (facts.filled >= quantity) return "complete"
  if (facts.end !== null) return facts.end.status
  if (facts.filled > 0) return "partial"
  if (facts.triggered) return "triggered"
  if (facts.accepted) return "open"
  return facts.doubt === null ? "pending" : "unknown"
}
