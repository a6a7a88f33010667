import { describe } from "@effect/vitest"
import { fyersAdapter } from "@keepgaining/brokers/fyers/fyersAccount.ts"
import { fyersInstruments } from "@keepgaining/brokers/simulator/fyers/fyersSymbols.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Candidate } from "../conformance/Candidate.ts"
import { conformance } from "../conformance/kit.ts"
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
  without: []
}

describe("Fyers conforms", () => conformance(fyers))
