import { assert, describe, it } from "@effect/vitest"
import { emptyBook, observe } from "@keepgaining/brokers/orders/BrokerOrderBook.ts"
import type { BrokerOrder } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { LiveOrder } from "@keepgaining/core/desk/DeskState.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { isWorking, type Order } from "@keepgaining/core/orders/Order.ts"
import { apply, track, type TrackedOrder } from "@keepgaining/core/orders/OrderReducer.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Schema from "effect/Schema"
import { nextReport, type NotPlaced } from "../../src/execution/nextReport.ts"

const order: Order = {
  id: "O1",
  book: "live",
  clientTag: "a",
  instrument: 0,
  side: "buy",
  quantity: 100,
  type: "limit",
  limitPrice: paise(50_000),
  validity: "DAY",
  product: "intraday",
  purpose: "manual",
  reduceOnly: false,
  venue: "live",
  account: "kite",
  status: "pending",
  filledQuantity: 0,
  averagePrice: 0,
  createdAt: 1_000,
  updatedAt: 1_000,
  cause: 1
}

const live = (quantities: ReadonlyArray<number>): LiveOrder => ({
  account: "kite",
  slices: quantities.map((quantity, i) => ({ tag: `kg${i}`, quantity })),
  plan: undefined,
  change: undefined,
  cancel: undefined
})

const row = (changes: Partial<BrokerOrder> = {}): BrokerOrder => ({
  orderId: "1",
  tag: "kg0",
  symbol: "NSE:RELIANCE",
  side: "buy",
  type: "limit",
  product: "intraday",
  validity: "DAY",
  quantity: 100,
  filled: 0,
  averagePrice: 0,
  limitPrice: paise(50_000),
  status: "open",
  waiting: false,
  brokerStatus: "OPEN",
  changedAt: 2_000,
  ...changes
})

const none: ReadonlyMap<string, NotPlaced> = new Map()

/** The order after everything was told that rows say. */
const told = (
  from: TrackedOrder,
  of: LiveOrder,
  rows: ReadonlyArray<BrokerOrder>,
  notPlaced: ReadonlyMap<string, NotPlaced> = none
): TrackedOrder => {
  let tracked = from
  for (let reports = 0;; reports++) {
    assert.isBelow(reports, 12, "it never comes to an end")
    const report = nextReport(tracked, of, rows, notPlaced, 9_000)
    if (report === undefined) return tracked
    const next = apply(tracked, report)
    assert.notStrictEqual(next, tracked, `nothing came of ${report._tag}`)
    tracked = next
  }
}

/** Rows of one piece's life, in order. */
const lifeOf = (random: Random.Random, tag: string, orderId: string, quantity: number): Array<BrokerOrder> => {
  const rows = [row({ orderId, tag, quantity, status: "new", changedAt: 2_000 })]
  if (Random.chance(random, 0.1)) {
    rows.push(row({ orderId, tag, quantity, status: "rejected", reason: "RMS", changedAt: 3_000 }))
    return rows
  }
  let filled = 0
  let value = 0
  let limitPrice = paise(50_000)
  for (let at = 3_000;; at += 1_000) {
    if (Random.chance(random, 0.2)) limitPrice = paise(limitPrice + 5)
    if (Random.chance(random, 0.5)) {
      const more = 1 + Random.integer(random, quantity - filled)
      filled += more
      value += more * (50_000 - Random.integer(random, 20))
    }
    const state = {
      orderId,
      tag,
      quantity,
      filled,
      averagePrice: filled === 0 ? 0 : value / filled,
      limitPrice,
      changedAt: at
    }
    if (filled === quantity) {
      rows.push(row({ ...state, status: "complete" }))
      return rows
    }
    if (Random.chance(random, 0.15)) {
      rows.push(row({ ...state, status: "cancelled", reason: "by user" }))
      return rows
    }
    rows.push(row({ ...state, status: "open" }))
  }
}

describe("what the desk is told of a live order", () => {
  it.prop(
    "ends the same however the broker's rows come: late, twice, or only the last of them",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))],
    ([seed]) => {
      const random = Random.fromSeed(seed)
      const quantities = Random.chance(random, 0.5) ? [100] : [60, 40]
      const of = live(quantities)
      const lives = quantities.map((quantity, i) => lifeOf(random, `kg${i}`, `${i + 1}`, quantity))
      const last = lives.flatMap((rows) => rows.slice(-1))
      const straight = told(track(order), of, last)

      const mixed = lives.flat().flatMap((each) => Random.chance(random, 0.3) ? [each, each] : [each])
      for (let i = mixed.length - 1; i > 0; i--) {
        const j = Random.integer(random, i + 1)
        ;[mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!]
      }
      let book = emptyBook
      let tracked = track(order)
      for (const each of [...mixed, ...last]) {
        book = observe(book, each).book
        tracked = told(tracked, of, [...book.orders.values()])
      }
      assert.isFalse(isWorking(tracked.order.status))
      assert.strictEqual(tracked.order.filledQuantity, straight.order.filledQuantity)
      assert.strictEqual(tracked.order.status, straight.order.status)
      assert.strictEqual(
        tracked.order.filledQuantity,
        last.reduce((sum, { filled }) => sum + filled, 0)
      )
      // Fills are whole paise each; their rounding is caught up with, it never adds up.
      const value = last.reduce((sum, { averagePrice, filled }) => sum + filled * averagePrice, 0)
      assert.closeTo(tracked.facts.value, value, Math.max(1, tracked.order.filledQuantity))
    }
  )

  it("knows that an order exists only from its exchange on", () => {
    assert.strictEqual(told(track(order), live([100]), [row({ status: "new" })]).order.status, "pending")
    assert.strictEqual(told(track(order), live([100]), [row()]).order.status, "open")
  })

  it("tells the limit that a market order got", () => {
    const { limitPrice: _, ...market } = { ...order, type: "market" as const }
    const tracked = told(track(market), live([100]), [row({ limitPrice: paise(50_250) })])
    assert.strictEqual(tracked.order.limitPrice, 50_250)
    assert.strictEqual(tracked.order.status, "open")
  })

  it("tells a change made elsewhere, and the answer to one of ours that changed nothing", () => {
    const changed = told(track(order), live([100]), [row({ quantity: 80, limitPrice: paise(49_900) })])
    assert.deepInclude(changed.order, { quantity: 80, limitPrice: paise(49_900) })
    const asked: LiveOrder = {
      ...live([100]),
      change: { _tag: "Modify", orderId: "O1", instrument: 0, quantity: 100, limitPrice: paise(50_000), effectiveAt: 0 }
    }
    const accepted = told(track(order), live([100]), [row()])
    assert.deepInclude(nextReport(accepted, asked, [row()], none, 9_000), { _tag: "Modified", revision: 1 })
  })

  it("waits for every piece before it says how the order ended", () => {
    const of = live([60, 40])
    const rejected = row({ quantity: 60, status: "rejected", reason: "RMS" })
    assert.strictEqual(told(track(order), of, [rejected]).order.status, "pending")
    const other = row({ orderId: "2", tag: "kg1", quantity: 40, filled: 40, averagePrice: 50_000, status: "complete" })
    const ended = told(track(order), of, [rejected, other])
    assert.deepInclude(ended.order, { status: "cancelled", filledQuantity: 40 })
  })

  it("tells apart what a broker refused from what never reached it", () => {
    const lost = new Map<string, NotPlaced>([["kg0", { reason: "not in the order book", refused: false }]])
    assert.deepInclude(nextReport(track(order), live([100]), [], lost, 9_000), { _tag: "Rejected", neverSent: true })
    const refused = new Map<string, NotPlaced>([["kg0", { reason: "no margin", refused: true }]])
    const report = nextReport(track(order), live([100]), [], refused, 9_000)
    assert.deepInclude(report, { _tag: "Rejected", reason: "no margin" })
    assert.notProperty(report, "neverSent")
  })

  it("still counts a fill after the end", () => {
    const cancelled = told(track(order), live([100]), [row({ status: "cancelled" })])
    assert.strictEqual(cancelled.order.status, "cancelled")
    const late = row({ status: "complete", filled: 100, averagePrice: 50_000 })
    assert.deepInclude(told(cancelled, live([100]), [late]).order, { status: "complete", filledQuantity: 100 })
  })
})
