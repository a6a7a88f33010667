/**
 * Every call of the port, of every broker, as fast as it can be asked for, at brokers that keep their documented limits: the gate
 * lets no request of any call be one too many.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { BrokerSession } from "@keepgaining/brokers/port/BrokerAccount.ts"
import { universe } from "@keepgaining/brokers/simulator/market/universe.ts"
import { DAY_MS, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import { type AccountStage, accountStage, actorOf, customer, isWell, registered, someOrder } from "./accountStage.ts"
import { patiently } from "./patiently.ts"

const START = Date.parse("2026-11-19T10:00:00+05:30")
/** All that is listed: more than fits into one question of quotes. */
const symbols = universe({ day: START, strikes: 2 }).map(({ instrument }) => instrument.symbol)
const option = symbols.find((symbol) => /NIFTY.*CE$/.test(symbol)) ?? ""
const expiry = universe({ day: START, strikes: 2 }).find(({ instrument }) => instrument.symbol === option)?.instrument
  .expiry ?? ""

/** Calls of each kind that are asked for at once. */
const OF_EACH = 5

const calls: Readonly<
  Record<
    string,
    (session: BrokerSession, stage: AccountStage, random: Random.Random) => Effect.Effect<unknown, unknown>
  >
> = {
  place: ({ orders }, stage) => orders.place(someOrder(stage, -5)),
  "place and change": ({ orders }, stage) => {
    const order = someOrder(stage, -5)
    return Effect.flatMap(
      orders.place(order),
      ([orderId = ""]) => orders.modify({ orderId, order: { ...order, quantity: 11 } })
    )
  },
  "place and cancel": ({ orders }, stage) =>
    Effect.flatMap(orders.place(someOrder(stage, -5)), ([orderId = ""]) => orders.cancel(orderId)),
  // Of an order that is not known Angel wants the book first.
  "cancel what nobody knows": ({ orders }, _stage, random) => orders.cancel(`2611190000${Random.integer(random, 1e5)}`),
  "change what nobody knows": ({ orders }, stage, random) =>
    orders.modify({ orderId: `2611190000${Random.integer(random, 1e5)}`, order: someOrder(stage, -5) }),
  book: ({ orders }) => orders.book,
  trades: ({ orders }) => orders.trades,
  profile: ({ portfolio }) => portfolio.profile,
  funds: ({ portfolio }) => portfolio.funds,
  positions: ({ portfolio }) => portfolio.positions,
  holdings: ({ portfolio }) => portfolio.holdings,
  quotes: ({ marketData }) => marketData.quotes(symbols),
  candles: ({ marketData }, _stage, random) =>
    marketData.candles(
      Random.chance(random, 0.5) ? option : "NSE:RELIANCE",
      "1m",
      START - (1 + Random.integer(random, 3)) * DAY_MS,
      START - 30 * MINUTE_MS
    ),
  chain: ({ marketData }) => marketData.chain?.("NSE:NIFTY 50", expiry) ?? Effect.void,
  margin: ({ margins }) =>
    margins.of([{ symbol: option, side: "sell", quantity: 65, product: "carry", price: paise(10_000) }]),
  GTT: ({ gtt }, stage, random) => {
    if (gtt === undefined) return Effect.void
    const { limitPrice = paise(100_000), symbol } = someOrder(stage, -5 - Random.integer(random, 4))
    return Effect.flatMap(
      gtt.place({
        symbol,
        side: "buy",
        quantity: 1,
        product: "delivery",
        lastPrice: paise(limitPrice + 1_000),
        legs: [{ triggerPrice: limitPrice, limitPrice }]
      }),
      (id) => gtt.cancel(id)
    )
  },
  "GTT list": ({ gtt }) => gtt?.list ?? Effect.void
}

const limitsMet = ({ simulation }: AccountStage): ReadonlyArray<string> =>
  simulation.journal.since(0).flatMap(({ detail, kind }) => kind === "limit" ? [detail] : [])

/** All of them at once, in an order by the seed; answers how they ended, one by one, as they do. */
const askAll = (stage: AccountStage, session: BrokerSession, seed: number) =>
  Effect.gen(function*() {
    const random = Random.fromSeed(seed)
    const asked = Object.entries(calls).flatMap(([name, call]) =>
      Array.from({ length: OF_EACH }, () => ({ name, call }))
    )
    const ends: Array<{ readonly name: string; readonly failure: unknown }> = []
    const fibers = yield* FiberSet.make()
    for (const { call, name } of shuffled(asked, random)) {
      yield* FiberSet.run(
        fibers,
        call(session, stage, random).pipe(
          Effect.matchEffect({
            onSuccess: () => Effect.sync(() => ends.push({ name, failure: undefined })),
            onFailure: (failure) => Effect.sync(() => ends.push({ name, failure }))
          }),
          Effect.provideService(Clock.Clock, stage.clock.engine)
        )
      )
    }
    return { ends, count: asked.length }
  })

const shuffled = <A>(all: ReadonlyArray<A>, random: Random.Random): ReadonlyArray<A> =>
  all.map((each) => ({ each, at: Random.uniform(random) })).sort((a, b) => a.at - b.at).map(({ each }) => each)

const tagOf = (failure: unknown): string | undefined =>
  typeof failure === "object" && failure !== null && "_tag" in failure ? String(failure._tag) : undefined

const staged = (broker: Broker, seed: number) =>
  accountStage({ start: START, customers: [customer(broker, "AB1234")], symbols, limits: true, seed })

describe.each(registered)("an account at %s", (broker) => {
  const of = customer(broker, "AB1234")

  it.effect.each([1, 2])(
    "meets no limit of the broker, whatever is asked of it at once (seed %d)",
    (seed) =>
      Effect.gen(function*() {
        const stage = yield* staged(broker, seed)
        const actor = actorOf(stage, of)
        yield* patiently(stage, "the account is well", () => isWell(actor))
        const { session } = actor
        assert.isDefined(session)
        const before = stage.simulation.journal.since(0).filter(({ kind }) => kind === "request").length
        const { count, ends } = yield* askAll(stage, session, seed)
        // Streams are opened anew meanwhile.
        stage.simulation.servers[broker]?.dropSockets()
        yield* patiently(stage, "all calls ended", () => ends.length === count)
        assert.deepStrictEqual(limitsMet(stage), [])
        const requests = stage.simulation.journal.since(0).filter(({ kind }) => kind === "request").length - before
        assert.isAbove(requests, count)
        for (const { failure, name } of ends) {
          // Nothing else can be said of an order that does not exist, and of what a broker has not.
          const allowed = failure === undefined || (tagOf(failure) === "Refused" && /nobody|GTT/.test(name))
          assert.isTrue(allowed, `${name}: ${String(failure)}`)
        }
      }),
    300_000
  )

  it.effect("would meet them without the gate", () =>
    Effect.gen(function*() {
      const stage = yield* staged(broker, 3)
      const actor = actorOf(stage, of)
      yield* patiently(stage, "the account is well", () => isWell(actor))
      const { token } = actor
      assert.isDefined(token)
      const { count, ends } = yield* askAll(stage, actor.adapter.session(token), 3)
      yield* patiently(stage, "all calls ended", () => ends.length === count)
      assert.isAbove(limitsMet(stage).length, 0)
      assert.isTrue(ends.some(({ failure }) => tagOf(failure) === "RateLimited"))
    }), 300_000)
})
