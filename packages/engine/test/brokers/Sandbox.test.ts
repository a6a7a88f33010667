import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { accountStage, customer, during, simAccountOf, someOrder } from "./accountStage.ts"
import { patiently } from "./patiently.ts"

const START = Date.parse("2026-11-19T10:00:00+05:30")

describe("an account in the sandbox", () => {
  it.effect(
    "needs no login, takes orders, says what it is, and calls nothing that is not there",
    () =>
      Effect.gen(function*() {
        const of = customer("upstox", "AB1234")
        const stage = yield* accountStage({ start: START, customers: [of], automatic: false })
        const { brokers, simulation } = stage
        const token = simulation.sessions.upstox?.issue(simAccountOf(stage, of)) ?? ""
        const root = simulation.servers.upstox?.url ?? ""
        const { apiKey, broker, redirectUrl, userId } = of
        yield* during(
          stage,
          brokers.add(
            { id: "sand", broker, userId, apiKey, redirectUrl, root, automatic: false, sandbox: true },
            Redacted.make({ apiSecret: token })
          )
        )
        yield* during(stage, brokers.loginAutomatically("sand"))
        const actor = brokers.actor("sand")
        assert.isDefined(actor)
        yield* patiently(stage, "the account is live", () => actor.session !== undefined)
        assert.deepInclude(actor.status(), { sandbox: true, phase: "live" })
        assert.deepInclude(brokers.actor("upstox-ab1234")?.status(), { sandbox: false })
        const before = simulation.journal.since(0).length
        const order = someOrder(stage, -5)
        yield* during(stage, actor.session?.orders.place(order) ?? Effect.succeed([]))
        assert.deepStrictEqual(simulation.exchange.orders(simAccountOf(stage, of)).map(({ tag }) => tag), [order.tag])
        yield* stage.clock.pass(120_000, 5_000)
        const asked = simulation.journal.since(before).filter(({ kind }) => kind === "request" || kind === "socket")
        assert.deepStrictEqual(asked.map(({ operation }) => operation), ["place"])
        assert.isFalse(actor.ordersLive)
        assert.include(actor.status().orders.detail, "sandbox")
      }),
    60_000
  )

  it.effect("of a broker that has none does not run", () =>
    Effect.gen(function*() {
      const of = customer("kite", "AB1234")
      const stage = yield* accountStage({ start: START, customers: [of], automatic: false })
      const { apiKey, broker, redirectUrl, userId } = of
      yield* during(
        stage,
        stage.brokers.add(
          { id: "sand", broker, userId, apiKey, redirectUrl, automatic: false, sandbox: true },
          Redacted.make({ apiSecret: "some" })
        )
      )
      assert.isUndefined(stage.brokers.actor("sand"))
    }))
})
