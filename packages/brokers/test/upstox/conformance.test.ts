import { describe } from "@effect/vitest"
import { upstoxInstruments } from "@keepgaining/brokers/simulator/upstox/upstoxSymbols.ts"
import { upstoxAdapter } from "@keepgaining/brokers/upstox/upstoxAccount.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { generateSync } from "otplib"
import type { Candidate } from "../conformance/Candidate.ts"
import { conformance } from "../conformance/kit.ts"

const upstox: Candidate = {
  broker: "upstox",
  account: (simulation, customer, timeout) =>
    upstoxAdapter.account({
      account: "asha",
      userId: customer.userId,
      apiKey: customer.apiKey,
      apiSecret: Redacted.make(customer.apiSecret),
      redirectUrl: customer.redirectUrl,
      instruments: upstoxInstruments(simulation.market),
      timeout,
      silentAfter: 2_500
    }, simulation.servers.upstox?.url),
  instruments: ({ market }) => upstoxInstruments(market),
  login: (simulation, customer, account) =>
    Effect.gen(function*() {
      const root = simulation.servers.upstox?.url ?? ""
      const login = new URL(account.auth.loginUrl("some-state") ?? "")
      const back = yield* Effect.promise(async () => {
        if (!(await fetch(login)).ok) throw new Error("no login page")
        const carried = { ...Object.fromEntries(login.searchParams), mobile: customer.mobile }
        const step = (path: string, more: Record<string, string>) =>
          fetch(root + path, {
            method: "POST",
            redirect: "manual",
            body: new URLSearchParams({ ...carried, ...more })
          })
        await step("/login/mobile", { mobileNum: customer.mobile })
        const otp = generateSync({ secret: customer.totpSecret, epoch: Math.floor(simulation.clock.now / 1_000) })
        await step("/login/otp", { otp })
        const answer = await step("/login/pin", { pin: customer.pin })
        return new URL(answer.headers.get("location") ?? "http://nowhere")
      })
      if (back.searchParams.get("state") !== "some-state") throw new Error(`no redirect: ${back.href}`)
      return yield* account.auth.exchange(Redacted.make(account.auth.grantOf(back) ?? ""))
    }),
  saysItsEnd: false,
  without: []
}

describe("Upstox conforms", () => conformance(upstox))
