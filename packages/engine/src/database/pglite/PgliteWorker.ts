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

  const data = async (connection: number, bytes: Uint8Array): Promise<void> => {
    const messages = connections.get(connection) ?? new FrontendMessages()
    connections.set(connection, messages)
    const { answer, closing, forward } = messages.receive(bytes)
    if (answer !== undefined) post({ _tag: "Data", connection, bytes: answer })
    if (forward.byteLength > 0) {
      // The heap of the WebAssembly module is reused at once, so what it answers is copied.
      await database.execProtocolRawStream(forward, {
        onRawData: (raw) => post({ _tag: "Data", connection, bytes: raw.slice() })
      })
    }
    post({ _tag: "Taken", connection })
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
