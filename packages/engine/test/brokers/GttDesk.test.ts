/** GTT orders at simulated brokers over real sockets: none is placed twice, and none that exists is called failed. */
import { assert, describe, it } from "@effect/vitest"
import type { NewGtt } from "@keepgaining/brokers/port/GttOrder.ts"
import type { FaultRule } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import { type GttDesk, makeGttDesk } from "../../src/brokers/GttDesk.ts"
import {
  type AccountStage,
  accountStage,
  actorOf,
  customer,
  during,
  isWell,
  registered,
  simAccountOf
} from "./accountStage.ts"
import { patiently } from "./patiently.ts"

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")

describe.each(registered)("GTT orders at %s", (broker) => {
  const of = customer(broker, "AB1234")

  const staged = Effect.gen(function*() {
    const stage = yield* accountStage({ start: START, customers: [of], symbols: ["NSE:RELIANCE"], timeout: 1_500 })
    const actor = actorOf(stage, of)
    yield* patiently(stage, "the account is well", () => isWell(actor))
    const desk = yield* makeGttDesk
    /** A purchase far below the market. */
    const market = stage.simulation.market.ofSymbol("NSE:RELIANCE")
    if (market === undefined) throw new Error("RELIANCE is always listed")
    const { price } = stage.simulation.exchange.quote(market)
    const trigger = paise(Math.round(price * 0.8 / 10) * 10)
    const order: NewGtt = {
      symbol: "NSE:RELIANCE",
      side: "buy",
      quantity: 3,
      product: "delivery",
      lastPrice: price,
      legs: [{ triggerPrice: trigger, limitPrice: trigger }]
    }
    return { stage, actor, desk, order }
  })

  /** Of the request after the next one: the list is read before anything is placed. */
  const afterList = ({ simulation }: AccountStage, rule: FaultRule): void => {
    simulation.faults.add({ broker, operation: "gtt", count: 1, after: 1, ...rule })
  }
  const atExchange = (stage: AccountStage) => stage.simulation.exchange.gtts(simAccountOf(stage, of))
  const statusOf = (stage: AccountStage, desk: GttDesk, id: string) =>
    Effect.map(
      during(stage, desk.list(actorOf(stage, of))),
      (rows) => rows.find((row) => row.id === id)?.status ?? "gone"
    )

  it.effect("are placed once a command, listed, and cancelled", () =>
    Effect.gen(function*() {
      const { actor, desk, order, stage } = yield* staged
      const [id, same] = yield* during(
        stage,
        Effect.all([desk.place(actor, "c1", order), desk.place(actor, "c1", order)], { concurrency: "unbounded" })
      )
      assert.strictEqual(same, id)
      assert.strictEqual(yield* during(stage, desk.place(actor, "c1", order)), id)
      assert.strictEqual(yield* desk.outcome(actor.record.id, "c1") ?? Effect.succeed("forgotten"), id)
      assert.isUndefined(desk.outcome(actor.record.id, "c2"))
      assert.lengthOf(atExchange(stage), 1)
      assert.strictEqual(yield* statusOf(stage, desk, id), "active")
      const other = yield* during(stage, desk.place(actor, "c2", order))
      assert.notStrictEqual(other, id)
      yield* during(stage, desk.cancel(actor, id))
      assert.include(["cancelled", "gone"], yield* statusOf(stage, desk, id))
      assert.strictEqual(yield* statusOf(stage, desk, other), "active")
    }))

  it.effect("whose answer is lost are found in the list", () =>
    Effect.gen(function*() {
      const { actor, desk, order, stage } = yield* staged
      const before = yield* during(stage, desk.place(actor, "older", order))
      afterList(stage, { fault: "reset", applied: true })
      const id = yield* during(stage, desk.place(actor, "c1", order))
      assert.notStrictEqual(id, before)
      assert.lengthOf(atExchange(stage), 2)
      assert.strictEqual(yield* statusOf(stage, desk, id), "active")
    }))

  it.effect(
    "whose request is lost are called not placed only after a while, whatever was there before",
    () =>
      Effect.gen(function*() {
        const { actor, desk, order, stage } = yield* staged
        yield* during(stage, desk.place(actor, "older", order))
        const begun = stage.clock.now
        afterList(stage, { fault: "reset" })
        const refused = yield* during(stage, Effect.flip(desk.place(actor, "c1", order)))
        assert.strictEqual(refused._tag, "BrokerRefused")
        assert.include(refused.message, "did not place it")
        assert.isAtLeast(stage.clock.now - begun, 30_000)
        assert.lengthOf(atExchange(stage), 1)
        // And it is not tried again by asking again.
        assert.strictEqual((yield* during(stage, Effect.flip(desk.place(actor, "c1", order)))).message, refused.message)
        assert.lengthOf(atExchange(stage), 1)
      }),
    60_000
  )

  it.effect("stay unknown when the list cannot be read either, and are not sent again", () =>
    Effect.gen(function*() {
      const { actor, desk, order, stage } = yield* staged
      afterList(stage, { fault: "reset", applied: true })
      stage.simulation.faults.add({ broker, operation: "gtt", fault: "server-error", status: 500, after: 1 })
      const refused = yield* during(stage, Effect.flip(desk.place(actor, "c1", order)))
      assert.strictEqual(refused._tag, "GttUnknown")
      assert.include(refused.message, "It is not known")
      assert.lengthOf(atExchange(stage), 1)
    }))

  it.effect("that the broker refuses say so, and nothing is placed", () =>
    Effect.gen(function*() {
      const { actor, desk, order, stage } = yield* staged
      const refused = yield* during(stage, Effect.flip(desk.place(actor, "c1", { ...order, symbol: "NSE:NOSUCH" })))
      assert.include(refused.message, "NSE:NOSUCH")
      assert.lengthOf(atExchange(stage), 0)
    }))

  it.effect("whose cancellation is lost are what the list says", () =>
    Effect.gen(function*() {
      const { actor, desk, order, stage } = yield* staged
      const id = yield* during(stage, desk.place(actor, "c1", order))
      // Angel is asked for the rule first.
      const lose = (rule: FaultRule): void =>
        broker === "angel"
          ? afterList(stage, rule)
          : void stage.simulation.faults.add({ broker, operation: "gtt", count: 1, ...rule })
      lose({ fault: "reset" })
      const refused = yield* during(stage, Effect.flip(desk.cancel(actor, id)))
      assert.include(refused.message, "was not cancelled")
      lose({ fault: "reset", applied: true })
      yield* during(stage, desk.cancel(actor, id))
      assert.strictEqual(atExchange(stage)[0]?.status, "cancelled")
    }))

  it.effect("need a login", () =>
    Effect.gen(function*() {
      const stage = yield* accountStage({ start: START, customers: [of], automatic: false })
      const desk = yield* makeGttDesk
      assert.include((yield* Effect.flip(desk.list(actorOf(stage, of)))).message, "not logged in")
    }))
})
