/**
 * The connection to the engine. It connects, greets, subscribes to what the whole terminal shows, and does it again
 * whenever the socket was lost; events go on after the last one that was seen. Pages add streams of their own.
 */
import { type ClientCommand, type CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import { type Refused, type Unauthorized } from "@keepgaining/rpc/contract/Failures.ts"
import { KeepGainingRpcs } from "@keepgaining/rpc/contract/KeepGainingRpcs.ts"
import { contractVersion, type Hello } from "@keepgaining/rpc/contract/System.ts"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as RpcClient from "effect/rpc/RpcClient"
import { type RpcClientError } from "effect/rpc/RpcClientError"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as Schedule from "effect/Schedule"
import * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import { aged, type LinkState } from "./LinkState.ts"

export type Rpcs = RpcClient.FromGroup<typeof KeepGainingRpcs, RpcClientError>

/** What the link calls; everything runs on the page's thread. */
export interface LinkHandlers {
  readonly onState: (state: LinkState) => void
  /** A connection stands. Called before any subscription, also when the engine started anew or the timeline changed. */
  readonly onHello: (hello: Hello, ping: number) => void
  readonly onPing: (millis: number, serverTime: number) => void
  /** The subscriptions of the whole terminal; they all end when one of them does. */
  readonly subscriptions: (rpc: Rpcs, hello: Hello) => ReadonlyArray<Effect.Effect<unknown, unknown>>
}

export interface Link {
  /** Looks for the server now instead of after the pause; also after a login. */
  readonly restart: () => void
  /** To be called when anything came from the server. */
  readonly heard: () => void
  /** Asks as often as it takes to get through. */
  readonly ask: <A, E>(call: (rpc: Rpcs) => Effect.Effect<A, E | RpcClientError>) => Promise<A>
  /** Keeps a stream running over reconnects until the returned function is called. */
  readonly follow: <A, E>(
    call: (rpc: Rpcs) => Stream.Stream<A, E | RpcClientError>,
    onValues: (values: ReadonlyArray<A>) => void,
    onFailure?: (failure: E) => void
  ) => () => void
  /**
   * Runs a command exactly once: when the answer is lost, it is sent again under the same id, which only asks for the
   * outcome. `onLost` is called when that happens.
   */
  readonly execute: (
    commandId: string,
    command: ClientCommand,
    onLost: () => void
  ) => Promise<CommandOutcome | Refused | Unauthorized>
}

/** 0.5 s, then longer up to 5 s, each with jitter. */
const retryPolicy = Schedule.min([Schedule.exponential("500 millis", 1.5), Schedule.spaced("5 seconds")]).pipe(
  Schedule.jittered
)

const pingMillis = 5_000

const isLost = (failure: unknown): failure is RpcClientError =>
  typeof failure === "object" && failure !== null && "_tag" in failure && failure._tag === "RpcClientError"

export const makeLink = (url: string, handlers: LinkHandlers): Link => {
  let state: LinkState = { _tag: "connecting" }
  let lastFrame = performance.now()
  let lostAt = performance.now()
  let rpcs: Rpcs | undefined
  /** Open while calls make sense: greeted and not lost. */
  const ready = Latch.makeUnsafe(false)

  const become = (next: LinkState): void => {
    if (next === state) return
    state = next
    handlers.onState(next)
  }

  const lost = (): void => {
    ready.closeUnsafe()
    if (state._tag === "login" || state._tag === "mismatch" || state._tag === "connecting") return
    if (state._tag === "live" || state._tag === "stalled") {
      lostAt = performance.now()
      become({ _tag: "reconnecting", attempt: 1 })
    }
  }

  const attempted = (): void => {
    if (state._tag === "reconnecting" || state._tag === "offline") {
      become({ _tag: state._tag, attempt: state.attempt + 1 })
    } else if (state._tag === "connecting") {
      lostAt = performance.now()
      become({ _tag: "reconnecting", attempt: 1 })
    }
  }

  const program = Effect.gen(function*() {
    const up = Latch.makeUnsafe(false)
    const hooks = Layer.succeed(RpcClient.ConnectionHooks, {
      onConnect: Effect.sync(() => void up.openUnsafe()),
      onDisconnect: Effect.sync(() => {
        up.closeUnsafe()
        lost()
      })
    })
    const protocol = RpcClient.layerProtocolSocket({
      retryTransientErrors: true,
      retryPolicy,
      onTransientError: () => Effect.sync(attempted)
    }).pipe(
      Layer.provide([Socket.layerWebSocket(url), RpcSerialization.layerJson, hooks]),
      Layer.provide(Socket.layerWebSocketConstructorGlobal)
    )
    const context = yield* Layer.build(protocol)
    const rpc = yield* RpcClient.make(KeepGainingRpcs, { disableTracing: true }).pipe(Effect.provideContext(context))
    rpcs = rpc

    const greet = Effect.suspend(() => {
      const asked = performance.now()
      return Effect.map(rpc.Hello(), (hello) => ({ hello, ping: performance.now() - asked }))
    })

    while (true) {
      yield* up.await
      const greeting = yield* greet.pipe(Effect.catchTag("RpcClientError", () => Effect.succeed(undefined)))
      if (greeting === undefined) {
        yield* Effect.sleep("100 millis")
        continue
      }
      const { hello, ping } = greeting
      if (hello.contractVersion !== contractVersion) {
        become({ _tag: "mismatch", message: `The engine ${hello.engineVersion} was upgraded.` })
        return
      }
      lastFrame = performance.now()
      handlers.onHello(hello, ping)
      become({ _tag: "live" })
      ready.openUnsafe()
      const pings = Effect.forever(
        Effect.tap(
          Effect.delay(greet, pingMillis),
          ({ hello, ping }) => Effect.sync(() => handlers.onPing(ping, hello.serverTime))
        )
      )
      // Whatever ends first (a lost socket, a rewound timeline, an expired login) makes all start over.
      yield* Effect.raceAllFirst([pings, ...handlers.subscriptions(rpc, hello)]).pipe(Effect.ignore)
      ready.closeUnsafe()
      yield* Effect.sleep("50 millis")
    }
  }).pipe(
    Effect.catchTag("Unauthorized", ({ message }) => Effect.sync(() => become({ _tag: "login", message }))),
    Effect.scoped
  )

  const start = () => Effect.runFork(program)
  let running = start()

  const restart = (): void => {
    const previous = running
    ready.closeUnsafe()
    become({ _tag: "connecting" })
    running = Effect.runFork(Effect.andThen(Fiber.interrupt(previous), program))
  }

  const tick = (): void => {
    // Timers of a hidden tab come late, and a machine that slept missed everything: both are no stall.
    if (document.visibilityState === "visible") become(aged(state, performance.now(), lastFrame, lostAt))
  }
  setInterval(tick, 500)
  const hurry = (): void => {
    if (state._tag === "offline" || state._tag === "reconnecting") restart()
  }
  globalThis.addEventListener("online", hurry)
  document.addEventListener("visibilitychange", () => {
    lastFrame = performance.now()
    if (document.visibilityState === "visible" && state._tag === "offline") restart()
  })

  const withRpc = <A, E>(call: (rpc: Rpcs) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      if (rpcs === undefined) return Effect.never
      return call(rpcs)
    })

  const untilHeard = <A, E>(
    call: (rpc: Rpcs) => Effect.Effect<A, E | RpcClientError>,
    onLost: () => void
  ): Effect.Effect<A, Exclude<E, RpcClientError>> =>
    Effect.andThen(ready.await, withRpc(call)).pipe(
      Effect.catch((failure) => {
        // A failure that is not the lost connection is the call's own.
        if (!isLost(failure)) return Effect.fail(failure as Exclude<E, RpcClientError>)
        onLost()
        return Effect.andThen(Effect.sleep("200 millis"), untilHeard(call, onLost))
      })
    )

  return {
    restart,
    heard: () => {
      lastFrame = performance.now()
    },
    ask: (call) => Effect.runPromise(untilHeard(call, () => {})),
    follow: (call, onValues, onFailure) => {
      const once = Effect.andThen(
        ready.await,
        withRpc((rpc) => Stream.runForEachArray(call(rpc), (values) => Effect.sync(() => onValues(values))))
      ).pipe(
        Effect.catch((failure) =>
          Effect.sync(() => {
            // As in `untilHeard`.
            if (!isLost(failure)) onFailure?.(failure as Exclude<typeof failure, RpcClientError>)
          })
        ),
        Effect.andThen(Effect.sleep("250 millis"))
      )
      const fiber = Effect.runFork(Effect.forever(once))
      return () => void Effect.runFork(Fiber.interrupt(fiber))
    },
    execute: (commandId, command, onLost) =>
      Effect.runPromise(
        untilHeard((rpc) => rpc.Execute({ commandId, command }), onLost).pipe(
          Effect.catch((refusal) => Effect.succeed(refusal))
        )
      )
  }
}
