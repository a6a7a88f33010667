/**
 * A connection to a running engine that outlives the socket under it: it reconnects by itself, resumes event streams
 * where they were, and sends a command whose answer was lost again under the same id.
 */
import type { ClientCommand, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as RpcClient from "effect/rpc/RpcClient"
import type { RpcClientError } from "effect/rpc/RpcClientError"
import * as RpcMiddleware from "effect/rpc/RpcMiddleware"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import type { Refused, Unauthorized } from "../contract/Failures.ts"
import { KeepGainingRpcs, Login } from "../contract/KeepGainingRpcs.ts"
import { contractVersion, type Hello } from "../contract/System.ts"
import type { Event } from "../contract/Trading.ts"
import { ContractMismatch, TimelineChanged, Unreachable } from "./ClientErrors.ts"

export interface ConnectOptions {
  /** `http://localhost:4280` or `ws://localhost:4280/rpc`. */
  readonly url: string
  /** A program's token; a browser that is logged in needs none. */
  readonly token?: string | undefined
  /** How long to look for the server before giving up the first time; 10 seconds unless said otherwise. */
  readonly connectTimeout?: Duration.Input | undefined
}

export type ConnectionState = "connecting" | "live" | "reconnecting"

type Rpcs = RpcClient.FromGroup<typeof KeepGainingRpcs, RpcClientError>

export interface Client {
  /** Every call of the contract as it is; calls fail with `RpcClientError` while the socket is down. */
  readonly rpc: Rpcs
  /** The server's greeting at the latest connect. */
  readonly hello: () => typeof Hello.Type
  readonly state: () => ConnectionState
  /**
   * Every decision after number `after`, each once and in order, over any number of reconnects and restarts of the
   * server. A reader that is slow is not a burden: the subscription pauses and resumes.
   */
  readonly events: (after: number) => Stream.Stream<typeof Event.Type, ClientError | TimelineChanged>
  /** Runs a command once, however often the connection is lost meanwhile. */
  readonly execute: (
    command: ClientCommand,
    options?: { readonly commandId?: string | undefined }
  ) => Effect.Effect<typeof CommandOutcome.Type, ClientError | Refused>
  /** Runs a call that may be repeated (a question) again and again until it got through. */
  readonly ask: <A, E>(
    call: (rpc: Rpcs) => Effect.Effect<A, E | RpcClientError>
  ) => Effect.Effect<A, Exclude<E, RpcClientError> | ClientError>
  /** Runs a stream of state again after each reconnect. */
  readonly follow: <A, E>(
    call: (rpc: Rpcs) => Stream.Stream<A, E | RpcClientError>
  ) => Stream.Stream<A, Exclude<E, RpcClientError> | ClientError>
}

/** What a working connection can still fail with. */
export type ClientError = Unauthorized | ContractMismatch | Unreachable

/** Events held for a reader that is slow before the subscription pauses. */
const eventBacklog = 2_048

/** Must hold the server's largest chunk, or one stream that is not read would hold up all the others. */
const streamBufferSize = 1_024

/** First 0.2 s, then longer up to 3 s, each with jitter so that many clients do not come back at once. */
const reconnect = Schedule.min([Schedule.exponential("200 millis", 1.6), Schedule.spaced("3 seconds")]).pipe(
  Schedule.jittered
)

/** The WebSocket address of the server's `/rpc`. Throws a `TypeError` when the text is no address. */
export const socketUrl = (url: string): string => {
  const parsed = new URL(url)
  parsed.protocol = parsed.protocol === "https:" || parsed.protocol === "wss:" ? "wss:" : "ws:"
  if (parsed.pathname === "/" || parsed.pathname === "") parsed.pathname = "/rpc"
  return parsed.href
}

/** Whether the failure is the lost connection and not the server's answer. */
const isLost = (error: unknown): error is RpcClientError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "RpcClientError"

/** Passes the greeting on, or fails when its server is one that this client cannot talk to. */
export const checkVersion = (hello: typeof Hello.Type) => {
  if (hello.contractVersion === contractVersion) return Effect.succeed(hello)
  const { contractVersion: server, engineVersion } = hello
  return Effect.fail(
    new ContractMismatch({
      client: contractVersion,
      server,
      engineVersion,
      message: server > contractVersion
        ? `The engine ${engineVersion} speaks contract ${server}, this client ${contractVersion}: upgrade the client.`
        : `The engine ${engineVersion} speaks contract ${server}, this client ${contractVersion}: upgrade the engine.`
    })
  )
}

/** Connects and greets; the connection ends with the scope. */
export const connect = Effect.fn("Client.connect")(function*(
  options: ConnectOptions
): Effect.fn.Return<Client, ClientError, Scope.Scope> {
  const url = yield* Effect.try({
    try: () => socketUrl(options.url),
    catch: () => new Unreachable({ url: options.url, message: `"${options.url}" is no address of a server.` })
  })
  const up = yield* Latch.make(false)
  let state: ConnectionState = "connecting"
  let whyNot = "no answer"

  const hooks = Layer.succeed(RpcClient.ConnectionHooks, {
    onConnect: Effect.suspend(() => {
      state = "live"
      return Effect.asVoid(up.open)
    }),
    onDisconnect: Effect.suspend(() => {
      if (state === "live") state = "reconnecting"
      return Effect.asVoid(up.close)
    })
  })
  const protocol = RpcClient.layerProtocolSocket({
    retryTransientErrors: true,
    retryPolicy: reconnect,
    onTransientError: (error) =>
      Effect.sync(() => {
        whyNot = error.message
      })
  }).pipe(
    Layer.provide([Socket.layerWebSocket(url), RpcSerialization.layerJson, hooks]),
    Layer.provide(Socket.layerWebSocketConstructorGlobal)
  )
  const token = options.token
  const login = token === undefined ?
    Layer.empty :
    RpcMiddleware.layerClient(
      Login,
      ({ next, request }) =>
        next({ ...request, headers: Headers.set(request.headers, "authorization", `Bearer ${token}`) })
    )

  const context = yield* Layer.build(Layer.mergeAll(protocol, login))
  const rpc = yield* RpcClient.make(KeepGainingRpcs, { disableTracing: true }).pipe(Effect.provideContext(context))

  /** Succeeds when the connection is up and the server is one that this client understands. */
  const ready: Effect.Effect<typeof Hello.Type, Unauthorized | ContractMismatch> = Effect.gen(function*() {
    while (true) {
      yield* up.await
      const hello = yield* rpc.Hello().pipe(Effect.catchTag("RpcClientError", () => Effect.succeed(undefined)))
      if (hello !== undefined) return yield* checkVersion(hello)
      // The error may come just before the latch closes; without a pause this would spin.
      yield* Effect.sleep("20 millis")
    }
  })

  let greeting = yield* ready.pipe(Effect.timeoutOrElse({
    duration: options.connectTimeout ?? Duration.seconds(10),
    orElse: () =>
      Effect.suspend(() =>
        Effect.fail(
          new Unreachable({ url, message: `No engine answers at ${url} (${whyNot}). Is it running, and on that port?` })
        )
      )
  }))

  const back = Effect.tap(ready, (hello) =>
    Effect.sync(() => {
      greeting = hello
    }))

  const ask: Client["ask"] = <A, E>(call: (rpc: Rpcs) => Effect.Effect<A, E | RpcClientError>) => {
    // What is lost is asked again and everything else is passed on, so what can still fail is E without the loss.
    const again: Effect.Effect<A, Exclude<E, RpcClientError> | ClientError> = Effect.catch(
      Effect.suspend(() => call(rpc)),
      (error) =>
        isLost(error)
          ? Effect.andThen(back, again)
          : Effect.fail(error as Exclude<E, RpcClientError>)
    )
    return again
  }

  const follow: Client["follow"] = <A, E>(call: (rpc: Rpcs) => Stream.Stream<A, E | RpcClientError>) => {
    // See `ask` for the type of the failure.
    const again: Stream.Stream<A, Exclude<E, RpcClientError> | ClientError> = Stream.catch(
      Stream.suspend(() => call(rpc)),
      (error) =>
        isLost(error)
          ? Stream.unwrap(Effect.as(back, again))
          : Stream.fail(error as Exclude<E, RpcClientError>)
    )
    return again
  }

  const events: Client["events"] = (after) =>
    Stream.callback<typeof Event.Type, ClientError | TimelineChanged>((queue) =>
      Effect.gen(function*() {
        const timeline = greeting.sessionId
        let last = Math.max(0, after)
        while (true) {
          yield* rpc.Events({ after: last }, { streamBufferSize }).pipe(
            Stream.takeWhile(() => Queue.sizeUnsafe(queue) < eventBacklog),
            Stream.runForEachArray((chunk) =>
              Effect.suspend(() => {
                const fresh = chunk.filter((event) => event.number > last)
                last = Math.max(last, chunk.at(-1)?.number ?? last)
                return Queue.offerAll(queue, fresh)
              })
            ),
            Effect.catchTag("RpcClientError", () => Effect.void)
          )
          // Leaves the reader time: the subscription starts again when half of what waits was taken.
          while (Queue.sizeUnsafe(queue) > eventBacklog / 2) yield* Effect.sleep("20 millis")
          const { sessionId } = yield* back
          if (sessionId !== timeline) {
            return yield* new TimelineChanged({
              from: timeline,
              to: sessionId,
              message: "The replay was rewound. Drop what you hold and read the events from 0 again."
            })
          }
        }
      }).pipe(
        Effect.catchCause((cause) => Queue.failCause(queue, cause)),
        Effect.forkScoped
      ), { bufferSize: Number.POSITIVE_INFINITY })

  return {
    rpc,
    hello: () => greeting,
    state: () => state,
    events,
    execute: (command, { commandId = crypto.randomUUID() } = {}) => ask((rpc) => rpc.Execute({ commandId, command })),
    ask,
    follow
  }
})
