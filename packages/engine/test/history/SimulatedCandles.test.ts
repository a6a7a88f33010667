import { assert, describe, it } from "@effect/vitest"
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import { firstMinuteOf } from "../../src/archive/CandleRun.ts"
import { simulatedHours, simulatedOfficialDay } from "../../src/history/simulator/SimulatedCandles.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"

const date = "2025-03-03"
const hours = [{ open: timeOfDay(9, 15), close: timeOfDay(15, 30) }]

/** Minutes of the day, each traded at one price. */
const minutesOf = (rows: ReadonlyArray<readonly [hour: number, minute: number, price: number, volume: number]>) => {
  const columns = candleColumns(rows.length)
  rows.forEach(([hour, minute, price, volume], row) => {
    columns.minute[row] = firstMinuteOf(dayOf(date)) + hour * 60 + minute
    for (const prices of [columns.open, columns.high, columns.low, columns.close]) prices[row] = price
    columns.volume[row] = volume
    columns.openInterest[row] = row
  })
  return columns
}

describe("the exchange's candle of a simulated day", () => {
  it("closes at the average of the last half hour by volume, and not at the last price", () => {
    const minutes = minutesOf([
      [9, 15, 10_000, 7],
      [11, 0, 12_000, 900],
      [14, 59, 9_000, 1_000],
      [15, 0, 10_000, 100],
      [15, 29, 11_000, 300]
    ])
    assert.deepStrictEqual(simulatedOfficialDay(date, minutes, hours), {
      date,
      open: 10_000,
      high: 12_000,
      low: 9_000,
      // (10,000 x 100 + 11,000 x 300) / 400
      close: 10_750,
      volume: 2_307,
      openInterest: 4
    })
  })

  it("closes at the last price when nothing traded in the last half hour, and is none when nothing traded", () => {
    const minutes = minutesOf([[9, 15, 10_000, 7], [14, 59, 9_000, 1_000]])
    assert.strictEqual(simulatedOfficialDay(date, minutes, hours)?.close, 9_000)
    assert.isUndefined(simulatedOfficialDay(date, minutesOf([]), hours))
  })

  it.effect("is of every day that trades, also of one whose hours nobody has published", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      assert.deepStrictEqual(simulatedHours(calendar, date), hours)
      assert.lengthOf(simulatedHours(calendar, "2025-03-14"), 0)
      assert.lengthOf(simulatedHours(calendar, "2026-11-08"), 1)
      assert.lengthOf(simulatedHours(calendar, "1999-01-04"), 0)
    }))
})
