/**
 * One WebSocket to a broker as a scoped resource: it is closed with its scope, watches for silence, and says once why it
 * ended. Nothing that a frame does can throw out of the socket's callback.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { WebSocket } from "ws"
import type { Broker } from "../port/Broker.ts"
import type { FeedEnd } from "../port/BrokerAccount.ts"
import { type BrokerError, NotSent, RateLimited, Refused, Unauthorised } from "../port/BrokerError.ts"

export interface SocketOptions {
  readonly broker: Broker
  readonly account: string
  /** `open the market feed`. */
  readonly operation: string
  /** May hold a token: never shown. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Longest wait for the connection, ms. */
  readonly timeout: number
  /** Without any frame or ping for so long the connection is taken for dead, ms. */
  readonly silentAfter: number
  /** Whether to ask by a ping of the socket, whose answer is heard, before the connection is taken for dead. */
  readonly probe?: boolean
  /** Text that the broker wants to hear regularly, and how often, ms. */
  readonly beat?: { readonly every: number; readonly frame: string | Uint8Array }
  readonly onText: (text: string, receivedAt: number) => void
  readonly onBinary: (bytes: Uint8Array, receivedAt: number) => void
}

export interface OpenSocket {
  /** Does nothing once the connection has ended. */
  readonly send: (frame: string | Uint8Array) => void
  readonly ended: Effect.Effect<FeedEnd>
}

const MOST_FRAME_BYTES = 16 * 1024 * 1024

export const openSocket = (options: SocketOptions): Effect.Effect<OpenSocket, BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const end = yield* Deferred.make<FeedEnd>()
    const ends = yield* Queue.unbounded<FeedEnd>()
    const opened = yield* Deferred.make<void, BrokerError>()
    const openings = yield* Queue.unbounded<Effect.Effect<void, BrokerError>>()
    let heardAt = clock.currentTimeMillisUnsafe()

    const where = { broker: options.broker, account: options.account, operation: options.operation }
    const heard = (): number => {
      heardAt = clock.currentTimeMillisUnsafe()
      return heardAt
    }

    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const made = new WebSocket(options.url, {
          ...(options.headers === undefined ? {} : { headers: options.headers }),
          followRedirects: true,
          handshakeTimeout: options.timeout,
          maxPayload: MOST_FRAME_BYTES,
          perMessageDeflate: false
        })
        made.on("open", () => Queue.offerUnsafe(openings, Effect.void))
        made.on("unexpected-response", (request, response) => {
          Queue.offerUnsafe(openings, Effect.fail(upgradeError(where, response.statusCode ?? 0)))
          response.resume()
          request.destroy()
        })
        made.on("error", (error) => {
          const reason = plainReason(error)
          Queue.offerUnsafe(openings, Effect.fail(new NotSent({ ...where, reason })))
          Queue.offerUnsafe(ends, { cause: "closed", reason })
        })
        made.on("close", (code) => {
          Queue.offerUnsafe(openings, Effect.fail(new NotSent({ ...where, reason: `closed with ${code}` })))
          Queue.offerUnsafe(ends, { cause: code === 1008 ? "refused" : "closed", reason: `closed with ${code}` })
        })
        made.on("ping", heard)
        made.on("pong", heard)
        made.on("message", (data, isBinary) => {
          // `ws` gives one Buffer a message unless it is told otherwise.
          const bytes = data as Buffer
          try {
            if (isBinary) options.onBinary(bytes, heard())
            else options.onText(bytes.toString("utf8"), heard())
          } catch (defect) {
            // Whoever takes the frames has failed; the stream is opened anew, and the process lives on.
            Queue.offerUnsafe(ends, { cause: "closed", reason: `a frame was not taken: ${String(defect)}` })
            made.terminate()
          }
        })
        return made
      }),
      (made) => Effect.sync(() => made.terminate())
    )

    yield* Effect.forkScoped(Effect.flatMap(Queue.take(openings), (outcome) => Deferred.complete(opened, outcome)))
    yield* Effect.forkScoped(Effect.flatMap(Queue.take(ends), (why) => Deferred.succeed(end, why)))
    yield* Deferred.await(opened)
    heard()

    const watch = Effect.gen(function*() {
      while (true) {
        yield* Effect.sleep(Math.max(250, options.silentAfter / 4))
        const silence = clock.currentTimeMillisUnsafe() - heardAt
        if (options.probe === true && silence >= options.silentAfter / 2 && socket.readyState === WebSocket.OPEN) {
          socket.ping()
        }
        if (silence < options.silentAfter) continue
        Queue.offerUnsafe(ends, { cause: "silent", reason: `nothing was heard for ${Math.round(silence / 1_000)} s` })
        socket.terminate()
        return
      }
    })
    yield* Effect.forkScoped(watch)

    const send = (frame: string | Uint8Array): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame)
    }
    const { beat } = options
    if (beat !== undefined) {
      yield* Effect.forkScoped(
        Effect.forever(Effect.andThen(Effect.sleep(beat.every), Effect.sync(() => send(beat.frame))))
      )
    }
    return { send, ended: Deferred.await(end) }
  })

type Where = { readonly broker: Broker; readonly account: string; readonly operation: string }

const upgradeError = (where: Where, status: number): BrokerError =>
  status === 401 || status === 403
    ? new Unauthorised({ ...where, code: String(status) })
    : status === 429
    ? new RateLimited(where)
    : status >= 400 && status < 500
    ? new Refused({ ...where, code: String(status), reason: `the connection was answered with HTTP ${status}` })
    : new NotSent({ ...where, reason: `the connection was answered with HTTP ${status}` })

/** Without URLs, for those hold tokens. */
const plainReason = (error: Error): string => {
  const code: unknown = "code" in error ? error.code : undefined
  return typeof code === "string" ? code : error.name
}
