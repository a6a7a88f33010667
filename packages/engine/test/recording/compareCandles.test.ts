import { assert, describe, it } from "@effect/vitest"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { compareCandles, withOwnInterest } from "../../src/recording/compareCandles.ts"

const candlesAt = (minutes: ReadonlyArray<number>): CandleColumns => {
  const columns = candleColumns(minutes.length)
  columns.minute.set(minutes)
  minutes.forEach((minute, row) => {
    columns.open[row] = 100 * minute
    columns.high[row] = 100 * minute + 20
    columns.low[row] = 100 * minute - 20
    columns.close[row] = 100 * minute + 5
    columns.volume[row] = minute
    columns.openInterest[row] = 7
  })
  return columns
}

describe("ours beside the official candles", () => {
  it("counts every minute once", () => {
    const ours = candlesAt([1, 2, 3, 4, 5, 9])
    const theirs = candlesAt([2, 3, 4, 5, 6, 7, 8])
    theirs.low[1]! -= 5
    theirs.volume[2]! += 1
    theirs.openInterest[3] = 8
    assert.deepStrictEqual(compareCandles(ours, theirs), {
      same: 1,
      otherPrice: 1,
      otherVolume: 2,
      onlyHere: 2,
      onlyThere: 3
    })
    assert.deepStrictEqual(compareCandles(candleColumns(0), theirs).onlyThere, 7)
    assert.deepStrictEqual(compareCandles(ours, candleColumns(0)).onlyHere, 6)
  })

  it("keeps the open interest that only we saw", () => {
    const ours = candlesAt([1, 2, 3])
    const theirs = candlesAt([2, 3, 4])
    theirs.openInterest.set([0, 9, 0])
    assert.deepStrictEqual(Array.from(withOwnInterest(theirs, ours).openInterest), [7, 9, 0])
    // The answer itself is not touched.
    assert.strictEqual(theirs.openInterest[0], 0)
  })
})
