/** The stream of orders, and how it ends. */
import { assert, describe } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import type { Candidate } from "./Candidate.ts"
import { checkOf, fault } from "./check.ts"
import { eventually, fillingOrder, restingOrder } from "./stage.ts"
import { throughDamage } from "./throughDamage.ts"
import { events, inBook, orderEvents, within } from "./watch.ts"

export const orderFeedCases = (candidate: Candidate): void => {
  const { broker } = candidate
  const check = checkOf(candidate)

  describe("order feed", () => {
    check("the life of an order, and what another app places", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        const order = restingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* eventually("open", () => orderEvents(seen, order.tag).find(({ status }) => status === "open"))
        yield* on.session.orders.cancel(orderId)
        const last = yield* eventually("cancelled", () =>
          orderEvents(seen, order.tag).find(({ status }) => status === "cancelled"))
        assert.strictEqual(last.orderId, orderId)
        assert.strictEqual(last.symbol, order.symbol)
        const of = on.simulation.market.ofSymbol("NSE:ITC")
        assert.isDefined(of)
        on.simulation.exchange.place(on.customer, {
          of,
          side: "buy",
          type: "limit",
          product: "delivery",
          validity: "DAY",
          quantity: 1,
          limitPrice: paise(on.simulation.exchange.quote(of).price)
        })
        yield* eventually("the other app's", () =>
          seen.find((event) =>
            event._tag === "Order" && event.order.symbol === "NSE:ITC"
          ))
      }))
    for (const kind of ["duplicate", "reorder"] as const) {
      check(`${kind} frames arrive as they come; nothing is lost`, (on) =>
        Effect.gen(function*() {
          const { seen } = yield* events(on)
          fault(on, { fault: kind, operation: "order-feed", count: 2 })
          const order = fillingOrder(on)
          yield* on.session.orders.place(order)
          yield* inBook(on, order.tag, ({ status }) => status === "complete")
          const after = restingOrder(on)
          yield* on.session.orders.place(after)
          yield* eventually("complete", () => orderEvents(seen, order.tag).find(({ status }) => status === "complete"))
        }))
    }
    check("what the stream missed is in the book", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        on.simulation.faults.add({ broker, fault: "miss", operation: "order-feed" })
        const order = fillingOrder(on)
        yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "complete")
        assert.lengthOf(orderEvents(seen, order.tag), 0)
      }))
    check("a frame that cannot be read is told, not thrown", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        fault(on, { fault: "bad-payload", operation: "order-feed" })
        yield* on.session.orders.place(restingOrder(on))
        yield* eventually("told", () => seen.find(({ _tag }) => _tag === "Unreadable"))
      }))
    check(
      "frames that are cut, changed or without meaning are told; none throws, and orders still come",
      (on) =>
        Effect.gen(function*() {
          const { relay, session, thrown } = yield* throughDamage(candidate, on)
          const { seen } = yield* events({ ...on, session })
          relay.damaging = true
          const tags: Array<string> = []
          const place = Effect.suspend(() => {
            const order = fillingOrder(on)
            tags.push(order.tag)
            return on.session.orders.place(order)
          })
          // More than one, for a feed is open a moment before its subscription has arrived.
          yield* Effect.forkScoped(Effect.forever(Effect.andThen(place, Effect.sleep(500))))
          yield* eventually("an order", () =>
            tags.some((tag) => orderEvents(seen, tag).some(({ status }) => status === "complete")) || undefined)
          assert.isAbove(relay.sent, 0)
          assert.isTrue(seen.some(({ _tag }) =>
            _tag === "Unreadable"
          ))
          assert.deepStrictEqual(thrown, [])
        })
    )
    check("a status that nobody knows is told as unknown, and never as an end", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        const order = restingOrder(on)
        fault(on, { fault: "strange-status", operation: "order-feed", after: 1 })
        yield* on.session.orders.place(order)
        const strange = yield* eventually("it", () =>
          orderEvents(seen, order.tag).find(({ status }) => status === "unknown"))
        assert.match(strange.brokerStatus, /settlement|999/i)
        assert.isFalse(strange.waiting)
        yield* inBook(on, order.tag, ({ status }) =>
          status === "open")
      }))
    check("a change in the second of the one before is told with the same stamp", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        const order = restingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        const before = yield* eventually("open", () =>
          orderEvents(seen, order.tag).find(({ status }) => status === "open"))
        fault(on, { fault: "old-stamp", operation: "modify" })
        yield* on.session.orders.modify({ orderId, order: { ...order, quantity: 12 } })
        const after = yield* eventually("the change", () =>
          orderEvents(seen, order.tag).find(({ quantity }) =>
            quantity === 12
          ))
        assert.strictEqual(after.changedAt, before.changedAt)
        assert.strictEqual(
          (yield* inBook(on, order.tag, ({ quantity }) =>
            quantity === 12)).changedAt,
          before.changedAt
        )
      }))
    for (const kind of ["silent", "half-open"] as const) {
      check(`${kind}: is noticed by the watchdog`, (on) =>
        Effect.gen(function*() {
          const { ended } = yield* events(on)
          fault(on, { fault: kind, operation: "order-feed" })
          yield* on.session.orders.place(restingOrder(on))
          assert.include(["silent", "closed"], (yield* within(ended)).cause)
        }))
    }
    for (const kind of ["disconnect", "reset", "cut-frame"] as const) {
      check(`${kind}: ends`, (on) =>
        Effect.gen(function*() {
          const { ended } = yield* events(on)
          fault(on, { fault: kind, operation: "order-feed" })
          yield* on.session.orders.place(restingOrder(on))
          assert.strictEqual((yield* within(ended)).cause, "closed")
        }))
    }
  })
}
