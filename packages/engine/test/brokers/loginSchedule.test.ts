import { assert, describe, it } from "@effect/vitest"
import { dateOf, isWeekend } from "@keepgaining/core/calendar/CalendarDays.ts"
import {
  DAY_MS,
  istDay,
  istTimeOfDay,
  MINUTE_MS,
  startOfIstDay,
  timeOfDay
} from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { backoff, FIRST_MS, LONGEST_MS } from "../../src/brokers/backoff.ts"
import { BEFORE_OPEN, LAST_LOGIN_AT, LOGIN_AT, nextLogin, retryLoginAt } from "../../src/brokers/loginSchedule.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"

/** Any instant of the year 2026 in India. */
const YEAR = Date.parse("2026-01-01T00:00:00+05:30")
const Instant = Schema.Int.check(Schema.isBetween({ minimum: YEAR, maximum: YEAR + 360 * DAY_MS }))
/** From a token that ended long ago to one that lasts for days. */
const Ahead = Schema.Int.check(Schema.isBetween({ minimum: -3 * DAY_MS, maximum: 3 * DAY_MS }))
/** Which of the days, by their number, are holidays. */
const Holidays = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })))
const Luck = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_000 }))

const runs = { arbitrary: { runs: 500 } }

const tradingBy = (holidays: ReadonlyArray<number>) => (date: string): boolean => {
  const day = Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS)
  return !isWeekend(day) && !holidays.includes(day % 10)
}

describe("the login schedule", () => {
  it.prop(
    "names the first moment that is of use, and no other",
    [Instant, Ahead, Holidays],
    ([now, ahead, holidays]) => {
      const isTradingDay = tradingBy(holidays)
      const endsAt = now + ahead
      const due = nextLogin(now, endsAt, isTradingDay)
      const earliest = Math.max(now, endsAt)
      // The first day, of the days that are looked at, on which there still is a moment for it.
      const days = Array.from({ length: 30 }, (_, i) => istDay(earliest) + i)
      const day = days.find((each) => isTradingDay(dateOf(each)) && startOfIstDay(each) + LAST_LOGIN_AT > earliest)
      assert.strictEqual(due, day === undefined ? undefined : Math.max(earliest, startOfIstDay(day) + LOGIN_AT))
      if (due === undefined) return
      assert.isAtLeast(istTimeOfDay(due), LOGIN_AT)
      assert.isBelow(istTimeOfDay(due), LAST_LOGIN_AT)
    },
    runs
  )

  it.prop("never goes back as time passes", [Instant, Ahead, Ahead, Holidays], ([now, later, ahead, holidays]) => {
    const isTradingDay = tradingBy(holidays)
    const first = nextLogin(now, now + ahead, isTradingDay)
    const second = nextLogin(now + Math.abs(later), now + ahead, isTradingDay)
    if (first !== undefined && second !== undefined) assert.isAtLeast(second, first)
  }, runs)

  it.effect("knows the market's holidays", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const isTradingDay = (date: string): boolean => Result.getOrElse(calendar.isTradingDay(date), () => false)
      const at = (text: string): number => Date.parse(`${text}+05:30`)
      const due = (now: string, endsAt?: string) =>
        nextLogin(at(now), endsAt === undefined ? undefined : at(endsAt), isTradingDay)
      // Monday before Dussehra, after the open: at once; once it ended, after the holiday.
      assert.strictEqual(due("2026-10-19T10:00"), at("2026-10-19T10:00"))
      assert.strictEqual(due("2026-10-19T10:00", "2026-10-20T06:00"), at("2026-10-21T08:00"))
      // Friday night to the Muhurat Sunday, and over Diwali to Wednesday.
      assert.strictEqual(due("2026-11-06T23:00"), at("2026-11-08T08:00"))
      assert.strictEqual(due("2026-11-09T23:00"), at("2026-11-11T08:00"))
      // Too late for the day.
      assert.strictEqual(due("2026-10-19T15:30"), at("2026-10-21T08:00"))
      assert.strictEqual(due("2026-10-19T15:29"), at("2026-10-19T15:29"))
      // The rules end with the year: no guess.
      assert.isUndefined(due("2026-12-31T16:00"))
    }))

  it.prop("tries again later and later, at least four times an hour, and once more before the open", [Instant, Count], (
    [now, failures]
  ) => {
    const next = retryLoginAt(now, failures)
    assert.isAbove(next, now)
    assert.isAtMost(next, now + 15 * MINUTE_MS)
    const last = startOfIstDay(istDay(now)) + BEFORE_OPEN
    if (now < last) assert.isAtMost(next, last)
    else assert.isAtLeast(next, now + MINUTE_MS)
    if (now >= last) assert.isAtLeast(retryLoginAt(now, failures + 1), next)
  }, runs)

  it("is bounded for a whole day of failures", () => {
    let attempts = 0
    const midnight = startOfIstDay(istDay(YEAR))
    for (let at = midnight + LOGIN_AT; at < midnight + LAST_LOGIN_AT; at = retryLoginAt(at, attempts)) attempts++
    assert.isAtMost(attempts, 40)
    assert.isBelow(BEFORE_OPEN, timeOfDay(9, 15))
  })
})

describe("the wait before a connection is tried again", () => {
  it.prop("is bounded, and random between half of the whole and the whole", [Count, Luck], ([attempt, luck]) => {
    const wait = backoff(attempt, luck)
    assert.isAtLeast(wait, backoff(attempt, 0))
    assert.isAtMost(wait, backoff(attempt, 1))
    assert.strictEqual(backoff(attempt, 0) * 2, backoff(attempt, 1))
    assert.isAtLeast(wait, FIRST_MS / 2)
    assert.isAtMost(wait, LONGEST_MS)
    assert.isAtLeast(backoff(attempt + 1, luck), wait)
  })

  it("doubles from half a second to half a minute", () => {
    assert.deepStrictEqual(Array.from({ length: 8 }, (_, i) => backoff(i + 1, 1)), [
      500,
      1_000,
      2_000,
      4_000,
      8_000,
      16_000,
      30_000,
      30_000
    ])
  })
})
