/** `/rpc`: the contract over a WebSocket, one JSON message a frame (`RpcSerialization.layerJson` on the client). */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as RpcServer from "effect/rpc/RpcServer"
import { KeepGainingRpcs } from "../contract/KeepGainingRpcs.ts"
import { Access, type Credential } from "./Access.ts"
import * as ArchiveHandlers from "./ArchiveHandlers.ts"
import * as BrokersHandlers from "./BrokersHandlers.ts"
import { Connection, credentialFrom, loginLayer } from "./Connection.ts"
import { connections } from "./EngineMetrics.ts"
import * as GttHandlers from "./GttHandlers.ts"
import { isOurOrigin, refusal } from "./HttpGuard.ts"
import * as MarketHandlers from "./MarketHandlers.ts"
import * as ReferenceHandlers from "./ReferenceHandlers.ts"
import * as SafeSerialization from "./SafeSerialization.ts"
import { ServerConfig } from "./ServerConfig.ts"
import * as SystemHandlers from "./SystemHandlers.ts"
import * as TradingHandlers from "./TradingHandlers.ts"

/** How soon a revoked token or an ended session loses its open connection. */
const recheckPeriod = "1 second"

/** Connections that showed nothing yet; each may still send a token with its calls. */
const maxAnonymous = 64

const handlers = KeepGainingRpcs.toLayer(Effect.gen(function*() {
  return KeepGainingRpcs.of({
    ...(yield* MarketHandlers.make),
    ...(yield* ReferenceHandlers.make),
    ...(yield* ArchiveHandlers.make),
    ...(yield* BrokersHandlers.make),
    ...(yield* GttHandlers.make),
    ...(yield* TradingHandlers.make),
    ...(yield* SystemHandlers.make)
  })
}))

/** Completes when one of the credentials that were used is no longer good. */
const ended = Effect.fnUntraced(function*(access: Access["Service"], used: ReadonlyMap<string, Credential>) {
  while (true) {
    yield* Effect.sleep(recheckPeriod)
    for (const credential of used.values()) {
      // A store that cannot be read for a moment ends no running connection; new calls are refused anyway.
      const principal = yield* access.verify(credential).pipe(Effect.orElseSucceed(() => null))
      if (principal === undefined) return HttpServerResponse.empty()
    }
  }
})

const route = Layer.effectDiscard(Effect.gen(function*() {
  const router = yield* HttpRouter.HttpRouter
  const config = yield* ServerConfig
  const access = yield* Access
  const { httpEffect, protocol } = yield* RpcServer.makeProtocolWithHttpEffectWebsocket
  yield* RpcServer.make(KeepGainingRpcs, { disableFatalDefects: true, spanPrefix: "rpc" }).pipe(
    Effect.provideService(RpcServer.Protocol, protocol),
    Effect.forkScoped
  )

  let open = 0
  let anonymous = 0

  /** Serves one WebSocket until it closes or its login ends. */
  const serve = (shown: Credential | undefined) =>
    Effect.acquireUseRelease(
      Effect.suspend(() => {
        const used = new Map<string, Credential>()
        open += 1
        anonymous += 1
        const connection = Connection.of({
          shown,
          used: (credential) => {
            if (used.size === 0) anonymous -= 1
            used.set(Redacted.value(credential.secret), credential)
          }
        })
        if (shown !== undefined) connection.used(shown)
        return Effect.as(Metric.update(connections, open), { connection, used })
      }),
      ({ connection, used }) =>
        Effect.raceFirst(Effect.provideService(httpEffect, Connection, connection), ended(access, used)),
      ({ used }) =>
        Effect.suspend(() => {
          open -= 1
          if (used.size === 0) anonymous -= 1
          return Metric.update(connections, open)
        })
    )

  yield* router.add(
    "GET",
    "/rpc",
    Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (request.headers["upgrade"]?.toLowerCase() !== "websocket") {
        return refusal(426, "This is the RPC endpoint: connect with a WebSocket. See docs/clients.md.")
      }
      if (!isOurOrigin(config, request)) return refusal(403, "Connections from other sites are refused.")
      const credential = credentialFrom(request, config.cookie)
      const good = credential !== undefined &&
        (yield* access.verify(credential).pipe(Effect.orElseSucceed(() => undefined))) !== undefined
      // A browser cannot see why an upgrade was refused, so whoever is not logged in gets in, and each call says why not.
      if (!good && anonymous >= maxAnonymous) {
        return refusal(503, "Too many connections that are not logged in. Close some, or log in first.")
      }
      return yield* serve(good ? credential : undefined)
    })
  )
}))

export const layer = route.pipe(Layer.provide([handlers, loginLayer, SafeSerialization.layer]))
