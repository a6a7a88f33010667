import { assert, describe, it } from "@effect/vitest"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { BlockWriter, wordsOf } from "../../../src/archive/Block.ts"
import { firstMinuteOf } from "../../../src/archive/CandleRun.ts"
import { unpackRuns } from "../../../src/archive/kernel/unpackRuns.ts"

/** So many candles a day from day 20,000 on, with values of up to so many bits. */
const candlesOf = (days: ReadonlyArray<number>, bits: number): CandleColumns => {
  const columns = candleColumns(days.reduce((sum, count) => sum + count, 0))
  let state = bits + 1
  const next = () => (state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0) >>> (32 - bits)
  let row = 0
  days.forEach((count, day) => {
    for (let i = 0; i < count; i++, row++) {
      columns.minute[row] = firstMinuteOf(20_000 + day) + i
      columns.open[row] = next()
      columns.high[row] = next()
      columns.low[row] = next()
      columns.close[row] = next()
      columns.volume[row] = next()
      columns.openInterest[row] = next()
    }
  })
  return columns
}

const unpacked = (candles: CandleColumns, before: number): CandleColumns => {
  const writer = new BlockWriter()
  writer.write(7, candles)
  const target = candleColumns(before + candles.length)
  assert.strictEqual(unpackRuns(wordsOf(writer.take().slice()), target, before), before + candles.length)
  // Nothing before the row was touched.
  assert.isTrue(target.minute.subarray(0, before).every((minute) => minute === 0))
  return {
    length: candles.length,
    minute: target.minute.slice(before),
    open: target.open.slice(before),
    high: target.high.slice(before),
    low: target.low.slice(before),
    close: target.close.slice(before),
    volume: target.volume.slice(before),
    openInterest: target.openInterest.slice(before)
  }
}

describe("unpacking of runs", () => {
  it("gives values of every width back", () => {
    for (let bits = 1; bits <= 32; bits++) {
      const candles = candlesOf([375, 1, 8, 63, 64, 65, 130], bits)
      assert.deepStrictEqual(unpacked(candles, 0), candles, `${bits} bits`)
    }
  })

  it("goes on over any number of runs, from any row on", () => {
    // More than one batch of 4,096, with runs that do not fill it evenly, and days that are as full as they can be.
    const days = Array.from({ length: 40 }, (_, day) => day % 3 === 0 ? 1_440 : day % 3 === 1 ? 375 : 1)
    const candles = candlesOf(days, 20)
    assert.deepStrictEqual(unpacked(candles, 3), candles)
  })

  it("takes blocks that are larger than the memory it began with", () => {
    const candles = candlesOf(Array.from({ length: 60 }, () => 1_440), 32)
    assert.deepStrictEqual(unpacked(candles, 0), candles)
    const small = candlesOf([10], 12)
    assert.deepStrictEqual(unpacked(small, 0), small)
  })

  it("refuses what cannot be a run", () => {
    // 5,000 candles.
    const words = new Uint32Array([1, 20_000 << 16 | 5_000, 7, 1, 0, 0, 0])
    assert.throws(() => unpackRuns(words, candleColumns(5_000), 0), "no runs of candles")
    assert.throws(() => unpackRuns(new Uint32Array(6), candleColumns(10), 0), "no length")
  })

  it("has nothing to do with an empty block", () => {
    assert.strictEqual(unpackRuns(new Uint32Array(0), candleColumns(0), 5), 5)
  })
})
