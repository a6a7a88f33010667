/** What the adapter makes of the shapes that an answer of Upstox can have, over the official SDK and a server that says it. */
import { assert, describe, it } from "@effect/vitest"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import { makeUpstoxSdk, upstoxCall } from "@keepgaining/brokers/upstox/upstoxCall.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { answering } from "../wire/answering.ts"

const Placed = Schema.Struct({ order_ids: Schema.Array(Schema.String) })

const failed = (status: number, body: string, changes: boolean) =>
  Effect.scoped(Effect.gen(function*() {
    const { root } = yield* answering(status, body)
    const sdk = yield* makeUpstoxSdk({ hosts: { api: root, orders: root }, timeout: 1_000 })
    const where = { broker: "upstox", account: "asha", operation: "place order", changes, tag: "kg1" } as const
    return yield* Effect.flip(
      upstoxCall(where, Placed, (callback) => sdk.orders.placeOrder({ quantity: 1 }, {}, callback, undefined))
    )
  }))

const errors = (errorCode: string): string =>
  JSON.stringify({ status: "error", errors: [{ errorCode, message: "no" }] })

const answers: ReadonlyArray<readonly [what: string, status: number, body: string, tag: BrokerError["_tag"]]> = [
  ["a refusal", 400, errors("UDAPI1052"), "Refused"],
  ["a token that is refused", 401, errors("UDAPI100050"), "Unauthorised"],
  ["too many calls", 429, errors("UDAPI10005"), "RateLimited"],
  ["trouble", 500, errors("UDAPI100500"), "UnknownOutcome"],
  ["HTTP 401 without a word", 401, "", "UnknownOutcome"],
  ["HTTP 403 with a page", 403, "<h1>Forbidden</h1>", "UnknownOutcome"],
  ["HTTP 408 with a page", 408, "<h1>Request Timeout</h1>", "UnknownOutcome"],
  ["HTTP 400 with an error that names nothing", 400, `{"status":"error","errors":[]}`, "UnknownOutcome"],
  ["HTTP 404 with JSON of somebody else", 404, `{"message":"no route"}`, "UnknownOutcome"],
  ["success without an order", 200, `{"status":"success","data":{}}`, "UnknownOutcome"]
]

describe("a call to Upstox", () => {
  for (const [what, status, body, tag] of answers) {
    it.live(`answered with ${what}: ${tag}`, () =>
      Effect.map(failed(status, body, true), (error) => {
        assert.strictEqual(error._tag, tag)
        if (error._tag === "UnknownOutcome") assert.strictEqual(error.tag, "kg1")
      }))
  }
  it.live("that changes nothing is refused by a page, and its token by HTTP 401", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* failed(404, "<h1>Not Found</h1>", false))._tag, "Refused")
      assert.strictEqual((yield* failed(401, "", false))._tag, "Unauthorised")
    }))
})
