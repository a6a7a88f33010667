/** What an account has. */
import { assert, describe } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import type { Candidate } from "./Candidate.ts"
import { checkOf } from "./check.ts"
import { fillingOrder, restingOrder } from "./stage.ts"
import { inBook } from "./watch.ts"

export const portfolioCases = (candidate: Candidate): void => {
  const check = checkOf(candidate)

  describe("portfolio", () => {
    check("profile", (on) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* on.session.portfolio.profile).userId, on.customer.userId)
      }))
    check("funds", (on) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* on.session.portfolio.funds, {
          available: paise(on.customer.cash),
          used: paise(0)
        })
      }))
    check("holdings", (on) =>
      Effect.gen(function*() {
        const [first] = yield* on.session.portfolio.holdings
        assert.isDefined(first)
        assert.strictEqual(first.symbol, "NSE:RELIANCE")
        assert.strictEqual(first.quantity, 40)
        assert.strictEqual(first.averagePrice, 130_000)
      }))
    check("positions: none, then what was bought", (on) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* on.session.portfolio.positions, [])
        const order = fillingOrder(on, { product: "intraday" })
        yield* on.session.orders.place(order)
        const done = yield* inBook(on, order.tag, ({ status }) => status === "complete")
        const [position] = yield* on.session.portfolio.positions
        assert.isDefined(position)
        assert.strictEqual(position.symbol, order.symbol)
        assert.strictEqual(position.product, "intraday")
        assert.strictEqual(position.quantity, 10)
        assert.closeTo(position.averagePrice, done.averagePrice, 1)
      }))
    check("funds fall by what an order holds", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "open")
        const { available, used } = yield* on.session.portfolio.funds
        assert.strictEqual(used, 10 * (order.limitPrice ?? 0))
        assert.strictEqual(available + used, on.customer.cash)
      }))
  })
}
