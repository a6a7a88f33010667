import { assert, describe, it } from "@effect/vitest"
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { adjust, type CorporateAction } from "@keepgaining/core/candles/adjust.ts"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { resample, WHOLE_DAY } from "@keepgaining/core/candles/resample.ts"
import { timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Schema from "effect/Schema"

const day = [{ open: timeOfDay(9, 15), close: timeOfDay(15, 30) }]

const minuteOf = (date: string, hour: number, minute: number): number => dayOf(date) * 1_440 - 330 + hour * 60 + minute

/** Candles whose numbers follow from their minute. */
const candles = (minutes: ReadonlyArray<number>): CandleColumns => {
  const columns = candleColumns(minutes.length)
  minutes.forEach((minute, i) => {
    const price = 10_000 + (minute * 37) % 500
    columns.minute[i] = minute
    columns.open[i] = price
    columns.high[i] = price + minute % 7
    columns.low[i] = price - minute % 5
    columns.close[i] = price + minute % 3
    columns.volume[i] = minute % 100
    columns.openInterest[i] = minute
  })
  return columns
}

describe("resample", () => {
  it("aligns to the open, and ends with the session", () => {
    const all = candles(Array.from({ length: 375 }, (_, i) => minuteOf("2026-06-09", 9, 15) + i))
    const { candles: hours, outside } = resample(all, 60, () => day)
    assert.strictEqual(outside, 0)
    assert.deepStrictEqual(
      Array.from(hours.minute),
      Array.from({ length: 7 }, (_, i) => minuteOf("2026-06-09", 9, 15) + 60 * i)
    )
    assert.strictEqual(hours.open[0], all.open[0])
    assert.strictEqual(hours.close[6], all.close[374])
    assert.strictEqual(hours.openInterest[6], all.openInterest[374])
    assert.strictEqual(resample(all, WHOLE_DAY, () => day).candles.length, 1)
  })

  it("leaves out what was printed outside the session", () => {
    const all = candles([minuteOf("2026-06-09", 9, 7), minuteOf("2026-06-09", 9, 15), minuteOf("2026-06-09", 15, 30)])
    const { candles: fives, outside } = resample(all, 5, () => day)
    assert.strictEqual(fives.length, 1)
    assert.strictEqual(outside, 2)
  })

  it("begins anew in the second span of a day, and makes one daily candle of both", () => {
    const spans = [
      { open: timeOfDay(9, 15), close: timeOfDay(10, 0) },
      { open: timeOfDay(11, 32), close: timeOfDay(12, 32) }
    ]
    const all = candles([minuteOf("2024-03-02", 9, 59), minuteOf("2024-03-02", 10, 30), minuteOf("2024-03-02", 11, 33)])
    assert.deepStrictEqual(
      Array.from(resample(all, 15, () => spans).candles.minute),
      [minuteOf("2024-03-02", 9, 45), minuteOf("2024-03-02", 11, 32)]
    )
    assert.strictEqual(resample(all, WHOLE_DAY, () => spans).candles.length, 1)
  })

  it.prop(
    "keeps extremes, volume and the ends, whatever the length",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 400 })),
      Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_439 })))
    ],
    ([minutes, offsets]) => {
      const all = candles(
        [...new Set(offsets)].sort((a, b) => a - b).map((offset) => minuteOf("2026-06-09", 0, 0) + offset)
      )
      const inside = Array.from({ length: all.length }, (_, row) => row).filter((row) => {
        const of = (all.minute[row] ?? 0) - minuteOf("2026-06-09", 0, 0)
        return of >= 555 && of < 930
      })
      const { candles: made, outside } = resample(all, minutes, () => day)
      assert.strictEqual(outside, all.length - inside.length)
      const sum = (column: ArrayLike<number>, rows: ReadonlyArray<number>) =>
        rows.reduce((a, row) => a + (column[row] ?? 0), 0)
      const every = Array.from({ length: made.length }, (_, row) => row)
      assert.strictEqual(sum(made.volume, every), sum(all.volume, inside))
      if (inside.length === 0) return
      assert.strictEqual(Math.max(...made.high), Math.max(...inside.map((row) => all.high[row] ?? 0)))
      assert.strictEqual(Math.min(...made.low), Math.min(...inside.map((row) => all.low[row] ?? 0)))
      assert.strictEqual(made.open[0], all.open[inside[0] ?? 0])
      assert.strictEqual(made.close[made.length - 1], all.close[inside.at(-1) ?? 0])
    }
  )
})

describe("adjust", () => {
  const action = (ex_date: string, price_factor: number, quantity_factor: number): CorporateAction => ({
    symbol: "NSE:X",
    ex_date,
    kind: "split",
    price_factor,
    quantity_factor,
    source: "test",
    as_of: "2026-01-01",
    confidence: "A"
  })
  const all = candles([minuteOf("2026-01-05", 9, 15), minuteOf("2026-01-06", 9, 15), minuteOf("2026-01-07", 9, 15)])

  it("multiplies what was before the day by all that came after it, and nothing else", () => {
    const before = Array.from(all.close)
    const adjusted = adjust(all, [action("2026-01-06", 0.5, 2), action("2026-01-07", 0.1, 10)])
    assert.strictEqual(adjusted.close[0], Math.round((all.close[0] ?? 0) * 0.05))
    assert.strictEqual(adjusted.volume[0], (all.volume[0] ?? 0) * 20)
    assert.strictEqual(adjusted.close[1], Math.round((all.close[1] ?? 0) * 0.1))
    assert.strictEqual(adjusted.close[2], all.close[2])
    assert.deepStrictEqual(Array.from(all.close), before)
  })

  it("without actions is a copy", () => {
    assert.deepStrictEqual(adjust(all, []), all)
  })
})
