import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { Access } from "../../src/server/Access.ts"
import { cookieOf, json, rawSocket, request } from "../support/Http.ts"
import { serve, temporaryDirectory } from "../support/TestServer.ts"
import { TestSession } from "../support/TestSession.ts"

const pathOf = (link: Redacted.Redacted): string => {
  const url = new URL(Redacted.value(link))
  return url.pathname + url.search
}

describe("Login", () => {
  it.live("a login link opens one session, once", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const link = pathOf(yield* server.address.loginLink)
      const first = yield* request(server.port, "GET", link)
      assert.strictEqual(first.status, 303)
      assert.strictEqual(first.headers.location, "/")
      const setCookie = first.headers["set-cookie"]?.[0] ?? ""
      assert.match(setCookie, /; HttpOnly/)
      assert.match(setCookie, /; SameSite=Strict/)
      assert.match(setCookie, /; Path=\//)
      const second = yield* request(server.port, "GET", link)
      assert.strictEqual(second.status, 401)
      assert.strictEqual(second.headers["set-cookie"], undefined)

      const socket = yield* rawSocket(server.port, { cookie: cookieOf(first) })
      const { exit } = yield* socket.call(1, "Hello")
      assert.strictEqual(exit?._tag, "Success")
      assert.include(JSON.stringify(exit?.value), "\"scope\":\"admin\"")
    }))

  it.live("the owner's key logs in, a wrong one does not, and logging out ends the open socket", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const key = server.address.ownerKey
      assert.isDefined(key)
      const wrong = yield* request(server.port, "POST", "/login", json({ key: "kg-owner-wrong" }))
      assert.strictEqual(wrong.status, 401)
      const right = yield* request(server.port, "POST", "/login", json({ key: Redacted.value(key!) }))
      assert.strictEqual(right.status, 204)
      const cookie = cookieOf(right)

      const socket = yield* rawSocket(server.port, { cookie })
      yield* socket.call(1, "Hello")
      const left = yield* request(server.port, "POST", "/logout", { headers: { cookie } })
      assert.strictEqual(left.status, 204)
      const after = yield* socket.call(2, "Hello")
      assert.strictEqual(after.exit?._tag, "Failure")
      assert.include(JSON.stringify(after.exit?.cause), "Unauthorized")
      while (socket.socket.readyState !== socket.socket.CLOSED) yield* Effect.sleep(10)
    }))

  it.live("attempts are limited, also right ones", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const statuses: Array<number> = []
      for (let i = 0; i < 11; i++) {
        statuses.push((yield* request(server.port, "POST", "/login", json({ key: `guess ${i}` }))).status)
      }
      assert.deepStrictEqual(statuses, [...Array.from({ length: 10 }, () => 401), 429])
      const right = yield* request(
        server.port,
        "POST",
        "/login",
        json({ key: Redacted.value(server.address.ownerKey!) })
      )
      assert.strictEqual(right.status, 429)
      assert.strictEqual(right.headers["retry-after"], "60")
    }))

  it.live("requests of other sites are refused", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const token = yield* server.token("admin")
      const headers = { origin: "http://evil.example", authorization: `Bearer ${token}` }
      assert.strictEqual(yield* Effect.flip(rawSocket(server.port, headers)), 403)
      const kill = json({ stage: "pause" })
      const refused = yield* request(server.port, "POST", "/kill", {
        ...kill,
        headers: { ...kill.headers, ...headers }
      })
      assert.strictEqual(refused.status, 403)
      // Another port of the same machine is another site, although it shares the cookies.
      assert.strictEqual(yield* Effect.flip(rawSocket(server.port, { origin: "http://localhost:1" })), 403)
      yield* rawSocket(server.port, { origin: `http://127.0.0.1:${server.port}` })
      // A name that somebody else pointed at loopback.
      const rebound = yield* request(server.port, "GET", "/", { headers: { host: `evil.example:${server.port}` } })
      assert.strictEqual(rebound.status, 421)
    }))

  it.live("a command in another process makes links and tokens for the running server", () =>
    Effect.gen(function*() {
      const dataDirectory = yield* temporaryDirectory
      const server = yield* serve(new TestSession(), { dataDirectory })
      const makeTokens = Effect.gen(function*() {
        const access = yield* Access
        return yield* Effect.forEach(
          Array.from({ length: 10 }, (_, i) => i),
          (i) => access.createToken(`t${i}`, "view")
        )
      })
      // Each with a store of its own, all at once: none may undo what another wrote.
      const made = yield* Effect.all(
        Array.from({ length: 3 }, () => makeTokens.pipe(Effect.provide(Layer.fresh(Access.layerFile(dataDirectory))))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual((yield* server.access.listTokens).length, 30)
      const secret = Redacted.value(made[2]![9]!.secret)
      const socket = yield* rawSocket(server.port, { authorization: `Bearer ${secret}` })
      assert.strictEqual((yield* socket.call(1, "Hello")).exit?._tag, "Success")
    }))

  it.live("the store holds hashes only, is closed to others, and outlives the server", () =>
    Effect.gen(function*() {
      const dataDirectory = yield* temporaryDirectory
      const first = yield* serve(new TestSession(), { dataDirectory })
      const token = yield* first.token("view")
      const key = Redacted.value(first.address.ownerKey!)
      const file = path.join(dataDirectory, "owner.json")
      const stored = yield* Effect.promise(() => fs.readFile(file, "utf8"))
      assert.notInclude(stored, token)
      assert.notInclude(stored, key)
      assert.strictEqual((yield* Effect.promise(() => fs.stat(file))).mode & 0o777, 0o600)
      yield* first.stop

      const second = yield* serve(new TestSession(), { dataDirectory })
      assert.isUndefined(second.address.ownerKey)
      assert.strictEqual((yield* request(second.port, "POST", "/login", json({ key }))).status, 204)
      const socket = yield* rawSocket(second.port, { authorization: `Bearer ${token}` })
      assert.strictEqual((yield* socket.call(1, "Hello")).exit?._tag, "Success")
    }))
})
