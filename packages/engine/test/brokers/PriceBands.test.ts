import { assert, describe, it } from "@effect/vitest"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { DecodeCounters } from "@keepgaining/brokers/wire/DecodeCounters.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { DAY_MS, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import { bandText, PriceBands } from "../../src/brokers/PriceBands.ts"
import { accountStage, actorOf, customer, during, isWell, registered } from "./accountStage.ts"
import { patiently } from "./patiently.ts"

const ist = (text: string): number => parseIst(text) ?? Number.NaN
const morning = ist("2026-11-24 09:16:00")

const batchOf = (rows: ReadonlyArray<readonly [index: number, lowest: number, highest: number]>, at: number) => {
  const batch = new FeedBatch(4)
  for (const [index, lowest, highest] of rows) {
    const row = batch.open()
    batch.ticks.price[row] = 100
    batch.day.lowerCircuit[row] = lowest
    batch.day.upperCircuit[row] = highest
    batch.receivedAt = at
    batch.commit(index, new DecodeCounters())
  }
  return batch
}
const symbolOf = (index: number): string | undefined => ["NSE:A", "NSE:B"][index]
const quoteOf = (symbol: string, lowerCircuit: number, upperCircuit: number) => ({
  symbol,
  price: paise(100),
  lowerCircuit: paise(lowerCircuit),
  upperCircuit: paise(upperCircuit)
})

describe("price bands", () => {
  it("are the newest that feed or quotes have told, with who said them and when", () => {
    const bands = new PriceBands("asha")
    bands.takeQuotes([quoteOf("NSE:A", 9_000, 11_000), { symbol: "NSE:B", price: paise(100) }], morning)
    assert.deepStrictEqual(bands.of("NSE:A", morning), {
      lowest: paise(9_000),
      highest: paise(11_000),
      by: "quote",
      account: "asha",
      at: morning
    })
    assert.isUndefined(bands.of("NSE:B", morning))
    bands.takeBatch(batchOf([[0, 8_500, 11_500], [1, 0, 0], [7, 1, 2]], morning + 1_000), symbolOf)
    const band = bands.of("NSE:A", morning + 60_000)
    assert.strictEqual(
      band === undefined ? "" : bandText(band),
      "the band ₹85.00 to ₹115.00 of today, by the feed of asha at 09:16:01"
    )
    // An index has none, and what is not subscribed is nobody's.
    assert.isUndefined(bands.of("NSE:B", morning))
    // What comes late says nothing new.
    bands.takeQuotes([quoteOf("NSE:A", 9_000, 11_000)], morning + 500)
    assert.strictEqual(bands.of("NSE:A", morning)?.highest, 11_500)
  })

  it("of another day, and of before the books open, are not believed", () => {
    const bands = new PriceBands("asha")
    bands.takeQuotes([quoteOf("NSE:A", 9_000, 11_000)], morning)
    assert.isUndefined(bands.of("NSE:A", morning + DAY_MS))
    bands.takeQuotes([quoteOf("NSE:A", 9_100, 11_100)], ist("2026-11-25 08:59:59"))
    assert.isUndefined(bands.of("NSE:A", ist("2026-11-25 09:30:00")))
    bands.takeQuotes([quoteOf("NSE:A", 9_200, 11_200)], ist("2026-11-25 09:00:00"))
    assert.strictEqual(bands.of("NSE:A", ist("2026-11-25 09:30:00"))?.lowest, 9_200)
  })
})

/** A day that trades. */
const START = ist("2026-11-19 10:00:00")

describe.each(registered)("an account at %s", (broker) => {
  const of = customer(broker, "AB1234")
  const symbol = "NSE:RELIANCE"

  it.effect("hears of price bands by its feed and its quotes, where they have them", () =>
    Effect.gen(function*() {
      const stage = yield* accountStage({ start: START, customers: [of] })
      const actor = actorOf(stage, of)
      yield* patiently(stage, "ticks", () => isWell(actor) && actor.lastTickAt !== null)
      const listed = stage.simulation.market.ofSymbol(symbol)
      assert.isDefined(listed)
      const { lowerCircuit, upperCircuit } = stage.simulation.exchange.quote(listed)
      const { feed, quotes } = capabilities[broker].circuits
      const told = () => {
        const band = actor.bands.of(symbol, stage.clock.now)
        return band === undefined ? undefined : [band.lowest, band.highest, band.by]
      }
      if (feed) yield* patiently(stage, "the feed's band", () => told() !== undefined)
      assert.deepStrictEqual(told(), feed ? [lowerCircuit, upperCircuit, "feed"] : undefined)
      const { session } = actor
      assert.isDefined(session)
      yield* during(stage, session.marketData.quotes([symbol, "NSE:NIFTY 50"]))
      assert.deepStrictEqual(told()?.slice(0, 2), feed || quotes ? [lowerCircuit, upperCircuit] : undefined)
      assert.isUndefined(actor.bands.of("NSE:NIFTY 50", stage.clock.now))
    }), 60_000)
})
