/** Getting a token, and how it ends. */
import { assert, describe } from "@effect/vitest"
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
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
