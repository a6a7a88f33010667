import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import { masterFormats } from "../../src/instruments/InstrumentSync.ts"
import { MasterBroker, MasterEntry, toInstrument } from "../../src/instruments/master/MasterEntry.ts"
import { MasterReader } from "../../src/instruments/master/MasterReader.ts"
import { market, type MasterOptions, masterText } from "./masters.ts"

const read = (broker: MasterBroker, text: string, pieceSize = 65_536) => {
  const entries: Array<MasterEntry> = []
  const reader = new MasterReader(masterFormats[broker], (entry) => entries.push(entry))
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += pieceSize) reader.push(bytes.subarray(at, at + pieceSize))
  reader.endFile()
  reader.end()
  return { entries, account: reader.account(), problem: reader.problem, byId: new Map(entries.map((e) => [e.id, e])) }
}

const listings = market(1_500)
const texts = (broker: MasterBroker, options?: MasterOptions) => masterText(broker, listings, options)

describe.each(MasterBroker.literals)("master of %s", (broker) => {
  it("takes every row in scope, as valid entries", () => {
    const { account, entries, problem } = read(broker, texts(broker))
    assert.isUndefined(problem)
    assert.strictEqual(account.taken, listings.length, JSON.stringify(account))
    const decode = Schema.decodeUnknownSync(MasterEntry)
    for (const entry of entries) decode(entry)
  })

  it("says the same of a contract as the listing it was made from", () => {
    const { byId } = read(broker, texts(broker))
    const call = byId.get("NSE_FO|NIFTY|2026-12-01|25000.00|CE")
    assert.deepInclude(call, {
      kind: "option",
      exchange: "NSE",
      underlying: "NIFTY",
      expiry: "2026-12-01",
      strike: 2_500_000,
      right: "CE",
      lotSize: 65,
      tickSize: 5
    })
    const future = byId.get("BSE_FO|SENSEX|2026-12-29|FUT")
    assert.deepInclude(future, { kind: "future", lotSize: 20, strike: null, right: null })
    assert.deepInclude(byId.get("NSE_EQ|RELIANCE"), { kind: "equity", tickSize: 1, lotSize: 1, expiry: null })
    assert.isDefined(byId.get("BSE_EQ|BAJAJ-AUTO"))
    assert.isTrue([...byId.keys()].some((id) => id.startsWith("NSE_EQ|") && id.endsWith("-BE")))
  })

  it("says of a share what decides its charges, where the broker tells", () => {
    const fund = {
      ...listings.find(({ kind, symbol }) => kind === "equity" && symbol === "RELIANCE")!,
      isin: "INF204KB14I2"
    }
    const rare = { ...fund, exchange: "BSE" as const, series: "XT", isin: "INE002A01018", token: fund.token + 900_000 }
    const { byId } = read(broker, masterText(broker, [fund, rare]))
    const instrument = (id: string) => {
      const entry = byId.get(id)
      if (entry === undefined) throw new Error(`no ${id} in ${Array.from(byId.keys()).join()}`)
      return toInstrument(entry, id)
    }
    const [unit, share] = [instrument("NSE_EQ|RELIANCE"), instrument("BSE_EQ|RELIANCE")]
    const tells = broker === "upstox" || broker === "fyers"
    assert.deepStrictEqual([unit.security, unit.group], [tells ? "fund" : undefined, undefined])
    assert.deepStrictEqual([share.security, share.group], tells ? ["share", "XT"] : [undefined, undefined])
  })

  it("does not depend on how the bytes are cut", () => {
    const text = masterText(broker, listings.slice(0, 300))
    const whole = read(broker, text)
    for (const size of [1, 7, 1_000]) {
      const { account, entries } = read(broker, text, size)
      assert.deepStrictEqual(entries, whole.entries)
      assert.deepStrictEqual(account, whole.account)
    }
  })

  it("notices or counts a cut anywhere", () => {
    const text = masterText(broker, listings.slice(0, 40))
    for (let at = 1; at < text.length - 1; at += 97) {
      const { account, problem } = read(broker, text.slice(0, at))
      assert.isTrue(problem !== undefined || account.taken < 40, `cut at ${at}`)
    }
  })

  it("refuses or rejects what is no master, without throwing", () => {
    for (const text of ["", "<html>Bad gateway</html>", "null", "[1,2]", "{}", "\u0000\u0001", ",,,\n,,"]) {
      const { account, problem } = read(broker, text)
      assert.strictEqual(account.taken, 0)
      assert.isTrue(
        problem !== undefined || account.rows === 0 || account.rejected.malformed + outOf(account) > 0,
        text
      )
    }
  })

  it("rejects the second row of an instrument", () => {
    const { account } = read(broker, masterText(broker, [...listings, listings[10]!]))
    assert.strictEqual(account.rejected.duplicate, 1)
    assert.strictEqual(account.taken, listings.length)
    assert.match(account.examples[0] ?? "", /^duplicate: .* is there twice/)
  })
})

const outOf = (account: { readonly outOfScope: Readonly<Record<string, number>> }): number =>
  Object.values(account.outOfScope).reduce((sum, count) => sum + count, 0)

describe("bad rows", () => {
  it("are counted by reason", () => {
    const option = listings.find(({ kind }) => kind === "option")!
    const bad = [
      { ...option, token: 1, lot: 0 },
      { ...option, token: 2, strike: -1 },
      { ...option, token: 3, tick: 0 },
      { ...option, token: 4, strike: 0.001 }
    ]
    const { account } = read("kite", masterText("kite", bad))
    assert.deepInclude(account.rejected, { lot: 1, strike: 2, tick: 1 })
    assert.strictEqual(account.taken, 0)
  })

  it("with other columns are malformed, a missing column refuses the file", () => {
    const text = masterText("kite", listings.slice(0, 3))
    assert.strictEqual(read("kite", `${text}1,2,3\n`).account.rejected.malformed, 1)
    assert.match(read("kite", text.replace("lot_size", "lots")).problem ?? "", /lacks lot_size/)
  })
})

describe("ticks of Upstox", () => {
  it("are rupees when one is below 1, paise otherwise", () => {
    const paise = read("upstox", texts("upstox")).entries.map(({ tickSize }) => tickSize)
    const rupees = read("upstox", texts("upstox", { upstoxTicks: "rupees" })).entries.map(({ tickSize }) => tickSize)
    assert.deepStrictEqual(rupees, paise)
  })
  it.each(["paise", "rupees"] as const)("are %s whatever currencies the file begins with", (upstoxTicks) => {
    const plain = read("upstox", texts("upstox"))
    for (const currencies of [10, 3_000]) {
      const { account, entries } = read("upstox", texts("upstox", { upstoxTicks, currencies }))
      assert.deepStrictEqual(entries, plain.entries)
      assert.strictEqual(account.rows, plain.account.rows + currencies)
      assert.deepInclude(account.outOfScope, { NCD_FO: currencies / 2, BCD_FO: currencies / 2 })
    }
  })
  it("are judged by contracts where no share is among the first rows", () => {
    const contracts = listings.filter(({ kind }) => kind === "future" || kind === "option")
    assert.isAbove(contracts.length, 1_000)
    const ticks = (upstoxTicks: "paise" | "rupees") =>
      read("upstox", masterText("upstox", [...contracts, ...listings.slice(0, 100)], { upstoxTicks })).entries.map((
        { tickSize }
      ) => tickSize)
    assert.deepStrictEqual(ticks("rupees"), ticks("paise"))
  })
})

describe("real rows of Kite", () => {
  const file = path.resolve(import.meta.dirname, "../../../../../shared/data/kite/instruments_all.csv")
  it.skipIf(!fs.existsSync(file))(`are read (${path.basename(file)})`, () => {
    const { account, byId } = read("kite", fs.readFileSync(file, "utf8"))
    assert.isAbove(account.taken, 3)
    assert.strictEqual(account.rejected.duplicate + account.rejected.strike + account.rejected.expiry, 0)
    assert.deepInclude(byId.get("NSE_FO|BANKNIFTY|2018-01-25|23500.00|CE"), { lotSize: 40, strike: 2_350_000 })
  })
})
