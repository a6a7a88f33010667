/** A feed whose connection lives and brings nothing: no watchdog of a connection sees it, the session on the feed does. */
import { assert, describe, it } from "@effect/vitest"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Brokers } from "../../src/brokers/Brokers.ts"
import * as BrokerFeed from "../../src/feeds/broker/BrokerFeed.ts"
import { MUTE_MS } from "../../src/feeds/broker/MuteWatch.ts"
import { accountStage, actorOf, customer, isWell, registered, until } from "../brokers/accountStage.ts"

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")
const SYMBOL = "NSE:RELIANCE"

describe.each(registered)("a stale feed of %s", (broker) => {
  it.effect("is opened anew, and ticks come again", () =>
    Effect.gen(function*() {
      const of = customer(broker, "AB1234")
      const stage = yield* accountStage({ start: START, customers: [of], symbols: [SYMBOL] })
      const actor = actorOf(stage, of)
      const listed = stage.simulation.market.ofSymbol(SYMBOL)
      if (listed === undefined) throw new Error(`${SYMBOL} is always listed`)
      const table = InstrumentTable.from([listed.instrument])
      const feed = yield* BrokerFeed.make({ table, previousClose: [], after: undefined, isTrading: () => true }).pipe(
        Effect.provideService(Brokers, stage.brokers)
      )
      let taken = 0
      yield* Stream.runForEach(feed.batches, (batch) =>
        Effect.sync(() => {
          taken += batch.length
        })).pipe(Effect.provideService(Clock.Clock, stage.clock.engine), Effect.forkScoped)
      yield* until(stage, "ticks", () => isWell(actor) && taken > 3)
      stage.simulation.faults.add({ fault: "stale", broker, operation: "market-feed", count: 1 })
      yield* until(stage, "the fault came", () => stage.simulation.faults.rules.length === 0)
      yield* stage.clock.pass(2_000, 250)
      const before = taken
      const took = yield* until(stage, "ticks again", () => taken > before + 3)
      assert.isAtLeast(took, MUTE_MS / 2)
      assert.isAtMost(took, 3 * MUTE_MS)
      assert.isTrue(isWell(actor))
    }))
})
