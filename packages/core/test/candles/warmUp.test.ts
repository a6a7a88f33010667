import { assert, describe, it } from "@effect/vitest"
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { CandleBuilder } from "@keepgaining/core/candles/CandleBuilder.ts"
import { candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { intervals } from "@keepgaining/core/candles/Interval.ts"
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { closedCandles, lastDays } from "@keepgaining/core/candles/warmUp.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Schema from "effect/Schema"

const hours = () => new TradingHours(plainHours).of("cash")
const OPEN = Date.parse("2026-11-19T09:15:00+05:30")
const DAY = 86_400_000

/** Every candle that ticks at those offsets close, as the builder closes them. */
const live = (
  ticks: ReadonlyArray<readonly [offset: number, price: number, traded: number]>
): ReadonlyArray<Candle> => {
  const builder = new CandleBuilder(new Float64Array(CandleBuilder.stateSize), 0, 3, hours())
  const closed: Array<Candle> = []
  const closeUntil = (now: number): void => {
    while (builder.nextClose <= now) {
      const mask = builder.closeUntil(builder.nextClose)
      intervals.forEach((interval, bit) => {
        if ((mask & (1 << bit)) !== 0) closed.push({ ...builder.closed(interval) })
      })
    }
  }
  let cumulative = 0
  let day = -1
  for (const [offset, price, traded] of ticks) {
    const today = Math.floor(offset / DAY)
    if (today !== day) {
      day = today
      cumulative = 0
      closeUntil(OPEN + today * DAY - MINUTE_MS)
      // The day's counter begins at 0, so that the first trade counts.
      builder.onTick(OPEN + today * DAY, price, 0, 0)
    }
    cumulative += traded
    closeUntil(OPEN + offset)
    builder.onTick(OPEN + offset, price, cumulative, 0)
  }
  closeUntil(OPEN + 30 * DAY)
  return closed
}

const shown = ({ close, end, high, interval, low, open, start, volume }: Candle): string =>
  `${interval} ${(start - OPEN) / 1_000}-${(end - OPEN) / 1_000} ${open} ${high} ${low} ${close} ${volume}`

const minutesOf = (candles: ReadonlyArray<Candle>) => {
  const minutes = candles.filter(({ interval }) => interval === "1m")
  const columns = candleColumns(minutes.length)
  minutes.forEach((candle, i) => {
    columns.minute[i] = candle.start / MINUTE_MS
    columns.open[i] = candle.open
    columns.high[i] = candle.high
    columns.low[i] = candle.low
    columns.close[i] = candle.close
    columns.volume[i] = candle.volume
  })
  return columns
}

describe("candles from before a session", () => {
  it.prop(
    "are those that the ticks had closed, in the same order",
    [
      Schema.Array(Schema.Tuple([
        Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3 * 375 * 60 - 1 })),
        Schema.Int.check(Schema.isBetween({ minimum: 9_000, maximum: 11_000 })),
        Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 }))
      ])).check(Schema.isMinLength(1), Schema.isMaxLength(60))
    ],
    ([raw]) => {
      // Seconds of three sessions end to end, as offsets from the first open.
      const ticks = raw.map(([second, price, traded]) => {
        const day = Math.floor(second / (375 * 60))
        return [day * DAY + (second - day * 375 * 60) * 1_000, price, traded] as const
      }).sort((a, b) => a[0] - b[0])
      const closed = live(ticks)
      const expected = closed.filter(({ interval }) => interval !== "1s").map(shown)
      assert.deepStrictEqual(closedCandles(3, minutesOf(closed), hours()).map(shown), expected)
    },
    { arbitrary: { runs: 200 } }
  )

  it("know their average from the minutes", () => {
    const columns = candleColumns(2)
    columns.minute.set([OPEN / MINUTE_MS, OPEN / MINUTE_MS + 1])
    columns.high.set([120, 240])
    columns.low.set([90, 180])
    columns.close.set([90, 180])
    columns.volume.set([30, 10])
    const [three] = closedCandles(0, columns, hours(), ["3m"])
    assert.strictEqual(three?.vwap, (30 * 100 + 10 * 200) / 40)
    assert.strictEqual(three?.ticks, 2)
  })

  it("are those of so many days", () => {
    const columns = candleColumns(6)
    columns.minute.set([0, 1, 1_440, 1_441, 2_880, 4_320].map((minute) => OPEN / MINUTE_MS + minute))
    assert.strictEqual(lastDays(columns, 2).length, 2)
    assert.strictEqual(lastDays(columns, 3).length, 4)
    assert.strictEqual(lastDays(columns, 9).length, 6)
    assert.strictEqual(lastDays(columns, 0).length, 0)
  })
})
