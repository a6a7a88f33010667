/** Candles out of a tick log are those that a session makes of the same ticks, whatever order they came in. */
import { assert, describe, it } from "@effect/vitest"
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import type { Tick } from "@keepgaining/core/market/TickBatch.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import { CandleFold } from "@keepgaining/engine/ticklog/export/ExportCandles.ts"
import { batches, kernelOf, marketTicks, open, stocks } from "../kernel/scenario.ts"

/** As feeds tell them late: some ticks are of up to some seconds ago. */
const delayed = (seed: number, ticks: ReadonlyArray<Tick>): ReadonlyArray<Tick> => {
  const random = Random.fromSeed(seed, 5)
  return ticks.map((tick) =>
    Random.chance(random, 0.3) ? { ...tick, eventTime: tick.eventTime - Random.integer(random, 4_000) } : tick
  )
}

describe("candles of a log", () => {
  it.each([1, 2, 3, 4, 5])("equal those of the session that recorded it, with late ticks (seed %d)", (seed) => {
    const table = stocks(4)
    const hours = new TradingHours(plainHours)
    const kernel = kernelOf(table)
    const fold = new CandleFold("1m", () => hours.of("cash"))
    const built: Array<Candle> = []
    // Batches of a busy machine, which hold ticks of several seconds.
    for (const batch of batches(delayed(seed, marketTicks(seed, 4, 1_200)), [64, 7, 300], open + 1_260_000)) {
      kernel.batch(batch)
      built.push(...fold.fold(batch))
    }
    for (const instrument of [0, 1, 2, 3]) {
      const own = kernel.history.newest(instrument, "1m", 1_000)
      assert.isAbove(own.length, 15)
      assert.deepStrictEqual(built.filter((candle) => candle.instrument === instrument), own)
    }
  })
})
