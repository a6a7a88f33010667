import { assert, describe, it } from "@effect/vitest"
import { formatIst, parseIst, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"
import { type Entry, marketOffset } from "../../src/time/marketClock.ts"
import { shifted, shiftedClock } from "../../src/time/shiftedClock.ts"

const at = (text: string): number => parseIst(text)!

describe("the clock of a simulated market", () => {
  it.effect("enters an open market, and goes on in one", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const shows = (now: string, entry?: Entry, least = 0) =>
        formatIst(at(now) + marketOffset(at(now), least, calendar, entry)).slice(0, 16).replace("T", " ")
      assert.strictEqual(shows("2026-11-26 11:00:00"), "2026-11-26 11:00")
      assert.strictEqual(shows("2026-11-26 04:00:00"), "2026-11-26 09:30")
      // A Friday evening; the Monday is no holiday.
      assert.strictEqual(shows("2026-11-27 18:00:00"), "2026-11-30 09:30")
      assert.strictEqual(shows("2026-11-26 04:00:00", undefined, 7 * 3_600_000), "2026-11-26 11:00")
      const wanted = { begin: timeOfDay(15, 20), entered: false }
      assert.strictEqual(shows("2026-11-26 11:00:00", wanted), "2026-11-26 15:20")
      assert.strictEqual(shows("2026-11-26 15:40:00", wanted), "2026-11-27 15:20")
      // A restart after the close goes on, one in the evening does not.
      const entered = { ...wanted, entered: true }
      assert.strictEqual(shows("2026-11-26 15:40:00", entered), "2026-11-26 15:40")
      assert.strictEqual(shows("2026-11-26 20:00:00", entered), "2026-11-27 15:20")
    }))

  it.effect("goes faster than another, and so do those who sleep by it", () =>
    Effect.gen(function*() {
      const now = at("2026-11-26 11:00:00")
      yield* TestClock.setTime(now)
      const shift = { offset: 3_600_000, pace: 10, at: now }
      const clock = shiftedClock(yield* Clock.Clock, shift)
      assert.strictEqual(clock.currentTimeMillisUnsafe(), at("2026-11-26 12:00:00"))
      let woke = false
      yield* Effect.forkChild(
        Effect.andThen(Effect.sleep("1 minute"), Effect.sync(() => (woke = true))).pipe(
          Effect.provideService(Clock.Clock, clock)
        ),
        { startImmediately: true }
      )
      yield* TestClock.adjust("5 seconds")
      assert.isFalse(woke)
      yield* TestClock.adjust("1 second")
      assert.isTrue(woke)
      assert.strictEqual(clock.currentTimeMillisUnsafe(), at("2026-11-26 12:01:00"))
      assert.strictEqual(shifted(now + 6_000, shift), at("2026-11-26 12:01:00"))
    }))
})
