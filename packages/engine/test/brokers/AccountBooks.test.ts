/** What an account knows of its orders when the broker says it in an odd way, over real sockets. */
import { assert, describe, it } from "@effect/vitest"
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { FaultRule } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import { SECOND_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import {
  accountStage,
  actorOf,
  customer,
  during,
  isWell,
  registered,
  simAccountOf,
  someOrder,
  until
} from "./accountStage.ts"

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")

/** An account with an order that rests, of which nothing has been heard for a while. */
const resting = (broker: Broker) =>
  Effect.gen(function*() {
    const of = customer(broker, "AB1234")
    const stage = yield* accountStage({ start: START, customers: [of] })
    const actor = actorOf(stage, of)
    yield* until(stage, "the account is well", () => isWell(actor))
    const { session } = actor
    if (session === undefined) throw new Error("the account is not live")
    const order = someOrder(stage, -3)
    const [orderId = ""] = yield* during(stage, session.orders.place(order))
    const known = () => actor.book.orders.get(orderId)
    yield* until(stage, "the order is known", () => known()?.status === "open")
    // Just after a comparison, so that the next one is far away.
    const { reconciledAt } = actor.status()
    yield* until(stage, "the books are compared", () => actor.status().reconciledAt !== reconciledAt)
    yield* stage.clock.pass(5 * SECOND_MS, SECOND_MS)
    const fault = (rule: FaultRule): void => void stage.simulation.faults.add({ broker, count: 1, ...rule })
    return { fault, known, of, order, orderId, session, stage }
  })

describe.each(registered)("the books of an account at %s", (broker) => {
  it.effect("are read at once when the stream says a status that nobody knows", () =>
    Effect.gen(function*() {
      const { fault, known, of, orderId, stage } = yield* resting(broker)
      fault({ fault: "strange-status", operation: "order-feed" })
      stage.simulation.exchange.cancel(simAccountOf(stage, of), orderId)
      const took = yield* until(stage, "the end is known", () => known()?.status === "cancelled")
      assert.isAtMost(took, 15 * SECOND_MS)
      assert.lengthOf(stage.simulation.faults.rules, 0)
    }))

  it.effect("follow a change that has the stamp of the one before", () =>
    Effect.gen(function*() {
      const { fault, known, order, orderId, session, stage } = yield* resting(broker)
      const stamp = known()?.changedAt
      fault({ fault: "old-stamp", operation: "modify" })
      const limitPrice = paise((order.limitPrice ?? 0) - 1_000)
      yield* during(stage, session.orders.modify({ orderId, order: { ...order, limitPrice } }))
      yield* until(stage, "the new price is known", () => known()?.limitPrice === limitPrice, 15 * SECOND_MS)
      // And no comparison of the books takes it back.
      yield* stage.clock.pass(65 * SECOND_MS, SECOND_MS)
      const row = known()
      assert.deepStrictEqual([row?.limitPrice, row?.changedAt, row?.status], [limitPrice, stamp, "open"])
    }))
})
