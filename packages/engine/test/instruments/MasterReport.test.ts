import { assert, describe, it } from "@effect/vitest"
import { contractId, type MasterEntry } from "../../src/instruments/master/MasterEntry.ts"
import { compare, summarise } from "../../src/instruments/MasterReport.ts"

const option = (changes: Partial<MasterEntry> = {}): MasterEntry => {
  const entry = {
    exchange: "NSE" as const,
    kind: "option" as const,
    symbol: "NIFTY26D0125000CE",
    name: "NIFTY",
    token: "NSE_FO|40566",
    exchangeToken: "40566",
    isin: null,
    underlying: "NIFTY",
    expiry: "2026-12-01",
    strike: 2_500_000,
    right: "CE" as const,
    lotSize: 65,
    tickSize: 5,
    freezeQuantity: 1_800,
    closingAuction: null,
    ...changes
  }
  return { id: contractId(entry), ...entry }
}

const kinds = (before: ReadonlyArray<MasterEntry>, after: ReadonlyArray<MasterEntry>, day: string) =>
  compare(before, after, day).map(({ kind }) => kind)

describe("MasterReport", () => {
  it("tells additions, expiries and removals apart", () => {
    assert.deepStrictEqual(kinds([], [option()], "2026-11-25"), ["added"])
    assert.deepStrictEqual(kinds([option()], [], "2026-12-01"), ["removed"])
    assert.deepStrictEqual(kinds([option()], [], "2026-12-02"), ["expired"])
  })

  it("names every way in which an instrument changed", () => {
    const after = option({ lotSize: 75, token: "NSE_FO|9", exchangeToken: "9" })
    assert.deepStrictEqual(kinds([option()], [after], "2026-11-25"), ["lot", "token"])
    assert.deepStrictEqual(kinds([option()], [option({ freezeQuantity: 900 })], "2026-11-25"), ["freeze"])
    assert.deepStrictEqual(kinds([option()], [option({ tickSize: 1 })], "2026-11-25"), ["tick"])
    assert.deepStrictEqual(kinds([option()], [option({ name: "NIFTY 50" })], "2026-11-25"), ["other"])
  })

  it("sees that a living contract was moved to another day, earlier or later", () => {
    for (const expiry of ["2026-11-30", "2026-12-02"]) {
      const changes = compare([option()], [option({ expiry })], "2026-11-25")
      assert.deepStrictEqual(changes.map(({ kind }) => kind), ["redated"])
      assert.strictEqual(changes[0]?.before?.expiry, "2026-12-01")
    }
  })

  it("does not take the new owner of an expired contract's token for it", () => {
    const next = option({ expiry: "2026-12-08" })
    assert.deepStrictEqual(kinds([option()], [next], "2026-12-02"), ["added", "expired"])
  })

  it("sums up", () => {
    const report = summarise(compare([option()], [option({ lotSize: 75 })], "2026-11-25"))
    assert.strictEqual(report.lot, 1)
    assert.strictEqual(Object.values(report).reduce((sum, count) => sum + count, 0), 1)
  })
})
