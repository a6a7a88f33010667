/** What the engine makes of brokers whose clock is off, whose masters are renumbered, and who send more than one can take. */
import { assert, describe, it } from "@effect/vitest"
import { DAY_MS, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Brokers } from "../../src/brokers/Brokers.ts"
import * as BrokerFeed from "../../src/feeds/broker/BrokerFeed.ts"
import {
  accountId,
  type AccountStage,
  accountStage,
  actorOf,
  customer,
  during,
  isWell,
  registered
} from "./accountStage.ts"
import { patiently } from "./patiently.ts"

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")
const near = "NSE:NIFTY26NOVFUT"
const far = "NSE:NIFTY26DECFUT"

const listed = ({ simulation: { market } }: AccountStage, symbol: string) => {
  const found = market.ofSymbol(symbol)
  if (found === undefined) throw new Error(`${symbol} is not listed`)
  return found
}

describe.each(registered)("an account at %s", (broker) => {
  const of = customer(broker, "AB1234")

  it.effect(
    "loses its token to a broker whose clock is ahead, says so, and can be logged in again",
    () =>
      Effect.gen(function*() {
        const stage = yield* accountStage({ start: START, customers: [of] })
        const actor = actorOf(stage, of)
        yield* patiently(stage, "the account is well", () => isWell(actor))
        const { token } = actor
        stage.simulation.faults.add({ fault: "clock-skew", broker, delay: 2 * DAY_MS })
        yield* patiently(stage, "the token is lost", () => actor.phase !== "live")
        assert.strictEqual(actor.session, undefined)
        stage.simulation.faults.clear()
        yield* during(stage, stage.brokers.loginAutomatically(accountId(of)))
        yield* patiently(stage, "the account is well again", () => isWell(actor))
        assert.notStrictEqual(actor.token, token)
      }),
    60_000
  )

  it.effect(
    "follows two contracts whose tokens are swapped overnight, in ticks and in orders",
    () =>
      Effect.gen(function*() {
        const stage = yield* accountStage({ start: START, customers: [of], symbols: [near, far] })
        const { clock, simulation } = stage
        const actor = actorOf(stage, of)
        yield* patiently(stage, "the account is well", () => isWell(actor))
        const tokens = [listed(stage, near).exchangeToken, listed(stage, far).exchangeToken] as const
        simulation.faults.add({ fault: "renumber", symbol: near, to: tokens[1] })
        simulation.faults.add({ fault: "renumber", symbol: far, to: tokens[0] })
        simulation.faults.add({ fault: "freeze-change", symbol: near, to: 650 })
        const tomorrow = START + DAY_MS
        yield* clock.passTo(tomorrow - MINUTE_MS, 30 * MINUTE_MS)
        assert.strictEqual(listed(stage, near).exchangeToken, tokens[1])
        yield* stage.fetchMasters
        // The session hears of new masters within a minute or so.
        yield* clock.passTo(tomorrow + 2 * MINUTE_MS, 5_000)
        yield* patiently(stage, "the account is well", () => isWell(actor))

        const prices = new Map<string, number>()
        actor.onBatch(({ ticks }) => {
          for (let row = 0; row < ticks.length; row++) {
            const { instrument, price } = ticks.tick(row)
            prices.set([near, far][instrument] ?? "?", price)
          }
        })
        yield* patiently(stage, "ticks of both", () => prices.size === 2)
        for (const symbol of [near, far]) {
          const price = simulation.market.price(listed(stage, symbol), simulation.exchange.now)
          assert.closeTo(prices.get(symbol) ?? 0, price, price * 0.001, symbol)
        }
        // They are further apart than that, so that taking one for the other would show.
        const [a = 0, b = 0] = [near, far].map((symbol) => simulation.market.price(listed(stage, symbol), clock.now))
        assert.isAbove(Math.abs(a - b), a * 0.003)

        assert.strictEqual(
          stage.brokers.instruments(broker).ofSymbol(near)?.freezeQuantity,
          broker === "upstox" ? 650 : undefined
        )
        const { session } = actor
        if (session === undefined) throw new Error("the account is live")
        const quotes = yield* during(stage, session.marketData.quotes([near]))
        assert.closeTo(quotes[0]?.price ?? 0, a, a * 0.001)
      }),
    120_000
  )

  it.effect(
    "whose contract has another lot from today on gets no order of the old one to the exchange",
    () =>
      Effect.gen(function*() {
        const stage = yield* accountStage({
          start: START,
          customers: [{ ...of, cash: 100_000_000_00 }],
          symbols: [near]
        })
        const { clock, simulation } = stage
        const actor = actorOf(stage, of)
        yield* patiently(stage, "the account is well", () => isWell(actor))
        simulation.faults.add({ fault: "lot-change", symbol: near, to: 75 })
        yield* clock.passTo(START + DAY_MS, 30 * MINUTE_MS)
        yield* stage.fetchMasters
        yield* patiently(stage, "the account is well", () => isWell(actor))
        const { session } = actor
        if (session === undefined) throw new Error("the account is live")
        const order = { symbol: near, side: "buy", type: "market", product: "carry", validity: "DAY" } as const
        const refused = yield* during(
          stage,
          Effect.flip(session.orders.place({ ...order, tag: "kgoldlot", quantity: 65 }))
        )
        assert.strictEqual(refused?._tag, "Refused")
        yield* during(stage, session.orders.place({ ...order, tag: "kgnewlot", quantity: 75 }))
        const placed = [...simulation.exchange.accounts.values()].flatMap((each) => simulation.exchange.orders(each))
        assert.deepStrictEqual(placed.map(({ quantity }) => quantity), [75])
      }),
    120_000
  )
})

describe("a session that is too slow for what comes", () => {
  it.effect("keeps the newest, and no more than it can hold", () =>
    Effect.gen(function*() {
      const of = customer("kite", "AB1234")
      const stage = yield* accountStage({ start: START, customers: [of], symbols: ["NSE:RELIANCE"] })
      const actor = actorOf(stage, of)
      const table = InstrumentTable.from([listed(stage, "NSE:RELIANCE").instrument])
      const feed = yield* BrokerFeed.make({ table, previousClose: [], after: undefined, isTrading: () => true }).pipe(
        Effect.provideService(Brokers, stage.brokers)
      )
      const taken: Array<TickBatch> = []
      let heard = 0
      let newest = 0
      actor.onBatch(({ ticks }) => {
        heard += ticks.length
        newest = ticks.volume[ticks.length - 1] ?? 0
      })
      yield* Stream.runForEach(feed.batches, (batch) =>
        Effect.suspend(() => {
          taken.push(batch)
          return Effect.sleep(batch.length > 0 ? 2 * MINUTE_MS : 0)
        })).pipe(Effect.provideService(Clock.Clock, stage.clock.engine), Effect.forkScoped)
      yield* patiently(stage, "the first batch is taken", () => isWell(actor) && taken.some(({ length }) => length > 0))
      stage.simulation.faults.add({ fault: "burst", broker: "kite", operation: "market-feed", count: 5, parts: 20_000 })
      yield* patiently(stage, "the burst has come", () => heard > 100_000)
      const before = taken.length
      yield* patiently(stage, "the next batch is taken", () => taken.length > before)
      const rows = taken.reduce((sum, { length }) => sum + length, 0)
      assert.isBelow(rows, heard - 20_000)
      for (const { length } of taken) assert.isAtMost(length, 65_536)
      const last = taken.at(-1)
      assert.isAtLeast(last?.volume[(last?.length ?? 0) - 1] ?? 0, newest - 1_000_000)
      assert.strictEqual(actor.status().feed.malformed, 0)
      yield* patiently(stage, "it goes on", () => isWell(actor))
    }))
})
