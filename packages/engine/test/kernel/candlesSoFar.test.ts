/** A strategy that is deployed while the session runs has seen what one of the first hour has seen. */
import { assert, describe, it } from "@effect/vitest"
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { defineStrategy } from "@keepgaining/core/strategies/Strategy.ts"
import * as Schema from "effect/Schema"
import { batches, kernelOf, marketTicks, open, stocks } from "./scenario.ts"

const seen = new Map<string, Array<Candle>>()

const Watcher = defineStrategy({
  name: "Watcher",
  version: 1,
  summary: "Notes what it is given; for tests",
  parameters: Schema.Struct({ as: Schema.String }),
  intervals: () => ["1m", "5m"],
  warmup: () => 0,
  initial: () => ({ as: "" }),
  onCandle: (_state, candle, context) => {
    const name = `${context.parameters.as} ${candle.instrument}`
    seen.set(name, [...(seen.get(name) ?? []), candle])
  }
})

describe("candles so far", () => {
  it("are what a late strategy is given, in the order in which they closed, once each", () => {
    const table = stocks(2)
    const kernel = kernelOf(table, { strategyNamed: () => Watcher })
    const deploy = (id: string) =>
      kernel.command(id, {
        _tag: "Deploy",
        deployment: {
          id,
          strategy: "Watcher",
          parameters: { as: id },
          instruments: table.all().map(({ symbol }) => symbol),
          lots: 1,
          mode: "signal"
        }
      })
    const day = batches(marketTicks(3, 2, 3_000), [512], open + 3_060_000)
    const half = Math.floor(day.length / 2)
    assert.strictEqual(deploy("early")._tag, "Done")
    for (const batch of day.slice(0, half)) kernel.batch(batch)
    assert.strictEqual(deploy("late")._tag, "Done")
    for (const batch of day.slice(half)) kernel.batch(batch)
    for (const instrument of [0, 1]) {
      const early = seen.get(`early ${instrument}`) ?? []
      assert.isAbove(early.length, 50)
      assert.deepStrictEqual(seen.get(`late ${instrument}`), early)
    }
  })
})
