import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import {
  type HistoryError,
  HistoryRateLimited,
  HistoryRefused,
  HistoryUnavailable
} from "../../src/history/HistoryError.ts"
import type { RequestLimit } from "../../src/history/HistoryPort.ts"
import { makeRequestGate, spacingOf } from "../../src/history/RequestGate.ts"

const where = { source: "test", asked: "NSE:ONE" }
const down = new HistoryUnavailable({ ...where, reason: "503" })

/** Requests through a gate: when they were sent, and a way to let time pass. */
const gateOf = (limits: ReadonlyArray<RequestLimit>, concurrency = 100) =>
  Effect.gen(function*() {
    const gate = yield* makeRequestGate("test", { longestSpan: {}, oldest: {}, limits, concurrency })
    const sent: Array<number> = []
    const send = (answer: Effect.Effect<void, HistoryError> = Effect.void) =>
      gate.pass(Effect.flatMap(Clock.currentTimeMillis, (now) => {
        sent.push(now)
        return answer
      }))
    /** In small steps, so that what waits for what waited gets its turn. */
    const pass = (millis: number) =>
      Effect.forEach(Array.from({ length: millis / 25 }), () => TestClock.adjust(25), { discard: true })
    return { gate, sent, send, pass }
  })

/** The most that were sent in any window. */
const densest = (sent: ReadonlyArray<number>, window: number): number =>
  Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + window).length))

describe("the gate to a history server", () => {
  it.effect("lets through no more than the server allows in any window, with something to spare", () =>
    Effect.gen(function*() {
      const limits = [{ requests: 10, window: 1_000 }, { requests: 180, window: 60_000 }]
      assert.strictEqual(spacingOf(limits), 60_000 / 144)
      const { pass, send, sent } = yield* gateOf([{ requests: 10, window: 1_000 }])
      yield* Effect.forkChild(Effect.forEach(Array.from({ length: 50 }), () => send(), { concurrency: "unbounded" }))
      yield* pass(10_000)
      assert.strictEqual(sent.length, 50)
      assert.isAtMost(densest(sent, 1_000), 8)
      assert.isAtLeast(densest(sent, 1_000), 7)
    }))

  it.effect("uses up an hour's allowance without waiting, then waits for the next hour", () =>
    Effect.gen(function*() {
      const { pass, send, sent } = yield* gateOf([{ requests: 10, window: 3_600_000 }])
      yield* Effect.forkChild(Effect.forEach(Array.from({ length: 12 }), () => send(), { concurrency: "unbounded" }))
      yield* pass(1_000)
      assert.strictEqual(sent.length, 8)
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(sent.length, 12)
    }))

  it.effect("counts what an earlier process sent", () =>
    Effect.gen(function*() {
      const { gate, pass, send, sent } = yield* gateOf([{ requests: 10, window: 3_600_000 }])
      gate.remember([{ at: -1_000, requests: 6 }])
      yield* Effect.forkChild(Effect.forEach(Array.from({ length: 4 }), () => send(), { concurrency: "unbounded" }))
      yield* pass(1_000)
      assert.strictEqual(sent.length, 2)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(sent, [0, 0, 3_599_000, 3_599_000])
    }))

  it.effect("holds back everyone when one was told to wait", () =>
    Effect.gen(function*() {
      const { gate, pass, send, sent } = yield* gateOf([])
      const limited = new HistoryRateLimited({ ...where, retryAfter: 5_000 })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(send(Effect.fail(limited)))))
      yield* Effect.forkChild(Effect.all([send(), send()], { concurrency: 2 }))
      yield* pass(4_975)
      assert.deepStrictEqual(sent, [0])
      yield* pass(25)
      assert.deepStrictEqual(sent, [0, 5_000, 5_000])
      assert.strictEqual(gate.rateLimited(), 1)
    }))

  it.effect("waits longer each time a server says too many without saying how long", () =>
    Effect.gen(function*() {
      const { pass, send, sent } = yield* gateOf([])
      const again = Effect.ignore(send(Effect.fail(new HistoryRateLimited(where))))
      yield* Effect.forkChild(Effect.andThen(Effect.all([again, again, again, send(), again]), send()))
      yield* pass(10_000)
      assert.deepStrictEqual(sent, [0, 1_000, 3_000, 7_000, 7_000, 8_000])
    }))

  it.effect("asks a server that is down by one request at a time, more and more seldom, until it answers", () =>
    Effect.gen(function*() {
      const { pass, send, sent } = yield* gateOf([], 3)
      let broken = true
      const request = send(Effect.suspend(() => broken ? Effect.fail(down) : Effect.void))
      const all = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: 12 }), () => Effect.exit(request), { concurrency: "unbounded" })
      )
      yield* pass(400)
      assert.strictEqual(sent.length, 5)
      yield* pass(3_000)
      const probes = sent.slice(5)
      assert.isAtMost(probes.length, 3)
      broken = false
      yield* pass(60_000)
      const ends = yield* Fiber.join(all)
      assert.strictEqual(ends.length, 12)
      assert.strictEqual(ends.filter(Exit.isSuccess).length, 12 - 5 - probes.length)
    }))

  it.effect("does not take a refusal for a server that is down", () =>
    Effect.gen(function*() {
      const { send, sent } = yield* gateOf([])
      for (let i = 0; i < 20; i++) {
        yield* Effect.exit(send(Effect.fail(new HistoryRefused({ ...where, reason: "404" }))))
      }
      assert.strictEqual(sent.length, 20)
    }))
})
