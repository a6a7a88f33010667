/** When the engine logs in by itself, on a clock that the test moves; the login is what each case makes of it. */
import { assert, describe, it } from "@effect/vitest"
import { NotSent, Refused, Unauthorised } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import { isWeekend } from "@keepgaining/core/calendar/CalendarDays.ts"
import { DAY_MS, formatIst, formatIstTime, MINUTE_MS, SECOND_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { keepLoggedIn } from "../../src/brokers/keepLoggedIn.ts"
import { MOST_REFUSALS } from "../../src/brokers/loginSchedule.ts"

const where = { broker: "kite", account: "kite-asha", operation: "log in" } as const
const at = (text: string): number => Date.parse(`${text}+05:30`)

/** A week without holidays: Monday 2026-11-16 to Sunday. */
const isTradingDay = (date: string): boolean => !isWeekend(Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS))

const keeper = (start: string) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(at(start))
    const state = {
      actor: {
        automatic: true,
        // null until the first look.
        nextLoginAt: null as number | null,
        record: {
          id: "kite-asha",
          broker: "kite",
          userId: "AB1234",
          apiKey: "key",
          redirectUrl: "http://127.0.0.1:9/",
          automatic: true
        }
      } as const satisfies object,
      token: undefined as BrokerToken | undefined,
      /** Whether the store can be read. */
      isReadable: true,
      answer: Effect.void as Effect.Effect<void, BrokerError>,
      logins: [] as Array<number>
    }
    const actor: { automatic: boolean; nextLoginAt: number | null; record: typeof state.actor.record } = {
      ...state.actor
    }
    const login = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      state.logins.push(now)
      yield* state.answer
      state.token = {
        access: Redacted.make(`token ${now}`),
        profile: { userId: "AB1234", name: "Asha", exchanges: [], products: [] },
        issuedAt: now,
        endsAt: at("2026-11-17T06:00")
      }
    })
    yield* Effect.forkScoped(keepLoggedIn({
      actor,
      token: Effect.suspend(() =>
        state.isReadable ? Effect.succeed(state.token) : Effect.fail({ message: "the disk is gone" })
      ),
      login,
      isRefusal: ({ _tag }) => _tag === "Refused" || _tag === "Unauthorised",
      isTradingDay
    }))
    const pass = (millis: number, step = SECOND_MS) =>
      Effect.forEach(Array.from({ length: Math.ceil(millis / step) }), () => TestClock.adjust(step), { discard: true })
    const times = (): ReadonlyArray<string> => state.logins.map((each) => formatIstTime(each))
    return { state, actor, pass, times }
  })

describe("an account that logs in by itself", () => {
  it.effect("does so at eight, once, and says when it will", () =>
    Effect.gen(function*() {
      const { actor, pass, times } = yield* keeper("2026-11-16T07:00")
      yield* pass(1_000)
      assert.strictEqual(actor.nextLoginAt, at("2026-11-16T08:00"))
      yield* pass(20 * 3_600_000, 5 * MINUTE_MS)
      assert.deepStrictEqual(times(), ["08:00:00"])
      assert.strictEqual(formatIst(actor.nextLoginAt ?? 0).slice(0, 16), "2026-11-17T08:00")
    }))

  it.effect("tries again with growing waits while the broker is down, and goes on when it is back", () =>
    Effect.gen(function*() {
      const { pass, state, times } = yield* keeper("2026-11-16T07:59:59")
      state.answer = Effect.fail(new NotSent({ ...where, reason: "ECONNREFUSED" }))
      yield* pass(3 * 3_600_000)
      assert.deepStrictEqual(times().slice(0, 10), [
        "08:00:00",
        "08:01:00",
        "08:03:00",
        "08:07:00",
        "08:15:00",
        "08:30:00",
        "08:45:00",
        "09:00:00",
        "09:10:00",
        "09:25:00"
      ])
      state.answer = Effect.void
      yield* pass(15 * MINUTE_MS)
      const before = state.logins.length
      assert.isDefined(state.token)
      yield* pass(3 * 3_600_000, MINUTE_MS)
      assert.strictEqual(state.logins.length, before)
    }))

  it.effect("begins each day with short waits again", () =>
    Effect.gen(function*() {
      const { pass, state, times } = yield* keeper("2026-11-16T15:00")
      state.answer = Effect.fail(new NotSent({ ...where, reason: "ECONNREFUSED" }))
      yield* pass(17 * 3_600_000 - MINUTE_MS, 10 * SECOND_MS)
      state.logins.length = 0
      yield* pass(5 * MINUTE_MS)
      assert.deepStrictEqual(times().map((each) => each.slice(0, 5)), ["08:00", "08:01", "08:03"])
    }))

  it.effect("stops after a few refusals, until a person has logged in or switched it on anew", () =>
    Effect.gen(function*() {
      const { actor, pass, state } = yield* keeper("2026-11-16T06:00")
      state.answer = Effect.fail(new Refused({ ...where, code: "InputException", reason: "Invalid TOTP" }))
      yield* pass(7 * 3_600_000, MINUTE_MS)
      assert.strictEqual(state.logins.length, MOST_REFUSALS)
      assert.isNull(actor.nextLoginAt)
      // On and off: somebody looked.
      actor.automatic = false
      yield* pass(2_000)
      actor.automatic = true
      yield* pass(3_600_000, MINUTE_MS)
      assert.strictEqual(state.logins.length, 2 * MOST_REFUSALS)
      // By hand.
      state.answer = Effect.void
      state.token = {
        access: Redacted.make("by hand"),
        profile: { userId: "AB1234", name: "Asha", exchanges: [], products: [] },
        issuedAt: 0,
        endsAt: at("2026-11-21T06:00")
      }
      yield* pass(2_000)
      state.token = undefined
      yield* pass(10_000)
      assert.isAbove(state.logins.length, 2 * MOST_REFUSALS)
    }))

  it.effect("does not fight another program that logs it out at once", () =>
    Effect.gen(function*() {
      const { pass, state, times } = yield* keeper("2026-11-16T10:00")
      yield* pass(2_000)
      for (let second = 0; second < 3_600; second++) {
        state.token = undefined
        yield* pass(1_000)
      }
      assert.isAtMost(state.logins.length, 8)
      assert.deepStrictEqual(times().slice(0, 4).map((each) => each.slice(0, 5)), ["10:00", "10:01", "10:03", "10:07"])
    }))

  it.effect("is logged in again at once when a token of hours is refused", () =>
    Effect.gen(function*() {
      const { pass, state, times } = yield* keeper("2026-11-16T08:00")
      yield* pass(3 * 3_600_000, MINUTE_MS)
      state.token = undefined
      yield* pass(2_000)
      assert.strictEqual(times().length, 2)
      assert.strictEqual(times()[1]?.slice(0, 5), "11:00")
    }))

  it.effect("does not log in because a token cannot be read", () =>
    Effect.gen(function*() {
      const { pass, state } = yield* keeper("2026-11-16T08:00")
      yield* pass(2_000)
      state.isReadable = false
      yield* pass(3_600_000, MINUTE_MS)
      assert.strictEqual(state.logins.length, 1)
    }))

  it.effect("is bounded also when the login breaks off with a defect", () =>
    Effect.gen(function*() {
      const { pass, state } = yield* keeper("2026-11-16T08:00")
      state.answer = Effect.die(new TypeError("a library threw"))
      yield* pass(8 * 3_600_000, MINUTE_MS)
      assert.isAbove(state.logins.length, 20)
      assert.isAtMost(state.logins.length, 40)
    }))

  it.effect("does nothing on weekends, and nothing that was not allowed", () =>
    Effect.gen(function*() {
      const { actor, pass, state } = yield* keeper("2026-11-20T16:00")
      yield* pass(26 * 3_600_000, MINUTE_MS)
      assert.strictEqual(state.logins.length, 0)
      actor.automatic = false
      yield* TestClock.setTime(at("2026-11-23T07:00"))
      yield* pass(2 * 3_600_000, MINUTE_MS)
      assert.strictEqual(state.logins.length, 0)
      assert.isNull(actor.nextLoginAt)
    }))

  it.effect("takes a refused grant for a refusal", () =>
    Effect.gen(function*() {
      const { pass, state } = yield* keeper("2026-11-16T08:00")
      state.answer = Effect.fail(new Unauthorised(where))
      yield* pass(3_600_000, MINUTE_MS)
      assert.strictEqual(state.logins.length, MOST_REFUSALS)
    }))
})
