import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { createServer, type Server } from "node:http"
import { rawSocket, request } from "../support/Http.ts"
import { serve } from "../support/TestServer.ts"
import { TestSession } from "../support/TestSession.ts"

describe("Site", () => {
  it.live("serves the terminal with types, caching and security headers", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const index = yield* request(server.port, "GET", "/")
      assert.strictEqual(index.status, 200)
      assert.strictEqual(index.headers["content-type"], "text/html; charset=utf-8")
      assert.strictEqual(index.headers["cache-control"], "no-cache")
      assert.include(index.headers["content-security-policy"], "default-src 'none'")
      assert.include(index.headers["content-security-policy"], "script-src 'self'")
      assert.strictEqual(index.headers["x-content-type-options"], "nosniff")

      const script = yield* request(server.port, "GET", "/assets/index-B1x9Zk2p.js")
      assert.strictEqual(script.headers["content-type"], "text/javascript; charset=utf-8")
      assert.strictEqual(script.headers["cache-control"], "public, max-age=31536000, immutable")
      const again = yield* request(server.port, "GET", "/assets/index-B1x9Zk2p.js", {
        headers: { "if-none-match": script.headers.etag }
      })
      assert.strictEqual(again.status, 304)

      // Any place inside the terminal is the terminal; a file that is not there is not.
      for (const place of ["/login", "/charts/NSE", "/positions?book=d1"]) {
        assert.include((yield* request(server.port, "GET", place)).body, "<title>Terminal</title>", place)
      }
      assert.strictEqual((yield* request(server.port, "GET", "/assets/gone-00000000.js")).status, 404)
    }))

  it.live("no path leads out of the terminal's directory", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const paths = [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/..%5c..%5cetc%5cpasswd",
        "//etc/passwd",
        "/assets/../../owner.json",
        "/%00/etc/passwd",
        "/etc/passwd"
      ]
      for (const path of paths) {
        const answer = yield* request(server.port, "GET", path)
        assert.notInclude(answer.body, "root:", path)
        assert.notInclude(answer.body, "ownerHash", path)
      }
    }))

  it.live("tells its health and its metrics", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      session.tick(0, 100_000)
      const server = yield* serve(session)
      const health = JSON.parse((yield* request(server.port, "GET", "/healthz")).body)
      assert.deepInclude(health, { status: "ok", bootId: "boot-1", sequence: 1 })

      yield* rawSocket(server.port)
      const { body, headers } = yield* request(server.port, "GET", "/metrics")
      assert.include(headers["content-type"], "text/plain; version=0.0.4")
      assert.match(body, /^keepgaining_ticks_total 1$/m)
      assert.match(body, /^keepgaining_mailbox_depth\{.*mailbox="feed".*\} 3$/m)
      assert.match(body, /^keepgaining_actor_restarts_total\{.*kind="partition".*\} 2$/m)
      assert.match(body, /^keepgaining_rpc_connections 1$/m)
    }))

  it.live("sends traces where OpenTelemetry's endpoint says", () =>
    Effect.gen(function*() {
      const received: Array<string> = []
      const collector = yield* Effect.acquireRelease(
        Effect.callback<Server>((resume) => {
          const server = createServer((request, response) => {
            let body = ""
            request.on("data", (data) => (body += String(data)))
            request.on("end", () => {
              received.push(`${request.url} ${body}`)
              response.end("{}")
            })
          }).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      const address = collector.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const server = yield* serve(new TestSession()).pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
        })))
      )
      const socket = yield* rawSocket(server.port, { authorization: `Bearer ${yield* server.token("view")}` })
      yield* socket.call(1, "Instruments")
      yield* server.stop
      while (!received.some((request) => request.startsWith("/v1/traces") && request.includes("Instruments"))) {
        yield* Effect.sleep(10)
      }
    }))
})
