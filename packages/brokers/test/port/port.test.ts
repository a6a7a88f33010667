import { assert, describe, it } from "@effect/vitest"
import { isSafeToRepeat, NotSent, RateLimited, Refused, UnknownOutcome } from "@keepgaining/brokers/port/BrokerError.ts"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { tokenEndsAt } from "@keepgaining/brokers/port/tokenEndsAt.ts"
import { formatIst, parseIst } from "@keepgaining/core/market/IndianTime.ts"

const at = (text: string): number => {
  const instant = parseIst(text)
  assert.isDefined(instant)
  return instant
}
const endOf = (broker: keyof typeof capabilities, issued: string, jwt?: string) => {
  const end = tokenEndsAt(capabilities[broker].tokenEnd, at(issued), jwt === undefined ? undefined : at(jwt) / 1_000)
  return end === undefined ? undefined : formatIst(end).slice(0, 16)
}

describe("tokens", () => {
  it("end at the broker's hour, the same morning when issued before it", () => {
    assert.strictEqual(endOf("upstox", "2026-11-24 09:00:00"), "2026-11-25T03:30")
    assert.strictEqual(endOf("upstox", "2026-11-24 02:00:00"), "2026-11-24T03:30")
    assert.strictEqual(endOf("upstox", "2026-11-24 03:30:00"), "2026-11-25T03:30")
    assert.strictEqual(endOf("kite", "2026-12-31 20:00:00"), "2027-01-01T06:00")
    assert.strictEqual(endOf("angel", "2026-11-24 00:00:01"), "2026-11-25T00:00")
  })
  it("end when they say so, where that is earlier", () => {
    assert.strictEqual(endOf("angel", "2026-11-24 09:00:00", "2026-11-25 05:00:00"), "2026-11-25T00:00")
    assert.strictEqual(endOf("angel", "2026-11-24 09:00:00", "2026-11-24 15:00:00"), "2026-11-24T15:00")
    assert.strictEqual(endOf("fyers", "2026-11-24 09:00:00", "2026-11-25 06:00:00"), "2026-11-25T05:59")
    assert.isUndefined(endOf("fyers", "2026-11-24 09:00:00"))
  })
})

describe("broker errors", () => {
  const call = { broker: "kite", account: "main", operation: "place order" } as const
  it("may be repeated only when nothing can have been executed", () => {
    assert.isTrue(isSafeToRepeat(new RateLimited(call)))
    assert.isTrue(isSafeToRepeat(new NotSent({ ...call, reason: "ECONNREFUSED" })))
    assert.isFalse(isSafeToRepeat(new UnknownOutcome({ ...call, reason: "ECONNRESET", tag: "t" })))
    assert.isFalse(isSafeToRepeat(new Refused({ ...call, code: "MarginException", reason: "no funds" })))
  })
  it("say what to do", () => {
    const refused = new Refused({ ...call, code: "UDAPI1154", reason: "IP", remedy: "Register this machine's address" })
    assert.strictEqual(
      refused.message,
      "kite (main) refused place order: IP (UDAPI1154). Register this machine's address"
    )
  })
  it.each(
    [
      ["place order", /being looked up and will not be sent twice$/],
      ["place GTT", /being looked up and will not be sent twice$/],
      ["modify order", /order is being looked up, and this is asked for again/],
      ["cancel order", /order is being looked up, and this is asked for again/],
      ["cancel GTT", /cancel it again if it is still active/],
      ["log in", /Begin the login anew/],
      ["log out", /until its usual end/],
      ["read the order book", /Nothing was changed by it, so it can simply be asked for again/],
      ["ask for a margin", /Nothing was changed by it/],
      ["open the market feed", /Nothing was changed by it/]
    ] as const
  )("say of a lost answer to %s what is done or to be done", (operation, words) => {
    const { message } = new UnknownOutcome({ ...call, operation, reason: "reset" })
    assert.match(message, words)
    assert.include(message, "kite (main)")
    assert.strictEqual(/sent twice/.test(message), operation.startsWith("place"))
  })
})

describe("an order's tag", () => {
  it("of sixteen characters fits every broker", () => {
    for (const { tagLength } of Object.values(capabilities)) assert.isAtLeast(tagLength, 16)
  })
})
