/** Weekly and monthly contracts as the shipped rules tell them apart, in everybody's spelling. */
import { assert, describe, it } from "@effect/vitest"
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { type Contract, contractKey } from "@keepgaining/core/contracts/Contract.ts"
import { isMonthly, makeListing } from "@keepgaining/core/contracts/Listing.ts"
import { ruleExpiries, ruleListing } from "@keepgaining/core/contracts/ruleListing.ts"
import { contractOf, symbolOf, SymbolSystem } from "@keepgaining/core/contracts/symbols.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { loadCalendar } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const calendar = Effect.runSync(loadCalendar())
const expiries = ruleExpiries(calendar)
const everything = ruleListing(calendar)

/** What would be listed about that date: a symbol without a year then means one contract. */
const listedAround = (date: string) => {
  const [from, to] = [dateOf(dayOf(date) - 35), dateOf(dayOf(date) + 35)]
  const listed = expiries.filter((one) => one.date >= from && one.date <= to)
  return makeListing(listed.map((one) => [one.exchange, one.family, one.date]), calendar)
}

describe("a weekly expiry that a holiday moved behind the monthly one", () => {
  it.each(
    [
      ["NSE", "FINNIFTY", "2022-02-22", "2022-02-28"],
      ["NSE", "MIDCPNIFTY", "2023-09-25", "2023-09-29"],
      ["NSE", "BANKNIFTY", "2024-01-25", "2024-01-31"],
      ["NSE", "BANKNIFTY", "2024-04-24", "2024-04-30"],
      ["BSE", "SENSEX", "2024-10-25", "2024-10-31"],
      ["NSE", "NIFTY", "2025-04-24", "2025-04-30"]
    ] as const
  )("of %s %s leaves %s the monthly one, before %s", (exchange, name, monthly, weekly) => {
    for (const listing of [everything, listedAround(monthly)]) {
      assert.isTrue(isMonthly(listing, exchange, name, monthly))
      assert.isFalse(isMonthly(listing, exchange, name, weekly))
    }
    // What the exchange has taken off the list does not make a weekly a monthly one.
    const later = makeListing([[exchange, name, weekly]], calendar)
    assert.isFalse(isMonthly(later, exchange, name, weekly))
  })

  it.each(
    [
      ["NSE", "NIFTY2543021600PE", "NSE|NIFTY|2025-04-30|2160000|PE"],
      ["NSE", "NIFTY25APR23300CE", "NSE|NIFTY|2025-04-24|2330000|CE"],
      ["NSE", "BANKNIFTY2443047200CE", "NSE|BANKNIFTY|2024-04-30|4720000|CE"],
      ["NSE", "BANKNIFTY24APR47200CE", "NSE|BANKNIFTY|2024-04-24|4720000|CE"],
      ["BSE", "SENSEX24O3181400CE", "BSE|SENSEX|2024-10-31|8140000|CE"],
      ["NSE", "NIFTY25APRFUT", "NSE|NIFTY|2025-04-24|FUT"]
    ] as const
  )("is written as %s wrote %s", (exchange, symbol, key) => {
    const contract = Result.getOrThrow(contractOf("nse", symbol, everything, exchange))
    assert.strictEqual(contractKey(contract), key)
    assert.strictEqual(symbolOf("nse", contract, everything), symbol)
  })

  it.prop(
    "and every other leads back to its contract in all systems",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: expiries.length - 1 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200_000 })),
      Schema.Literals(["CE", "PE", "FUT"])
    ],
    ([which, strike, kind]) => {
      // Within the bounds of the index above.
      const { date, exchange, family, kind: series } = expiries[which]!
      const listing = listedAround(date)
      assert.strictEqual(isMonthly(listing, exchange, family, date), series === "monthly")
      // There are no weekly futures.
      const contract: Contract = kind === "FUT" && series === "monthly"
        ? { _tag: "Future", exchange, underlying: family, expiry: date }
        : {
          _tag: "Option",
          exchange,
          underlying: family,
          expiry: date,
          strike: paise(strike * 50),
          right: kind === "PE" ? "PE" : "CE"
        }
      for (const system of SymbolSystem.literals) {
        const symbol = symbolOf(system, contract, listing)
        assert.deepStrictEqual(Result.getOrThrow(contractOf(system, symbol, listing, exchange)), contract, symbol)
      }
    },
    { arbitrary: { runs: 120 } }
  )
})

describe("where the rules do not know a date", () => {
  it("the last of its month is the monthly one", () => {
    const listing = makeListing([["NSE", "NIFTY", "2031-03-18"], ["NSE", "NIFTY", "2031-03-25"]], calendar)
    assert.isFalse(isMonthly(listing, "NSE", "NIFTY", "2031-03-18"))
    assert.isTrue(isMonthly(listing, "NSE", "NIFTY", "2031-03-25"))
  })

  it("a moved monthly contract is still one, unless another of the month is known to be it", () => {
    // The rules say 2026-08-25; nothing of NIFTY expires on the 24th or the 28th by rule.
    const moved = makeListing([["NSE", "NIFTY", "2026-08-18"], ["NSE", "NIFTY", "2026-08-24"]], calendar)
    assert.isTrue(isMonthly(moved, "NSE", "NIFTY", "2026-08-24"))
    const both = makeListing([["NSE", "NIFTY", "2026-08-25"], ["NSE", "NIFTY", "2026-08-28"]], calendar)
    assert.isFalse(isMonthly(both, "NSE", "NIFTY", "2026-08-28"))
  })
})
