import { assert, describe, it } from "@effect/vitest"
import { type Instrument, InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Effect from "effect/Effect"
import { rawSocket } from "../support/Http.ts"
import { serve } from "../support/TestServer.ts"
import { TestSession } from "../support/TestSession.ts"

const connected = (session = new TestSession()) =>
  Effect.gen(function*() {
    const server = yield* serve(session)
    return yield* rawSocket(server.port, { authorization: `Bearer ${yield* server.token("view")}` })
  })

/** The answer's value, loosely: what the wire carries is looked at field by field. */
const valueOf = (frame: { readonly exit?: { readonly value?: unknown } }) =>
  // Only read by the assertions below, which fail on anything else.
  frame.exit?.value as Record<string, unknown> & ReadonlyArray<Record<string, unknown>>

describe("SearchInstruments", () => {
  it.live("finds contracts of the first broker that has a master", () =>
    Effect.gen(function*() {
      const socket = yield* connected()
      const found = valueOf(yield* socket.call(1, "SearchInstruments", { text: "nifty 25000 ce", limit: 5 }))
      assert.deepInclude(found, { broker: "kite", day: "2026-11-24" })
      const [first] = found["instruments"] as ReadonlyArray<Record<string, unknown>>
      assert.deepInclude(first, { strike: 2_500_000, right: "CE", lotSize: 65, expiry: "2026-12-01" })
      const none = valueOf(yield* socket.call(2, "SearchInstruments", { text: "unheard", limit: 5 }))
      assert.deepStrictEqual(none["instruments"], [])
      const refused = yield* socket.call(3, "SearchInstruments", { text: "n", limit: 5_000 })
      assert.strictEqual(refused.exit?._tag, "Failure")
    }))
})

describe("GetCalendar", () => {
  it.live("gives every day of a month, and refuses one that nobody has published", () =>
    Effect.gen(function*() {
      const socket = yield* connected()
      const days = valueOf(yield* socket.call(1, "GetCalendar", { month: "2026-11" }))
      assert.lengthOf(days, 30)
      const expiring = days.find(({ date }) => date === "2026-11-23")
      assert.include(JSON.stringify(expiring?.["expiries"]), "\"scheduled\":\"2026-11-24\"")
      assert.deepInclude(days[6], { date: "2026-11-07", trading: false, kind: "weekend" })
      const beyond = yield* socket.call(2, "GetCalendar", { month: "2031-01" })
      assert.include(JSON.stringify(beyond.exit?.cause), "2031-01-01 is not covered")
    }))
})

describe("EstimateOrder", () => {
  const index: Instrument = { symbol: "NSE:NIFTY 50", exchange: "NSE", kind: "index", tickSize: 1, lotSize: 1 }
  const option: Instrument = {
    symbol: "NSE:NIFTY26D0124500CE",
    exchange: "NSE",
    kind: "option",
    tickSize: 5,
    lotSize: 65,
    underlying: "NSE:NIFTY 50",
    expiry: "2026-12-01",
    strike: 2_450_000,
    right: "CE"
  }
  const withChain = () => {
    const session = new TestSession(["NSE:RELIANCE"])
    return Object.assign(session, { instruments: InstrumentTable.from([index, option]) })
  }

  it.live("tells charges by the plan and margin by the model, each with its source", () =>
    Effect.gen(function*() {
      const session = withChain()
      // Six days before the expiry, one volatility away from the strike.
      session.now = Date.UTC(2026, 10, 25, 4, 0)
      session.board.last[0] = 2_430_000
      const socket = yield* connected(session)
      const order = { instrument: 1, quantity: 65, price: 15_000, product: "intraday" }
      const sold = valueOf(yield* socket.call(1, "EstimateOrder", { ...order, side: "sell" }))
      // market.md 4.5: one lot sold at 150.
      const charges = sold["charges"] as { readonly charges: { readonly total: number } }
      assert.closeTo(charges.charges.total, 42.3242, 5e-5)
      const margin = sold["margin"] as { readonly total: number; readonly source: string }
      // About a tenth of the contract's value of 15.8 lakh.
      assert.isAbove(margin.total, 100_000)
      assert.isBelow(margin.total, 250_000)
      assert.include(margin.source, "paper model")
      const bought = valueOf(yield* socket.call(2, "EstimateOrder", { ...order, side: "buy" }))
      assert.deepInclude(bought["margin"], { total: 9_750 })
    }))

  it.live("says what it does not know, and refuses what is not there", () =>
    Effect.gen(function*() {
      const socket = yield* connected(withChain())
      const order = { instrument: 1, side: "sell", quantity: 65, price: 15_000, product: "intraday" }
      const dark = valueOf(yield* socket.call(1, "EstimateOrder", order))
      assert.deepStrictEqual(dark["margin"], { _tag: "Unknown", reason: "The underlying has no price yet" })
      const missing = yield* socket.call(2, "EstimateOrder", { ...order, instrument: 7 })
      assert.include(JSON.stringify(missing.exit?.cause), "NotFound")
    }))
})
