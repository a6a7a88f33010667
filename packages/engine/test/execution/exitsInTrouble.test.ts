/** Ways out of live positions that the broker does not take at once, and orders that its book does not own up to. */
import { assert, describe, it } from "@effect/vitest"
import { UnknownOutcome } from "@keepgaining/brokers/port/BrokerError.ts"
import type { SimAccountOptions } from "@keepgaining/brokers/simulator/exchange/SimAccount.ts"
import type { SimOrder } from "@keepgaining/brokers/simulator/exchange/SimOrder.ts"
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import { capabilitiesFile } from "../../src/brokers/AccountCapabilities.ts"
import { Priority } from "../../src/brokers/CallTurns.ts"
import { actorOf, customer, isWell, simAccountOf, temporaryDirectory } from "../brokers/accountStage.ts"
import { indexOf, type LiveStage, liveStage } from "./liveStage.ts"

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")
const symbol = "NSE:RELIANCE"

/** `changes`: how often the broker lets an order be changed, where it is not as documented. */
const ready = (who: SimAccountOptions, changes?: number) =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    if (changes !== undefined) {
      const own = JSON.stringify({ brokers: { [who.broker]: { modifications: changes } } })
      yield* Effect.promise(() => fs.writeFile(capabilitiesFile(directory), own))
    }
    const stage = yield* liveStage({ start: START, customers: [who], symbols: [symbol], directory })
    const actor = actorOf(stage, who)
    yield* stage.until("the account is well", () => isWell(actor) && actor.funds !== null)
    stage.command({ _tag: "ArmAccount", account: actor.record.id, until: START + DAY_MS })
    return { stage, actor }
  })

const atBroker = (stage: LiveStage, who: SimAccountOptions): ReadonlyArray<SimOrder> =>
  stage.simulation.exchange.orders(simAccountOf(stage, who))

const exitOf = (stage: LiveStage): string => {
  const outcome = stage.command({ _tag: "ExitPosition", book: "live", instrument: indexOf(stage, symbol) })
  assert.strictEqual(outcome._tag, "Done")
  return outcome._tag === "Done" ? outcome.orderId ?? "" : ""
}

const heldAt = (stage: LiveStage): number =>
  Object.values(stage.session().kernel.desk.state.ledger).reduce((sum, { quantity }) => sum + quantity, 0)

const alarms = (stage: LiveStage): ReadonlyArray<string> =>
  stage.session().decisions.flatMap((decision) =>
    decision._tag === "Alarm" && decision.kind === "open-position" ? [decision.detail] : []
  )

describe("a book that leaves tags out (Angel)", () => {
  const angel = { ...customer("angel", "A12345"), cash: 100_000_000_00 }

  /** Neither the book nor the stream says whose an order is. */
  const untagged = (stage: LiveStage): void => {
    stage.simulation.faults.add({ fault: "book-without-tag", broker: "angel" })
    stage.simulation.faults.add({ fault: "miss", broker: "angel", operation: "order-feed" })
  }

  it.effect("does not hide an order that was acknowledged", () =>
    Effect.gen(function*() {
      const { stage } = yield* ready(angel)
      untagged(stage)
      const id = stage.order(symbol)
      yield* stage.until("it is filled", () => stage.ended([id]))
      assert.strictEqual(stage.orderOf(id)?.status, "complete")
      const exit = exitOf(stage)
      yield* stage.until("the position is left", () => stage.ended([exit]))
      assert.strictEqual(heldAt(stage), 0)
      assert.lengthOf(atBroker(stage, angel), 2)
    }))

  it.effect("does not hide one whose acknowledgement was lost: it is known by what it says", () =>
    Effect.gen(function*() {
      const { stage } = yield* ready(angel)
      untagged(stage)
      const entry = stage.order(symbol)
      yield* stage.until("it is filled", () => stage.ended([entry]))
      stage.simulation.faults.add({ fault: "reset", broker: "angel", operation: "place", applied: true, count: 1 })
      const exit = exitOf(stage)
      yield* stage.until("the position is left", () => stage.ended([exit]))
      assert.strictEqual(stage.orderOf(exit)?.status, "complete")
      let steps = 0
      yield* stage.until("a minute passes", () => ++steps > 600)
      assert.lengthOf(atBroker(stage, angel), 2, "it was sent once")
      assert.strictEqual(heldAt(stage), 0)
    }))

  it.effect("does not hide one from an engine that was killed and begins anew", () =>
    Effect.gen(function*() {
      const { stage } = yield* ready(angel)
      untagged(stage)
      const { price } = stage.simulation.exchange.quote(stage.simulation.market.ofSymbol(symbol)!)
      const id = stage.order(symbol, { type: "limit", limitPrice: paise(Math.round(price * 0.97 / 10) * 10) })
      yield* stage.until("it rests", () => stage.orderOf(id)?.status === "open")
      yield* stage.restart
      stage.command({ _tag: "CancelOrder", orderId: id })
      yield* stage.until("it is cancelled", () => stage.ended([id]))
      assert.strictEqual(stage.orderOf(id)?.status, "cancelled")
      assert.deepStrictEqual(atBroker(stage, angel).map(({ status }) => status), ["cancelled"])
    }))

  it.effect("and two orders that say the same leave it open whose they are; nothing is sent again", () =>
    Effect.gen(function*() {
      const { actor, stage } = yield* ready(angel)
      untagged(stage)
      stage.simulation.faults.add({ fault: "reset", broker: "angel", operation: "place", applied: false, count: 1 })
      const of = stage.simulation.market.ofSymbol(symbol)!
      const { price } = stage.simulation.exchange.quote(of)
      const limitPrice = paise(Math.round(price * 0.97 / 10) * 10)
      const id = stage.order(symbol, { type: "limit", limitPrice })
      yield* stage.until("its answer is lost", () => stage.orderOf(id)?.status === "unknown")
      // A person sends the same in the broker's own app, twice.
      for (let i = 0; i < 2; i++) {
        const placed = stage.simulation.exchange.place(simAccountOf(stage, angel), {
          of,
          tag: undefined,
          algo: undefined,
          side: "buy",
          type: "limit",
          product: "intraday",
          validity: "DAY",
          quantity: of.instrument.lotSize,
          limitPrice
        })
        assert.isArray(placed)
      }
      let steps = 0
      yield* stage.until("a minute passes", () => ++steps > 600)
      assert.strictEqual(stage.orderOf(id)?.status, "unknown")
      assert.isTrue(isWell(actor))
      assert.lengthOf(atBroker(stage, angel), 2)
    }))
})

describe("a way out", () => {
  const kite = { ...customer("kite", "AB1234"), cash: 100_000_000_00 }
  const bought = (stage: LiveStage) =>
    Effect.gen(function*() {
      const id = stage.order(symbol)
      yield* stage.until("it is filled", () => stage.ended([id]))
      assert.isAbove(heldAt(stage), 0)
    })

  it.effect("is sent again, under its tag, when it certainly did not leave", () =>
    Effect.gen(function*() {
      const { actor, stage } = yield* ready(kite)
      yield* bought(stage)
      const lost = new UnknownOutcome({ broker: "kite", account: actor.record.id, operation: "place", reason: "x" })
      for (let i = 0; i < 5; i++) {
        yield* Effect.forkChild(
          actor.gate.pass("orders", Priority.normal, "place", Effect.fail(lost)).pipe(Effect.ignore)
        )
      }
      yield* stage.until("its calls rest", () => actor.gate.resting().includes("orders") || actor.gate.failures() >= 5)
      const exit = exitOf(stage)
      yield* stage.until("the position is left", () => stage.ended([exit]))
      assert.strictEqual(stage.orderOf(exit)?.status, "complete")
      assert.strictEqual(heldAt(stage), 0)
      assert.lengthOf(atBroker(stage, kite), 2)
      assert.deepStrictEqual(alarms(stage), [])
    }))

  it.effect("that was changed as often as the broker allows is taken back and sent anew", () =>
    Effect.gen(function*() {
      const { stage } = yield* ready(kite, 1)
      const entry = stage.order(symbol, { quantity: 7_000 })
      yield* stage.until("it is filled", () => stage.ended([entry]), 1_000_000)
      const first = exitOf(stage)
      yield* stage.until("the position is left", () => heldAt(stage) === 0, 1_000_000)
      const exits = stage.session().kernel.desk.state.orders
      const ways = Object.values(exits).flatMap(({ order }) => order.reduceOnly ? [order] : [])
      assert.isAbove(ways.length, 1, "one order was not enough")
      assert.strictEqual(ways[0]?.id, first)
      assert.include(ways[0]?.reason ?? "", "changed more than 1 times")
      assert.strictEqual(ways.at(-1)?.status, "complete")
      assert.strictEqual(ways.reduce((sum, { filledQuantity }) => sum + filledQuantity, 0), 7_000)
      for (const { modifications } of atBroker(stage, kite)) assert.isAtMost(modifications, 1)
    }))

  it.effect("that somebody takes back at the broker raises an alarm, for the position stays open", () =>
    Effect.gen(function*() {
      const { stage } = yield* ready(kite)
      const entry = stage.order(symbol, { quantity: 3_000 })
      yield* stage.until("it is filled", () => stage.ended([entry]), 1_000_000)
      const exit = exitOf(stage)
      const sale = () => atBroker(stage, kite).find(({ side }) => side === "sell")
      yield* stage.until("it works", () => sale()?.status === "open" && (sale()?.filled ?? 0) > 0)
      stage.simulation.exchange.cancel(simAccountOf(stage, kite), sale()?.orderId ?? "")
      yield* stage.until("it has ended", () => stage.ended([exit]))
      assert.strictEqual(stage.orderOf(exit)?.status, "cancelled")
      assert.match(alarms(stage).join(), new RegExp(`exit ${exit} cancelled`))
    }))
})
