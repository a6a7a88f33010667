/**
 * The one way to a broker for all calls of one account: its limits hold together over every window, what is urgent goes
 * first (exits, then cancellations, then everything else), an answer of "too many" holds back its whole class, and a class
 * of endpoints that keeps failing is left alone for a while (circuit breaker).
 *
 * A call waits its turn here, never at the broker. Nothing that changes something is repeated, but what the broker refused
 * to look at for its rate limit, and therefore never did.
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { type BrokerError, NotSent } from "@keepgaining/brokers/port/BrokerError.ts"
import { type Capabilities, type Rate } from "@keepgaining/brokers/port/Capabilities.ts"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import { type Allowance, allowance, reserve } from "../history/allowance.ts"

/** Endpoints that share an allowance and a circuit. */
export type CallClass = "orders" | "reads" | "quotes" | "candles"

/** Smaller goes first. */
export const Priority = { exit: 0, cancel: 1, normal: 2 } as const
export type Priority = (typeof Priority)[keyof typeof Priority]

export interface CallGate {
  readonly pass: <A>(
    kind: CallClass,
    priority: Priority,
    operation: string,
    call: Effect.Effect<A, BrokerError>
  ) => Effect.Effect<A, BrokerError>
  /** Orders that may go at once. */
  readonly room: () => number
  /** Calls of late that ended in trouble. */
  readonly failures: () => number
  /** Calls that wait for their turn. */
  readonly waiting: () => number
  /** Classes whose circuit is open. */
  readonly resting: () => ReadonlyArray<CallClass>
}

const calls = Metric.counter("keepgaining_broker_calls_total", {
  description: "Calls to brokers, by account, class and how they ended"
})

/** Part of each allowance that is used: the broker counts in windows that nobody else sees. */
const USED = 0.8
/** Orders a second without an exchange-registered algorithm (SEBI, 2025-02-04 and NSE/INVG/67858). */
const SEBI_ORDERS: Rate = { calls: 10, window: 1_000 }
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000
/** Times that a call may be throttled by the broker before it is given up. */
const MOST_THROTTLES = 3

interface Waiting {
  readonly priority: Priority
  readonly number: number
  readonly turn: Deferred.Deferred<void>
}

class Lane {
  readonly allowances: ReadonlyArray<Allowance>
  readonly waiting: Array<Waiting> = []
  readonly wake = Latch.makeUnsafe(false)
  resumeAt = 0
  throttles = 0

  constructor(rates: ReadonlyArray<Rate>) {
    this.allowances = rates.map(({ calls, window }) => allowance(Math.max(1, Math.floor(calls * USED)), window))
  }

  /** When the next call may go, without taking its place. */
  freeAt(now: number): number {
    let at = Math.max(now, this.resumeAt)
    for (const { most, times, window } of this.allowances) {
      const blocking = times.at(-most)
      if (blocking !== undefined) at = Math.max(at, blocking + window)
    }
    return at
  }

  /** How many may go now. */
  room(now: number): number {
    if (this.resumeAt > now) return 0
    const left = this.allowances.map(({ most, times, window }) => most - times.filter((at) => at > now - window).length)
    return Math.max(0, Math.min(...left) - this.waiting.length)
  }

  next(): Waiting | undefined {
    let best = 0
    for (let i = 1; i < this.waiting.length; i++) {
      // Both are within the list.
      const [a, b] = [this.waiting[i]!, this.waiting[best]!]
      if (a.priority < b.priority || (a.priority === b.priority && a.number < b.number)) best = i
    }
    return this.waiting.splice(best, 1)[0]
  }
}

/** How long trouble is remembered, ms, and how much of it. */
const REMEMBERED_MS = 5 * 60_000
const MOST_REMEMBERED = 20

const isTrouble = (error: BrokerError): boolean =>
  error._tag === "UnknownOutcome" || error._tag === "NotSent" || error._tag === "UnreadableAnswer"

export const makeCallGate = (options: {
  readonly broker: Broker
  readonly account: string
  readonly capabilities: Pick<Capabilities, "orderRates" | "readRates" | "quoteRates" | "candleRates">
}): Effect.Effect<CallGate, never, Scope> =>
  Effect.gen(function*() {
    const { account, broker, capabilities } = options
    const lanes: Readonly<Record<CallClass, Lane>> = {
      orders: new Lane([...capabilities.orderRates, SEBI_ORDERS]),
      reads: new Lane(capabilities.readRates),
      quotes: new Lane(capabilities.quoteRates),
      candles: new Lane(capabilities.candleRates)
    }
    const breaker = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(5),
      openDuration: Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced(LONGEST_PAUSE)])
    })
    const clock = yield* Clock.Clock
    /** Until when each class is left alone, epoch ms. */
    const resting = new Map<CallClass, number>()
    /** When calls ended in trouble, epoch ms. */
    const troubles: Array<number> = []
    let number = 0

    const serve = (lane: Lane): Effect.Effect<never> =>
      Effect.forever(Effect.gen(function*() {
        if (lane.waiting.length === 0) {
          lane.wake.closeUnsafe()
          yield* lane.wake.await
        }
        const now = yield* Clock.currentTimeMillis
        const at = lane.freeAt(now)
        if (at > now) {
          // It may be paused anew while this waits, and who is most urgent is asked after that.
          yield* Effect.sleep(at - now)
          return
        }
        const next = lane.next()
        if (next === undefined) return
        for (const each of lane.allowances) reserve(each, now)
        yield* Deferred.succeed(next.turn, undefined)
      }))
    for (const lane of Object.values(lanes)) yield* Effect.forkScoped(serve(lane))

    const turnIn = (lane: Lane, priority: Priority): Effect.Effect<void> =>
      Effect.suspend(() => {
        const waiting: Waiting = { priority, number: number++, turn: Deferred.makeUnsafe() }
        lane.waiting.push(waiting)
        lane.wake.openUnsafe()
        return Effect.onInterrupt(Deferred.await(waiting.turn), () =>
          Effect.sync(() => {
            const at = lane.waiting.indexOf(waiting)
            if (at >= 0) lane.waiting.splice(at, 1)
          }))
      })

    const pass: CallGate["pass"] = (kind, priority, operation, call) => {
      const lane = lanes[kind]
      const key = `${account} ${kind}`
      const once = Effect.andThen(
        turnIn(lane, priority),
        breaker.execute(call, {
          key,
          classify: (exit) => {
            if (Exit.isSuccess(exit)) return CircuitBreaker.success
            const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
            // A broker that says no is there.
            return error === undefined
              ? CircuitBreaker.ignored
              : isTrouble(error)
              ? CircuitBreaker.failure()
              : CircuitBreaker.success
          }
        })
      ).pipe(
        Effect.onExit((exit) => {
          const error = Exit.isSuccess(exit) ? undefined : Option.getOrUndefined(Cause.findErrorOption(exit.cause))
          const ended = Exit.isSuccess(exit) ? "answered" : error?._tag ?? "interrupted"
          if (error !== undefined && error._tag !== "CircuitBreakerError" && isTrouble(error)) {
            troubles.push(clock.currentTimeMillisUnsafe())
            if (troubles.length > MOST_REMEMBERED) troubles.shift()
          }
          if (ended !== "CircuitBreakerError") resting.delete(kind)
          return Metric.update(Metric.withAttributes(calls, { account, class: kind, ended }), 1)
        }),
        Effect.catchTag("CircuitBreakerError", (error) =>
          Effect.suspend(() => {
            const { reason } = error
            if (reason._tag === "CircuitOpen") {
              resting.set(kind, clock.currentTimeMillisUnsafe() + Duration.toMillis(reason.retryAfter))
            }
            return Effect.fail(
              new NotSent({
                broker,
                account,
                operation,
                reason: reason._tag === "CircuitBreakerStoreError"
                  ? error.message
                  : "its calls of this kind keep failing, so it is left alone for a moment"
              })
            )
          }))
      )
      const throttled = (attempt: number): typeof call =>
        once.pipe(
          Effect.tap(() =>
            Effect.sync(() => {
              lane.throttles = 0
            })
          ),
          Effect.catchTag("RateLimited", (error) =>
            Effect.gen(function*() {
              const now = yield* Clock.currentTimeMillis
              if (now >= lane.resumeAt) lane.throttles++
              const pause = error.retryAfter ?? Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (lane.throttles - 1))
              lane.resumeAt = Math.max(lane.resumeAt, now + pause)
              return yield* attempt < MOST_THROTTLES ? throttled(attempt + 1) : Effect.fail(error)
            }))
        )
      return throttled(1)
    }

    return {
      pass,
      room: () => lanes.orders.room(clock.currentTimeMillisUnsafe()),
      failures: () => {
        const since = clock.currentTimeMillisUnsafe() - REMEMBERED_MS
        return troubles.filter((at) => at > since).length
      },
      waiting: () => Object.values(lanes).reduce((sum, { waiting }) => sum + waiting.length, 0),
      resting: () => {
        const now = clock.currentTimeMillisUnsafe()
        return [...resting].flatMap(([kind, until]) => until > now ? [kind] : [])
      }
    }
  }).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))
