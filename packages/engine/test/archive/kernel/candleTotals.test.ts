import { assert, describe, it } from "@effect/vitest"
import { type CandleColumns, candleColumns, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { type CandleTotals, candleTotals } from "../../../src/archive/kernel/candleTotals.ts"

/** One number after the other. */
const plainly = ({ close, high, length, low, volume }: CandleColumns): CandleTotals => {
  let [closes, volumes, highest, lowest] = [0n, 0n, -Infinity, Infinity]
  for (let row = 0; row < length; row++) {
    closes += BigInt(close[row] ?? NaN)
    volumes += BigInt(volume[row] ?? NaN)
    highest = Math.max(highest, high[row] ?? NaN)
    lowest = Math.min(lowest, low[row] ?? NaN)
  }
  return { closes: Number(closes), volume: Number(volumes), highest, lowest }
}

/** All 32 bits, in no order. */
const candlesOf = (length: number): CandleColumns => {
  const columns = candleColumns(length)
  let state = 12_345
  const next = () => (state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0)
  for (let row = 0; row < length; row++) {
    columns.close[row] = next()
    columns.high[row] = next()
    columns.low[row] = next()
    columns.volume[row] = next()
  }
  return columns
}

describe("totals of columns", () => {
  it("are those of adding one number after the other, whatever the length", () => {
    const columns = candlesOf(50_000)
    // Around a turn of the loop, a stretch of memory, and in the middle of both.
    for (const length of [0, 1, 7, 8, 9, 31, 375, 16_383, 16_384, 16_385, 40_001, 50_000]) {
      const some = sliceColumns(columns, 0, length)
      assert.deepStrictEqual(candleTotals(some), plainly(some), `${length} candles`)
    }
    const behind = sliceColumns(columns, 13, 20_000)
    assert.deepStrictEqual(candleTotals(behind), plainly(behind))
  })

  it("keep the sign of extremes, and sums of numbers that are as large as they can be", () => {
    const columns = candleColumns(40_000)
    columns.close.fill(-2_147_483_648)
    columns.high.fill(-5)
    columns.low.fill(7)
    columns.volume.fill(4_294_967_295)
    assert.deepStrictEqual(candleTotals(columns), {
      closes: -2_147_483_648 * 40_000,
      volume: 4_294_967_295 * 40_000,
      highest: -5,
      lowest: 7
    })
  })
})
