import { assert, describe, it } from "@effect/vitest"
import type { Contract } from "@keepgaining/core/contracts/Contract.ts"
import { isMonthly, type Listing } from "@keepgaining/core/contracts/Listing.ts"
import { slices } from "@keepgaining/core/contracts/slices.ts"
import { contractOf, symbolOf, SymbolSystem } from "@keepgaining/core/contracts/symbols.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const nifty = ["2023-07-13", "2023-07-20", "2023-07-27", "2026-11-03", "2026-11-23", "2026-12-01", "2026-12-29"]
const monthly = ["2026-10-27", "2026-11-23", "2026-12-29"]

const underlyings: Readonly<Record<string, ReadonlyArray<string>>> = {
  "NSE:NIFTY": nifty,
  "NSE:BANKNIFTY": monthly,
  "NSE:RELIANCE": monthly,
  "NSE:M&M": monthly,
  "NSE:BAJAJ-AUTO": monthly,
  "NSE:360ONE": monthly,
  "BSE:SENSEX": ["2026-11-26", "2026-12-03", "2026-12-31"]
}

const listing: Listing = {
  isUnderlying: (exchange, name) => underlyings[`${exchange}:${name}`] !== undefined,
  expiries: (exchange, name) => underlyings[`${exchange}:${name}`] ?? [],
  kindOf: () => undefined
}

const option = (
  underlying: string,
  expiry: string,
  rupees: number,
  right: "CE" | "PE",
  exchange: "NSE" | "BSE" = "NSE"
): Contract => ({
  _tag: "Option",
  exchange,
  underlying,
  expiry,
  strike: paise(rupees * 100),
  right
})

describe("symbols", () => {
  it.each([
    ["nse", option("NIFTY", "2026-11-23", 24_500, "CE"), "NIFTY26NOV24500CE"],
    ["nse", option("NIFTY", "2026-12-01", 24_500, "CE"), "NIFTY26D0124500CE"],
    ["kite", option("NIFTY", "2023-07-13", 17_900, "PE"), "NFO:NIFTY2371317900PE"],
    ["kite", option("SENSEX", "2026-12-03", 85_000, "PE", "BSE"), "BFO:SENSEX26D0385000PE"],
    ["fyers", option("NIFTY", "2026-12-01", 24_500, "CE"), "NSE:NIFTY26D0124500CE"],
    ["fyers", { _tag: "Share", exchange: "NSE", name: "SBIN", series: "EQ" }, "NSE:SBIN-EQ"],
    ["angel", option("NIFTY", "2026-11-23", 23_650, "CE"), "NIFTY23NOV2623650CE"],
    ["angel", { _tag: "Share", exchange: "NSE", name: "SBIN", series: "EQ" }, "SBIN-EQ"],
    [
      "openalgo",
      { _tag: "Future", exchange: "NSE", underlying: "BANKNIFTY", expiry: "2026-11-23" },
      "BANKNIFTY23NOV26FUT"
    ],
    ["upstox", option("NIFTY", "2026-12-29", 33_000, "CE"), "NIFTY 33000 CE 29 DEC 26"],
    ["dhan", option("NIFTY", "2026-12-01", 25_500, "PE"), "NIFTY 01 DEC 25500 PUT"],
    ["dhan", { _tag: "Future", exchange: "NSE", underlying: "NIFTY", expiry: "2026-12-29" }, "NIFTY DEC FUT"],
    ["nse", { _tag: "Future", exchange: "NSE", underlying: "M&M", expiry: "2026-12-29" }, "M&M26DECFUT"],
    ["kite", { _tag: "Share", exchange: "NSE", name: "INFY", series: "EQ" }, "NSE:INFY"]
  ] as ReadonlyArray<readonly [SymbolSystem, Contract, string]>)(
    "of %s: %o is %s, both ways",
    (system, contract, symbol) => {
      assert.strictEqual(symbolOf(system, contract, listing), symbol)
      assert.deepStrictEqual(Result.getOrThrow(contractOf(system, symbol, listing, contract.exchange)), contract)
    }
  )

  const keys = Object.keys(underlyings)

  it.prop(
    "of every system lead back to the contract",
    [
      SymbolSystem,
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: keys.length - 1 })),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200_000 })),
      Schema.Literals(["CE", "PE", "FUT"])
    ],
    ([system, which, when, strike, kind]) => {
      const [exchange, underlying] = keys[which]!.split(":") as ["NSE" | "BSE", string]
      const expiries = listing.expiries(exchange, underlying)
      // There are no weekly futures.
      const listed = kind === "FUT" ? expiries.filter((one) => isMonthly(listing, exchange, underlying, one)) : expiries
      const expiry = listed[when % listed.length]!
      const contract: Contract = kind === "FUT"
        ? { _tag: "Future", exchange, underlying, expiry }
        : { _tag: "Option", exchange, underlying, expiry, strike: paise(strike * 50), right: kind }
      const symbol = symbolOf(system, contract, listing)
      assert.deepStrictEqual(Result.getOrThrow(contractOf(system, symbol, listing, exchange)), contract)
    },
    { arbitrary: { runs: 500, size: 200 } }
  )

  it("that mean several contracts are refused with all of them", () => {
    const expiriesOf: Readonly<Record<string, ReadonlyArray<string>>> = {
      X: ["2026-01-26", "2026-01-30"],
      X26: ["2012-06-27", "2012-06-29"]
    }
    const twins: Listing = {
      isUnderlying: (_, name) => expiriesOf[name] !== undefined,
      expiries: (_, name) => expiriesOf[name] ?? [],
      kindOf: () => undefined
    }
    const read = contractOf("nse", "X261262750CE", twins)
    assert.deepStrictEqual(Result.isFailure(read) ? read.failure.candidates : [], [
      "NSE|X|2026-01-26|275000|CE",
      "NSE|X26|2012-06-27|5000|CE"
    ])
  })

  it("of Dhan that leave the year open are refused with every year", () => {
    const years: Listing = {
      isUnderlying: () => true,
      expiries: () => ["2026-12-29", "2027-12-28", "2028-12-29"],
      kindOf: () => undefined
    }
    const read = contractOf("dhan", "NIFTY 29 DEC 25000 CALL", years)
    assert.deepStrictEqual(Result.isFailure(read) ? read.failure.candidates : [], [
      "NSE|NIFTY|2026-12-29|2500000|CE",
      "NSE|NIFTY|2028-12-29|2500000|CE"
    ])
  })

  it.each(["NIFTY26D0224500CE", "NIFTY26SEPFUT", "26NOV24500CE", "", "nifty", "A B"])(
    "that mean nothing are refused: %s",
    (symbol) => {
      const read = contractOf("nse", symbol, listing)
      assert.isTrue(Result.isFailure(read))
      assert.match(Result.isFailure(read) ? read.failure.message : "", /no listed contract/)
    }
  )
})

describe("slices", () => {
  it.prop(
    "are whole lots, none above the freeze quantity, and make up the quantity",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_000 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_500 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))
    ],
    ([lots, lotSize, freeze]) => {
      const cut = slices(lots * lotSize, lotSize, freeze)
      if (Result.isFailure(cut)) {
        assert.isBelow(freeze, lotSize)
        return
      }
      assert.strictEqual(cut.success.reduce((sum, slice) => sum + slice, 0), lots * lotSize)
      for (const slice of cut.success) {
        assert.strictEqual(slice % lotSize, 0)
        assert.isAtMost(slice, freeze)
        assert.isAbove(slice, 0)
      }
    },
    { arbitrary: { runs: 300, size: 100 } }
  )

  it("of NIFTY are of 27 lots", () => {
    assert.deepStrictEqual(Result.getOrThrow(slices(65 * 60, 65, 1_800)), [1_755, 1_755, 390])
    assert.isTrue(Result.isFailure(slices(100, 65, 1_800)))
  })
})
