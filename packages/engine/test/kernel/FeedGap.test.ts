/** What a silent feed means for candles and alarms. */
import { assert, describe, it } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { decisionsOf, kernelOf, open, stocks } from "./scenario.ts"

const tick = (seconds: number, volume: number, instrument = 0): TickBatch =>
  TickBatch.fromTicks([{ instrument, eventTime: open + seconds * 1_000, price: paise(10_000), volume }])

const minutes = (batches: ReadonlyArray<TickBatch>) => {
  const kernel = kernelOf(stocks(2))
  for (const batch of batches) kernel.batch(batch)
  kernel.finish(open + 3_600_000)
  return { kernel, candles: kernel.history.newest(0, "1m", 100) }
}

describe("a silence of the whole feed", () => {
  it("makes no candle, and what was traded in it belongs to none", () => {
    const { candles } = minutes([tick(1, 100), tick(2, 150), tick(200, 9_000), tick(201, 9_040)])
    assert.deepStrictEqual(candles.map(({ start, volume }) => [start, volume]), [[open, 50], [open + 180_000, 40]])
  })

  it("of less than a minute leaves the volume with the candle in which it shows", () => {
    const { candles } = minutes([tick(1, 100), tick(50, 150), tick(100, 350)])
    assert.deepStrictEqual(candles.map(({ volume }) => volume), [50, 200])
  })

  it("is not what one quiet instrument makes", () => {
    const others = Array.from({ length: 20 }, (_, i) => tick(10 * i + 5, 1_000 + i, 1))
    const { candles } = minutes([tick(1, 100), ...others, tick(200, 400)])
    assert.deepStrictEqual(candles.map(({ volume }) => volume), [0, 300])
  })

  it("raises an alarm when it has lasted too long, ends it, and is told as a gap", () => {
    const { kernel } = minutes([tick(1, 100), tick(200, 9_000)])
    const alarms = decisionsOf(kernel).filter((text) => text.includes("\"Alarm\""))
    assert.isTrue(alarms[0]!.includes("stale-feed") && alarms[0]!.includes("\"raised\":true"))
    assert.isTrue(alarms[1]!.includes("stale-feed") && alarms[1]!.includes("\"raised\":false"))
    assert.isTrue(alarms[2]!.includes("feed-gap") && alarms[2]!.includes("(199 s)"))
    assert.deepStrictEqual(kernel.monitor.gaps, [{ from: open + 1_000, to: open + 200_000 }])
  })
})
