/**
 * The one way to a history server: every request of the process passes here, so that all of the server's limits hold
 * together, a `429` holds back everything and not only who got it, and a server that is down is asked by one request at a
 * time until it answers.
 *
 * Requests are spaced evenly inside short windows: a bucket that refills would let through twice the allowance in a window
 * that begins with it full. Windows longer than a minute are allowances to be used up, not paces to be kept; what was sent
 * before this process began counts too.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { allowance, rememberSent, reserve } from "./allowance.ts"
import { type HistoryError, type HistoryRateLimited, HistoryUnavailable } from "./HistoryError.ts"
import type { HistoryCapabilities, RequestLimit } from "./HistoryPort.ts"

export interface RequestGate {
  readonly pass: <A, R>(request: Effect.Effect<A, HistoryError, R>) => Effect.Effect<A, HistoryError, R>
  /** Counts requests that were sent before this gate was made. */
  readonly remember: (sent: ReadonlyArray<{ readonly at: number; readonly requests: number }>) => void
  /** Requests sent. */
  readonly requests: () => number
  /** Answers that said: too many. */
  readonly rateLimited: () => number
}

const requestCounter = Metric.counter("keepgaining_history_requests_total", {
  description: "Requests for historical candles, by source and how they ended"
})

/** Part of each allowance that is used: servers count in windows that nobody else sees, and others may use the account. */
const USED = 0.8
const LONGEST_PACE = 60_000
/** After a `429` that does not say how long; doubled with each that follows without a success between them. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 60_000

/** The longest window in which requests are counted one by one, ms; 0 when there is none. */
export const memoryOf = (limits: ReadonlyArray<RequestLimit>): number =>
  limits.reduce((longest, { window }) => window > LONGEST_PACE ? Math.max(longest, window) : longest, 0)

/** The widest spacing that a short window asks for, ms; 0 without limits. */
export const spacingOf = (limits: ReadonlyArray<RequestLimit>): number =>
  limits.filter(({ window }) => window <= LONGEST_PACE)
    .reduce((widest, { requests, window }) => Math.max(widest, window / (requests * USED)), 0)

const trouble = (error: HistoryError): boolean => error._tag === "HistoryUnavailable"

const outcomeOf = (exit: Exit.Exit<unknown, HistoryError>): CircuitBreaker.Outcome => {
  if (Exit.isSuccess(exit)) return CircuitBreaker.success
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  // A server that says no is there.
  return error === undefined
    ? CircuitBreaker.ignored
    : trouble(error)
    ? CircuitBreaker.failure()
    : CircuitBreaker.success
}

const endOf = (exit: Exit.Exit<unknown, HistoryError>): string => {
  if (Exit.isSuccess(exit)) return "answered"
  return Option.match(Cause.findErrorOption(exit.cause), {
    onNone: () => "interrupted",
    onSome: ({ _tag }) => _tag.replace("History", "").toLowerCase()
  })
}

export const makeRequestGate = (
  source: string,
  { concurrency, limits }: HistoryCapabilities
): Effect.Effect<RequestGate, never, Scope> =>
  Effect.gen(function*() {
    const limiter = yield* RateLimiter.make
    const breaker = yield* CircuitBreaker.make({
      // More than are under way together, so that one hiccup of the line does not open it.
      tripPolicy: CircuitBreaker.consecutive(Math.max(5, concurrency + 2)),
      openDuration: Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced("30 seconds")])
    })
    const permits = yield* Semaphore.make(concurrency)
    const spacing = spacingOf(limits)
    const allowances = limits.filter(({ window }) => window > LONGEST_PACE)
      .map(({ requests, window }) => allowance(Math.max(1, Math.floor(requests * USED)), window))
    let resumeAt = 0
    let inARow = 0
    let requests = 0
    let rateLimited = 0

    const paused: Effect.Effect<void> = Effect.flatMap(
      Clock.currentTimeMillis,
      (now) =>
        now >= resumeAt ? Effect.void : Effect.andThen(Effect.sleep(resumeAt - now), Effect.suspend(() => paused))
    )

    const paced = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const at = Math.max(now, ...allowances.map((each) => reserve(each, now)))
      if (at > now) yield* Effect.sleep(at - now)
      if (spacing === 0) return
      const pace = { limit: 1, window: spacing, algorithm: "token-bucket", onExceeded: "delay" } as const
      // The store is memory: it does not fail, and with "delay" nothing is exceeded.
      const { delay } = yield* Effect.orDie(limiter.consume({ key: source, ...pace }))
      if (!Duration.isZero(delay)) yield* Effect.sleep(delay)
    })

    const held = (error: HistoryRateLimited) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        rateLimited++
        // Those under way when the first one came back say nothing new.
        if (now >= resumeAt) inARow++
        const pause = error.retryAfter ?? Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, inARow - 1))
        resumeAt = Math.max(resumeAt, now + pause)
      })

    const pass = <A, R>(request: Effect.Effect<A, HistoryError, R>): Effect.Effect<A, HistoryError, R> => {
      const once = Effect.suspend(() => {
        requests++
        return request
      }).pipe(
        Effect.tap(() =>
          Effect.sync(() => {
            inARow = 0
          })
        ),
        Effect.onExit((exit) =>
          Metric.update(Metric.withAttributes(requestCounter, { source, ended: endOf(exit) }), 1)
        ),
        Effect.tapError((error) => error._tag === "HistoryRateLimited" ? held(error) : Effect.void)
      )
      const guarded: Effect.Effect<A, HistoryError, R> = Effect.andThen(paused, paced).pipe(
        // It may have been paused while this one waited for its turn.
        Effect.andThen(paused),
        Effect.andThen(breaker.execute(once, { key: source, classify: outcomeOf })),
        Effect.catchTag("CircuitBreakerError", ({ message, reason }) => {
          switch (reason._tag) {
            case "CircuitOpen":
              return Effect.andThen(Effect.sleep(reason.retryAfter), Effect.suspend(() => guarded))
            case "CircuitHalfOpen":
              return Effect.andThen(Effect.sleep("250 millis"), Effect.suspend(() => guarded))
            case "CircuitBreakerStoreError":
              return Effect.fail(new HistoryUnavailable({ source, asked: "anything", reason: message }))
          }
        })
      )
      return permits.withPermits(1)(guarded)
    }

    return {
      pass,
      remember: (sent: Parameters<RequestGate["remember"]>[0]) => {
        for (const each of allowances) rememberSent(each, sent)
      },
      requests: () => requests,
      rateLimited: () => rateLimited
    }
  }).pipe(
    Effect.provide(CircuitBreaker.layerStoreMemory()),
    Effect.provide(RateLimiter.layerStoreMemory)
  )
