import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { rawSocket } from "../support/Http.ts"
import { serve } from "../support/TestServer.ts"
import { TestSession } from "../support/TestSession.ts"

const order = {
  account: "kite",
  commandId: "g1",
  bootId: "b",
  symbol: "NSE:RELIANCE",
  side: "buy",
  quantity: 1,
  product: "delivery",
  legs: [{ triggerPrice: 100_000, limitPrice: 100_000 }]
}
const calls = [
  ["GttOrders", { account: "kite" }],
  ["PlaceGtt", order],
  ["CancelGtt", { account: "kite", id: "1" }]
] as const

describe("GTT orders", () => {
  it.live("are for admins only", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      for (const scope of ["view", "trade"] as const) {
        const socket = yield* rawSocket(server.port, { authorization: `Bearer ${yield* server.token(scope)}` })
        for (const [i, [name, payload]] of calls.entries()) {
          const { exit } = yield* socket.call(i + 1, name, payload)
          assert.include(JSON.stringify(exit?.cause), "\"needed\":\"admin\"", `${scope} ${name}`)
        }
      }
    }))
  it.live("of an account that is not there are refused", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const socket = yield* rawSocket(server.port, { authorization: `Bearer ${yield* server.token("admin")}` })
      for (const [i, [name, payload]] of calls.entries()) {
        const { exit } = yield* socket.call(i + 1, name, payload)
        assert.include(JSON.stringify(exit?.cause), "There is no account kite", name)
      }
    }))
  it.live("without a trigger, or with three, are no orders", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const socket = yield* rawSocket(server.port, { authorization: `Bearer ${yield* server.token("admin")}` })
      const [leg] = order.legs
      for (const [i, legs] of [[], [leg, leg, leg], [{ triggerPrice: 0, limitPrice: 5 }]].entries()) {
        const { exit } = yield* socket.call(i + 1, "PlaceGtt", { ...order, legs })
        assert.strictEqual(exit?._tag, "Failure")
        assert.notInclude(JSON.stringify(exit?.cause), "There is no account")
      }
    }))
})
