/** Special sessions whose segments have hours of their own, as a user may write them down the day that the circular is out. */
import { assert, describe, it } from "@effect/vitest"
import { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { dayReport } from "@keepgaining/core/calendar/dayReport.ts"
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { formatIstTime, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"

const withOwn = (text: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-rules-"))
      fs.writeFileSync(path.join(folder, "special-sessions.csv"), text)
      return folder
    }),
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true }))
  )

const source = "a circular,2026-11-01,A"

describe("special sessions of a user's own", () => {
  it.effect("may say a segment's hours apart", () =>
    Effect.gen(function*() {
      const folder = yield* withOwn(
        "date,name,segment,kind,open,close,second_open,second_close,source,as_of,confidence\n" +
          `2026-11-08,Muhurat trading,,muhurat,18:00,19:00,,,${source}\n` +
          `2026-11-08,Muhurat trading,cash-closing-auction,muhurat,18:00,18:45,,,${source}\n`
      )
      const calendar = yield* loadCalendar(folder)
      const hours = new TradingHours(calendarHours(calendar, { holidays: true }))
      const noon = parseIst("2026-11-08 12:00:00") ?? 0
      const closes = Segment.literals.map((segment) =>
        formatIstTime(hours.of(segment).day(noon)?.close ?? 0).slice(0, 5)
      )
      assert.deepStrictEqual(closes, ["19:00", "18:45", "19:00"])
      const report = Result.getOrThrow(dayReport(calendar, "2026-11-08"))
      assert.deepStrictEqual(report.segments.map(({ minuteCandles }) => minuteCandles), [60, 45, 60])
      assert.isTrue(report.trading)
    }))

  it.effect("may lack the column, and then are of all segments", () =>
    Effect.gen(function*() {
      const folder = yield* withOwn(
        "date,name,kind,open,close,second_open,second_close,source,as_of,confidence\n" +
          `2026-11-08,Muhurat trading,muhurat,18:15,19:15,,,${source}\n`
      )
      const report = Result.getOrThrow(dayReport(yield* loadCalendar(folder), "2026-11-08"))
      assert.deepStrictEqual(report.segments.map(({ minuteCandles }) => minuteCandles), [60, 60, 60])
    }))

  it.effect("are refused where the segment is none", () =>
    Effect.gen(function*() {
      const folder = yield* withOwn(
        "date,name,segment,kind,open,close,second_open,second_close,source,as_of,confidence\n" +
          `2026-11-08,Muhurat trading,futures,muhurat,18:00,19:00,,,${source}\n`
      )
      const refused = yield* Effect.flip(loadCalendar(folder))
      assert.strictEqual(refused.line, 2)
    }))

  it.effect("that are full have each segment's usual hours: on a Sunday of August 2026 derivatives trade until 15:40", () =>
    Effect.gen(function*() {
      const folder = yield* withOwn(
        "date,name,kind,open,close,second_open,second_close,source,as_of,confidence\n" +
          `2026-08-16,Full session,full,,,,,${source}\n`
      )
      const hours = new TradingHours(calendarHours(yield* loadCalendar(folder), { holidays: true }))
      const noon = parseIst("2026-08-16 12:00:00") ?? 0
      const closes = Segment.literals.map((segment) =>
        formatIstTime(hours.of(segment).day(noon)?.close ?? 0).slice(0, 5)
      )
      assert.deepStrictEqual(closes, ["15:30", "15:15", "15:40"])
    }))
})
