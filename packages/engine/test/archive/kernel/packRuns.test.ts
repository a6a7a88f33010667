import { assert, describe, it } from "@effect/vitest"
import { type CandleColumns, candleColumns, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Schema from "effect/Schema"
import { firstMinuteOf } from "../../../src/archive/CandleRun.ts"
import { packRuns } from "../../../src/archive/kernel/packRuns.ts"
import { packedByHand } from "../packedByHand.ts"

const packed = (instrument: number, candles: CandleColumns): ReadonlyArray<number> => {
  const words: Array<number> = []
  packRuns(instrument, candles, (runs) => words.push(...runs))
  return words
}

type Values = Omit<CandleColumns, "length" | "minute">

/** So many candles a day, with the values that `value` makes of a column and a row. */
const candlesOf = (
  days: ReadonlyArray<number>,
  value: (column: keyof Values, row: number) => number,
  gap = 1
): CandleColumns => {
  const columns = candleColumns(days.reduce((sum, count) => sum + count, 0))
  let row = 0
  days.forEach((count, day) => {
    for (let i = 0; i < count; i++, row++) {
      columns.minute[row] = firstMinuteOf(20_000 + day) + i * gap
      for (const column of ["open", "high", "low", "close", "volume", "openInterest"] as const) {
        columns[column][row] = value(column, row)
      }
    }
  })
  return columns
}

const isPrice = (column: keyof Values): boolean => column !== "volume" && column !== "openInterest"

/** Numbers of up to so many bits, the same every time. */
const numbers = (seed: number) => {
  let state = seed
  return (bits: number): number =>
    bits === 0 ? 0 : (state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0) >>> (32 - bits)
}

const Row = Schema.Struct({
  gap: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 900 })),
  prices: Schema.Tuple(
    Array.from({ length: 4 }, () => Schema.Int.check(Schema.isBetween({ minimum: -1, maximum: 400 }))) as [
      Schema.Int,
      Schema.Int,
      Schema.Int,
      Schema.Int
    ]
  ),
  volume: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4_294_967_295 }))
})

describe("packing of runs", () => {
  it("makes of values of every width what the layout says", () => {
    for (let bits = 0; bits <= 32; bits++) {
      const next = numbers(bits + 1)
      const candles = candlesOf([375, 1, 2, 3, 4, 5, 63, 64, 65, 127, 128, 130], () => next(bits))
      assert.deepStrictEqual(packed(7, candles), packedByHand(7, candles), `${bits} bits`)
    }
  })

  it("finds the common divisor of the prices, also where only the last row lowers it", () => {
    for (const divisor of [1, 2, 3, 5, 8, 48, 60, 65_536, 1_000_003, 2_147_483_647]) {
      const next = numbers(divisor)
      const most = Math.min(10, Math.floor(2_147_483_647 / divisor))
      for (const last of [0, 1, 4, 6, 90]) {
        for (const count of [1, 4, 5, 375]) {
          const candles = candlesOf([count, 2], (column, row) => {
            if (!isPrice(column)) return next(9)
            return row === count - 1 && column === "low" ? last : divisor * (1 + next(16) % most)
          })
          assert.deepStrictEqual(packed(7, candles), packedByHand(7, candles), `${divisor}, ${last}, ${count}`)
        }
      }
    }
  })

  it("divides no prices below zero, and none that are all zero", () => {
    const zero = candlesOf([9], (column) => isPrice(column) ? 0 : 3)
    assert.deepStrictEqual(packed(7, zero), packedByHand(7, zero))
    const late = candlesOf([9], (column, row) => isPrice(column) && row < 6 ? 0 : 15)
    assert.deepStrictEqual(packed(7, late), packedByHand(7, late))
    const below = candlesOf([9, 9], (column, row) => column === "close" && row === 8 ? -10 : 20)
    assert.deepStrictEqual(packed(7, below), packedByHand(7, below))
  })

  it("leaves nothing of one run to the next, whichever rows are beside it", () => {
    const next = numbers(3)
    const candles = candlesOf(Array.from({ length: 700 }, (_, day) => 1 + day % 11), () => next(31), 7)
    assert.deepStrictEqual(packed(4_294_967_295, candles), packedByHand(4_294_967_295, candles))
    const part = sliceColumns(candles, 1_001, 1_777)
    assert.deepStrictEqual(packed(1, part), packedByHand(1, part))
  })

  it("goes on over any number of rows, and packs days that are as full as they can be", () => {
    const next = numbers(5)
    // Batches of 4,096 rows end inside of days and, with the last, at the end of one.
    const candles = candlesOf(
      [1_440, 1_440, 1_216, 1_440, 1_440, 375, 1_440],
      (column) => isPrice(column) ? next(20) : 0
    )
    assert.deepStrictEqual(packed(7, candles), packedByHand(7, candles))
    const days = candlesOf(Array.from({ length: 9_000 }, () => 1), () => next(24))
    assert.deepStrictEqual(packed(7, days), packedByHand(7, days))
  })

  it("has nothing to do without candles", () => {
    assert.deepStrictEqual(packed(7, candleColumns(0)), [])
  })

  it.prop(
    "makes of any candles what the layout says",
    [Schema.NonEmptyArray(Row)],
    ([rows]) => {
      let minute = firstMinuteOf(20_000)
      const candles = candleColumns(rows.length)
      rows.forEach(({ gap, prices: [open, high, low, close], volume }, row) => {
        candles.minute[row] = minute += gap
        candles.open[row] = open * 5
        candles.high[row] = high * 5
        candles.low[row] = low * 5
        candles.close[row] = close * 5
        candles.volume[row] = volume
        candles.openInterest[row] = volume >>> 7
      })
      assert.deepStrictEqual(packed(7, candles), packedByHand(7, candles))
    },
    { arbitrary: { runs: 300, size: 200 } }
  )

  it("refuses more candles of a day than there are minutes", () => {
    const candles = candlesOf([5_000], () => 1, 0)
    assert.throws(() => packed(7, candles), "a day has too many")
  })
})
