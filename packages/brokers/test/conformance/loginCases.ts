/** Getting a token, and how it ends. */
import { assert, describe } from "@effect/vitest"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { tokenEndsAt } from "@keepgaining/brokers/port/tokenEndsAt.ts"
import { DAY_MS, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import type { Candidate } from "./Candidate.ts"
import { checkOf, failure, fault } from "./check.ts"
import { START } from "./stage.ts"

export const loginCases = (candidate: Candidate): void => {
  const check = checkOf(candidate)

  describe("login", () => {
    check("gives a token with the user's profile that ends in the future", ({ customer, token }) =>
      Effect.sync(() => {
        assert.strictEqual(token.profile.userId, customer.userId)
        assert.strictEqual(token.profile.name, customer.name)
        assert.isAbove(token.endsAt, token.issuedAt)
        assert.notInclude(String(token.access), Redacted.value(token.access))
      }))
    check("a grant that was used is refused; without grants, a code that is wrong", (on) =>
      Effect.gen(function*() {
        const { loginByApi } = on.account.auth
        if (loginByApi !== undefined) {
          const login = loginByApi(Redacted.make("planted-password"), Redacted.make("planted-secret"))
          assert.strictEqual((yield* failure(login, on))._tag, "Refused")
          return
        }
        fault(on, { fault: "used-grant", operation: "login" })
        const error = yield* failure(on.account.auth.exchange(Redacted.make("never-issued")), on)
        assert.include(["Unauthorised", "Refused"], error._tag)
      }))
    check("a token that ends sooner than usual ends here then, where it says so", (on) =>
      Effect.gen(function*() {
        const { account, customer, simulation } = on
        simulation.faults.add({
          fault: "early-end",
          broker: customer.broker,
          operation: "login",
          delay: 120 * MINUTE_MS
        })
        const end = (): number => simulation.sessions[customer.broker]?.nextEnd(customer) ?? 0
        const earliest = end()
        const token = yield* candidate.login(simulation, customer, account)
        assert.isAbove(earliest, START)
        if (candidate.saysItsEnd) {
          // Whole seconds, and up to a minute of them to be sure.
          assert.isAtLeast(token.endsAt, earliest - MINUTE_MS - 1_000)
          assert.isAtMost(token.endsAt, end())
        } else assert.strictEqual(token.endsAt, tokenEndsAt(capabilities[customer.broker].tokenEnd, token.issuedAt))
        // Whatever was thought of it.
        simulation.clock.set(end() + MINUTE_MS)
        const { orders } = account.session(token)
        assert.strictEqual((yield* failure(orders.book, on))._tag, "Unauthorised")
      }))
    check("a code that comes too late gives no token, one that is a little late does", (on) =>
      Effect.gen(function*() {
        const { account, customer, simulation } = on
        simulation.clock.setSpeed(0)
        fault(on, { fault: "late-code", operation: "login" })
        const late = yield* Effect.exit(candidate.login(simulation, customer, account))
        assert.isTrue(Exit.isFailure(late))
        fault(on, { fault: "late-code", operation: "login", delay: 10_000 })
        yield* candidate.login(simulation, customer, account)
        assert.lengthOf(simulation.faults.rules, 0)
      }))
    check("a redirect URL that is not the registered one gives no token", (on) =>
      Effect.gen(function*() {
        const { account, customer, simulation } = on
        if (account.auth.loginByApi !== undefined) return
        fault(on, { fault: "redirect-mismatch", operation: "login" })
        const back = yield* Effect.exit(candidate.login(simulation, customer, account))
        assert.isTrue(Exit.isFailure(back))
        assert.lengthOf(simulation.faults.rules, 0)
        yield* candidate.login(simulation, customer, account)
      }))
    check("after a logout the token is no good", (on) =>
      Effect.gen(function*() {
        yield* on.account.auth.logout(on.token)
        assert.strictEqual((yield* failure(on.session.orders.book, on))._tag, "Unauthorised")
      }))
    check("after its end the token is no good, for calls and streams", (on) =>
      Effect.gen(function*() {
        on.simulation.clock.set(START + 2 * DAY_MS)
        assert.strictEqual((yield* failure(on.session.portfolio.funds, on))._tag, "Unauthorised")
        assert.strictEqual((yield* failure(on.session.marketFeed.open(() => undefined), on))._tag, "Unauthorised")
        assert.strictEqual((yield* failure(on.session.orderFeed.open(() => undefined), on))._tag, "Unauthorised")
      }))
  })
}
