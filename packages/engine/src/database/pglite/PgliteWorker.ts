/**
 * The thread that PGlite runs in: every statement blocks its thread, and the engine's must not be blocked. It speaks the
 * PostgreSQL wire protocol over the message port, for one connection after another.
 */
import { PGlite } from "@electric-sql/pglite"
import { parentPort, workerData } from "node:worker_threads"
import { FrontendMessages } from "./FrontendMessages.ts"
import type { FromPglite, PgliteStart, ToPglite } from "./PgliteMessages.ts"

const port = parentPort
if (port === null) throw new Error("PgliteWorker.ts runs as a worker thread only")

// `PgliteHost` starts this worker with nothing else.
const start = workerData as PgliteStart
const post = (message: FromPglite): void => port.postMessage(message)

/** Bytes of an answer that travel together. */
const TOGETHER = 131_072
/** PostgreSQL hands out this much of an answer at a time, or a large value as a whole; less is the last of it. */
const HANDED_OUT = 8_192

/**
 * Bytes of statements after which a checkpoint is due. A server makes them by itself; here nothing would let go of the log of
 * writes before the database is closed, however long it runs, and all of it would be gone through after a kill.
 */
const CHECKPOINT_AFTER = 33_554_432
/** Type of the message that ends what a client asks together; it has nothing but its length of four bytes. */
const SYNC = 0x53

const connections = new Map<number, FrontendMessages>()

const main = async (): Promise<void> => {
  const database = await PGlite.create(start.directory === undefined ? {} : { dataDir: start.directory })

  const close = async (connection: number): Promise<void> => {
    if (!connections.delete(connection)) return
    // The session outlives the connection: what this one left behind must not reach the next.
    await database.exec("rollback")
    await database.exec("discard all")
    post({ _tag: "Closed", connection })
  }

  let sinceCheckpoint = 0

  const data = async (connection: number, bytes: Uint8Array): Promise<void> => {
    const messages = connections.get(connection) ?? new FrontendMessages()
    connections.set(connection, messages)
    const { answer, closing, forward } = messages.receive(bytes)
    if (answer !== undefined) post({ _tag: "Data", connection, bytes: answer })
    let gathered = Buffer.alloc(0)
    let length = 0
    const send = (): void => {
      if (length === 0) return
      const { buffer } = gathered
      const message: FromPglite = { _tag: "Data", connection, bytes: new Uint8Array(buffer, 0, length) }
      port.postMessage(message, [buffer])
      gathered = Buffer.alloc(0)
      length = 0
    }
    if (forward.byteLength > 0) {
      await database.execProtocolRawStream(forward, {
        onRawData: (raw) => {
          if (length + raw.length > gathered.length) {
            send()
            // The heap of the WebAssembly module is reused at once, so what it answers is copied.
            gathered = Buffer.allocUnsafeSlow(raw.length < HANDED_OUT ? raw.length : Math.max(TOGETHER, raw.length))
          }
          gathered.set(raw, length)
          length += raw.length
        }
      })
    }
    // First: whoever has the whole answer writes again at once.
    post({ _tag: "Taken", connection })
    send()
    sinceCheckpoint += forward.byteLength
    if (sinceCheckpoint > CHECKPOINT_AFTER && forward.at(-5) === SYNC && !database.isInTransaction()) {
      await database.exec("checkpoint")
      sinceCheckpoint = 0
    }
    if (closing) await close(connection)
  }

  const handle = async (message: ToPglite): Promise<void> => {
    if (message._tag === "Data") return data(message.connection, message.bytes)
    if (message._tag === "Close") return close(message.connection)
    await database.close()
    post({ _tag: "Stopped" })
    port.close()
  }

  let last: Promise<void> = Promise.resolve()
  const fail = (cause: unknown): void => {
    // The state of the session is not known any more; the host starts another worker when it is needed.
    post({ _tag: "Failed", reason: cause instanceof Error ? cause.message : String(cause) })
    port.close()
    process.exit(1)
  }
  port.on("message", (message: ToPglite) => {
    last = last.then(() => handle(message)).catch(fail)
  })
  post({ _tag: "Ready" })
}

main().catch((cause: unknown) => {
  post({ _tag: "Failed", reason: cause instanceof Error ? cause.message : String(cause) })
  port.close()
})
