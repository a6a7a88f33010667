/** Automated logins in a real Chromium on the pages of the simulated brokers, with the steps that are shipped. */
import { assert, describe, it } from "@effect/vitest"
import { adapters } from "@keepgaining/brokers/adapters.ts"
import { browserLogin } from "@keepgaining/brokers/login/browserLogin.ts"
import type { LoginRefused } from "@keepgaining/brokers/login/LoginRefused.ts"
import { loadLoginSteps } from "@keepgaining/brokers/login/LoginSteps.ts"
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { FaultKind } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import { simulateBrokers } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { customerOf } from "../conformance/stage.ts"

const executable = process.env["KEEPGAINING_TEST_CHROMIUM"]
if (executable !== undefined) process.env["KEEPGAINING_CHROMIUM"] = executable

const inBrowser: ReadonlyArray<Broker> = ["upstox", "kite", "fyers"]

/** A customer of a broker in real time, and a browser that logs in as they would. */
const stage = (broker: Broker) =>
  Effect.gen(function*() {
    const start = yield* Clock.currentTimeMillis
    const customer = customerOf(broker, "XA0033")
    const simulation = yield* simulateBrokers({ seed: 2, start, speed: 1, accounts: [customer] })
    const account = adapters[broker].account({
      account: "asha",
      userId: customer.userId,
      apiKey: customer.apiKey,
      apiSecret: Redacted.make(customer.apiSecret),
      redirectUrl: customer.redirectUrl,
      instruments: new BrokerInstruments(),
      timeout: 5_000
    }, simulation.servers[broker]?.url)
    if (account === undefined) throw new Error(`no adapter for ${broker}`)
    const steps = yield* loadLoginSteps(broker).pipe(Effect.orDie)
    const login = (changes: { readonly pin?: string } = {}) =>
      browserLogin({
        broker,
        account: "asha",
        url: account.auth.loginUrl("some-state") ?? "",
        redirectUrl: customer.redirectUrl,
        steps,
        typed: {
          userId: Redacted.make(customer.userId),
          password: Redacted.make(customer.password),
          mobile: Redacted.make(customer.mobile),
          pin: Redacted.make(changes.pin ?? customer.pin)
        },
        totpSecret: Redacted.make(customer.totpSecret),
        timeout: 3_000
      })
    return { account, customer, login, simulation }
  })

const refusedBy = (fault: FaultKind, broker: Broker = "fyers"): Effect.Effect<LoginRefused> =>
  Effect.scoped(Effect.gen(function*() {
    const { login, simulation } = yield* stage(broker)
    simulation.faults.add({ fault, broker, operation: "login" })
    return yield* Effect.flip(login()).pipe(Effect.orDie)
  }))

describe.skipIf(executable === undefined)("an automated login in a real browser", () => {
  for (const broker of inBrowser) {
    it.live(`${broker}: comes back with a grant that gives a token`, () =>
      Effect.scoped(Effect.gen(function*() {
        const { account, customer, login } = yield* stage(broker)
        const back = yield* login()
        assert.strictEqual(back.searchParams.get("state"), "some-state")
        const token = yield* account.auth.exchange(Redacted.make(account.auth.grantOf(back) ?? ""))
        assert.strictEqual(token.profile.userId, customer.userId)
        assert.isAbove(token.endsAt, token.issuedAt)
        assert.strictEqual((yield* account.session(token).portfolio.funds).available, customer.cash)
      })))
  }

  it.live(
    "stops at a PIN that is not right, and says that it was the broker",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { login } = yield* stage("fyers")
        const refused = yield* Effect.flip(login({ pin: "7093" }))
        assert.isTrue(refused.refusedByBroker)
        assert.include(refused.message, "valid PIN")
        assert.notInclude(refused.message, "7093")
      })),
    60_000
  )

  it.live(
    "says whether the code, the page or the question whether a person is there is in its way",
    () =>
      Effect.gen(function*() {
        const code = yield* refusedBy("wrong-code")
        assert.isTrue(code.refusedByBroker)
        assert.include(code.reason, "TOTP")
        const late = yield* refusedBy("late-code")
        assert.isTrue(late.refusedByBroker)
        assert.include(late.reason, "TOTP")
        const page = yield* refusedBy("changed-page")
        assert.isFalse(page.refusedByBroker)
        assert.include(page.reason, "userId")
        const person = yield* refusedBy("captcha")
        assert.isFalse(person.refusedByBroker)
        assert.include(person.reason, "person")
      }),
    120_000
  )

  it.live(
    "gives no grant when the redirect URL is not the registered one, at the first page or at the end",
    () =>
      Effect.gen(function*() {
        for (const [broker, place] of [["upstox", "mobile"], ["fyers", "userId"], ["kite", "its end"]] as const) {
          const refused = yield* refusedBy("redirect-mismatch", broker)
          assert.include(refused.reason, place)
          assert.isFalse(refused.refusedByBroker)
        }
      }),
    120_000
  )
})
