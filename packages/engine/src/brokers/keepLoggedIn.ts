/**
 * Holds a token of one account for every trading day, where the user allowed that. Bounded in every way: a failed login is
 * tried again with a growing wait, a refused one a few times only, and so are logins whose token is gone again at once, as
 * when two programs log each other out.
 */
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import { formatIstTime, istDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { AccountActor } from "./AccountActor.ts"
import { MOST_REFUSALS, nextLogin, retryLoginAt } from "./loginSchedule.ts"

export interface LoginKeeper<E> {
  readonly actor: Pick<AccountActor, "automatic" | "nextLoginAt" | "record">
  /** The stored token, good or not. */
  readonly token: Effect.Effect<BrokerToken | undefined, { readonly message: string }>
  readonly login: Effect.Effect<void, E>
  /** The broker understood and said no: trying the same again does not help. */
  readonly isRefusal: (error: E) => boolean
  /** By ISO date. */
  readonly isTradingDay: (date: string) => boolean
}

/** Between looks at the token and at what the user wants. */
const LOOK_MS = 1_000
/** A token that lasted so long was a good one. */
export const LASTING_MS = 10 * 60_000

export const keepLoggedIn = <E extends { readonly message: string }>(keeper: LoginKeeper<E>): Effect.Effect<never> =>
  Effect.gen(function*() {
    const { actor, isRefusal, isTradingDay, login, token } = keeper
    const { id } = actor.record
    /** In a row: logins that failed, or whose token was soon gone. */
    let failures = 0
    let refusals = 0
    let notBefore = -Infinity
    let attemptedOn = -1
    /** Of the last login, while its token has not lasted yet. */
    let loggedInAt: number | undefined

    while (true) {
      const now = yield* Clock.currentTimeMillis
      const stored = yield* Effect.exit(token)
      // What cannot be read may be there and good: no login for that.
      if (Exit.isFailure(stored)) {
        yield* Effect.sleep(LOOK_MS)
        continue
      }
      const good = stored.value !== undefined && stored.value.endsAt > now ? stored.value : undefined
      const hasLasted = loggedInAt === undefined || now - loggedInAt >= LASTING_MS
      if (good !== undefined) {
        refusals = 0
        if (hasLasted) failures = 0
      } else if (!hasLasted && actor.automatic) {
        failures++
        notBefore = retryLoginAt(now, failures)
        yield* Effect.logWarning(
          `${id} was logged out soon after its login; perhaps another program logs in to it. ` +
            `The next login is at ${formatIstTime(notBefore)} IST.`
        )
      }
      if (hasLasted || good === undefined) loggedInAt = undefined
      if (!actor.automatic) {
        failures = 0
        refusals = 0
        notBefore = -Infinity
      }
      if (!actor.automatic || refusals >= MOST_REFUSALS) {
        actor.nextLoginAt = null
        yield* Effect.sleep(LOOK_MS)
        continue
      }
      const scheduled = nextLogin(now, good?.endsAt, isTradingDay)
      const due = scheduled === undefined ? undefined : Math.max(scheduled, notBefore)
      actor.nextLoginAt = due ?? null
      if (due === undefined || due > now) {
        yield* Effect.sleep(Math.min(LOOK_MS, Math.max(1, (due ?? Infinity) - now)))
        continue
      }
      if (istDay(now) !== attemptedOn) failures = 0
      attemptedOn = istDay(now)
      const outcome = yield* Effect.exit(login)
      const ended = yield* Clock.currentTimeMillis
      if (Exit.isSuccess(outcome)) {
        loggedInAt = ended
        notBefore = -Infinity
        yield* Effect.logInfo(`${id} is logged in`)
        continue
      }
      if (Cause.hasInterruptsOnly(outcome.cause)) return yield* Effect.interrupt
      failures++
      const error = Option.getOrUndefined(Cause.findErrorOption(outcome.cause))
      if (error !== undefined && isRefusal(error)) refusals++
      notBefore = retryLoginAt(ended, failures)
      yield* Effect.logWarning(
        `${error?.message ?? unexpected(id, outcome.cause)} ${
          refusals >= MOST_REFUSALS
            ? `After ${refusals} refusals the engine does not try again by itself.`
            : `The next attempt is at ${formatIstTime(notBefore)} IST.`
        }`
      )
    }
  })

/** Without the words of what was thrown: libraries put requests into them, and those hold secrets. */
const unexpected = (id: string, cause: Cause.Cause<unknown>): string => {
  const thrown = Cause.squash(cause)
  return `The login of ${id} broke off (${thrown instanceof Error ? thrown.name : typeof thrown}).`
}
