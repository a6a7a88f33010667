/**
 * A broker's book is of one day. What ours still has of days before, and the broker does not list any more, goes: an order
 * that had not ended ran out with its day, and trade ids may come again. Pure; `midnight` is today's.
 */
import type { BookChange, BrokerOrderBook, Observed } from "@keepgaining/brokers/orders/BrokerOrderBook.ts"
import { type BrokerOrder, isFinal } from "@keepgaining/brokers/port/BrokerOrder.ts"

/**
 * An order that had not ended is told as expired and stays for this day, so that whoever waits for its end finds it. One
 * without a stamp of its own is never taken for an old one.
 */
export const forgetPastOrders = (
  book: BrokerOrderBook,
  listed: ReadonlyArray<BrokerOrder>,
  midnight: number
): Observed => {
  const ids = new Set(listed.map(({ orderId }) => orderId))
  const past = [...book.orders.values()].filter(({ changedAt, orderId }) =>
    changedAt > 0 && changedAt < midnight && !ids.has(orderId)
  )
  if (past.length === 0) return { book, changes: [] }
  const orders = new Map(book.orders)
  const said = new Map(book.said)
  const changes: Array<BookChange> = []
  for (const before of past) {
    if (isFinal(before.status)) {
      orders.delete(before.orderId)
      said.delete(before.orderId)
      continue
    }
    const order: BrokerOrder = { ...before, status: "expired", waiting: false, changedAt: midnight }
    orders.set(order.orderId, order)
    changes.push({ _tag: "Moved", order, before })
  }
  return { book: { ...book, orders, said }, changes }
}

/** What the broker still lists comes back with its list. */
export const forgetPastTrades = (book: BrokerOrderBook, midnight: number): BrokerOrderBook => {
  const kept = [...book.trades].filter(([, { at }]) => at >= midnight)
  return kept.length === book.trades.size ? book : { ...book, trades: new Map(kept) }
}
