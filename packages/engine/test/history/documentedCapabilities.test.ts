import { assert, describe, it } from "@effect/vitest"
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { documentedCapabilities } from "../../src/history/documentedCapabilities.ts"
import { planChunks } from "../../src/history/planChunks.ts"
import { spacingOf } from "../../src/history/RequestGate.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"

const year = {
  symbol: "NSE:ONE",
  segment: "cash",
  from: "2025-01-01",
  to: "2025-12-31",
  had: new Set<string>()
} as const

describe("brokers' documented capabilities", () => {
  it.effect("make a year of minutes a handful of requests, each within the broker's span", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const counts: Record<string, number> = {}
      for (const [broker, capabilities] of Object.entries(documentedCapabilities)) {
        const chunks = Result.getOrThrow(planChunks(calendar, capabilities, { ...year, interval: "1m" }))
        for (const { from, to } of chunks) assert.isBelow(dayOf(to) - dayOf(from), capabilities.longestSpan["1m"] ?? 0)
        counts[broker] = chunks.length
      }
      assert.deepStrictEqual(counts, { upstox: 13, kite: 7, angel: 13, fyers: 4 })
    }))

  it.effect("make all official days that the calendar can check a request or a few", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const counts: Record<string, number> = {}
      for (const [broker, capabilities] of Object.entries(documentedCapabilities)) {
        const all = { ...year, from: "2022-01-01", to: "2026-10-30", interval: "1d" } as const
        const chunks = Result.getOrThrow(planChunks(calendar, capabilities, all))
        for (const { from, to } of chunks) assert.isBelow(dayOf(to) - dayOf(from), capabilities.longestSpan["1d"] ?? 0)
        counts[broker] = chunks.length
      }
      assert.deepStrictEqual(counts, { upstox: 1, kite: 1, angel: 1, fyers: 5 })
    }))

  it("make a pace that keeps a fifth in reserve", () => {
    const pace = Object.entries(documentedCapabilities).map((
      [broker, { limits }]
    ) => [broker, Math.round(spacingOf(limits))])
    assert.deepStrictEqual(Object.fromEntries(pace), { upstox: 150, kite: 417, angel: 417, fyers: 375 })
  })
})
