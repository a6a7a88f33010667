/**
 * What our books and the broker's say of the same account, compared. It never trades: it names differences, and rows for the
 * order book's reducer.
 */
import { type BrokerOrder, isFinal } from "../port/BrokerOrder.ts"
import type { BrokerPosition } from "../port/Portfolio.ts"
import type { BrokerOrderBook } from "./BrokerOrderBook.ts"

export type Difference =
  /** We have an order working that the broker's book does not show. */
  | { readonly _tag: "Missing"; readonly order: BrokerOrder }
  /** In the broker's book, not placed by us: from another app, or by an earlier life of ours. */
  | { readonly _tag: "Foreign"; readonly order: BrokerOrder }
  | { readonly _tag: "Differs"; readonly ours: BrokerOrder; readonly theirs: BrokerOrder }
  | {
    readonly _tag: "Position"
    readonly symbol: string
    readonly product: BrokerPosition["product"]
    /** Signed units. */
    readonly ours: number
    readonly theirs: number
  }

/** `isOurs`: whether a tag is one that we gave. */
export const compareOrders = (
  book: BrokerOrderBook,
  theirs: ReadonlyArray<BrokerOrder>,
  isOurs: (tag: string) => boolean
): ReadonlyArray<Difference> => {
  const differences: Array<Difference> = []
  const shown = new Set<string>()
  for (const order of theirs) {
    shown.add(order.orderId)
    const ours = book.orders.get(order.orderId)
    if (ours === undefined) {
      if (order.tag === undefined || !isOurs(order.tag)) differences.push({ _tag: "Foreign", order })
      continue
    }
    if (ours.filled !== order.filled || isFinal(ours.status) !== isFinal(order.status)) {
      differences.push({ _tag: "Differs", ours, theirs: order })
    }
  }
  for (const order of book.orders.values()) {
    if (!isFinal(order.status) && !shown.has(order.orderId)) differences.push({ _tag: "Missing", order })
  }
  return differences
}

export const positionKey = (symbol: string, product: BrokerPosition["product"]): string => `${symbol}|${product}`

/** `ours` by {@link positionKey}, signed units. */
export const comparePositions = (
  ours: ReadonlyMap<string, number>,
  theirs: ReadonlyArray<BrokerPosition>
): ReadonlyArray<Difference> => {
  const differences: Array<Difference> = []
  const shown = new Set<string>()
  for (const { product, quantity, symbol } of theirs) {
    const key = positionKey(symbol, product)
    shown.add(key)
    const known = ours.get(key) ?? 0
    if (known !== quantity) differences.push({ _tag: "Position", symbol, product, ours: known, theirs: quantity })
  }
  for (const [key, quantity] of ours) {
    if (quantity === 0 || shown.has(key)) continue
    const bar = key.lastIndexOf("|")
    const product = key.slice(bar + 1)
    if (product !== "intraday" && product !== "delivery" && product !== "carry") continue
    differences.push({ _tag: "Position", symbol: key.slice(0, bar), product, ours: quantity, theirs: 0 })
  }
  return differences
}
