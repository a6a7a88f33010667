/**
 * A clock for tests in which days pass in seconds while sockets and files are real. Time stands still until it is told to
 * pass; then whoever slept until then goes on, and it stands still again until no request, no file and no fiber is under way.
 *
 * There are two faces of it: one for the simulated brokers, one for the engine. At each step the brokers go first, so that
 * however far time leaps, their heartbeats have arrived before a watchdog of the engine looks at them.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import diagnostics from "node:diagnostics_channel"
import type { EventEmitter } from "node:events"

interface Sleeper {
  readonly due: number
  readonly number: number
  readonly wake: () => void
}

/** Turns of the event loop without anything happening after which nothing is under way. */
const QUIET_TURNS = 4
/** A request that never ends holds time up for no longer, in ms of the wall. */
const LONGEST_HOLD_MS = 15_000

/** What is open for long and says nothing about whether something is under way. */
const lasting =
  /^(TCPSocketWrap|TCPServerWrap|PipeWrap|TTYWrap|Timeout|Immediate|MessagePort|Worker|ProcessWrap|SignalWrap)$/

export class RushClock {
  #now: number
  #number = 0
  #stirs = 0
  readonly #requests = new Set<object>()
  readonly #brokers = new Set<Sleeper>()
  readonly #engine = new Set<Sleeper>()
  readonly brokers: Clock.Clock
  readonly engine: Clock.Clock

  constructor(start: number) {
    this.#now = start
    this.brokers = this.#face(this.#brokers)
    this.engine = this.#face(this.#engine)
  }

  get now(): number {
    return this.#now
  }

  /** Watches the requests of this process while its scope lasts. */
  readonly watchRequests = Effect.acquireRelease(
    Effect.sync(() => {
      const onStart = (message: unknown): void => {
        // As Node documents the channel.
        const { request } = message as { readonly request: EventEmitter }
        this.#requests.add(request)
        this.#stirs++
        const done = (): void => {
          this.#stirs++
          this.#requests.delete(request)
        }
        request.once("close", done)
        request.once("upgrade", done)
      }
      const onFetch = (message: unknown): void => {
        const { request } = message as { readonly request: object }
        this.#stirs++
        this.#requests.add(request)
      }
      const onFetched = (message: unknown): void => {
        const { request } = message as { readonly request: object }
        this.#stirs++
        this.#requests.delete(request)
      }
      const channels = [
        ["http.client.request.start", onStart],
        ["undici:request:create", onFetch],
        ["undici:request:trailers", onFetched],
        ["undici:request:error", onFetched]
      ] as const
      for (const [name, listener] of channels) diagnostics.subscribe(name, listener)
      return channels
    }),
    (channels) =>
      Effect.sync(() => {
        for (const [name, listener] of channels) diagnostics.unsubscribe(name, listener)
      })
  )

  /** One step. */
  leap(to: number): Effect.Effect<void> {
    return Effect.promise(async () => {
      this.#now = Math.max(this.#now, to)
      this.#wake(this.#brokers)
      await this.#settle()
      this.#wake(this.#engine)
      await this.#settle()
    })
  }

  /** In steps. */
  pass(millis: number, step: number): Effect.Effect<void> {
    return Effect.suspend(() => this.passTo(this.#now + millis, step))
  }

  passTo(to: number, step: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*(this: RushClock) {
      while (this.#now < to) yield* this.leap(Math.min(to, this.#now + step))
    })
  }

  #wake(sleepers: Set<Sleeper>): void {
    const due = [...sleepers].filter((each) => each.due <= this.#now)
    for (const each of due.sort((a, b) => a.due - b.due || a.number - b.number)) {
      sleepers.delete(each)
      this.#stirs++
      each.wake()
    }
  }

  async #settle(): Promise<void> {
    const begun = performance.now()
    let quiet = 0
    let stirs = -1
    while (quiet < QUIET_TURNS && performance.now() - begun < LONGEST_HOLD_MS) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      const isQuiet = this.#stirs === stirs && this.#requests.size === 0 &&
        process.getActiveResourcesInfo().every((each) => lasting.test(each))
      quiet = isQuiet ? quiet + 1 : 0
      stirs = this.#stirs
    }
  }

  #face(sleepers: Set<Sleeper>): Clock.Clock {
    const millis = (): number => this.#now
    const nanos = (): bigint => BigInt(this.#now) * 1_000_000n
    return {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: nanos,
      monotonicTimeNanos: Effect.sync(nanos),
      sleep: (duration) =>
        Effect.callback((resume) => {
          const sleeper: Sleeper = {
            due: this.#now + Math.max(0, Duration.toMillis(duration)),
            number: this.#number++,
            wake: () => resume(Effect.void)
          }
          this.#stirs++
          // Nobody goes on without a step of time: a sleep of nothing would hold it up for ever.
          sleepers.add(sleeper)
          return Effect.sync(() => sleepers.delete(sleeper))
        })
    }
  }
}
