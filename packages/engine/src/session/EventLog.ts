/**
 * The durable decisions of a session, for readers. The newest are kept in memory; a reader that starts further back is
 * served from the journal until it has caught up. Every reader goes at its own pace and misses nothing, because it asks
 * by number: a slow one costs nothing here.
 */
import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import type { SessionEvent } from "./Session.ts"

const KEPT = 50_000
const CHUNK = 256

export class EventLog {
  readonly #kept: Array<SessionEvent> = []
  readonly #grown = Latch.makeUnsafe(false)
  readonly #older: (after: number, limit: number) => Effect.Effect<ReadonlyArray<SessionEvent>>
  /** Number of the newest durable decision. */
  last = 0

  /** `older` reads from the journal what is no longer kept. */
  constructor(older: (after: number, limit: number) => Effect.Effect<ReadonlyArray<SessionEvent>>) {
    this.#older = older
  }

  /** Appends what has just become durable. Numbers must follow on. */
  append(events: ReadonlyArray<SessionEvent>): Effect.Effect<void> {
    return Effect.suspend(() => {
      for (const event of events) this.#kept.push(event)
      this.last = this.#kept.at(-1)?.number ?? this.last
      if (this.#kept.length > KEPT * 1.25) this.#kept.splice(0, this.#kept.length - KEPT)
      return Effect.asVoid(this.#grown.release)
    })
  }

  newest(limit: number): ReadonlyArray<SessionEvent> {
    return this.#kept.slice(-limit)
  }

  after(number: number): Stream.Stream<SessionEvent> {
    return Stream.fromPull(Effect.sync(() => {
      let seen = Math.max(0, number)
      const pull: Effect.Effect<Arr.NonEmptyReadonlyArray<SessionEvent>> = Effect.suspend(() => {
        if (seen >= this.last) {
          return Effect.andThen(Effect.raceFirst(this.#grown.await, Effect.sleep("1 second")), pull)
        }
        return Effect.flatMap(this.#read(seen), (events) => {
          const [first, ...rest] = events
          if (first === undefined) return Effect.andThen(Effect.sleep("50 millis"), pull)
          seen = rest.at(-1)?.number ?? first.number
          return Effect.succeed([first, ...rest])
        })
      })
      return pull
    }))
  }

  #read(after: number): Effect.Effect<ReadonlyArray<SessionEvent>> {
    const oldest = this.#kept[0]?.number ?? this.last + 1
    if (after + 1 < oldest) return this.#older(after, CHUNK)
    const at = after + 1 - oldest
    return Effect.succeed(this.#kept.slice(at, at + CHUNK))
  }
}
