/**
 * The one way to a broker for all requests of one account: its limits hold together over every window, what is urgent goes
 * first (exits, then cancellations, then everything else), an answer of "too many" holds back its whole class, and a class
 * of endpoints that keeps failing is left alone for a while (circuit breaker).
 *
 * A request waits its turn here, never at the broker. Nothing that changes something is repeated, but what the broker refused
 * to look at for its rate limit, and therefore never did.
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { type BrokerError, NotSent } from "@keepgaining/brokers/port/BrokerError.ts"
import { type Capabilities, type Rate } from "@keepgaining/brokers/port/Capabilities.ts"
import type { RequestKind } from "@keepgaining/brokers/port/RequestPass.ts"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import { type HeldTurn, makeCallTurns, type Priority, type Ticket } from "./CallTurns.ts"

export interface CallGate {
  /** One request: of a call that makes several, each passes by itself. */
  readonly pass: <A>(
    kind: RequestKind,
    priority: Priority,
    operation: string,
    request: Effect.Effect<A, BrokerError>
  ) => Effect.Effect<A, BrokerError>
  /**
   * Waits for the right to send so many orders, before it is decided that they are sent; no more at once than the limits
   * allow. The request that is made {@link withTurn} waits no more. `granted` is called once it does not wait any more.
   */
  readonly queueOrders: (priority: Priority, count: number, granted: () => void) => Ticket
  /** Orders that may go at once. */
  readonly room: () => number
  /** Requests of late that ended in trouble. */
  readonly failures: () => number
  /** Requests that wait for their turn. */
  readonly waiting: () => number
  /** Classes whose circuit is open. */
  readonly resting: () => ReadonlyArray<RequestKind>
}

const Turn: Context.Reference<HeldTurn | undefined> = Context.Reference("@keepgaining/engine/brokers/CallGate/Turn", {
  defaultValue: (): HeldTurn | undefined => undefined
})

/** The first order that the call sends uses that turn. */
export const withTurn = <A, E>(turn: HeldTurn | undefined, call: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  turn === undefined
    ? call
    : Effect.ensuring(Effect.provideService(call, Turn, turn), Effect.sync(() => turn.release()))

const calls = Metric.counter("keepgaining_broker_calls_total", {
  description: "Requests to brokers, by account, class and how they ended"
})

/** Fewer than ten orders a second without an exchange-registered algorithm (SEBI, 2025-02-04 and NSE/INVG/67858). */
const SEBI_ORDERS: Rate = { calls: 9, window: 1_000 }
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000
/** Times that a request may be throttled by the broker before it is given up. */
const MOST_THROTTLES = 3

/** How long trouble is remembered, ms, and how much of it. */
const REMEMBERED_MS = 5 * 60_000
const MOST_REMEMBERED = 20

const isTrouble = (error: BrokerError): boolean =>
  error._tag === "UnknownOutcome" || error._tag === "NotSent" || error._tag === "UnreadableAnswer"

export const makeCallGate = (options: {
  readonly broker: Broker
  readonly account: string
  readonly capabilities: Pick<
    Capabilities,
    "orderRates" | "readRates" | "quoteRates" | "candleRates" | "togetherRates"
  >
}): Effect.Effect<CallGate, never, Scope> =>
  Effect.gen(function*() {
    const { account, broker, capabilities } = options
    const turns = yield* makeCallTurns(
      {
        orders: [...capabilities.orderRates, SEBI_ORDERS],
        reads: capabilities.readRates,
        quotes: capabilities.quoteRates,
        candles: capabilities.candleRates
      },
      capabilities.togetherRates ?? { all: [], others: [] }
    )
    const breaker = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(5),
      openDuration: Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced(LONGEST_PAUSE)])
    })
    const clock = yield* Clock.Clock
    /** Throttles in a row, by class. */
    const throttles = new Map<RequestKind, number>()
    /** Until when each class is left alone, epoch ms. */
    const resting = new Map<RequestKind, number>()
    /** When requests ended in trouble, epoch ms. */
    const troubles: Array<number> = []

    /** A turn that was held may be lost to a pause: then it is waited for like any other. */
    const turnIn = (kind: RequestKind, priority: Priority): Effect.Effect<void> =>
      Effect.suspend(() => {
        const granted = Deferred.makeUnsafe<void>()
        const ticket = turns.queue(kind, priority, 1, () => Deferred.doneUnsafe(granted, Effect.void))
        return Deferred.await(granted).pipe(
          Effect.flatMap(() => ticket.turns()?.[0]?.use() === true ? Effect.void : turnIn(kind, priority)),
          Effect.onInterrupt(() => Effect.sync(() => ticket.leave()))
        )
      })

    const pass: CallGate["pass"] = (kind, priority, operation, request) => {
      const key = `${account} ${kind}`
      const turn = kind === "orders"
        ? Effect.flatMap(Turn, (held) => held?.use() === true ? Effect.void : turnIn(kind, priority))
        : turnIn(kind, priority)
      const once = Effect.andThen(
        turn,
        breaker.execute(request, {
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
      const throttled = (attempt: number): typeof request =>
        once.pipe(
          Effect.tap(() => Effect.sync(() => throttles.delete(kind))),
          Effect.catchTag("RateLimited", (error) =>
            Effect.gen(function*() {
              const now = yield* Clock.currentTimeMillis
              let times = throttles.get(kind) ?? 0
              if (now >= turns.resumesAt(kind)) throttles.set(kind, ++times)
              turns.pause(
                kind,
                now + (error.retryAfter ?? Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (times - 1)))
              )
              return yield* attempt < MOST_THROTTLES ? throttled(attempt + 1) : Effect.fail(error)
            }))
        )
      return throttled(1)
    }

    const gate: CallGate = {
      pass,
      queueOrders: (priority, count, granted) => turns.queue("orders", priority, count, granted),
      room: () => turns.room("orders"),
      failures: () => {
        const since = clock.currentTimeMillisUnsafe() - REMEMBERED_MS
        return troubles.filter((at) => at > since).length
      },
      waiting: turns.waiting,
      resting: () => {
        const now = clock.currentTimeMillisUnsafe()
        return [...resting].flatMap(([kind, until]) => until > now ? [kind] : [])
      }
    }
    return gate
  }).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))
