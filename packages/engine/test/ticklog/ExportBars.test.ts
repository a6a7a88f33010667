import { assert, describe, it } from "@effect/vitest"
import { SimulatedDisk } from "@keepgaining/engine/storage/SimulatedDisk.ts"
import { type BarRule, exportBars } from "@keepgaining/engine/ticklog/export/ExportBars.ts"
import * as Effect from "effect/Effect"
import { batchesOf, folder, plain, withWriter } from "./logs.ts"

const batches = batchesOf(60)
const ticks = batches.flatMap((batch) => plain(batch).ticks)

const exported = (rule: BarRule) =>
  Effect.gen(function*() {
    const disk = new SimulatedDisk()
    yield* withWriter(disk, (log) => Effect.forEach(batches, (batch) => log.append(batch), { discard: true }))
    const target = { file: "bars.csv", format: "csv" as const, overwrite: false }
    const { rows } = yield* Effect.provide(exportBars(folder, rule, target), disk.layer)
    const text = new TextDecoder().decode(disk.contentOf("bars.csv"))
    const [header, ...lines] = text.trimEnd().split("\n")
    assert.strictEqual(header, "start,end,symbol,open,high,low,close,volume,ticks")
    assert.lengthOf(lines, rows)
    return lines.map((line) => line.split(","))
  })

describe("bars of a tick log", () => {
  it.effect("by ticks hold every tick of every instrument once", () =>
    Effect.gen(function*() {
      const bars = yield* exported({ by: "ticks", size: 7 })
      for (const [index, symbol] of ["NSE:A", "NSE:B", "NSE:C"].entries()) {
        const own = bars.filter((bar) => bar[2] === symbol)
        const expected = ticks.filter(({ instrument }) => instrument === index).length
        assert.strictEqual(own.reduce((sum, bar) => sum + Number(bar[8]), 0), expected)
        for (const bar of own.slice(0, -1)) assert.strictEqual(bar[8], "7")
      }
    }))

  it.effect("by volume have what the counter grew by, and are in the order of their ends", () =>
    Effect.gen(function*() {
      const bars = yield* exported({ by: "volume", size: 5_000 })
      const own = ticks.filter(({ instrument }) => instrument === 0).map(({ volume }) => volume)
      const volume = bars.filter((bar) => bar[2] === "NSE:A").reduce((sum, bar) => sum + Number(bar[7]), 0)
      assert.strictEqual(volume, Math.max(...own) - own[0]!)
      const ends = bars.map((bar) => Date.parse(bar[1]!))
      // The bars that the end of the log closes come last, each with its own end.
      assert.deepStrictEqual(ends.slice(0, -3), ends.slice(0, -3).toSorted((a, b) => a - b))
    }))
})
