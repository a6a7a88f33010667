/** The server of one session: RPC, login, kill switch, health, metrics and the terminal, on one port. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import type { OfficialDays } from "@keepgaining/engine/archive/OfficialDays.ts"
import type { ArchiveQuestions } from "@keepgaining/engine/archive/questions/ArchiveQuestions.ts"
import type { Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import type { Downloads } from "@keepgaining/engine/history/Downloads.ts"
import type { InstrumentSearch } from "@keepgaining/engine/instruments/InstrumentSearch.ts"
import type { InstrumentStore } from "@keepgaining/engine/instruments/InstrumentStore.ts"
import type { MarketRules } from "@keepgaining/engine/rules/MarketRules.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import type { ServeError } from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import { Access } from "./Access.ts"
import { BoundedWebSocket, maxPayload } from "./BoundedWebSocket.ts"
import * as BrokerCallback from "./BrokerCallback.ts"
import { cookieName } from "./Connection.ts"
import * as EngineMetrics from "./EngineMetrics.ts"
import * as HttpGuard from "./HttpGuard.ts"
import type { KeyStoreError } from "./KeyStore.ts"
import * as KillRoute from "./KillRoute.ts"
import * as LoginRoutes from "./LoginRoutes.ts"
import * as RpcRoute from "./RpcRoute.ts"
import { hostNamesOf, isLoopback, ServerConfig } from "./ServerConfig.ts"
import { StaticFiles } from "./StaticFiles.ts"
import * as Tracing from "./Tracing.ts"

export interface Options {
  /** Address to bind to; loopback unless said otherwise. */
  readonly host?: string
  /** 0 takes any free port. */
  readonly port: number
  /** Directory of the built terminal (`packages/web/dist`). */
  readonly webRoot: string
  /** Where `owner.json` lies. */
  readonly dataDirectory: string
  /** Further names that the server is reached by, such as the name of a reverse proxy. */
  readonly hostNames?: ReadonlyArray<string>
  /** Further origins whose pages may connect, such as `http://localhost:5173` of a development server. */
  readonly allowedOrigins?: ReadonlyArray<string>
  /** The server is only reached over HTTPS: session cookies are marked `Secure`. */
  readonly secure?: boolean
}

/** Where the server can be reached, for whoever started it. */
export class ServerAddress extends Context.Service<ServerAddress, {
  readonly host: string
  readonly port: number
  /** `http://localhost:4280`. */
  readonly url: string
  /** Makes a new one-time link, good for ten minutes. */
  readonly loginLink: Effect.Effect<Redacted.Redacted, KeyStoreError>
  /** The owner's key, only at the first start of a data directory: show it once. */
  readonly ownerKey: Redacted.Redacted | undefined
}>()("@keepgaining/rpc/server/ServerAddress") {}

const maxBody = ByteSize.kibibytes(64)

const healthz = Effect.gen(function*() {
  const session = yield* Session
  const { feed, sequence, serverTime } = session.health()
  return HttpServerResponse.jsonUnsafe(
    { status: "ok", bootId: session.bootId, mode: session.mode, feed, sequence, serverTime },
    { headers: { "cache-control": "no-store" } }
  )
})

const metrics = Effect.gen(function*() {
  const { host } = yield* ServerConfig
  const page = Effect.map(
    PrometheusMetrics.format(),
    (body) => HttpServerResponse.text(body, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
  )
  // Counts are no secret on the machine itself; off it they tell what is traded.
  return yield* isLoopback(host) ? page : HttpGuard.withScope("view", page)
})

const files = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  return yield* (yield* StaticFiles).serve(request)
})

const routes = Layer.mergeAll(
  RpcRoute.layer,
  LoginRoutes.layer,
  KillRoute.layer,
  BrokerCallback.layer,
  HttpRouter.add("GET", "/healthz", healthz),
  HttpRouter.add("GET", "/metrics", metrics),
  HttpRouter.add("*", "/*", files),
  EngineMetrics.layer
).pipe(Layer.provide(HttpGuard.layer))

const config = (options: Options): Layer.Layer<ServerConfig, never, HttpServer.HttpServer> =>
  Layer.effect(
    ServerConfig,
    Effect.map(HttpServer.HttpServer, ({ address }) => {
      const host = options.host ?? "127.0.0.1"
      // A server that was bound to a host and port always has an internet address.
      const port = "port" in address ? address.port : options.port
      return ServerConfig.of({
        host,
        port,
        hostNames: [...hostNamesOf(host), ...(options.hostNames ?? [])],
        allowedOrigins: options.allowedOrigins ?? [],
        cookie: cookieName(port),
        webRoot: options.webRoot,
        secure: options.secure ?? false
      })
    })
  )

const address: Layer.Layer<ServerAddress, KeyStoreError, ServerConfig | Access> = Layer.effect(
  ServerAddress,
  Effect.gen(function*() {
    const { host, port } = yield* ServerConfig
    const access = yield* Access
    const url = `http://localhost:${port}`
    return ServerAddress.of({
      host,
      port,
      url,
      loginLink: Effect.map(
        access.createLoginCode,
        (code) => Redacted.make(`${url}/login?code=${Redacted.value(code)}`)
      ),
      ownerKey: yield* access.claim
    })
  })
)

/** Serves the session until the scope ends. */
export const layer = (
  options: Options
): Layer.Layer<
  ServerAddress | Access,
  ServeError | KeyStoreError,
  Session | Brokers | MarketRules | InstrumentSearch | InstrumentStore | ArchiveQuestions | OfficialDays | Downloads
> =>
  HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(address),
    Layer.provide([StaticFiles.layer, RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))]),
    Layer.provide(config(options)),
    Layer.provideMerge(Access.layerFile(options.dataDirectory)),
    Layer.provide(NodeHttpServer.layer(createServer, {
      host: options.host ?? "127.0.0.1",
      port: options.port,
      gracefulShutdownTimeout: "500 millis",
      websocket: { WebSocket: BoundedWebSocket, maxPayload }
    })),
    Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, maxBody)),
    Layer.provide(Tracing.layer)
  )
