import type { DayReport } from "@keepgaining/core/calendar/dayReport.ts"
import { assert, describe, it } from "vitest"
import { monthAfter, spoken, weeksOf } from "../../src/calendar/monthGrid.ts"

const day = (date: string, over: Partial<DayReport> = {}): DayReport => ({
  date,
  weekday: "",
  trading: true,
  reason: "",
  kind: "normal",
  previous: null,
  next: null,
  settlement: null,
  segments: [],
  expiries: [],
  ...over
})

describe("a month", () => {
  it("begins its weeks on Monday", () => {
    // 1 November 2026 is a Sunday.
    const weeks = weeksOf(Array.from({ length: 30 }, (_, i) => day(`2026-11-${String(i + 1).padStart(2, "0")}`)))
    assert.lengthOf(weeks, 6)
    assert.strictEqual(weeks[0]?.[6]?.date, "2026-11-01")
    assert.strictEqual(weeks[1]?.[0]?.date, "2026-11-02")
    assert.strictEqual(weeks[5]?.[0]?.date, "2026-11-30")
    assert.isTrue(weeks.every((week) => week.length === 7))
    assert.deepStrictEqual(weeksOf([]), [])
  })

  it.each([["2026-11", 2, "2027-01"], ["2026-01", -1, "2025-12"], ["2026-05", 0, "2026-05"]])(
    "%s and %i more is %s",
    (month, by, expected) => {
      assert.strictEqual(monthAfter(month, by), expected)
    }
  )

  it("says in words what a cell shows", () => {
    const moved = {
      family: "NIFTY",
      exchange: "NSE",
      kind: "monthly",
      scheduled: "2026-11-24",
      date: "2026-11-23"
    } as const
    assert.strictEqual(spoken(day("2026-11-23", { expiries: [moved] })), "23 Nov 2026: Trading day: expiring: NIFTY")
    assert.strictEqual(
      spoken(day("2026-11-24", { kind: "holiday", reason: "Gurunanak Jayanti" })),
      "24 Nov 2026: Holiday, Gurunanak Jayanti"
    )
  })
})
