import { describe } from "@effect/vitest"
import { angelAdapter } from "@keepgaining/brokers/angel/angelAccount.ts"
import { angelInstruments } from "@keepgaining/brokers/simulator/angel/angelSymbols.ts"
import * as Redacted from "effect/Redacted"
import { generateSync } from "otplib"
import type { Candidate } from "../conformance/Candidate.ts"
import { conformance } from "../conformance/kit.ts"

const angel: Candidate = {
  broker: "angel",
  account: (simulation, customer, timeout) =>
    angelAdapter.account({
      account: "asha",
      userId: customer.userId,
      apiKey: customer.apiKey,
      apiSecret: Redacted.make(customer.apiSecret),
      redirectUrl: customer.redirectUrl,
      instruments: angelInstruments(simulation.market),
      timeout,
      silentAfter: 2_500
    }, simulation.servers.angel?.url),
  instruments: ({ market }) => angelInstruments(market),
  login: (simulation, customer, account) => {
    const { loginByApi } = account.auth
    if (loginByApi === undefined) throw new Error("Angel One is logged in to by API")
    const totp = generateSync({ secret: customer.totpSecret, epoch: Math.floor(simulation.clock.now / 1_000) })
    return loginByApi(Redacted.make(customer.pin), Redacted.make(totp))
  },
  saysItsEnd: true,
  without: []
}

describe("Angel One conforms", () => conformance(angel))
