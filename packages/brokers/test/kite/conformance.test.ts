import { describe } from "@effect/vitest"
import { kiteAdapter } from "@keepgaining/brokers/kite/kiteAccount.ts"
import { kiteInstruments } from "@keepgaining/brokers/simulator/kite/kiteSymbols.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { generateSync } from "otplib"
import type { Candidate } from "../conformance/Candidate.ts"
import { conformance } from "../conformance/kit.ts"

const kite: Candidate = {
  broker: "kite",
  account: (simulation, customer, timeout) =>
    kiteAdapter.account({
      account: "asha",
      userId: customer.userId,
      apiKey: customer.apiKey,
      apiSecret: Redacted.make(customer.apiSecret),
      redirectUrl: customer.redirectUrl,
      instruments: kiteInstruments(simulation.market),
      timeout,
      silentAfter: 2_500
    }, simulation.servers.kite?.url),
  instruments: ({ market }) => kiteInstruments(market),
  login: (simulation, customer, account) =>
    Effect.gen(function*() {
      const root = simulation.servers.kite?.url ?? ""
      const login = new URL(account.auth.loginUrl("some-state") ?? "")
      const back = yield* Effect.promise(async () => {
        const api_key = login.searchParams.get("api_key") ?? ""
        const extra = login.searchParams.get("redirect_params") ?? ""
        await fetch(`${root}/connect/login`, {
          method: "POST",
          body: new URLSearchParams({ api_key, extra, userid: customer.userId, password: customer.password })
        })
        const totp = generateSync({ secret: customer.totpSecret, epoch: Math.floor(simulation.clock.now / 1_000) })
        const answer = await fetch(`${root}/connect/totp`, {
          method: "POST",
          redirect: "manual",
          body: new URLSearchParams({ api_key, extra, userid: customer.userId, totp })
        })
        return new URL(answer.headers.get("location") ?? "http://nowhere")
      })
      // A browser is waited for at the registered URL only.
      const isHere = back.href.startsWith(customer.redirectUrl)
      if (!isHere || back.searchParams.get("state") !== "some-state") throw new Error(`no redirect: ${back.href}`)
      return yield* account.auth.exchange(Redacted.make(account.auth.grantOf(back) ?? ""))
    }),
  saysItsEnd: false,
  without: ["chain"]
}

describe("Kite conforms", () => conformance(kite))
