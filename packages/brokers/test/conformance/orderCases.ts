/** Orders on a good day: placed, changed, cancelled, refused for a reason. */
import { assert, describe } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import type { Candidate } from "./Candidate.ts"
import { checkOf, failure } from "./check.ts"
import { fillingOrder, restingOrder, type Stage } from "./stage.ts"
import { inBook, placed } from "./watch.ts"

export const orderCases = (candidate: Candidate): void => {
  const check = checkOf(candidate)

  describe("orders", () => {
    check("a resting order stands in the book with its tag, whole", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        const [id] = yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "open")
        assert.strictEqual(row.orderId, id)
        assert.deepInclude(row, {
          symbol: order.symbol,
          side: "buy",
          type: "limit",
          product: "delivery",
          validity: "DAY",
          quantity: 10,
          filled: 0,
          averagePrice: 0,
          limitPrice: order.limitPrice ?? paise(0),
          waiting: false
        })
        assert.closeTo(row.changedAt, on.simulation.clock.now, 20_000)
      }))
    check("one that crosses fills; the trades say the same", (on) =>
      Effect.gen(function*() {
        const order = fillingOrder(on)
        const [id] = yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "complete")
        const trades = (yield* on.session.orders.trades).filter((trade) => trade.orderId === id)
        assert.strictEqual(row.filled, 10)
        assert.strictEqual(trades.reduce((sum, { quantity }) => sum + quantity, 0), 10)
        const value = trades.reduce((sum, { price, quantity }) => sum + price * quantity, 0)
        assert.closeTo(row.averagePrice, value / 10, 1)
        assert.strictEqual(trades[0]?.symbol, order.symbol)
      }))
    check("a change of price and quantity", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "open")
        const limitPrice = paise((order.limitPrice ?? 0) - 1_000)
        yield* on.session.orders.modify({ orderId, order: { ...order, quantity: 12, limitPrice } })
        const row = yield* inBook(on, order.tag, ({ quantity }) => quantity === 12)
        assert.strictEqual(row.limitPrice, limitPrice)
        assert.strictEqual(row.status, "open")
      }))
    check("a cancelled order is cancelled, and cannot be cancelled again", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "open")
        yield* on.session.orders.cancel(orderId)
        yield* inBook(on, order.tag, ({ status }) => status === "cancelled")
        assert.strictEqual((yield* failure(on.session.orders.cancel(orderId), on))._tag, "Refused")
        const change = on.session.orders.modify({ orderId, order })
        assert.strictEqual((yield* failure(change, on))._tag, "Refused")
      }))
    check("an order that never was cannot be cancelled", (on) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* failure(on.session.orders.cancel("261124000099999"), on))._tag, "Refused")
      }))
    check("a stop-limit waits for its trigger", (on) =>
      Effect.gen(function*() {
        const near = fillingOrder(on)
        const triggerPrice = paise(near.limitPrice ?? 0)
        const order = { ...near, type: "stop-limit" as const, triggerPrice, limitPrice: paise(triggerPrice + 100) }
        yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ waiting }) => waiting)
        assert.strictEqual(row.status, "open")
        assert.strictEqual(row.triggerPrice, triggerPrice)
        assert.strictEqual(row.type, "stop-limit")
      }))
    check("a market order fills", (on) =>
      Effect.gen(function*() {
        const { limitPrice: _, ...order } = restingOrder(on)
        yield* on.session.orders.place({ ...order, type: "market" })
        yield* inBook(on, order.tag, ({ status }) => status === "complete")
      }))
    check("an IOC order that cannot fill is cancelled", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on, { validity: "IOC" })
        yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "cancelled")
        assert.strictEqual(row.validity, "IOC")
      }))
    check("an option by the lot", (on) =>
      Effect.gen(function*() {
        const of = on.simulation.market.ofSymbol(on.option)
        assert.isDefined(of)
        const limitPrice = paise(Math.round(on.simulation.exchange.quote(of).price * 1.05 / 5) * 5)
        const order = restingOrder(on, { symbol: on.option, product: "carry", quantity: 65, limitPrice })
        yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "complete")
        assert.strictEqual(row.symbol, on.option)
        assert.strictEqual(row.product, "carry")
      }))
    check("shares that are held can be sold for delivery, others not", (on) =>
      Effect.gen(function*() {
        const sale = restingOrder(on, { side: "sell", quantity: 40 })
        yield* on.session.orders.place(sale)
        yield* inBook(on, sale.tag, ({ status }) => status === "complete")
        const error = yield* failure(on.session.orders.place(restingOrder(on, { side: "sell", quantity: 41 })), on)
        assert.strictEqual(error._tag, "Refused")
      }))
    const wrong: ReadonlyArray<readonly [string, (on: Stage) => Parameters<Stage["session"]["orders"]["place"]>[0]]> = [
      ["more than the money allows", (on) => restingOrder(on, { quantity: 100_000 })],
      [
        "half a lot",
        (on) => restingOrder(on, { symbol: on.option, product: "carry", quantity: 30, limitPrice: paise(5_000) })
      ],
      ["a price between the ticks", (on) => restingOrder(on, { limitPrice: paise(130_003) })],
      ["an index", (on) => restingOrder(on, { symbol: "NSE:NIFTY 50", limitPrice: paise(2_500_000) })],
      ["an unknown instrument", (on) => restingOrder(on, { symbol: "NSE:NOSUCH" })]
    ]
    for (const [what, make] of wrong) {
      check(`refused for sure: ${what}`, (on) =>
        Effect.gen(function*() {
          const error = yield* failure(on.session.orders.place(make(on)), on)
          assert.strictEqual(error._tag, "Refused", error.message)
          assert.strictEqual(placed(on), 0)
        }))
    }
    if (!candidate.without.includes("gtt")) {
      check("a GTT order: placed, listed, cancelled", (on) =>
        Effect.gen(function*() {
          const { gtt } = on.session
          assert.isDefined(gtt)
          const { limitPrice = paise(0) } = restingOrder(on)
          const lastPrice = paise(Math.round(limitPrice / 0.95 / 10) * 10)
          const id = yield* gtt.place({
            symbol: "NSE:RELIANCE",
            side: "buy",
            quantity: 3,
            product: "delivery",
            lastPrice,
            legs: [{ triggerPrice: limitPrice, limitPrice }]
          })
          const listed = (yield* gtt.list).find((each) => each.id === id)
          assert.deepInclude(listed, { symbol: "NSE:RELIANCE", side: "buy", quantity: 3, status: "active" })
          assert.strictEqual(listed?.legs[0]?.triggerPrice, limitPrice)
          yield* gtt.cancel(id)
          const after = (yield* gtt.list).find((each) => each.id === id)
          assert.isTrue(after === undefined || after.status === "cancelled")
        }))
    }
  })
}
