import { assert, describe, it } from "@effect/vitest"
import { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { type HoursRules, plainHours, type SessionDay, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { continuedSquareOff, type SquareOff, squareOffAt, usualSquareOff } from "@keepgaining/core/desk/squareOff.ts"
import {
  DAY_MS,
  formatIstTime,
  istDay,
  MINUTE_MS,
  parseIst,
  startOfIstDay,
  timeOfDay
} from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"
import { DeskAtWork, FUTURE, future, index, SHARE, share } from "./DeskAtWork.ts"

const at = (text: string): number => parseIst(text)!
const span = (open: number, close: number) => ({ open, close })

/** The exchange's hours since August 2026, with special days. */
const rules: HoursRules = {
  ...plainHours,
  weekends: false,
  continuous: [
    ...plainHours.continuous,
    { segment: "derivatives", from: "2026-08-03", open: timeOfDay(9, 15), close: timeOfDay(15, 40) },
    { segment: "cash-closing-auction", from: "2026-08-03", open: timeOfDay(9, 15), close: timeOfDay(15, 15) }
  ],
  special: [
    {
      date: "2024-03-02",
      spans: [span(timeOfDay(9, 15), timeOfDay(10, 0)), span(timeOfDay(11, 30), timeOfDay(12, 30))]
    },
    { date: "2024-11-01", spans: [span(timeOfDay(18, 0), timeOfDay(19, 0))] },
    { date: "2025-10-21", spans: [span(timeOfDay(13, 45), timeOfDay(14, 45))] }
  ]
}
const hours = new TradingHours(rules)

const timeOn = (date: string, segment: Segment, settings: ReadonlyArray<SquareOff> = [usualSquareOff]): string => {
  const noon = at(`${date} 12:00:00`)
  const time = squareOffAt(settings, segment, hours.of(segment).day(noon), noon)
  return time === undefined ? "never" : formatIstTime(time).slice(0, 5)
}

describe("the time of square-off", () => {
  it.each(
    [
      ["2026-06-01", "15:10", "15:10", "15:20"],
      ["2026-08-03", "15:10", "15:10", "15:20"],
      // A recovery test, Muhurat in the evening and in the afternoon.
      ["2024-03-02", "12:25", "12:25", "12:25"],
      ["2024-11-01", "18:55", "18:55", "18:55"],
      ["2025-10-21", "14:40", "14:40", "14:40"],
      // A Saturday.
      ["2026-08-08", "never", "never", "never"]
    ] as const
  )("on %s is %s for shares, %s for those with an auction, %s for derivatives", (date, cash, auction, derivatives) => {
    assert.deepStrictEqual(Segment.literals.map((segment) => timeOn(date, segment)), [cash, auction, derivatives])
  })

  it("is the one that was asked for, unless the session ends before", () => {
    const late = [{ ...usualSquareOff, equity: timeOfDay(15, 25), derivative: timeOfDay(15, 38), beforeClose: 180_000 }]
    assert.deepStrictEqual(Segment.literals.map((segment) => timeOn("2026-08-03", segment, late)), [
      "15:25",
      "15:12",
      "15:37"
    ])
  })

  it("holds from its first day on", () => {
    const settings = [usualSquareOff, { ...usualSquareOff, from: "2026-06-03", equity: timeOfDay(14, 0) }]
    assert.deepStrictEqual(
      ["2026-06-02", "2026-06-03", "2026-06-04"].map((date) => timeOn(date, "cash", settings)),
      ["15:10", "14:00", "14:00"]
    )
  })

  const Minute = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_439 }))
  it.prop(
    "is before the close, and never so early that a session has no time for entries because of the clock alone",
    [Minute, Minute, Minute, Minute, Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 }))],
    ([a, b, equity, derivative, before]) => {
      const midnight = startOfIstDay(istDay(at("2026-06-01 12:00:00")))
      const open = midnight + Math.min(a, b) * MINUTE_MS
      const close = midnight + (Math.max(a, b) + 1) * MINUTE_MS
      const session: SessionDay = { open, close, spans: [{ open, close }] }
      const settings = [{
        from: "1970-01-01",
        equity: equity * MINUTE_MS,
        derivative: derivative * MINUTE_MS,
        beforeClose: before * MINUTE_MS
      }]
      for (const segment of Segment.literals) {
        const time = squareOffAt(settings, segment, session, open)!
        const asked = midnight + (segment === "derivatives" ? derivative : equity) * MINUTE_MS
        assert.isAtMost(time, close - before * MINUTE_MS)
        assert.isTrue(time === asked || time === close - before * MINUTE_MS)
        if (close - open > before * MINUTE_MS) assert.isAbove(time, open)
        if (asked > open && asked < time) assert.fail("it is later than was asked for")
      }
    }
  )
})

describe("other times for a session that goes on", () => {
  const asked = { equity: timeOfDay(14, 30), derivative: timeOfDay(14, 45), beforeClose: 600_000 }
  const monday = at("2026-06-01 11:00:00")

  it("hold from the day after the last that was recorded", () => {
    const changed = continuedSquareOff([usualSquareOff], asked, monday)
    assert.deepStrictEqual(changed, [usualSquareOff, { from: "2026-06-02", ...asked }])
    assert.strictEqual(timeOn("2026-06-01", "cash", changed), "15:10")
    assert.strictEqual(timeOn("2026-06-02", "cash", changed), "14:30")
    assert.strictEqual(continuedSquareOff(changed, asked, monday + DAY_MS), changed)
  })
  it("hold at once where nothing is recorded, and may be thought better of", () => {
    assert.deepStrictEqual(continuedSquareOff([usualSquareOff], asked, undefined), [{ from: "1970-01-01", ...asked }])
    const twice = continuedSquareOff(continuedSquareOff([usualSquareOff], asked, monday), usualSquareOff, monday)
    assert.strictEqual(timeOn("2026-06-02", "cash", twice), "15:10")
  })
})

/** A desk on a day with those hours, from the instant on. */
const working = (start: string) => {
  const work = new DeskAtWork({}, [{ ...share, closingAuction: true }, future, index], hours)
  work.startSession(at(start))
  work.deploy()
  return work
}

describe("a desk on a day with hours of its own", () => {
  it("opens intraday positions in the evening of Muhurat, and leaves them before it ends", () => {
    const work = working("2024-11-01 18:00:00")
    work.tick(10_000)
    assert.strictEqual(work.request({ product: "intraday" })._tag, "Done")
    work.tick(10_000)
    assert.notStrictEqual(work.held("manual"), 0)
    work.tick(10_000, at("2024-11-01 18:54:59") - work.now)
    assert.notStrictEqual(work.held("manual"), 0)
    work.tick(10_000, 1_000)
    work.tick(10_000)
    assert.strictEqual(work.held("manual"), 0)
    const late = work.request({ product: "intraday" })
    assert.include(late._tag === "Refused" ? late.reason : "", "squared off")
  })

  it("leaves them before the end of a recovery test, not after it", () => {
    const work = working("2024-03-02 11:30:00")
    work.tick(10_000)
    work.request({ product: "intraday" })
    work.tick(10_000)
    work.tick(10_000, at("2024-03-02 12:25:00") - work.now)
    work.tick(10_000)
    assert.strictEqual(work.held("manual"), 0)
    assert.strictEqual(work.orders().length, 2)
  })

  it("refuses what is asked for on a day without a session", () => {
    const work = working("2026-08-08 11:00:00")
    work.tick(10_000)
    const answer = work.request({ product: "delivery" })
    assert.include(answer._tag === "Refused" ? answer.reason : "", "session")
  })

  it("refuses a share whose close is being made by an auction, while derivatives go on", () => {
    const work = working("2026-08-03 15:14:00")
    work.tick(10_000)
    work.tick(2_400_000, 10, FUTURE)
    assert.strictEqual(work.request({ product: "delivery" })._tag, "Done")
    work.tick(10_000, at("2026-08-03 15:15:00") - work.now)
    work.tick(2_400_000, 10, FUTURE)
    const late = work.request({ product: "delivery" })
    assert.include(late._tag === "Refused" ? late.reason : "", "session")
    assert.strictEqual(work.request({ product: "carry", instrument: FUTURE, quantity: 75 })._tag, "Done")
  })

  it("leaves shares by their own close and derivatives by theirs", () => {
    const work = working("2026-08-03 15:00:00")
    work.tick(10_000)
    work.tick(paise(2_400_000), 10, FUTURE)
    work.request({ product: "intraday" })
    work.request({ product: "intraday", instrument: FUTURE, quantity: 75 })
    work.tick(10_000)
    work.tick(2_400_000, 10, FUTURE)
    assert.notStrictEqual(work.held("manual", FUTURE), 0)
    work.tick(10_000, at("2026-08-03 15:10:00") - work.now)
    work.tick(10_000)
    assert.strictEqual(work.held("manual", SHARE), 0)
    assert.notStrictEqual(work.held("manual", FUTURE), 0)
    work.tick(2_400_000, at("2026-08-03 15:20:00") - work.now, FUTURE)
    work.tick(2_400_000, 100, FUTURE)
    assert.strictEqual(work.held("manual", FUTURE), 0)
  })
})
