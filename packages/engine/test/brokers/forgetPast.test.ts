import { assert, describe, it } from "@effect/vitest"
import {
  type BrokerOrderBook,
  emptyBook,
  observeAll,
  observeTrade
} from "@keepgaining/brokers/orders/BrokerOrderBook.ts"
import type { BrokerOrder, BrokerTrade } from "@keepgaining/brokers/port/BrokerOrder.ts"
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { forgetPastOrders, forgetPastTrades } from "../../src/brokers/forgetPast.ts"

const at = (text: string): number => Date.parse(`${text}+05:30`)
const MIDNIGHT = at("2026-11-24T00:00")

const order = (orderId: string, changes: Partial<BrokerOrder>): BrokerOrder => ({
  orderId,
  symbol: "NSE:RELIANCE",
  side: "buy",
  type: "limit",
  product: "delivery",
  validity: "DAY",
  quantity: 10,
  filled: 0,
  averagePrice: 0,
  limitPrice: paise(130_000),
  status: "open",
  waiting: false,
  brokerStatus: "OPEN",
  changedAt: at("2026-11-23T10:00"),
  ...changes
})

const trade = (tradeId: string, when: string): BrokerTrade => ({
  tradeId,
  orderId: "1",
  symbol: "NSE:RELIANCE",
  side: "buy",
  product: "delivery",
  quantity: 1,
  price: paise(130_000),
  at: at(when)
})

const bookOf = (orders: ReadonlyArray<BrokerOrder>, trades: ReadonlyArray<BrokerTrade> = []): BrokerOrderBook =>
  trades.reduce(observeTrade, observeAll(emptyBook, orders).book)

describe("what is of days before", () => {
  it("goes with its day; what had not ended ran out, and stays to be seen for a day", () => {
    const book = bookOf([
      order("done", { status: "complete", filled: 10 }),
      order("open", {}),
      order("stop", { waiting: true }),
      order("today", { changedAt: at("2026-11-24T09:20") })
    ])
    const { book: next, changes } = forgetPastOrders(book, [], MIDNIGHT)
    assert.deepStrictEqual([...next.orders.values()].map(({ orderId, status }) => [orderId, status]), [
      ["open", "expired"],
      ["stop", "expired"],
      ["today", "open"]
    ])
    assert.deepStrictEqual(
      changes.map((change) => [change._tag, change.order.orderId, change.order.status, change.order.waiting]),
      [["Moved", "open", "expired", false], ["Moved", "stop", "expired", false]]
    )
    // Nothing more on that day, and gone on the next.
    assert.deepStrictEqual(forgetPastOrders(next, [], MIDNIGHT), { book: next, changes: [] })
    const later = forgetPastOrders(next, [order("today", {})], MIDNIGHT + DAY_MS)
    assert.deepStrictEqual([...later.book.orders.keys()], ["today"])
    assert.deepStrictEqual(later.changes, [])
  })

  it("stays while the broker lists it: an order for the next day, a GTT's", () => {
    const kept = order("amo", {})
    const book = bookOf([kept])
    assert.deepStrictEqual(forgetPastOrders(book, [kept], MIDNIGHT), { book, changes: [] })
  })

  it("is never taken for it without a stamp", () => {
    const book = bookOf([order("unstamped", { changedAt: 0 })])
    assert.deepStrictEqual(forgetPastOrders(book, [], MIDNIGHT), { book, changes: [] })
  })

  it("makes room for trade ids that come again", () => {
    const book = bookOf([], [trade("1", "2026-11-23T10:00"), trade("2", "2026-11-24T10:00")])
    const next = forgetPastTrades(book, MIDNIGHT)
    assert.deepStrictEqual([...next.trades.values()].map(({ tradeId }) => tradeId), ["2"])
    const again = observeTrade(next, trade("1", "2026-11-24T11:00"))
    assert.strictEqual([...again.trades.values()].find(({ tradeId }) => tradeId === "1")?.at, at("2026-11-24T11:00"))
    assert.strictEqual(forgetPastTrades(again, MIDNIGHT), again)
  })
})
