/** Orders on a bad day: what is known of each afterwards, and that nobody sends one again. */
import { assert, describe } from "@effect/vitest"
import type { FaultRule } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import * as Effect from "effect/Effect"
import type { Candidate } from "./Candidate.ts"
import { checkOf, failure, fault } from "./check.ts"
import { eventually, fillingOrder, restingOrder } from "./stage.ts"
import { events, inBook, orderEvents, placed, ticks, within } from "./watch.ts"

export const orderFaultCases = (candidate: Candidate): void => {
  const check = checkOf(candidate)

  describe("orders that go wrong", () => {
    check("part fills come one by one and add up", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "part-fills", operation: "place", parts: 5 })
        const { seen } = yield* events(on)
        const order = fillingOrder(on)
        const [id] = yield* on.session.orders.place(order)
        const done = yield* inBook(on, order.tag, ({ status }) => status === "complete")
        assert.strictEqual(done.filled, 10)
        const trades = (yield* on.session.orders.trades).filter((trade) => trade.orderId === id)
        assert.isAbove(trades.length, 1)
        yield* eventually("the last fill on the stream", () =>
          orderEvents(seen, order.tag).some(({ filled }) => filled === 10) || undefined)
        const fills = orderEvents(seen, order.tag).map(({ filled }) =>
          filled
        )
        assert.isTrue(fills.some((filled) => filled > 0 && filled < 10), String(fills))
      }))
    check("an order that was acknowledged and never was", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "ghost", operation: "place" })
        const order = restingOrder(on)
        assert.lengthOf(yield* on.session.orders.place(order), 1)
        yield* Effect.sleep(100)
        assert.isUndefined((yield* on.session.orders.book).find(({ tag }) => tag === order.tag))
      }))
    check(
      "a book that leaves the tags out has the orders all the same, and the stream has the tag",
      (on) =>
        Effect.gen(function*() {
          const { seen } = yield* events(on)
          const order = restingOrder(on)
          const [orderId] = yield* on.session.orders.place(order)
          const told = yield* eventually(
            "open",
            () => orderEvents(seen, order.tag).find(({ status }) => status === "open")
          )
          assert.strictEqual(told.orderId, orderId)
          fault(on, { fault: "book-without-tag", operation: "book" })
          const row = (yield* on.session.orders.book).find((each) => each.orderId === orderId)
          assert.isDefined(row)
          assert.notProperty(row, "tag")
          assert.deepInclude(row, { symbol: order.symbol, quantity: 10, status: "open" })
          yield* inBook(on, order.tag, () => true)
        })
    )
    check("rejected at once", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "reject-at-once", operation: "place" })
        const error = yield* failure(on.session.orders.place(restingOrder(on)), on)
        assert.strictEqual(error._tag, "Refused")
        assert.include(error.message, "RMS")
      }))
    check("rejected later, with the reason", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "reject-later", operation: "place" })
        const order = restingOrder(on)
        yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "rejected")
        assert.include(row.reason ?? "", "RMS")
      }))
    check("a part fill that is cancelled keeps what was filled", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "part-fills", operation: "place", parts: 10 })
        const order = fillingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ filled }) => filled > 0)
        on.simulation.clock.setSpeed(0)
        const { filled } = yield* inBook(on, order.tag, () => true)
        // Nothing passes until the cancellation is there, and then at once.
        if (filled < 10) yield* on.session.orders.cancel(orderId)
        on.simulation.clock.setSpeed(10)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "cancelled" || status === "complete")
        const trades = (yield* on.session.orders.trades).filter((trade) => trade.orderId === orderId)
        assert.strictEqual(row.filled, trades.reduce((sum, { quantity }) => sum + quantity, 0))
        const [position] = yield* on.session.portfolio.positions
        assert.strictEqual(position?.quantity, row.filled)
      }))
    check(
      "outside the session orders, changes and cancellations are refused, and nothing is left behind",
      (on) =>
        Effect.gen(function*() {
          fault(on, { fault: "market-closed", operation: "place" })
          const error = yield* failure(on.session.orders.place(restingOrder(on)), on)
          assert.strictEqual(error._tag, "Refused", error.message)
          assert.strictEqual(placed(on), 0)
          const order = restingOrder(on)
          const [orderId = ""] = yield* on.session.orders.place(order)
          yield* inBook(on, order.tag, ({ status }) => status === "open")
          fault(on, { fault: "market-closed", operation: "modify" })
          const change = on.session.orders.modify({ orderId, order: { ...order, quantity: 12 } })
          assert.strictEqual((yield* failure(change, on))._tag, "Refused")
          fault(on, { fault: "market-closed", operation: "cancel" })
          assert.strictEqual((yield* failure(on.session.orders.cancel(orderId), on))._tag, "Refused")
          const row = yield* inBook(on, order.tag, ({ status }) => status === "open")
          assert.strictEqual(row.quantity, 10)
        })
    )
    check("one request that became two orders", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "slice", operation: "place" })
        const order = restingOrder(on)
        yield* on.session.orders.place(order)
        yield* Effect.sleep(100)
        const rows = (yield* on.session.orders.book).filter(({ tag }) => tag === order.tag)
        assert.lengthOf(rows, 2)
        assert.strictEqual(rows.reduce((sum, { quantity }) => sum + quantity, 0), 10)
      }))

    const unknown: ReadonlyArray<readonly [string, FaultRule]> = [
      ["the connection is reset before the order arrived", { fault: "reset" }],
      ["the acknowledgement is lost", { fault: "reset", applied: true }],
      ["no answer, not placed", { fault: "hang" }],
      ["no answer, placed", { fault: "hang", applied: true }],
      ["the answer is cut", { fault: "truncate", applied: true }],
      ["HTTP 500", { fault: "server-error", status: 500 }],
      ["HTTP 502, placed", { fault: "server-error", status: 502, applied: true }],
      ["HTTP 503 with a page", { fault: "server-error-html", status: 503 }],
      ["HTTP 504 with a page, placed", { fault: "server-error-html", status: 504, applied: true }],
      ["HTTP 408 with a page", { fault: "server-error-html", status: 408 }],
      ["HTTP 408 with a page, placed", { fault: "server-error-html", status: 408, applied: true }],
      ["HTTP 403 with a page", { fault: "server-error-html", status: 403 }],
      ["HTTP 401 with a page", { fault: "server-error-html", status: 401 }],
      ["HTTP 425 with a page, placed", { fault: "server-error-html", status: 425, applied: true }],
      ["HTTP 200 with a page", { fault: "html-answer" }],
      ["HTTP 200 with a page, placed", { fault: "html-answer", applied: true }]
    ]
    for (const [what, rule] of unknown) {
      check(`unknown outcome: ${what}`, (on) =>
        Effect.gen(function*() {
          const order = restingOrder(on)
          fault(on, { ...rule, operation: "place" })
          const error = yield* failure(on.session.orders.place(order), on)
          assert.strictEqual(error._tag, "UnknownOutcome", error.message)
          if (error._tag === "UnknownOutcome") assert.strictEqual(error.tag, order.tag)
          const applied = rule.applied === true || rule.fault === "truncate" ? 1 : 0
          assert.strictEqual(placed(on), applied, "sent again by somebody")
          const found = (yield* on.session.orders.book).filter(({ tag }) => tag === order.tag)
          assert.lengthOf(found, applied)
        }))
    }
    check("unknown outcome of a change and of a cancellation", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "open")
        fault(on, { fault: "reset", operation: "modify", applied: true })
        const change = on.session.orders.modify({ orderId, order: { ...order, quantity: 11 } })
        assert.strictEqual((yield* failure(change, on))._tag, "UnknownOutcome")
        yield* inBook(on, order.tag, ({ quantity }) => quantity === 11)
        fault(on, { fault: "server-error-html", status: 404, operation: "cancel" })
        assert.strictEqual((yield* failure(on.session.orders.cancel(orderId), on))._tag, "UnknownOutcome")
        fault(on, { fault: "hang", operation: "cancel", applied: true })
        assert.strictEqual((yield* failure(on.session.orders.cancel(orderId), on))._tag, "UnknownOutcome")
        yield* inBook(on, order.tag, ({ status }) => status === "cancelled")
      }))
    check("too many calls: not executed, may be sent again", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        fault(on, { fault: "rate-limit", operation: "place" })
        assert.strictEqual((yield* failure(on.session.orders.place(order), on))._tag, "RateLimited")
        assert.strictEqual(placed(on), 0)
        yield* on.session.orders.place(order)
        assert.strictEqual(placed(on), 1)
      }))
    check("a token that is refused in the middle of the day", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "unauthorised", operation: "place" })
        assert.strictEqual((yield* failure(on.session.orders.place(restingOrder(on)), on))._tag, "Unauthorised")
      }))
    check("a customer who is thrown out: calls and streams alike", (on) =>
      Effect.gen(function*() {
        const { feed } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
        const { ended } = yield* events(on)
        fault(on, { fault: "kick", operation: "book" })
        assert.strictEqual((yield* failure(on.session.orders.book, on))._tag, "Unauthorised")
        for (const end of [yield* within(feed.ended), yield* within(ended)]) {
          assert.include(["closed", "refused", "unauthorised"], end.cause)
        }
        assert.strictEqual((yield* failure(on.session.portfolio.funds, on))._tag, "Unauthorised")
        assert.strictEqual((yield* failure(on.session.marketFeed.open(() => undefined), on))._tag, "Unauthorised")
        assert.strictEqual((yield* failure(on.session.orderFeed.open(() => undefined), on))._tag, "Unauthorised")
      }))
    check("an IP that is not registered", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "forbidden", operation: "place" })
        const error = yield* failure(on.session.orders.place(restingOrder(on)), on)
        assert.strictEqual(error._tag, "Refused")
        if (error._tag === "Refused") assert.isDefined(error.remedy)
      }))
    check("an acknowledgement after the first update", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        const order = fillingOrder(on)
        fault(on, { fault: "delay", delay: 200, operation: "place", applied: true })
        const [id] = yield* on.session.orders.place(order)
        const early = orderEvents(seen, order.tag)
        assert.isAbove(early.length, 0)
        assert.strictEqual(early[0]?.orderId, id)
      }))
  })
}
