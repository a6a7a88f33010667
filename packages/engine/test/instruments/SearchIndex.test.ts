import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { masterFormats } from "../../src/instruments/InstrumentSync.ts"
import type { MasterEntry } from "../../src/instruments/master/MasterEntry.ts"
import { MasterReader } from "../../src/instruments/master/MasterReader.ts"
import { editDistance } from "../../src/instruments/search/editDistance.ts"
import { SearchIndex, type SearchOptions } from "../../src/instruments/search/SearchIndex.ts"
import { market, masterText } from "./masters.ts"

const entries: Array<MasterEntry> = []
const reader = new MasterReader(masterFormats.kite, (entry) => entries.push(entry))
reader.push(new TextEncoder().encode(masterText("kite", market(6_000))))
reader.endFile()
reader.end()

const index = new SearchIndex(entries)
const ids = (question: string, options?: SearchOptions) => index.search(question, options).map(({ entry }) => entry.id)

describe("SearchIndex", () => {
  it.each([
    ["reliance", "NSE_EQ|RELIANCE"],
    ["RELI", "NSE_EQ|RELIANCE"],
    ["mahindra", "NSE_EQ|M&M"],
    ["m&m", "NSE_EQ|M&M"],
    ["hdfc bank", "NSE_EQ|HDFCBANK"],
    ["bajaj auto", "NSE_EQ|BAJAJ-AUTO"],
    ["bajajauto", "NSE_EQ|BAJAJ-AUTO"],
    ["20microns", "NSE_EQ|20MICRONS"],
    ["reliance bse", "BSE_EQ|RELIANCE"],
    ["nifty 25000 ce", "NSE_FO|NIFTY|2026-11-23|25000.00|CE"],
    ["nifty25000ce", "NSE_FO|NIFTY|2026-11-23|25000.00|CE"],
    ["25,000 call nifty 1 dec", "NSE_FO|NIFTY|2026-12-01|25000.00|CE"],
    ["NIFTY26D0125000CE", "NSE_FO|NIFTY|2026-12-01|25000.00|CE"],
    ["nifty 01dec26 25000 pe", "NSE_FO|NIFTY|2026-12-01|25000.00|PE"],
    ["banknifty 2026-12-29 55000 put", "NSE_FO|BANKNIFTY|2026-12-29|55000.00|PE"],
    ["sensex future", "BSE_FO|SENSEX|2026-12-29|FUT"],
    ["nifty jan fut", "NSE_FO|NIFTY|2027-01-25|FUT"]
  ])("finds %s first", (question, id) => {
    assert.strictEqual(ids(question)[0], id)
  })

  it.each([["relaince", "NSE_EQ|RELIANCE"], ["tatasteal", "NSE_EQ|TATASTEEL"], [
    "bnaknifty 55000 ce",
    "NSE_FO|BANKNIFTY|2026-11-23|55000.00|CE"
  ]])(
    "forgives the typing error in %s",
    (question, id) => {
      assert.strictEqual(ids(question)[0], id)
    }
  )

  it("never guesses a number", () => {
    assert.deepStrictEqual(ids("nifty 25001 ce"), [])
  })

  it("answers nothing to nothing", () => {
    for (const question of ["", "   ", "!?", "qqqqxxxx"]) assert.deepStrictEqual(ids(question), [])
  })

  it("keeps to the kinds, the exchange and the limit asked for", () => {
    const hits = index.search("nifty", { kinds: ["future"], exchange: "NSE", limit: 2 })
    assert.strictEqual(hits.length, 2)
    for (const { entry } of hits) assert.deepInclude(entry, { kind: "future", exchange: "NSE" })
    assert.isTrue(ids("sensex", { exchange: "NSE" }).length === 0)
  })

  it("answers the same question the same way, whatever was asked between", () => {
    const before = ids("nifty dec 25000")
    ids("banknifty")
    assert.deepStrictEqual(ids("nifty dec 25000"), before)
  })

  it("finds every instrument by its own symbol, unless a longer one begins alike", () => {
    for (const entry of entries.filter((_, n) => n % 7 === 0 && entries[n]!.kind === "option")) {
      assert.strictEqual(ids(entry.symbol)[0], entry.id)
    }
  })

  it.prop("survives any text", [Schema.String], ([question]) => {
    const hits = index.search(question)
    for (let n = 1; n < hits.length; n++) assert.isAtLeast(hits[n - 1]!.score, hits[n]!.score)
  })
})

describe("editDistance", () => {
  it.each([["", "", 0], ["abc", "abc", 0], ["abc", "acb", 1], ["abc", "ab", 1], ["abc", "xabc", 1], [
    "abcd",
    "badc",
    2
  ]])(
    "%s to %s is %i",
    (a, b, distance) => {
      assert.strictEqual(editDistance(a, b, 3), distance)
    }
  )

  it.prop("is symmetric, and cut off above the most", [Schema.String, Schema.String], ([a, b]) => {
    const most = 20
    assert.strictEqual(editDistance(a, b, most), editDistance(b, a, most))
    const exact = editDistance(a, b, 1_000)
    const cut = editDistance(a, b, 1)
    assert.isTrue(exact <= 1 ? cut === exact : cut > 1)
  })
})
