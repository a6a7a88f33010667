import { assert, describe, it } from "@effect/vitest"
import { contractKey } from "@keepgaining/core/contracts/Contract.ts"
import { freezeOn, lotOf } from "@keepgaining/core/contracts/ContractRules.ts"
import { ruleListing } from "@keepgaining/core/contracts/ruleListing.ts"
import { contractOf } from "@keepgaining/core/contracts/symbols.ts"
import { loadCalendar, loadContractRules, loadIndexNames } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

const rules = Effect.runSync(loadContractRules())
const calendar = Effect.runSync(loadCalendar())
const listing = ruleListing(calendar)

describe("lots", () => {
  it.each(
    [
      ["weekly", "2024-12-19", 25],
      ["monthly", "2025-01-30", 25],
      ["weekly", "2025-01-02", 75],
      ["weekly", "2025-12-23", 75],
      ["monthly", "2025-12-30", 75],
      ["weekly", "2026-01-06", 65],
      ["monthly", "2026-01-27", 65]
    ] as const
  )("of NIFTY's %s contract of %s are %i", (kind, expiry, lot) => {
    assert.strictEqual(lotOf(rules, "NIFTY", kind, expiry)?.lot, lot)
  })

  it("are not guessed for contracts before the first rule, or without one", () => {
    assert.isUndefined(lotOf(rules, "NIFTY", "weekly", "2021-09-30"))
    assert.isUndefined(lotOf(rules, "TATASTEEL", "monthly", "2026-04-28"))
    assert.isUndefined(lotOf(rules, "RELIANCE", "monthly", "2026-12-29"))
  })

  it("that nobody confirmed say so", () => {
    assert.strictEqual(lotOf(rules, "SENSEX", "weekly", "2026-12-03")?.confidence, "D")
    assert.strictEqual(lotOf(rules, "BANKNIFTY", "monthly", "2022-03-31")?.confidence, "D")
  })

  it.each([["2026-06-30", 550], ["2026-07-28", 650]])(
    "of one stock differ between months: HDFCBANK of %s",
    (expiry, lot) => {
      assert.strictEqual(lotOf(rules, "HDFCBANK", "monthly", expiry)?.lot, lot)
    }
  )
})

describe("lots of contracts that were listed long before", () => {
  it.each(
    [
      ["NIFTY", "2025-03-27", "2024-12-26", 25],
      ["NIFTY", "2025-03-27", "2024-12-27", 75],
      ["NIFTY", "2025-12-30", "2024-12-26", 25],
      ["NIFTY", "2025-02-27", "2024-12-26", 75],
      ["NIFTY", "2025-03-27", "2024-11-19", 25],
      ["NIFTY", "2025-03-27", "2024-04-25", 50],
      ["NIFTY", "2026-03-30", "2025-12-30", 75],
      ["NIFTY", "2026-03-30", "2025-12-31", 65],
      ["NIFTY", "2030-12-31", "2025-12-30", 75],
      ["NIFTY", "2026-01-27", "2025-12-01", 65],
      ["BANKNIFTY", "2025-03-27", "2024-12-24", 15],
      ["BANKNIFTY", "2025-03-27", "2024-12-25", 30],
      ["BANKNIFTY", "2026-03-30", "2025-12-30", 35],
      ["BANKNIFTY", "2026-03-30", "2025-12-31", 30],
      ["SENSEX", "2025-03-25", "2024-12-27", 10],
      ["SENSEX", "2025-03-25", "2024-12-30", 20]
    ] as const
  )("changed on a day: %s of %s on %s is %i", (underlying, expiry, day, lot) => {
    assert.strictEqual(lotOf(rules, underlying, "monthly", expiry, day)?.lot, lot)
  })

  it("are those of the last day where no day is asked for", () => {
    assert.strictEqual(lotOf(rules, "NIFTY", "monthly", "2025-03-27")?.lot, 75)
    assert.strictEqual(lotOf(rules, "NIFTY", "monthly", "2026-03-30")?.lot, 65)
    assert.strictEqual(lotOf(rules, "SENSEX50", "weekly", "2024-11-14")?.lot, 25)
    assert.strictEqual(lotOf(rules, "SENSEX50", "monthly", "2025-02-25")?.lot, 60)
  })
})

describe("freeze quantities", () => {
  it.each([["2026-05-31", 900], ["2026-07-15", 600], ["2025-07-31", undefined], ["2025-10-15", undefined]])(
    "of BANKNIFTY on %s are %s",
    (date, units) => {
      assert.strictEqual(freezeOn(rules, "BANKNIFTY", date)?.quantity, units)
    }
  )
})

describe("names of indices", () => {
  const names = Effect.runSync(loadIndexNames())

  it.each([
    ["NSE", "NIFTYFPI", "NSE:NIFTY INDIA FPI 150"],
    ["BSE", "SENSEX50", "BSE:SNSX50"],
    ["BSE", "FOCIT", "BSE:FOCIT"]
  ])("of %s: contracts of %s are on %s", (exchange, contracts, symbol) => {
    assert.strictEqual(names.underlyingOf(exchange, contracts), symbol)
    assert.strictEqual(names.contractsOf(symbol), contracts)
    assert.isTrue(names.isContracts(exchange, contracts))
  })

  it("are known of everything that the expiry rules list", () => {
    const families = calendar.rules.expiries.filter(({ family }) => !family.endsWith(" stocks"))
    for (const { exchange, family } of families) assert.isTrue(names.isContracts(exchange, family), family)
    assert.strictEqual(names.symbolOf("BSE", "Sensex 50"), "BSE:SNSX50")
    assert.isFalse(names.isContracts("NSE", "RELIANCE"))
  })
})

describe("the listing by rule", () => {
  it.each([
    ["NIFTY25OCT25000CE", "NSE|NIFTY|2025-10-28|2500000|CE"],
    ["NIFTY25O2025000CE", "NSE|NIFTY|2025-10-20|2500000|CE"],
    ["NIFTY26MAR24000PE", "NSE|NIFTY|2026-03-30|2400000|PE"],
    ["NIFTY2641324000PE", "NSE|NIFTY|2026-04-13|2400000|PE"],
    ["BANKNIFTY24D2450000CE", undefined],
    ["BANKNIFTY24DEC50000CE", "NSE|BANKNIFTY|2024-12-24|5000000|CE"]
  ])("knows what holidays moved: %s", (symbol, key) => {
    const read = contractOf("nse", symbol, listing)
    assert.strictEqual(Result.isSuccess(read) ? contractKey(read.success) : undefined, key)
  })
})
