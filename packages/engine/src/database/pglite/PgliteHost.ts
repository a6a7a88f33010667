/**
 * PGlite in a worker thread, as streams that a PostgreSQL client can speak over. A worker that dies takes its connections
 * with it; the next connection starts another one.
 */
import * as Effect from "effect/Effect"
import { Duplex } from "node:stream"
import { Worker } from "node:worker_threads"
import type { FromPglite, PgliteStart, ToPglite } from "./PgliteMessages.ts"

interface Connection {
  readonly duplex: Duplex
  /** Set while a write has not been worked off. */
  taken: ((error?: Error) => void) | undefined
}

export class PgliteHost {
  readonly #start: PgliteStart
  readonly #connections = new Map<number, Connection>()
  #nextConnection = 1
  #worker: Worker | undefined
  #stopped: (() => void) | undefined
  #closed = false
  /** Why the last worker died; for people. */
  failure: string | undefined

  constructor(start: PgliteStart) {
    this.#start = start
  }

  /** A fresh connection; PGlite starts first when it does not run. */
  connect(): Duplex {
    const connection = this.#nextConnection++
    const duplex = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        const entry = this.#connections.get(connection)
        if (entry === undefined) return done(new Error("The connection to PGlite is closed"))
        entry.taken = done
        // A copy of exactly these bytes, which the worker may have: a Buffer may be a view of a large pool.
        const bytes = new Uint8Array(chunk)
        this.#post({ _tag: "Data", connection, bytes }, bytes.buffer)
      },
      final: (done) => {
        this.#close(connection)
        duplex.push(null)
        done()
      },
      destroy: (error, done) => {
        this.#close(connection)
        done(error)
      }
    })
    if (this.#closed) duplex.destroy(new Error("PGlite was stopped"))
    else {
      this.#connections.set(connection, { duplex, taken: undefined })
      this.#worker ??= this.#startWorker()
    }
    return duplex
  }

  /** Ends the worker after what it was given; nothing can connect any more. */
  async stop(): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    if (worker === undefined) return
    const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()))
    const stopped = new Promise<void>((resolve) => (this.#stopped = resolve))
    this.#post({ _tag: "Stop" })
    const ended = Effect.promise(() => Promise.race([exited, stopped]))
    // By the wall's clock: the market may have one of its own.
    await Effect.runPromise(Effect.timeoutOption(ended, "5 seconds"))
    await worker.terminate()
  }

  /** For tests and for a worker that answers no more: ends it at once, as a crash would. */
  async kill(): Promise<void> {
    await this.#worker?.terminate()
  }

  #post(message: ToPglite, ...given: ReadonlyArray<ArrayBuffer>): void {
    this.#worker?.postMessage(message, given)
  }

  #close(connection: number): void {
    if (this.#connections.delete(connection)) this.#post({ _tag: "Close", connection })
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL("./PgliteWorker.ts", import.meta.url), {
      workerData: this.#start,
      // Flags of a test runner or a debugger are not for this thread.
      execArgv: [],
      name: "pglite"
    })
    worker.on("message", (message: FromPglite) => this.#receive(message))
    worker.on("error", (error) => (this.failure = error instanceof Error ? error.message : String(error)))
    worker.on("exit", () => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      const error = new Error(`PGlite ended${this.failure === undefined ? "" : `: ${this.failure}`}`)
      for (const { duplex, taken } of this.#connections.values()) {
        taken?.(error)
        duplex.destroy(error)
      }
      this.#connections.clear()
    })
    return worker
  }

  #receive(message: FromPglite): void {
    if (message._tag === "Ready") {
      this.failure = undefined
      return
    }
    if (message._tag === "Failed") {
      this.failure = message.reason
      return
    }
    if (message._tag === "Stopped") {
      this.#stopped?.()
      return
    }
    const connection = this.#connections.get(message.connection)
    if (connection === undefined) return
    if (message._tag === "Data") connection.duplex.push(message.bytes)
    else if (message._tag === "Taken") {
      const taken = connection.taken
      connection.taken = undefined
      taken?.()
    } else {
      this.#connections.delete(message.connection)
      connection.duplex.push(null)
    }
  }
}
