import { assert, describe, it } from "vitest"
import { title } from "../../src/format/symbols.ts"
import { age, clock, date, dayAndMinute, time, untilText } from "../../src/format/times.ts"

// 24 Nov 2026, 13:16:08.250 IST.
const instant = Date.UTC(2026, 10, 24, 7, 46, 8, 250)

describe("times", () => {
  it("are IST and say so when they stand alone", () => {
    assert.strictEqual(time(instant), "13:16:08")
    assert.strictEqual(clock(instant), "13:16:08 IST")
    assert.strictEqual(date(instant), "24 Nov 2026")
  })
  it("know that the Indian day begins before the one of Greenwich", () => {
    assert.strictEqual(date(Date.UTC(2026, 10, 23, 18, 30)), "24 Nov 2026")
    assert.strictEqual(date(Date.UTC(2026, 10, 23, 18, 29, 59)), "23 Nov 2026")
  })
  it("are a dash when not known", () => {
    assert.strictEqual(clock(Number.NaN), "–")
    assert.strictEqual(date(0), "–")
  })
  it("give ages in the unit that fits", () => {
    assert.deepStrictEqual([300, 7_200, 42_000, 125_000, 7_300_000].map(age), ["0.3 s", "7.2 s", "42 s", "2 m", "2 h"])
  })
})

describe("ends", () => {
  it("of a day are midnight", () => {
    assert.strictEqual(untilText(Date.UTC(2026, 10, 26, 18, 30)), "midnight")
    assert.strictEqual(untilText(Date.UTC(2026, 10, 26, 10, 0)), "15:30:00 IST")
    assert.strictEqual(dayAndMinute(Date.UTC(2026, 10, 27, 2, 30)), "27 Nov, 08:00 IST")
  })
})

describe("symbols", () => {
  const option = {
    symbol: "NSE:NIFTY26D0124500CE",
    exchange: "NSE",
    kind: "option",
    tickSize: 5,
    lotSize: 75,
    underlying: "NSE:NIFTY 50",
    expiry: "2026-12-01",
    strike: 2_450_000,
    right: "CE"
  } as const
  it("are written as traders read them", () => {
    assert.strictEqual(title(option), "NIFTY 01 DEC 24500 CE")
    assert.strictEqual(
      title({ symbol: "NSE:M&M", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 }),
      "M&M"
    )
  })
})
