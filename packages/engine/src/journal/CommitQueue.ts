/**
 * Chains entries the moment they are appended and makes them durable in groups: while one commit is under way, whatever
 * arrives gathers and becomes the next.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { type JournalEntry, type JournalError, type JournalHead, JournalUnavailable } from "./Journal.ts"
import { chain, type ChainedRecord } from "./RecordLine.ts"

/** Characters that may gather before `append` waits for a commit: about 30,000 records. */
const GATHERED_LIMIT = 16 * 1024 * 1024

/** Records that are hashed before the thread is given to others: a millisecond or two. */
const CHAINED_AT_ONCE = 512

export class CommitQueue {
  readonly #name: string
  readonly #commit: (records: ReadonlyArray<ChainedRecord>) => Effect.Effect<void, JournalError>
  /** Newest durable record. */
  #durable: JournalHead
  /** Newest record of the chain, durable or not. */
  #chained: JournalHead
  #gathered: Array<ChainedRecord> = []
  #gatheredLength = 0
  #failure: JournalError | undefined
  /** One caller at a time has its entries chained, so that they stay together. */
  readonly #turn = Semaphore.makeUnsafe(1)
  readonly #pending = Latch.makeUnsafe(false)
  /** Released after every commit, and when one failed. */
  readonly #progress = Latch.makeUnsafe(false)

  /** `commit` makes the records durable, in order; it is called for one group at a time. */
  constructor(
    name: string,
    head: JournalHead,
    commit: (records: ReadonlyArray<ChainedRecord>) => Effect.Effect<void, JournalError>
  ) {
    this.#name = name
    this.#durable = head
    this.#chained = head
    this.#commit = commit
  }

  get head(): JournalHead {
    return this.#durable
  }

  get waiting(): number {
    return this.#chained.number - this.#durable.number
  }

  /** Commits until the scope closes, then commits what is left. */
  get start(): Effect.Effect<void, never, Scope.Scope> {
    return Effect.andThen(
      Effect.addFinalizer(() =>
        Effect.ensuring(
          Effect.ignore(this.#commitGathered),
          Effect.sync(() => (this.#failure ??= this.#unavailable("it was closed")))
        )
      ),
      Effect.asVoid(Effect.forkScoped(this.#loop))
    )
  }

  append(entries: ReadonlyArray<JournalEntry>): Effect.Effect<number, JournalError> {
    return Effect.flatMap(
      this.#turn.withPermits(1)(Effect.andThen(this.#awaitRoom(), Effect.uninterruptible(this.#chain(entries)))),
      (number) => Effect.as(this.#awaitDurable(number), number)
    )
  }

  #awaitRoom(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.#failure !== undefined || this.#gatheredLength <= GATHERED_LIMIT
        ? Effect.void
        : Effect.andThen(this.#progress.await, this.#awaitRoom())
    )
  }

  #chain(entries: ReadonlyArray<JournalEntry>): Effect.Effect<number, JournalError> {
    return Effect.gen({ self: this }, function*() {
      for (let from = 0; from < entries.length; from += CHAINED_AT_ONCE) {
        if (from > 0) yield* Effect.yieldNow
        if (this.#failure !== undefined) break
        let { hash, number } = this.#chained
        for (const entry of entries.slice(from, from + CHAINED_AT_ONCE)) {
          const record = chain(entry, ++number, hash)
          hash = record.hash
          this.#gathered.push(record)
          this.#gatheredLength += record.content.length
        }
        this.#chained = { number, hash }
        this.#pending.openUnsafe()
      }
      return this.#failure === undefined ? this.#chained.number : yield* this.#failure
    })
  }

  #awaitDurable(number: number): Effect.Effect<void, JournalError> {
    return Effect.suspend(() => {
      if (this.#durable.number >= number) return Effect.void
      if (this.#failure !== undefined) return Effect.fail(this.#failure)
      return Effect.andThen(this.#progress.await, this.#awaitDurable(number))
    })
  }

  get #loop(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      while (true) {
        yield* this.#pending.await
        // Everything that is appended in this turn of the event loop shares the commit.
        yield* Effect.yieldNow
        const committed = yield* Effect.exit(Effect.uninterruptible(this.#commitGathered))
        if (Exit.isFailure(committed)) return
      }
    })
  }

  get #commitGathered(): Effect.Effect<void, JournalError> {
    return Effect.suspend(() => {
      this.#pending.closeUnsafe()
      const records = this.#gathered
      const last = records.at(-1)
      if (this.#failure !== undefined) return Effect.fail(this.#failure)
      if (last === undefined) return Effect.void
      this.#gathered = []
      this.#gatheredLength = 0
      return this.#commit(records).pipe(
        Effect.catchDefect((defect) => Effect.fail(this.#unavailable(String(defect)))),
        Effect.tap(() => Effect.sync(() => (this.#durable = { number: last.number, hash: last.hash }))),
        // What is chained behind a record that may be missing must never be written.
        Effect.tapError((error) => Effect.sync(() => (this.#failure = error))),
        Effect.ensuring(this.#progress.release)
      )
    })
  }

  #unavailable(detail: string): JournalUnavailable {
    return new JournalUnavailable({ journal: this.#name, operation: "append", detail })
  }
}
