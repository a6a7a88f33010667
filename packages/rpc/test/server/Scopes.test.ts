import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { json, rawSocket, request } from "../support/Http.ts"
import { serve } from "../support/TestServer.ts"
import { TestSession } from "../support/TestSession.ts"

const kill = { commandId: "k1", command: { _tag: "Kill", stage: "pause" } }

describe("Scopes", () => {
  it.live("view looks, trade acts", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      const server = yield* serve(session)
      const viewer = yield* rawSocket(server.port, { authorization: `Bearer ${yield* server.token("view")}` })
      assert.strictEqual((yield* viewer.call(1, "Strategies")).exit?._tag, "Success")
      const refused = yield* viewer.call(2, "Execute", kill)
      assert.include(JSON.stringify(refused.exit?.cause), "\"needed\":\"trade\"")
      assert.strictEqual(session.executed.size, 0)

      const trader = yield* rawSocket(server.port, { authorization: `Bearer ${yield* server.token("trade")}` })
      assert.deepStrictEqual((yield* trader.call(1, "Execute", kill)).exit, {
        _tag: "Success",
        value: { _tag: "Done" }
      })
      assert.strictEqual(session.executed.size, 1)
      const retried = yield* trader.call(2, "RetryDeadLetter", { id: 1 })
      assert.include(JSON.stringify(retried.exit?.cause), "\"needed\":\"admin\"")
      const cancelled = yield* trader.call(3, "Execute", {
        commandId: "c1",
        command: { _tag: "CancelOrder", orderId: "O1" }
      })
      assert.include(JSON.stringify(cancelled.exit?.cause), "No such order.")
    }))

  it.live("nobody is somebody by saying so", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      const server = yield* serve(session)
      const viewer = yield* server.token("view")
      // Whatever headers a client makes up, at the upgrade or in a frame, only a valid token counts.
      const claims = [
        ["x-principal", "owner"],
        ["principal", "admin"],
        ["scope", "admin"],
        ["@keepgaining/rpc/server/Connection", "admin"],
        ["x-forwarded-user", "owner"],
        ["cookie", `keepgaining-${server.port}=kg-session-made-up`],
        ["authorization", "Bearer kg-token-made-up"]
      ] as const
      const upgrade = Object.fromEntries(claims.filter(([name]) => !name.startsWith("@")))
      const nobody = yield* rawSocket(server.port, upgrade)
      const answer = yield* nobody.call(1, "Execute", kill, claims)
      assert.include(JSON.stringify(answer.exit?.cause), "Unauthorized")

      const known = yield* rawSocket(server.port, { authorization: `Bearer ${viewer}` })
      for (const [i, claim] of claims.entries()) {
        const refused = yield* known.call(i, "Execute", kill, [claim])
        assert.include(JSON.stringify(refused.exit?.cause), "Unauthorized", claim[0])
      }
      // A token in the frame is good for that call alone.
      const admin = yield* server.token("admin")
      const once = yield* nobody.call(2, "Hello", null, [["authorization", `Bearer ${admin}`]])
      assert.strictEqual(once.exit?._tag, "Success")
      assert.strictEqual((yield* nobody.call(3, "Hello")).exit?._tag, "Failure")
      assert.strictEqual(session.executed.size, 0)
    }))

  it.live("a revoked token loses its connection", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const token = yield* server.token("view")
      const socket = yield* rawSocket(server.port, { authorization: `Bearer ${token}` })
      assert.strictEqual((yield* socket.call(1, "Hello")).exit?._tag, "Success")
      const [stored] = yield* server.access.listTokens
      assert.isTrue(yield* server.access.revokeToken(stored!.id))
      assert.strictEqual((yield* socket.call(2, "Hello")).exit?._tag, "Failure")
      while (socket.socket.readyState !== socket.socket.CLOSED) yield* Effect.sleep(10)
      assert.isFalse(yield* server.access.revokeToken(stored!.id))
    }))

  it.live("a token that came in a frame ends its streams when it is revoked", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const token = yield* server.token("view")
      const socket = yield* rawSocket(server.port)
      const headers = [["authorization", `Bearer ${token}`]]
      socket.send({ _tag: "Request", id: 1, tag: "Health", payload: null, headers })
      yield* socket.find((frame) => frame._tag === "Chunk")
      const [stored] = yield* server.access.listTokens
      yield* server.access.revokeToken(stored!.id)
      while (socket.socket.readyState !== socket.socket.CLOSED) yield* Effect.sleep(10)
    }))

  it.live("connections that show nothing are limited, and showing something makes room", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const token = yield* server.token("view")
      const sockets = yield* Effect.all(Array.from({ length: 64 }, () => rawSocket(server.port)), { concurrency: 8 })
      assert.strictEqual(yield* Effect.flip(rawSocket(server.port)), 503)
      yield* rawSocket(server.port, { authorization: `Bearer ${token}` })
      yield* sockets[0]!.call(1, "Hello", null, [["authorization", `Bearer ${token}`]])
      yield* rawSocket(server.port)
    }))

  it.live("the kill switch works without a socket", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      const server = yield* serve(session)
      const body = json({ stage: "flatten" })
      const as = (token: string) => ({ ...body, headers: { ...body.headers, authorization: `Bearer ${token}` } })
      assert.strictEqual((yield* request(server.port, "POST", "/kill", body)).status, 401)
      assert.strictEqual((yield* request(server.port, "POST", "/kill", as(yield* server.token("view")))).status, 403)
      const trade = yield* server.token("trade")
      const done = yield* request(server.port, "POST", "/kill", as(trade))
      assert.strictEqual(done.status, 200)
      assert.deepStrictEqual([...session.executed.values()], [{ _tag: "Kill", stage: "flatten" }])
      const nonsense = yield* request(server.port, "POST", "/kill", { ...as(trade), body: "{\"stage\":\"explode\"}" })
      assert.strictEqual(nonsense.status, 400)
    }))
})
