/** What the adapter makes of the shapes that an answer of Kite can have, over the official SDK and a server that says it. */
import { assert, describe, it } from "@effect/vitest"
import { kiteCall, makeKiteSdk } from "@keepgaining/brokers/kite/kiteCall.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { answering } from "../wire/answering.ts"

const Placed = Schema.Struct({ order_id: Schema.NonEmptyString })

const failed = (status: number, body: string, changes: boolean) =>
  Effect.scoped(Effect.gen(function*() {
    const { root } = yield* answering(status, body)
    const sdk = yield* makeKiteSdk({ apiKey: "key", root, timeout: 1_000 })
    const where = { broker: "kite", account: "asha", operation: "place order", changes, tag: "kg1" } as const
    return yield* Effect.flip(kiteCall(where, Placed, () => sdk.placeOrder("regular", { quantity: 1 })))
  }))

const exception = (type: string, message = "no"): string =>
  JSON.stringify({ status: "error", message, error_type: type, data: null })

const refusals = ["Input", "Order", "Margin", "Holding", "Permission", "User"]

const answers: ReadonlyArray<readonly [what: string, status: number, body: string, tag: BrokerError["_tag"]]> = [
  ...refusals.flatMap((each) =>
    [400, 403, 500].map((status) =>
      [`${each}Exception with HTTP ${status}`, status, exception(`${each}Exception`), "Refused"] as const
    )
  ),
  ...["General", "Data", "Network"].flatMap((each) =>
    [400, 500, 503].map((status) =>
      [`${each}Exception with HTTP ${status}`, status, exception(`${each}Exception`), "UnknownOutcome"] as const
    )
  ),
  ["TokenException", 403, exception("TokenException"), "Unauthorised"],
  ["a kind that is not known with HTTP 400", 400, exception("NewException"), "Refused"],
  ["a kind that is not known with HTTP 500", 500, exception("NewException"), "UnknownOutcome"],
  ["too many calls with HTTP 503", 503, exception("NetworkException", "Too many requests"), "RateLimited"],
  ["HTTP 429 without a word", 429, "", "RateLimited"],
  ["HTTP 403 without a word", 403, "", "UnknownOutcome"],
  ["HTTP 408 with a page", 408, "<h1>Request Timeout</h1>", "UnknownOutcome"],
  ["HTTP 404 with JSON of somebody else", 404, `{"message":"no route"}`, "UnknownOutcome"]
]

describe("a call to Kite", () => {
  for (const [what, status, body, tag] of answers) {
    it.live(`answered with ${what}: ${tag}`, () =>
      Effect.map(failed(status, body, true), (error) => {
        assert.strictEqual(error._tag, tag)
        if (error._tag === "UnknownOutcome") assert.strictEqual(error.tag, "kg1")
      }))
  }
  it.live("that changes nothing is refused by a page with HTTP 404", () =>
    Effect.map(failed(404, "<h1>Not Found</h1>", false), (error) => assert.strictEqual(error._tag, "Refused")))
})
