import { assert, describe, it } from "@effect/vitest"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Schema from "effect/Schema"
import { BlockWriter, wordsOf } from "../../src/archive/Block.ts"
import { firstMinuteOf, runDay, runInstrument, runLength, runWords } from "../../src/archive/CandleRun.ts"
import { unpackRuns } from "../../src/archive/kernel/unpackRuns.ts"

const price = Schema.Int.check(Schema.isBetween({ minimum: -2_147_483_648, maximum: 2_147_483_647 }))
const quantity = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4_294_967_295 }))
const Row = Schema.Struct({
  gap: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 })),
  open: price,
  high: price,
  low: price,
  close: price,
  volume: quantity,
  openInterest: quantity
})

const columnsOf = (day: number, rows: ReadonlyArray<typeof Row.Type>): CandleColumns => {
  const columns = candleColumns(rows.length)
  let minute = firstMinuteOf(day) + 555
  rows.forEach((row, i) => {
    minute += row.gap + (i === 0 ? 0 : 1)
    columns.minute[i] = minute
    columns.open[i] = row.open
    columns.high[i] = row.high
    columns.low[i] = row.low
    columns.close[i] = row.close
    columns.volume[i] = row.volume
    columns.openInterest[i] = row.openInterest
  })
  return columns
}

const roundTrip = (columns: CandleColumns, day: number) => {
  const writer = new BlockWriter()
  writer.write(7, columns)
  const words = wordsOf(writer.take().slice())
  assert.strictEqual(runInstrument(words, 0), 7)
  assert.strictEqual(runDay(words, 0), day)
  assert.strictEqual(runLength(words, 0), columns.length)
  assert.strictEqual(runWords(words, 0), words.length)
  const back = candleColumns(columns.length)
  assert.strictEqual(unpackRuns(words, back, 0), columns.length)
  assert.deepStrictEqual(back, columns)
  return words.byteLength
}

describe("a run of candles", () => {
  it.prop(
    "comes back as it was, whatever is in it",
    [Schema.NonEmptyArray(Row), Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40_000 }))],
    ([rows, day]) => {
      roundTrip(columnsOf(day, rows), day)
    },
    { arbitrary: { runs: 300, size: 150 } }
  )

  it("holds a whole day of a share in less than five bytes a candle", () => {
    let seed = 1
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    let last = 150_000
    const rows = Array.from({ length: 375 }, (_, i) => {
      const open = last + 5 * Math.round(random() * 4 - 2)
      const close = open + 5 * Math.round(random() * 20 - 10)
      const high = Math.max(open, close) + 5 * Math.round(random() * 6)
      const low = Math.min(open, close) - 5 * Math.round(random() * 6)
      last = close
      return {
        gap: 0,
        open,
        high,
        low,
        close,
        volume: Math.round(2_000 * Math.exp(random() * 2)),
        openInterest: i - (i % 3)
      }
    })
    const bytes = roundTrip(columnsOf(20_000, rows), 20_000)
    assert.isBelow(bytes / 375, 5)
  })
})
