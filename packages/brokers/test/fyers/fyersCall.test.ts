import { assert, describe, it } from "@effect/vitest"
import { fyersAdapter } from "@keepgaining/brokers/fyers/fyersAccount.ts"
import { fyersCall, makeFyersSdk } from "@keepgaining/brokers/fyers/fyersCall.ts"
import type { BrokerCall } from "@keepgaining/brokers/port/BrokerCall.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import { fyersInstruments } from "@keepgaining/brokers/simulator/fyers/fyersSymbols.ts"
import { simulateBrokers } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { readdirSync } from "node:fs"
import { customerOf, START } from "../conformance/stage.ts"
import { answering } from "../wire/answering.ts"
import { logInByPages } from "./logInByPages.ts"

const call = (changes: boolean): BrokerCall => ({
  broker: "fyers",
  account: "asha",
  operation: "place order",
  changes,
  tag: "kg1"
})

const failed = (status: number, body: string, headers?: Readonly<Record<string, string>>) =>
  Effect.scoped(Effect.gen(function*() {
    const { root } = yield* answering(status, body, headers)
    const sdk = yield* makeFyersSdk({
      appId: "APP-100",
      hosts: { api: `${root}/api/v3`, data: `${root}/data` },
      timeout: 1_000
    })
    return yield* Effect.flip(
      fyersCall(call(true), Schema.Struct({ id: Schema.NonEmptyString }), () => sdk.place_order({}))
    )
  }))

describe("a call to Fyers", () => {
  const answers: ReadonlyArray<readonly [string, number, string, BrokerError["_tag"]]> = [
    ["taken but not confirmed", 200, `{"s":"ok","code":201,"message":"","id":"1"}`, "UnknownOutcome"],
    ["without an id", 200, `{"s":"ok","code":1101,"message":""}`, "UnknownOutcome"],
    ["cut in two", 200, `{"s":"ok","co`, "UnknownOutcome"],
    ["refused with HTTP 200", 200, `{"s":"error","code":-99,"message":"RMS"}`, "Refused"],
    ["refused", 400, `{"s":"error","code":-50,"message":"qty"}`, "Refused"],
    ["an expired token with HTTP 400", 400, `{"s":"error","code":-8,"message":"expired"}`, "Unauthorised"],
    ["a wrong app secret", 401, `{"s":"error","code":-352,"message":"app id hash"}`, "Refused"],
    ["forbidden", 403, `{"s":"error","code":-403,"message":"IP"}`, "Refused"],
    ["401 without a word", 401, "", "UnknownOutcome"],
    ["forbidden without a word", 403, "", "UnknownOutcome"],
    ["a gateway's page for a time that ran out", 408, "<h1>Request Timeout</h1>", "UnknownOutcome"],
    ["a gateway's page for what is too early", 425, "<h1>Too Early</h1>", "UnknownOutcome"],
    ["JSON of somebody else", 404, `{"message":"no route"}`, "UnknownOutcome"],
    ["too many calls", 429, `{"s":"error","code":-429,"message":"limit"}`, "RateLimited"],
    ["an error of the server", 500, `{"s":"error","code":-1,"message":""}`, "UnknownOutcome"]
  ]
  for (const [what, status, body, tag] of answers) {
    it.live(`answered ${what}`, () => Effect.map(failed(status, body), (error) => assert.strictEqual(error._tag, tag)))
  }

  it.live("says how long to wait, to the millisecond where Fyers does", () =>
    Effect.gen(function*() {
      const limit = `{"s":"error","code":-429,"message":"limit"}`
      const exact = yield* failed(429, limit, { "Retry-After": "1", "X-Retry-After-Ms": "350" })
      assert.propertyVal(exact, "retryAfter", 350)
      assert.propertyVal(yield* failed(429, limit, { "Retry-After": "2" }), "retryAfter", 2_000)
    }))

  it.live("is never sent when the SDK fails before it asks", () =>
    Effect.gen(function*() {
      const never = fyersCall(call(true), Schema.Unknown, () => Promise.reject(new TypeError("of the SDK")))
      assert.strictEqual((yield* Effect.flip(never))._tag, "NotSent")
    }))

  it.live(
    "of two accounts at two servers at once: each has its own token, and nothing is written anywhere",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const zone = process.env["TZ"]
        const files = readdirSync(".")
        const users = ["XA00001", "XA00002"]
        const sessions = yield* Effect.forEach(users, (userId) =>
          Effect.gen(function*() {
            const customer = customerOf("fyers", userId)
            const simulation = yield* simulateBrokers({ seed: 1, start: START, speed: 1, accounts: [customer] })
            const account = fyersAdapter.account({
              account: userId,
              userId,
              apiKey: customer.apiKey,
              apiSecret: Redacted.make(customer.apiSecret),
              redirectUrl: customer.redirectUrl,
              instruments: fyersInstruments(simulation.market),
              timeout: 2_000
            }, simulation.servers.fyers?.url)
            const back = yield* logInByPages(simulation, customer, account.auth.loginUrl("s") ?? "")
            const token = yield* account.auth.exchange(Redacted.make(account.auth.grantOf(back) ?? ""))
            return account.session(token)
          }))
        const names = yield* Effect.forEach(
          Array.from({ length: 20 }, (_, i) => i),
          (i) => Effect.map(sessions[i % 2]?.portfolio.profile ?? Effect.die("two sessions"), ({ userId }) => userId),
          { concurrency: 20 }
        )
        assert.deepStrictEqual(names, Array.from({ length: 20 }, (_, i) => users[i % 2]))
        const [first, second] = sessions
        yield* first?.orders.place({
          tag: "kgfirst",
          symbol: "NSE:SBIN",
          side: "buy",
          quantity: 1,
          type: "limit",
          product: "delivery",
          validity: "DAY",
          limitPrice: paise(80_000)
        }) ?? Effect.die("two sessions")
        assert.lengthOf(yield* first?.orders.book ?? Effect.succeed([]), 1)
        assert.lengthOf(yield* second?.orders.book ?? Effect.succeed([]), 0)
        assert.deepStrictEqual(readdirSync("."), files)
        assert.strictEqual(process.env["TZ"], zone)
      })),
    30_000
  )
})
