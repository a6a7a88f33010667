import { type Candle } from "@keepgaining/core/candles/Candle.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { assert, describe, it } from "vitest"
import { maxCandles, mergeCandle, placeAt } from "../../src/chart/candleSeries.ts"

const candle = (start: number, close = 100): Candle => ({
  instrument: 0,
  interval: "1m",
  start,
  end: start + 60,
  open: paise(100),
  high: paise(100),
  low: paise(100),
  close: paise(close),
  volume: 0,
  openInterest: 0,
  vwap: 100,
  ticks: 1
})

describe("candles of a chart", () => {
  it("replace the one that begins at the same time", () => {
    const all = [candle(0), candle(60)]
    assert.strictEqual(mergeCandle(all, candle(60, 105)), "replaced")
    assert.strictEqual(mergeCandle(all, candle(120)), "appended")
    assert.deepStrictEqual(all.map((one) => one.close), [100, 105, 100])
  })
  it("find their place when they come late", () => {
    const all = [candle(0), candle(120)]
    assert.strictEqual(mergeCandle(all, candle(60)), "inserted")
    assert.strictEqual(mergeCandle(all, candle(0, 99)), "inserted")
    assert.deepStrictEqual(all.map((one) => [one.start, one.close]), [[0, 99], [60, 100], [120, 100]])
  })
  it("are bounded", () => {
    const all: Array<Candle> = []
    for (let number = 0; number < maxCandles + 10; number++) mergeCandle(all, candle(number * 60))
    assert.strictEqual(all.length, maxCandles)
    assert.strictEqual(all[0]?.start, 600)
  })
  it("hold the instants from their start to the next", () => {
    const all = [candle(60), candle(120), candle(240)]
    assert.deepStrictEqual([0, 60, 119, 120, 239, 240, 1_000].map((at) => placeAt(all, at)), [-1, 0, 0, 1, 1, 2, 2])
  })
})
