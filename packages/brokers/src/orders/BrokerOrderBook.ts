/**
 * What we know of an account's orders, from rows of its book and its stream, in whatever order and however often they come.
 *
 * Rules (they make duplicates, reordering, loss and the race of cancel against fill harmless):
 * - quantities filled only grow, for fills are never taken back;
 * - an order that is final stays so, and keeps how it ended; a later row that says more was filled corrects the fill, also of
 *   one that was cancelled, and is told as a correction;
 * - of two rows with the same fill the one that is further along wins (new, open, final), then the later stamp;
 * - stamps have steps of a second, and some rows have none: of two that they do not tell apart the one that was said later wins.
 *   A row of the stream was said when it came. A row of a book that was asked for counts as said when it was asked for, so that
 *   a slow answer undoes nothing that the stream told meanwhile;
 * - positions follow fills, never names of states.
 *
 * Pure: the book is plain data, {@link observe} answers the next one and what changed.
 */
import { istDay } from "@keepgaining/core/market/IndianTime.ts"
import { type BrokerOrder, type BrokerTrade, isFinal } from "../port/BrokerOrder.ts"

export interface BrokerOrderBook {
  readonly orders: ReadonlyMap<string, BrokerOrder>
  /** By order and trade id: a trade id is unique within an exchange and a day, and an order is at one exchange. */
  readonly trades: ReadonlyMap<string, BrokerTrade>
  /** How often something came or was asked for until now: what "later" is counted by. */
  readonly moment: number
  /** By order id, the moment at which the row that we go by was said. */
  readonly said: ReadonlyMap<string, number>
}

export const emptyBook: BrokerOrderBook = { orders: new Map(), trades: new Map(), moment: 0, said: new Map() }

/** Now the broker's book is asked for: its rows count as said at the `moment` of this one. */
export const askedFor = (book: BrokerOrderBook): BrokerOrderBook => ({ ...book, moment: book.moment + 1 })

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
const isFurther = (row: BrokerOrder, known: BrokerOrder, isLater: boolean): boolean => {
  if (row.filled !== known.filled) return row.filled > known.filled
  if (rank(row) !== rank(known)) return rank(row) > rank(known)
  const areStamped = row.changedAt > 0 && known.changedAt > 0
  return areStamped && row.changedAt !== known.changedAt ? row.changedAt > known.changedAt : isLater
}

/** A row that comes now, or one of a book that was asked for at `moment`. */
export const observe = (book: BrokerOrderBook, row: BrokerOrder, moment?: number): Observed =>
  observeAll(book, [row], moment)

/** Rows that come now, one after the other, or those of a book that was asked for at `moment`. */
export const observeAll = (book: BrokerOrderBook, rows: ReadonlyArray<BrokerOrder>, moment?: number): Observed => {
  // Copied with the first row that says something new: most books say nothing new.
  let orders: Map<string, BrokerOrder> | undefined
  let said: Map<string, number> | undefined
  const changes: Array<BookChange> = []
  let now = book.moment
  for (const row of rows) {
    const { orderId } = row
    const at = moment ?? ++now
    const known = (orders ?? book.orders).get(orderId)
    const next = known === undefined ? row : merged(known, row, at >= ((said ?? book.said).get(orderId) ?? 0))
    if (next === known) continue
    orders = (orders ?? new Map(book.orders)).set(orderId, next)
    said = (said ?? new Map(book.said)).set(orderId, at)
    if (known === undefined) changes.push({ _tag: "Appeared", order: next })
    else if (isMoved(known, next)) changes.push({ _tag: "Moved", order: next, before: known })
    const quantity = next.filled - (known?.filled ?? 0)
    if (quantity <= 0) continue
    const price = (next.averagePrice * next.filled - (known === undefined ? 0 : known.averagePrice * known.filled)) /
      quantity
    const isCorrected = known !== undefined && isFinal(known.status)
    changes.push({ _tag: isCorrected ? "Corrected" : "Filled", order: next, quantity, price })
  }
  return { book: { ...book, orders: orders ?? book.orders, said: said ?? book.said, moment: now }, changes }
}

/** A trade counts once. Orders are not touched by it: brokers send the order's own row as well. */
export const observeTrade = (book: BrokerOrderBook, trade: BrokerTrade): BrokerOrderBook => {
  const key = `${trade.orderId}|${trade.tradeId}`
  const known = book.trades.get(key)
  // Ids come again on another day; a trade without a time says nothing about its day.
  const isOther = known !== undefined && known.at > 0 && trade.at > 0 && istDay(known.at) !== istDay(trade.at)
  return known !== undefined && !isOther ? book : { ...book, trades: new Map(book.trades).set(key, trade) }
}

const merged = (known: BrokerOrder, row: BrokerOrder, isLater: boolean): BrokerOrder => {
  if (isFinal(known.status)) {
    // How it ended stays; what was filled may still grow, and a whole fill completes it.
    if (row.filled <= known.filled) return known
    const status = row.filled >= known.quantity ? "complete" : known.status
    return { ...known, filled: row.filled, averagePrice: row.averagePrice, status, changedAt: row.changedAt }
  }
  if (!isFurther(row, known, isLater)) return known
  // A row that is further along by its fill may still be a late one in everything else.
  const older = row.changedAt < known.changedAt && rank(row) < rank(known)
  const next: BrokerOrder = {
    ...(older ? known : row),
    filled: row.filled,
    averagePrice: row.filled === known.filled && row.averagePrice <= 0 ? known.averagePrice : row.averagePrice,
    ...keep("tag", row, known),
    ...keep("exchangeOrderId", row, known),
    ...keep("parentId", row, known)
  }
  return isSame(next, known) ? known : next
}

const isSame = (a: BrokerOrder, b: BrokerOrder): boolean => {
  // The keys of an order, all of them of plain values.
  const keys = Object.keys(a) as ReadonlyArray<keyof BrokerOrder>
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}

/** What one row says and another leaves out stays said. */
const keep = <K extends "tag" | "exchangeOrderId" | "parentId">(key: K, row: BrokerOrder, known: BrokerOrder) => {
  const value = row[key] ?? known[key]
  return value === undefined ? {} : { [key]: value }
}

const isMoved = (before: BrokerOrder, after: BrokerOrder): boolean =>
  before.status !== after.status || before.waiting !== after.waiting || before.quantity !== after.quantity ||
  before.limitPrice !== after.limitPrice || before.triggerPrice !== after.triggerPrice
