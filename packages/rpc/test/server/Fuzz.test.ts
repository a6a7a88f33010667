import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { rawSocket, request } from "../support/Http.ts"
import { serve } from "../support/TestServer.ts"
import { TestSession } from "../support/TestSession.ts"

const tags = ["Hello", "Quotes", "Events", "Execute", "Candles", "Orders", "__proto__", "constructor", ""]
const Id = Schema.Union([Schema.Int, Schema.String, Schema.Null, Schema.Json])

/** Frames that are nearly messages: the hard ones. */
const Nearly = Schema.Struct({
  _tag: Schema.Literals(["Request", "Ack", "Interrupt", "Ping", "Eof", "Pong", "Exit", "Chunk", "toString"]),
  id: Schema.optionalKey(Id),
  requestId: Schema.optionalKey(Id),
  tag: Schema.optionalKey(Schema.Union([Schema.Literals(tags), Schema.String])),
  payload: Schema.optionalKey(Schema.Json),
  headers: Schema.optionalKey(Schema.Union([Schema.Json, Schema.Array(Schema.Tuple([Schema.String, Schema.String]))])),
  traceId: Schema.optionalKey(Schema.String),
  spanId: Schema.optionalKey(Schema.String),
  interruptors: Schema.optionalKey(Schema.Json)
})

const Frame = Schema.Union([Nearly, Schema.Array(Nearly), Schema.Json, Schema.String, Schema.Uint8Array])

/** As it goes on the wire: bytes and texts as they are, everything else as JSON. */
const wire = (frame: typeof Frame.Type): string | Uint8Array =>
  typeof frame === "string" || frame instanceof Uint8Array ? frame : JSON.stringify(frame)

const HttpRequest = Schema.Struct({
  method: Schema.Literals(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]),
  path: Schema.Union([
    Schema.Literals(["/login", "/login?code=%", "/logout", "/kill", "/rpc", "/metrics", "/healthz"]),
    Schema.String
  ]),
  body: Schema.Union([Schema.Json, Schema.String]),
  large: Schema.Literals([false, false, false, true]),
  cookie: Schema.String.check(Schema.isPattern(/^[!-~]{0,40}$/)),
  authorized: Schema.Boolean
})

describe("Fuzz", () => {
  it.live("whatever frame comes, the connection and the server go on", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      const server = yield* serve(session)
      const token = yield* server.token("trade")
      const socket = yield* rawSocket(server.port, { authorization: `Bearer ${token}` })
      const frames = yield* Arbitrary.sampleEffect(Arbitrary.schema(Frame), { count: 1_500, seed: 4280 })
      for (const [i, frame] of frames.entries()) {
        socket.socket.send(wire(frame))
        if (i % 100 === 0) {
          const answer = yield* socket.call(1_000_000 + i, "Instruments")
          assert.strictEqual(answer.exit?._tag, "Success", `after frame ${i}`)
        }
      }
      assert.strictEqual((yield* socket.call(2_000_000, "Hello")).exit?._tag, "Success")
      assert.strictEqual(socket.socket.readyState, socket.socket.OPEN)
      assert.strictEqual(session.executed.size, 0)
    }))

  it.live("a request that cannot be decoded is answered, and so is the next", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const token = yield* server.token("view")
      const socket = yield* rawSocket(server.port, { authorization: `Bearer ${token}` })
      const bad = yield* socket.call(1, "Quotes", { instruments: "all", perSecond: 10_000 })
      assert.strictEqual(bad.exit?._tag, "Failure")
      assert.include(JSON.stringify(bad.exit?.cause), "instruments")
      // The id of a running request again: that one goes on.
      socket.send({ _tag: "Request", id: 7, tag: "Health", payload: null, headers: [] })
      socket.send({ _tag: "Request", id: 7, tag: "Hello", payload: null, headers: [] })
      const twice = yield* socket.find((frame) => frame.requestId === "refused")
      assert.include(JSON.stringify(twice.exit?.cause), "in use")
      yield* socket.find((frame) => frame._tag === "Chunk" && frame.requestId === 7)
    }))

  it.live("a frame that is too large ends its connection only", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const large = yield* rawSocket(server.port)
      large.socket.send("x".repeat(2 * 1024 * 1024))
      while (large.socket.readyState !== large.socket.CLOSED) yield* Effect.sleep(5)
      assert.strictEqual((yield* request(server.port, "GET", "/healthz")).status, 200)
    }))

  it.live("whatever request comes, the server goes on and never fails itself", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const token = yield* server.token("trade")
      const requests = yield* Arbitrary.sampleEffect(Arbitrary.schema(HttpRequest), { count: 300, seed: 4280 })
      for (const { authorized, body, cookie, large, method, path: raw } of requests) {
        // Node itself refuses to send anything else in a request line.
        const path = raw.startsWith("/") ? raw : `/${encodeURI(raw.toWellFormed())}`
        const text = typeof body === "string" ? body : JSON.stringify(body)
        const answer = yield* request(server.port, method, path, {
          headers: {
            cookie,
            "content-type": "application/json",
            ...(authorized ? { authorization: `Bearer ${token}` } : {})
          },
          body: method === "GET" || method === "HEAD" ? "" : large ? text.padEnd(70_000) : text
        })
        assert.isBelow(answer.status, 500, `${method} ${path}: ${answer.body}`)
      }
      assert.strictEqual((yield* request(server.port, "GET", "/healthz")).status, 200)
    }))
})
