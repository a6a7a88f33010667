/** Gathers encoded batches in memory and makes them durable together; see `TickLogWriter` for the bounds. */
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { DurableFile, DurableFiles, StorageError } from "../storage/DurableFile.ts"
import { encodeBatch } from "./SegmentFormat.ts"

/** Bytes that may gather while a commit is under way. */
export const BUFFER = 4 * 1024 * 1024
/** Rows that are committed without waiting any longer. */
export const COMMIT_ROWS = 8_192
/** The longest that an appended row waits for its commit to begin. */
export const COMMIT_DELAY = "50 millis"

export class GroupCommit {
  /** Number of the newest durable input. */
  durable: number
  readonly #turn = Semaphore.makeUnsafe(1)
  /** Open while something waits to be committed. */
  readonly #pending = Latch.makeUnsafe(false)
  /** Open while it must be committed now. */
  readonly #urgent = Latch.makeUnsafe(false)
  /** Released after every commit, and when there is a failure. */
  readonly #progress = Latch.makeUnsafe(false)
  #filling = new Uint8Array(BUFFER)
  #writing = new Uint8Array(BUFFER)
  #filled = 0
  #rows = 0
  #added: number
  #failure: StorageError | undefined
  #file: DurableFile | undefined
  #scope: Scope.Closeable | undefined

  constructor(durable: number) {
    this.durable = durable
    this.#added = durable
  }

  /** Starts the commits; they go on until the scope closes. */
  get start(): Effect.Effect<void, never, Scope.Scope> {
    return Effect.asVoid(Effect.forkScoped(this.#loop))
  }

  /** One caller at a time changes what is gathered and where it goes. */
  exclusively<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return this.#turn.withPermits(1)(effect)
  }

  /** Encodes the batch; waits for room first. Call it exclusively. */
  add(batch: TickBatch, sequence: number, bytes: number): Effect.Effect<void, StorageError> {
    return Effect.suspend(() => {
      if (this.#failure !== undefined) return Effect.fail(this.#failure)
      if (this.#filled > 0 && this.#filled + bytes > this.#filling.byteLength) {
        this.#urgent.openUnsafe()
        return Effect.andThen(this.#progress.await, this.add(batch, sequence, bytes))
      }
      if (bytes > this.#filling.byteLength) this.#filling = new Uint8Array(bytes)
      this.#filled = encodeBatch(batch, sequence, this.#filling, this.#filled)
      this.#rows += batch.length
      this.#added = sequence
      this.#pending.openUnsafe()
      if (this.#rows >= COMMIT_ROWS) this.#urgent.openUnsafe()
      return Effect.void
    })
  }

  awaitDurable(sequence: number): Effect.Effect<void, StorageError> {
    return Effect.suspend(() => {
      if (this.durable >= sequence) return Effect.void
      if (this.#failure !== undefined) return Effect.fail(this.#failure)
      return Effect.andThen(this.#progress.await, this.awaitDurable(sequence))
    })
  }

  get flush(): Effect.Effect<void, StorageError> {
    return Effect.suspend(() => {
      if (this.#filled > 0) this.#urgent.openUnsafe()
      return this.awaitDurable(this.#added)
    })
  }

  /** Opens the file that batches go to from now on. Nothing may be waiting. Call it exclusively. */
  begin(files: DurableFiles["Service"], path: string, head: Uint8Array): Effect.Effect<void, StorageError> {
    return Effect.gen({ self: this }, function*() {
      if (this.#failure !== undefined) return yield* this.#failure
      const scope = yield* Scope.make()
      this.#scope = scope
      this.#file = yield* Scope.provide(files.open(path), scope)
      yield* this.#guarded(this.#file.append([head]))
    })
  }

  /** Makes everything durable, ends the file with these bytes and closes it; answers its path. Call it exclusively. */
  end(tail: Uint8Array): Effect.Effect<string, StorageError> {
    return Effect.gen({ self: this }, function*() {
      yield* this.flush
      const file = this.#file
      if (file === undefined || this.#scope === undefined) return yield* Effect.die(new Error("No segment is open"))
      yield* this.#guarded(Effect.andThen(file.append([tail]), file.sync))
      yield* Scope.close(this.#scope, Exit.void)
      this.#file = undefined
      return file.path
    })
  }

  get #loop(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      while (true) {
        yield* this.#pending.await
        yield* Effect.raceFirst(Effect.sleep(COMMIT_DELAY), this.#urgent.await)
        const committed = yield* Effect.exit(Effect.uninterruptible(this.#commit))
        yield* this.#progress.release
        if (Exit.isFailure(committed)) return
      }
    })
  }

  get #commit(): Effect.Effect<void, StorageError> {
    return Effect.gen({ self: this }, function*() {
      const file = this.#file
      if (file === undefined) return
      const bytes = this.#filling.subarray(0, this.#filled)
      const sequence = this.#added
      const spare = this.#writing
      this.#writing = this.#filling
      this.#filling = spare
      this.#filled = 0
      this.#rows = 0
      this.#pending.closeUnsafe()
      this.#urgent.closeUnsafe()
      yield* this.#progress.release
      yield* this.#guarded(Effect.andThen(file.append([bytes]), file.sync))
      this.durable = sequence
    })
  }

  /** Remembers a failure: nothing is accepted after it. */
  #guarded<A>(effect: Effect.Effect<A, StorageError>): Effect.Effect<A, StorageError> {
    return Effect.tapError(effect, (error) => Effect.sync(() => (this.#failure = error)))
  }
}
