import { type Instrument } from "@keepgaining/core/market/Instrument.ts"
import { assert, describe, it } from "vitest"
import { changeOf, matching, sortWatch } from "../../src/market/sortQuotes.ts"

const instrument = (symbol: string, kind: Instrument["kind"] = "equity"): Instrument => ({
  symbol,
  exchange: "NSE",
  kind,
  tickSize: 5,
  lotSize: 1
})
const instruments = [
  instrument("NSE:TCS"),
  instrument("NSE:NIFTY 50", "index"),
  instrument("NSE:INFY"),
  instrument("NSE:ITC")
]
const quotes: ReadonlyArray<Readonly<Record<string, number>>> = [
  { last: 110, previousClose: 100, open: 105 },
  { last: Number.NaN, previousClose: Number.NaN, open: Number.NaN },
  { last: 95, previousClose: 0, open: 100 },
  { last: 100, previousClose: 100, open: 90 }
]
const reader = { value: (index: number, field: string) => quotes[index]?.[field] ?? Number.NaN }

describe("the market watch", () => {
  it("measures change from the previous close, or from the open without one", () => {
    assert.closeTo(changeOf(reader, 0), 0.1, 1e-12)
    assert.closeTo(changeOf(reader, 2), -0.05, 1e-12)
  })
  it("sorts either way, with what is not known last", () => {
    assert.deepStrictEqual(sortWatch([0, 1, 2, 3], instruments, reader, "change", true), [0, 3, 2, 1])
    assert.deepStrictEqual(sortWatch([0, 1, 2, 3], instruments, reader, "change", false), [2, 3, 0, 1])
    assert.deepStrictEqual(sortWatch([0, 1, 2, 3], instruments, reader, "symbol", false), [2, 3, 1, 0])
  })
  it("finds by kind and by every word", () => {
    assert.deepStrictEqual(matching(instruments, "equity", ""), [0, 2, 3])
    assert.deepStrictEqual(matching(instruments, "all", "50 nifty"), [1])
    assert.deepStrictEqual(matching(instruments, "equity", "nifty"), [])
  })
})
