import { assert, describe, it } from "@effect/vitest"
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { planChunks } from "../../src/history/planChunks.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"

const capabilities = (span: number, oldest?: string) => ({
  longestSpan: { "1m": span },
  oldest: oldest === undefined ? {} : { "1m": oldest },
  limits: [],
  concurrency: 1
})

const one = { symbol: "NSE:ONE", segment: "cash" } as const

const plan = (
  calendar: TradingCalendar,
  span: number,
  range: { readonly from: string; readonly to: string; readonly had?: ReadonlyArray<string> },
  oldest?: string
) =>
  planChunks(calendar, capabilities(span, oldest), {
    ...one,
    interval: "1m",
    from: range.from,
    to: range.to,
    had: new Set(range.had)
  })

const day = (offset: number) => dateOf(dayOf("2024-01-01") + offset)

describe("the plan of a download", () => {
  it.effect("begins and ends on trading days, and keeps to the server's longest span", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const chunks = Result.getOrThrow(plan(calendar, 30, { from: "2025-01-01", to: "2025-03-02" }))
      assert.deepStrictEqual(chunks.map(({ from, to }) => [from, to]), [
        ["2025-01-01", "2025-01-30"],
        ["2025-01-31", "2025-03-01"].map((date) => date === "2025-03-01" ? "2025-02-28" : date)
      ])
    }))

  it.effect("leaves out what the archive has and what the server cannot have", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const had = ["2025-01-08", "2025-01-09"]
      const some = Result.getOrThrow(plan(calendar, 30, { from: "2025-01-01", to: "2025-01-15", had }, "2025-01-03"))
      assert.deepStrictEqual(some.map(({ from, to }) => [from, to]), [
        ["2025-01-03", "2025-01-07"],
        ["2025-01-10", "2025-01-15"]
      ])
      const nothing = plan(calendar, 30, { from: "2025-01-01", to: "2025-01-02" }, "2025-01-03")
      assert.deepStrictEqual(Result.getOrThrow(nothing), [])
    }))

  it.effect("asks for official days within a span of their own, from where the calendar begins", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const official = (from: string, oldest?: string) =>
        planChunks(
          calendar,
          { ...capabilities(30), longestSpan: { "1d": 366 }, oldest: oldest === undefined ? {} : { "1d": oldest } },
          { ...one, interval: "1d", from, to: "2023-12-31", had: new Set() }
        )
      const chunks = Result.getOrThrow(official("2022-01-01"))
      assert.deepStrictEqual(chunks.map(({ from, interval, to }) => [interval, from, to]), [
        ["1d", "2022-01-03", "2023-01-03"],
        ["1d", "2023-01-04", "2023-12-29"]
      ])
      // A server that begins later is not asked for what it cannot have; one that begins earlier cannot be checked.
      assert.strictEqual(Result.getOrThrow(official("2000-01-01", "2023-12-27"))[0]?.from, "2023-12-27")
      const old = official("2000-01-01", "2000-01-01")
      assert.strictEqual(Result.isFailure(old) ? old.failure._tag : "", "DateNotCovered")
    }))

  it.effect("refuses an interval that is not served and dates that the calendar does not cover", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const input = { ...one, from: "2025-01-01", to: "2025-01-02", had: new Set<string>() }
      const other = planChunks(calendar, capabilities(30), { ...input, interval: "1d" })
      assert.match(Result.isFailure(other) ? other.failure.message : "", /candles of 1d are not served/)
      const old = plan(calendar, 30, { from: "2009-01-01", to: "2009-01-05" })
      assert.strictEqual(Result.isFailure(old) ? old.failure._tag : "", "DateNotCovered")
    }))

  it.effect.prop(
    "asks for each wanted trading day once and for no other",
    {
      first: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 })),
      length: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 })),
      span: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })),
      had: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 700 })))
    },
    ({ first, had, length, span }) =>
      Effect.gen(function*() {
        const calendar = yield* loadCalendar()
        const from = day(first)
        const to = day(first + length)
        const without = had.map(day)
        const chunks = Result.getOrThrow(plan(calendar, span, { from, to, had: without }))
        for (const chunk of chunks) assert.isAtMost(dayOf(chunk.to) - dayOf(chunk.from), span - 1)
        const asked = chunks.flatMap((chunk) => Result.getOrThrow(calendar.tradingDays(chunk.from, chunk.to)))
        const wanted = Result.getOrThrow(calendar.tradingDays(from, to)).filter((date) => !without.includes(date))
        assert.deepStrictEqual(asked, wanted)
      })
  )
})
