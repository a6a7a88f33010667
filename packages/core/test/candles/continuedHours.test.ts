import { assert, describe, it } from "@effect/vitest"
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { continuedHours } from "@keepgaining/core/candles/continuedHours.ts"
import { type HoursRules, plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { parseIst, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Schema from "effect/Schema"

const at = (text: string): number => parseIst(text)!
const kept: HoursRules = { ...plainHours, name: "kept", weekends: false, closed: ["2026-12-25"] }

describe("the hours a session goes on by", () => {
  it("are the new ones when they say the same of every recorded day", () => {
    const announced = { ...kept, name: "announced", closed: ["2026-12-25", "2027-01-26"] }
    assert.strictEqual(continuedHours(kept, announced, at("2026-11-02 09:15:00"), at("2026-12-31 15:30:00")), announced)
    assert.strictEqual(continuedHours(kept, announced, at("2026-11-02 09:15:00"), at("2026-11-02 09:15:00")), announced)
  })
  it("stay the old ones when the new ones would change a day that was recorded, the last one too", () => {
    const announced = { ...kept, name: "announced", closed: ["2026-12-25", "2026-12-31"] }
    assert.strictEqual(continuedHours(kept, announced, at("2026-11-02 09:15:00"), at("2026-12-31 09:00:00")), kept)
    assert.strictEqual(continuedHours(kept, announced, at("2026-11-02 09:15:00"), at("2026-12-30 15:30:00")), announced)
  })

  describe("of a session that went through days of which nobody knew whether they trade", () => {
    const year = { ...kept, covered: [{ from: "2026-01-01", to: "2026-12-31" }] }
    const nextYear = { ...year, name: "next year's too", covered: [{ from: "2026-01-01", to: "2027-12-31" }] }
    const [from, to] = [at("2026-12-30 09:15:00"), at("2027-01-04 10:00:00")]
    const hours = continuedHours(year, nextYear, from, to)
    const trades = (date: string): boolean =>
      new TradingHours(hours).of("cash").day(at(`${date} 12:00:00`)) !== undefined

    it("are the new ones, but those days stay without a session", () => {
      assert.deepStrictEqual(["2026-12-31", "2027-01-01", "2027-01-04", "2027-01-05"].map(trades), [
        true,
        false,
        false,
        true
      ])
    })
    it("do not forget them: the same announcement changes nothing, and a further one is taken", () => {
      const later = at("2027-01-08 10:00:00")
      assert.deepStrictEqual(continuedHours(hours, nextYear, from, later), hours)
      const further = continuedHours(hours, { ...nextYear, closed: ["2027-01-26"] }, from, later)
      assert.deepStrictEqual(further, { ...hours, closed: ["2027-01-26"] })
      const contrary = { ...nextYear, closed: ["2027-01-06"] }
      assert.strictEqual(continuedHours(hours, contrary, from, later), hours)
    })
  })

  it.prop(
    "say of every recorded day what was said before, and of every other what is said now",
    [
      Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))),
      Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))
    ],
    ([closedThen, closedNow, knownTo, recordedTo]) => {
      const first = dayOf("2026-12-01")
      const rules = (closed: ReadonlyArray<number>, days: number): HoursRules => ({
        ...kept,
        closed: closed.map((day) => dateOf(first + day)),
        covered: [{ from: "2026-01-01", to: dateOf(first + days) }]
      })
      const [old, now] = [rules(closedThen, knownTo), rules(closedNow, 60)]
      const instant = (day: number): number => startOfIstDay(first + day) + 36_000_000
      const hours = continuedHours(old, now, instant(0), instant(recordedTo))
      const spans = (of: HoursRules, day: number) => new TradingHours(of).of("derivatives").day(instant(day))
      for (let day = 0; day <= 60; day++) {
        const expected = day <= recordedTo || hours === old ? old : now
        assert.deepStrictEqual(spans(hours, day), spans(expected, day), String(day))
      }
    }
  )
})
