/**
 * What we know of an account's orders, from rows of its book and its stream, in whatever order and however often they come.
 *
 * Rules (they make duplicates, reordering, loss and the race of cancel against fill harmless):
 * - quantities filled only grow, for fills are never taken back;
 * - an order that is final stays so, and keeps how it ended; a later row that says more was filled corrects the fill, also of
 *   one that was cancelled, and is told as a correction;
 * - of two rows with the same fill the one that is further along wins (new, open, final), then the later stamp, which has steps of
 *   a second;
 * - positions follow fills, never names of states.
 *
 * Pure: the book is plain data, {@link observe} answers the next one and what changed.
 */
import { type BrokerOrder, type BrokerTrade, isFinal } from "../port/BrokerOrder.ts"

export interface BrokerOrderBook {
  readonly orders: ReadonlyMap<string, BrokerOrder>
  /** By trade id. */
  readonly trades: ReadonlyMap<string, BrokerTrade>
}

export const emptyBook: BrokerOrderBook = { orders: new Map(), trades: new Map() }

export type BookChange =
  | { readonly _tag: "Appeared"; readonly order: BrokerOrder }
  | { readonly _tag: "Moved"; readonly order: BrokerOrder; readonly before: BrokerOrder }
  /** More was filled: what came on top, in units and in paise, unrounded. */
  | { readonly _tag: "Filled"; readonly order: BrokerOrder; readonly quantity: number; readonly price: number }
  /** A fill after the order had ended: a person should look at it. */
  | { readonly _tag: "Corrected"; readonly order: BrokerOrder; readonly quantity: number; readonly price: number }

export interface Observed {
  readonly book: BrokerOrderBook
  readonly changes: ReadonlyArray<BookChange>
}

const rank = (order: BrokerOrder): number =>
  order.status === "unknown" ? 0 : order.status === "new" ? 1 : isFinal(order.status) ? 3 : 2

/** Whether `row` says something newer than `known` about what can change. */
const isFurther = (row: BrokerOrder, known: BrokerOrder): boolean => {
  if (row.filled !== known.filled) return row.filled > known.filled
  if (rank(row) !== rank(known)) return rank(row) > rank(known)
  return row.changedAt > known.changedAt
}

export const observe = (book: BrokerOrderBook, row: BrokerOrder): Observed => {
  const known = book.orders.get(row.orderId)
  if (known === undefined) {
    const changes: Array<BookChange> = [{ _tag: "Appeared", order: row }]
    if (row.filled > 0) {
      changes.push({ _tag: "Filled", order: row, quantity: row.filled, price: row.averagePrice })
    }
    return { book: withOrder(book, row), changes }
  }
  const next = merged(known, row)
  if (next === known) return { book, changes: [] }
  const changes: Array<BookChange> = []
  if (isMoved(known, next)) changes.push({ _tag: "Moved", order: next, before: known })
  const quantity = next.filled - known.filled
  if (quantity > 0) {
    const price = (next.averagePrice * next.filled - known.averagePrice * known.filled) / quantity
    changes.push({ _tag: isFinal(known.status) ? "Corrected" : "Filled", order: next, quantity, price })
  }
  return { book: withOrder(book, next), changes }
}

/** All rows of a whole book, in any order. */
export const observeAll = (book: BrokerOrderBook, rows: ReadonlyArray<BrokerOrder>): Observed => {
  let next = book
  const changes: Array<BookChange> = []
  for (const row of rows) {
    const observed = observe(next, row)
    next = observed.book
    changes.push(...observed.changes)
  }
  return { book: next, changes }
}

/** A trade counts once by its id. Orders are not touched by it: brokers send the order's own row as well. */
export const observeTrade = (book: BrokerOrderBook, trade: BrokerTrade): BrokerOrderBook =>
  book.trades.has(trade.tradeId) ? book : { ...book, trades: new Map(book.trades).set(trade.tradeId, trade) }

const withOrder = (book: BrokerOrderBook, order: BrokerOrder): BrokerOrderBook => ({
  ...book,
  orders: new Map(book.orders).set(order.orderId, order)
})

const merged = (known: BrokerOrder, row: BrokerOrder): BrokerOrder => {
  if (isFinal(known.status)) {
    // How it ended stays; what was filled may still grow, and a whole fill completes it.
    if (row.filled <= known.filled) return known
    const status = row.filled >= known.quantity ? "complete" : known.status
    return { ...known, filled: row.filled, averagePrice: row.averagePrice, status, changedAt: row.changedAt }
  }
  if (!isFurther(row, known)) return known
  // A row that is further along by its fill may still be a late one in everything else.
  const older = row.changedAt < known.changedAt && rank(row) < rank(known)
  return {
    ...(older ? known : row),
    filled: row.filled,
    averagePrice: row.averagePrice,
    ...keep("tag", row, known),
    ...keep("exchangeOrderId", row, known),
    ...keep("parentId", row, known)
  }
}

/** What one row says and another leaves out stays said. */
const keep = <K extends "tag" | "exchangeOrderId" | "parentId">(key: K, row: BrokerOrder, known: BrokerOrder) => {
  const value = row[key] ?? known[key]
  return value === undefined ? {} : { [key]: value }
}

const isMoved = (before: BrokerOrder, after: BrokerOrder): boolean =>
  before.status !== after.status || before.waiting !== after.waiting || before.quantity !== after.quantity ||
  before.limitPrice !== after.limitPrice || before.triggerPrice !== after.triggerPrice
