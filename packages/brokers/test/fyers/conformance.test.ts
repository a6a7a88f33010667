import { assert, describe } from "@effect/vitest"
import { fyersAdapter } from "@keepgaining/brokers/fyers/fyersAccount.ts"
import { fyersInstruments } from "@keepgaining/brokers/simulator/fyers/fyersSymbols.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Candidate } from "../conformance/Candidate.ts"
import { checkOf, failure, fault } from "../conformance/check.ts"
import { conformance } from "../conformance/kit.ts"
import { restingOrder } from "../conformance/stage.ts"
import { placed } from "../conformance/watch.ts"
import { logInByPages } from "./logInByPages.ts"

const fyers: Candidate = {
  broker: "fyers",
  account: (simulation, customer, timeout) =>
    fyersAdapter.account({
      account: "asha",
      userId: customer.userId,
      apiKey: customer.apiKey,
      apiSecret: Redacted.make(customer.apiSecret),
      redirectUrl: customer.redirectUrl,
      instruments: fyersInstruments(simulation.market),
      timeout,
      silentAfter: 2_500
    }, simulation.servers.fyers?.url),
  instruments: ({ market }) => fyersInstruments(market),
  login: (simulation, customer, account) =>
    Effect.gen(function*() {
      const back = yield* logInByPages(simulation, customer, account.auth.loginUrl("some-state") ?? "")
      if (back.searchParams.get("state") !== "some-state") throw new Error(`no redirect: ${back.href}`)
      return yield* account.auth.exchange(Redacted.make(account.auth.grantOf(back) ?? ""))
    }),
  saysItsEnd: true,
  without: []
}

describe("Fyers conforms", () => conformance(fyers))

/** What no other broker does. */
describe("Fyers' word that it took an order and heard nothing of the exchange", () => {
  const check = checkOf(fyers)
  for (const applied of [false, true]) {
    check(
      `leaves the outcome unknown: the order ${applied ? "appears" : "never appears"}`,
      (on) =>
        Effect.gen(function*() {
          fault(on, { fault: "unconfirmed", operation: "place", applied })
          const order = restingOrder(on)
          const error = yield* failure(on.session.orders.place(order), on)
          assert.strictEqual(error._tag, "UnknownOutcome", error.message)
          if (error._tag === "UnknownOutcome") assert.strictEqual(error.tag, order.tag)
          assert.strictEqual(placed(on), applied ? 1 : 0)
          const found = (yield* on.session.orders.book).filter(({ tag }) => tag === order.tag)
          assert.lengthOf(found, applied ? 1 : 0)
        })
    )
  }
})
