import { assert, describe, it } from "@effect/vitest"
import { formatIst, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Tick, TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as SimulatedFeed from "../../src/feeds/simulated/SimulatedFeed.ts"

const at = (text: string): number => parseIst(text) ?? Number.NaN

const ticksOf = (batches: Iterable<TickBatch>): ReadonlyArray<Tick> =>
  Array.from(batches).flatMap((batch) => Array.from({ length: batch.length }, (_, row) => batch.tick(row)))

/** What the market did, without when we heard of it. */
const events = (batches: Iterable<TickBatch>): ReadonlyArray<Tick> =>
  ticksOf(batches).map((tick) => ({ ...tick, receiveTime: tick.eventTime }))

/** Starts a feed and takes what it gives in so much wall time. */
const takeFor = (options: SimulatedFeed.SimulatedFeedOptions, millis: number) =>
  Effect.gen(function*() {
    const feed = yield* SimulatedFeed.make(options)
    const taken: Array<TickBatch> = []
    const reader = yield* Effect.forkChild(
      Stream.runForEach(feed.batches, (batch) => Effect.sync(() => void taken.push(batch))),
      { startImmediately: true }
    )
    yield* TestClock.adjust(millis)
    yield* Fiber.interrupt(reader)
    return taken
  })

describe("the simulated feed", () => {
  it.effect("streams at any hour: the session of the date begins with the feed, one frame every 100 ms", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(at("2026-11-23 03:10:00"))
      const batches = yield* takeFor({ seed: 1 }, 10_000)
      assert.strictEqual(batches.length, 100)
      assert.strictEqual(formatIst(batches[0]?.now ?? 0), "2026-11-23T09:15:00.100+05:30")
      assert.strictEqual(formatIst(batches.at(-1)?.now ?? 0), "2026-11-23T09:15:10.000+05:30")
      const ticks = ticksOf(batches)
      assert.isAbove(ticks.length, 1_000)
      // Received by the wall clock, in the frame that holds them.
      assert.strictEqual(ticks[0]?.receiveTime, at("2026-11-23 03:10:00") + 100)
      assert.strictEqual(ticks.at(-1)?.receiveTime, at("2026-11-23 03:10:10"))
    }))

  it.effect("begins on Monday when started at the weekend", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(at("2026-11-21 12:00:00"))
      const batches = yield* takeFor({ seed: 1 }, 100)
      assert.strictEqual(formatIst(batches[0]?.now ?? 0), "2026-11-23T09:15:00.100+05:30")
    }))

  it.effect("keeps its pace, and goes on with the next trading day after the close", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(at("2026-11-27 20:00:00"))
      // A session of 375 minutes and the two after it in 377 seconds.
      const batches = yield* takeFor({ seed: 1, pace: 60, activity: 0.01, strikes: 1, frameMillis: 1_000 }, 378_000)
      const closing = batches.filter((batch) => formatIst(batch.now).startsWith("2026-11-27T15:3"))
      assert.deepStrictEqual(closing.map((batch) => [formatIst(batch.now).slice(11, 16), batch.length > 0]), [
        ["15:30", true],
        ["15:31", false]
      ])
      assert.strictEqual(formatIst(batches.at(-1)?.now ?? 0), "2026-11-30T09:16:00.000+05:30")
      const marks = batches.map((batch) => batch.now)
      assert.deepStrictEqual(marks, marks.toSorted((a, b) => a - b))
    }))

  it.effect("gives the same market for the same seed, whatever the frames", () =>
    Effect.gen(function*() {
      const startDate = at("2026-11-23 12:00:00")
      const slow = events(yield* takeFor({ seed: 7, startDate }, 3_000))
      const fast = events(yield* takeFor({ seed: 7, startDate, pace: 10, frameMillis: 25 }, 300))
      assert.isAbove(slow.length, 500)
      assert.deepStrictEqual(fast, slow)
    }))

  it.effect("goes on after a recording exactly where it stopped", () =>
    Effect.gen(function*() {
      const startDate = at("2026-11-23 12:00:00")
      const whole = events(yield* takeFor({ seed: 7, startDate }, 4_000))
      const before = events(yield* takeFor({ seed: 7, startDate }, 1_500))
      const resumeAfter = at("2026-11-23 09:15:01") + 500
      const after = events(yield* takeFor({ seed: 7, startDate, resumeAfter }, 2_500))
      assert.deepStrictEqual([...before, ...after], whole)
    }))

  it.effect("does not run away when nobody took its frames for an hour", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(at("2026-11-23 10:00:00"))
      const feed = yield* SimulatedFeed.make({ seed: 1 })
      const taken: Array<TickBatch> = []
      const reader = yield* Effect.forkChild(
        Stream.runForEach(feed.batches, (batch) =>
          Effect.suspend(() => {
            taken.push(batch)
            return taken.length === 1 ? Effect.sleep("1 hour") : Effect.void
          })),
        { startImmediately: true }
      )
      yield* TestClock.adjust("1 hour")
      yield* TestClock.adjust(200)
      yield* Fiber.interrupt(reader)
      // One frame, then five seconds at most for the hour.
      assert.strictEqual(formatIst(taken[1]?.now ?? 0), "2026-11-23T09:15:05.100+05:30")
    }))

  it.effect("knows its instruments and yesterday's closes", () =>
    Effect.gen(function*() {
      const feed = yield* SimulatedFeed.make({ seed: 1, startDate: at("2026-11-23 12:00:00") })
      const count = (kind: string): number => feed.instruments.filter((instrument) => instrument.kind === kind).length
      assert.deepStrictEqual(["index", "equity", "future", "option"].map(count), [5, 50, 1, 82])
      assert.strictEqual(new Set(feed.instruments.map((instrument) => instrument.symbol)).size, feed.instruments.length)
      assert.isTrue(feed.instruments.some((instrument) => instrument.symbol === "NSE:NIFTY26D0126000CE"))
      assert.isTrue(feed.instruments.some((instrument) => instrument.symbol === "NSE:NIFTY26DECFUT"))
      assert.isTrue(feed.previousClose.every((price) => price > 0))
    }))
})
