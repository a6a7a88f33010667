import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { connect } from "../../src/client/Client.ts"
import { serve, temporaryDirectory } from "../support/TestServer.ts"
import { TestSession } from "../support/TestSession.ts"

describe("Client", () => {
  it.live("greets, asks and streams over a real socket", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      const server = yield* serve(session)
      const client = yield* connect({ url: server.url, token: yield* server.token("view") })
      assert.strictEqual(client.hello().scope, "view")
      assert.strictEqual(client.hello().bootId, "boot-1")

      const instruments = yield* client.rpc.Instruments()
      assert.deepStrictEqual(instruments.map(({ symbol }) => symbol), ["NSE:RELIANCE", "NSE:TCS"])

      session.tick(1, 350_000)
      const [first] = yield* client.rpc.Quotes({ instruments: [], perSecond: 20 }).pipe(
        Stream.take(1),
        Stream.runCollect
      )
      assert.deepStrictEqual(first?.ids, [1])
      assert.strictEqual(first?.values[0], 350_000)
    }))

  it.live("resumes events after the server restarts, none lost and none twice", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      const dataDirectory = yield* temporaryDirectory
      const server = yield* serve(session, { dataDirectory })
      const token = yield* server.token("view")
      const client = yield* connect({ url: server.url, token })

      for (let i = 1; i <= 700; i++) session.log(`before ${i}`)
      const seen: Array<number> = []
      const reader = yield* client.events(0).pipe(
        Stream.take(1_500),
        Stream.runForEach((event) => Effect.sync(() => seen.push(event.number))),
        Effect.forkScoped
      )
      while (seen.length < 300) yield* Effect.sleep(5)
      yield* server.stop
      for (let i = 1; i <= 800; i++) session.log(`while away ${i}`)
      yield* serve(session, { dataDirectory, port: server.port, bootId: "boot-2" })
      yield* Fiber.join(reader)

      assert.deepStrictEqual(seen, Array.from({ length: 1_500 }, (_, i) => i + 1))
      assert.strictEqual(client.hello().bootId, "boot-2")
    }))
})
