/** Live orders from the desk to simulated brokers and back, where something stands in their way. */
import { assert, describe, it } from "@effect/vitest"
import type { SimOrder } from "@keepgaining/brokers/simulator/exchange/SimOrder.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Effect from "effect/Effect"
import { actorOf, customer, isWell, simAccountOf } from "../brokers/accountStage.ts"
import { indexOf, type LiveStage, liveStage } from "./liveStage.ts"

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")
const kite = customer("kite", "AB1234")
const RICH = { ...kite, cash: 100_000_000_00 }

const shares = [
  "RELIANCE",
  "SBIN",
  "INFY",
  "TCS",
  "HDFCBANK",
  "ICICIBANK",
  "ITC",
  "TATASTEEL",
  "WIPRO",
  "LT",
  "M&M",
  "BAJAJ-AUTO"
].map((name) => `NSE:${name}`)

const armed = (stage: LiveStage, account: string) =>
  stage.command({ _tag: "ArmAccount", account, until: START + DAY_MS })

const listed = ({ simulation: { market } }: LiveStage, symbol: string) => {
  const found = market.ofSymbol(symbol)
  if (found === undefined) throw new Error(`${symbol} is not listed`)
  return found
}

const decided = <Tag extends Decision["_tag"]>(stage: LiveStage, tag: Tag) =>
  stage.session().decisions.flatMap((decision) =>
    decision._tag === tag ? [decision as Extract<Decision, { readonly _tag: Tag }>] : []
  )

const unknownOnes = (stage: LiveStage): ReadonlyArray<string> => [
  ...new Set(decided(stage, "OrderChanged").flatMap(({ order }) => order.status === "unknown" ? [order.id] : []))
]

/** What the broker has of an order of ours, by the tags that it was routed with. */
const atBroker = (stage: LiveStage, id: string): ReadonlyArray<SimOrder> => {
  const tags = new Set(
    decided(stage, "OrderRouted").flatMap(({ orderId, slices }) => orderId === id ? slices.map(({ tag }) => tag) : [])
  )
  return stage.simulation.exchange.orders(simAccountOf(stage, kite)).filter(({ tag }) => tags.has(tag ?? ""))
}

const ready = (symbols: ReadonlyArray<string>, seed?: number) =>
  Effect.gen(function*() {
    const stage = yield* liveStage({
      start: START,
      customers: [RICH],
      symbols,
      ...(seed === undefined ? {} : { seed })
    })
    const actor = actorOf(stage, kite)
    yield* stage.until("the account is well", () => isWell(actor) && actor.funds !== null)
    assert.strictEqual(armed(stage, actor.record.id)._tag, "Done")
    return { stage, actor }
  })

/** One lot of every share, as fast as a program may ask for them. */
const bought = (stage: LiveStage) =>
  Effect.gen(function*() {
    const ids: Array<string> = []
    for (const symbol of shares) {
      ids.push(stage.order(symbol))
      let steps = 0
      yield* stage.until("a moment", () => ++steps > 3)
    }
    yield* stage.until("all positions are open", () => stage.ended(ids))
    return ids
  })

describe("orders that wait for their turn", () => {
  it.effect.each([1, 2, 3])(
    "are found unsent when the engine dies, and none of them is ever unknown (seed %d)",
    (seed) =>
      Effect.gen(function*() {
        const { actor, stage } = yield* ready(shares, seed)
        const random = Random.fromSeed(seed)
        const entries = yield* bought(stage)
        assert.deepStrictEqual([...new Set(entries.map((id) => stage.orderOf(id)?.status))], ["complete"])
        // Nothing is left of the allowance of the second: everybody has to wait.
        yield* stage.until("room", () => actor.gate.room() === 9)
        const exits = shares.map((symbol) => {
          const outcome = stage.command({ _tag: "ExitPosition", book: "live", instrument: indexOf(stage, symbol) })
          return outcome._tag === "Done" ? outcome.orderId ?? "" : ""
        })
        const routed = () => exits.filter((id) => stage.orderOf(id)?.account !== undefined)
        yield* stage.until("some are on their way", () => routed().length > 0)
        let steps = Random.integer(random, 8)
        yield* stage.until("a moment", () => steps-- <= 0)
        const before = new Set(routed())
        assert.isBelow(before.size, exits.length)
        assert.isAbove(actor.gate.waiting(), 0)
        yield* stage.restart
        yield* stage.until("all positions are left", () => stage.ended(exits))
        for (const id of exits) {
          assert.strictEqual(stage.orderOf(id)?.status, "complete", id)
          assert.lengthOf(atBroker(stage, id), 1, id)
        }
        // Of those that had their route somebody may have been lost in the middle of its call; of the others nobody.
        assert.deepStrictEqual(unknownOnes(stage).filter((id) => !before.has(id)), [])
        assert.strictEqual(actor.gate.waiting(), 0)
        yield* stage.until("room", () => actor.gate.room() === 9)
      }),
    120_000
  )

  it.effect("can be cancelled for certain, and leave their place to others", () =>
    Effect.gen(function*() {
      const { actor, stage } = yield* ready(shares)
      yield* bought(stage)
      yield* stage.until("room", () => actor.gate.room() === 9)
      const exits = shares.map((symbol) =>
        stage.order(symbol, {
          side: "sell",
          reduceOnly: true,
          type: "limit",
          limitPrice: paise(
            Math.round(stage.simulation.exchange.quote(listed(stage, symbol)).price * 1.03 / 10) * 10
          )
        })
      )
      yield* stage.until("some wait", () => exits.some((id) => stage.orderOf(id)?.account !== undefined))
      const waiting = exits.filter((id) => stage.orderOf(id)?.account === undefined)
      assert.isAbove(waiting.length, 0)
      for (const orderId of waiting) stage.command({ _tag: "CancelOrder", orderId })
      yield* stage.until("they are cancelled", () => stage.ended(waiting), 2_000)
      for (const id of waiting) {
        assert.strictEqual(stage.orderOf(id)?.status, "cancelled")
        assert.lengthOf(atBroker(stage, id), 0)
      }
      assert.strictEqual(actor.gate.waiting(), 0)
    }), 120_000)
})

describe("the day's price band", () => {
  const symbol = "NSE:RELIANCE"

  it.effect(
    "is known by the broker's quote before an order is sent, and one outside it is refused with its words",
    () =>
      Effect.gen(function*() {
        const { stage } = yield* ready([symbol])
        const { upperCircuit } = stage.simulation.exchange.quote(listed(stage, symbol))
        const placedBefore = stage.simulation.journal.count("kite", "place")
        const beyond = stage.order(symbol, { type: "limit", limitPrice: paise(upperCircuit + 10) })
        yield* stage.until("it is refused", () => stage.ended([beyond]))
        assert.match(
          stage.orderOf(beyond)?.reason ?? "",
          /^The price ₹[\d,.]+ is above ₹[\d,.]+ \(the band ₹[\d,.]+ to ₹[\d,.]+ of today, by the quote of kite-ab1234 at \d\d:\d\d:\d\d\)/
        )
        assert.strictEqual(stage.simulation.journal.count("kite", "place"), placedBefore)
        const edge = stage.order(symbol, { type: "limit", limitPrice: upperCircuit })
        yield* stage.until("the one at the edge is taken", () => stage.ended([edge]))
        assert.strictEqual(stage.orderOf(edge)?.status, "complete")
      }),
    120_000
  )

  it.effect("that was widened is read again before an order is refused for it", () =>
    Effect.gen(function*() {
      const { stage } = yield* ready([symbol])
      const of = listed(stage, symbol)
      const { lowerCircuit, price, upperCircuit } = stage.simulation.exchange.quote(of)
      const first = stage.order(symbol)
      yield* stage.until("the band is known", () => stage.ended([first]))
      stage.simulation.market.setBand(of, { lowest: lowerCircuit, highest: paise(upperCircuit + 1_000) })
      let minutes = 0
      yield* stage.until("it is old", () => ++minutes > 350)
      const later = stage.order(symbol, { type: "limit", limitPrice: paise(upperCircuit + 500) })
      yield* stage.until("it is taken", () => stage.ended([later]))
      assert.strictEqual(stage.orderOf(later)?.status, "complete", stage.orderOf(later)?.reason)
      assert.isAbove(price, 0)
    }), 120_000)

  it.effect(
    "keeps the limit of an exit that is chased, so that the broker refuses no change of it",
    () =>
      Effect.gen(function*() {
        const { stage } = yield* ready([symbol])
        const of = listed(stage, symbol)
        const { bid } = stage.simulation.exchange.quote(of)
        const lowest = paise(Math.round(bid * 0.97 / 10) * 10)
        stage.simulation.market.setBand(of, { lowest, highest: paise(bid * 2) })
        const entry = stage.order(symbol, { quantity: 100 })
        yield* stage.until("it is bought", () => stage.ended([entry]))
        // It fills slowly, and the market runs away from what is left: down to the day's edge, and beyond.
        stage.simulation.faults.add({ fault: "part-fills", operation: "place", parts: 50 })
        const exit = stage.command({ _tag: "ExitPosition", book: "live", instrument: indexOf(stage, symbol) })
        const id = exit._tag === "Done" ? exit.orderId ?? "" : ""
        yield* stage.until("it works", () => stage.orderOf(id)?.status === "partial")
        stage.simulation.market.moveTo(of, paise(Math.round(bid * 0.95 / 10) * 10), stage.clock.now)
        const changes = () =>
          stage.session().decisions.flatMap((decision) =>
            decision._tag === "InstructionSent" && decision.instruction._tag === "Modify" ? [decision.instruction] : []
          )
        let steps = 0
        yield* stage.until("it was chased a while", () => ++steps > 150)
        assert.deepStrictEqual(changes().map(({ limitPrice }) => limitPrice), [lowest])
        assert.strictEqual(stage.orderOf(id)?.limitPrice, lowest)
        assert.deepStrictEqual(
          decided(stage, "OrderChanged").filter(({ order }) => /circuit|outside/.test(order.reason ?? "")),
          []
        )
        stage.simulation.market.moveTo(of, bid, stage.clock.now)
        yield* stage.until("it is left", () => stage.ended([id]))
        assert.strictEqual(stage.orderOf(id)?.status, "complete")
        const [told] = stage.session().inputs.flatMap((input) =>
          input._tag === "Command" && input.command._tag === "TakeBand" ? [input.command] : []
        )
        assert.strictEqual(told?.lowest, lowest)
        // What it decided by came as an input: without brokers and dispatcher the journal alone leads to the same.
        yield* stage.restart
      }),
    120_000
  )

  it.effect("holds for changes too: one beyond it is refused before the wire", () =>
    Effect.gen(function*() {
      const { stage } = yield* ready([symbol])
      const { bid, upperCircuit } = stage.simulation.exchange.quote(listed(stage, symbol))
      const id = stage.order(symbol, { type: "limit", limitPrice: paise(Math.round(bid * 0.97 / 10) * 10) })
      yield* stage.until("it rests", () => stage.orderOf(id)?.status === "open")
      const before = stage.simulation.journal.count("kite", "modify")
      stage.command({ _tag: "ModifyOrder", orderId: id, quantity: 1, limitPrice: paise(upperCircuit + 10) })
      yield* stage.until("it is refused", () => /outside the band/.test(stage.orderOf(id)?.reason ?? ""))
      assert.strictEqual(stage.orderOf(id)?.status, "open")
      assert.strictEqual(stage.simulation.journal.count("kite", "modify"), before)
    }), 120_000)
})

describe("a lot that changes while a contract is held", () => {
  it.effect(
    "is noticed with the next master: what is no whole number of the new lots is refused before the wire, and said",
    () =>
      Effect.gen(function*() {
        const symbol = "NSE:NIFTY26DECFUT"
        const { stage } = yield* ready([symbol])
        const of = listed(stage, symbol)
        const { lotSize } = of.instrument
        const entry = stage.order(symbol, { quantity: 3 * lotSize, product: "carry" })
        yield* stage.until("it is bought", () => stage.ended([entry]))
        assert.strictEqual(stage.orderOf(entry)?.status, "complete", stage.orderOf(entry)?.reason)
        stage.simulation.market.relist(symbol, { lotSize: 2 * lotSize })
        yield* stage.fetchMasters
        yield* stage.until("the accounts know it", () =>
          stage.brokers.instruments("kite").ofSymbol(symbol)?.lotSize === 2 * lotSize, 180_000)
        const before = stage.simulation.journal.count("kite", "place")
        const exit = stage.command({ _tag: "ExitPosition", book: "live", instrument: indexOf(stage, symbol) })
        const id = exit._tag === "Done" ? exit.orderId ?? "" : ""
        yield* stage.until("it is refused", () =>
          stage.ended([id]))
        assert.include(stage.orderOf(id)?.reason, `is not in whole lots of ${2 * lotSize}`)
        yield* stage.until("somebody is told", () =>
          decided(stage, "Alarm").some(({ kind }) => kind === "open-position"))
        assert.strictEqual(stage.simulation.journal.count("kite", "place"), before)
        // What can be left is.
        const rest = stage.order(symbol, { side: "sell", quantity: 2 * lotSize, product: "carry", reduceOnly: true })
        yield* stage.until("two lots of the old are sold", () => stage.ended([rest]))
        assert.strictEqual(stage.orderOf(rest)?.status, "complete", stage.orderOf(rest)?.reason)
      }),
    180_000
  )
})
