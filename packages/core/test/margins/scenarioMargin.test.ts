import { assert, describe, it } from "@effect/vitest"
import type { MarginRates } from "@keepgaining/core/margins/MarginRates.ts"
import { type MarginLeg, scenarioMargin as marginBy } from "@keepgaining/core/margins/scenarioMargin.ts"
import { impliedVolatility } from "@keepgaining/core/options/impliedVolatility.ts"

const rates: MarginRates = {
  priceScan: { index: 0.093, stock: 0.142 },
  volatilityScan: { index: 0.04, stock: 0.1 },
  exposure: { index: 0.02, stock: 0.035 },
  expiryDay: 0.02,
  calendarSpread: { index: 0.0175, stock: 0.022 },
  expirySpread: { index: false, stock: false },
  rate: 0.065,
  cashIntraday: 0.2,
  source: "market.md 5.1"
}
const scenarioMargin = (legs: ReadonlyArray<MarginLeg>) => marginBy(legs, rates)

const spot = 19_434.15
const time = 15 / 365

/** A call of 13 July 2023 at its price in a broker's recorded answer; quantity 75. */
const call = (strike: number, price: number, quantity: number): MarginLeg => ({
  underlying: "NIFTY",
  isIndex: true,
  quantity,
  spot,
  price,
  expiry: "2023-07-13",
  expiresToday: false,
  option: {
    right: "CE",
    strike,
    time,
    volatility: impliedVolatility({ right: "CE", spot, strike, time, rate: 0.065 }, price) ?? NaN
  }
})

const short = call(20_600, 35.65, -75)
const hedge = call(20_700, 6.95, 75)

const future = (expiry: string, quantity: number, price: number): MarginLeg => ({
  underlying: "NIFTY",
  isIndex: true,
  quantity,
  spot: 24_200,
  price,
  expiry,
  expiresToday: false
})

describe("the margin model", () => {
  it("comes near a broker's recorded answer for a naked short call: 66,832.50 and 29,151.23", () => {
    const { exposure, span } = scenarioMargin([short])
    assert.closeTo(exposure, 29_151.225, 0.01)
    assert.closeTo(span / 66_832.5, 1, 0.1)
  })

  it("gives a hedge its due in the scenarios, not in the exposure", () => {
    const naked = scenarioMargin([short])
    const hedged = scenarioMargin([short, hedge])
    assert.isBelow(hedged.span, naked.span / 4)
    assert.strictEqual(hedged.exposure, naked.exposure)
    assert.closeTo(hedged.premium, 75 * 6.95, 1e-9)
  })

  it("asks of longs their premium and nothing else", () => {
    assert.deepStrictEqual(scenarioMargin([hedge]), {
      span: 0,
      exposure: 0,
      premium: 75 * 6.95,
      total: 75 * 6.95,
      source: "model"
    })
  })

  it("asks of a future the scan range and the exposure: ₹1,46,289 and ₹31,460 for a NIFTY lot at 24,200", () => {
    const future = {
      underlying: "NIFTY",
      isIndex: true,
      quantity: 65,
      spot: 24_200,
      price: 24_200,
      expiry: "2026-09-29",
      expiresToday: false
    }
    const { exposure, span } = scenarioMargin([future])
    assert.closeTo(span, 146_289, 0.5)
    assert.closeTo(exposure, 31_460, 0.5)
  })

  it("asks more for a short index option on its last day", () => {
    const today = scenarioMargin([{ ...short, expiresToday: true }])
    assert.closeTo(today.exposure - scenarioMargin([short]).exposure, 0.02 * spot * 75, 0.01)
  })

  it("comes near the broker's answer for the hedged call too: span 7,788", () => {
    assert.closeTo(scenarioMargin([short, hedge]).span / 7_788, 1, 0.1)
  })

  it("asks a portfolio of longs and shorts for no more than it can lose", () => {
    // Long at 20,600 and short above it: what was paid is all that can be lost.
    const bought = scenarioMargin([call(20_600, 35.65, 75), call(20_700, 6.95, -75)])
    assert.strictEqual(bought.span, 0)
    assert.closeTo(bought.premium, 75 * 35.65, 1e-9)
  })

  it("asks of a calendar spread 1.75 % of its far leg, not nothing and not twice the scan range", () => {
    const near = future("2026-09-29", 65, 24_200)
    const far = future("2026-10-27", -65, 24_350)
    const { exposure, span } = scenarioMargin([near, far])
    assert.closeTo(span, 0.0175 * 65 * 24_350, 0.01)
    assert.closeTo(exposure, 2 * 31_460, 0.01)
    // What is left over is scanned as ever; only what is paired binds the charge.
    const uneven = scenarioMargin([{ ...near, quantity: 195 }, far])
    assert.closeTo(uneven.span, 2 * 146_289 + 0.0175 * 65 * 24_350, 1)
    const stock = [near, far].map((leg) => ({ ...leg, isIndex: false }))
    assert.closeTo(scenarioMargin(stock).span, 0.022 * 65 * 24_350, 0.01)
  })

  it("gives no relief for a leg that expires today, from the day on which that began", () => {
    const near = { ...future("2026-09-29", 65, 24_200), expiresToday: true }
    const far = future("2026-10-27", -65, 24_350)
    assert.closeTo(scenarioMargin([near, far]).span, 2 * 146_289, 1)
    const before = marginBy([near, far], { ...rates, expirySpread: { index: true, stock: true } })
    assert.closeTo(before.span, 0.0175 * 65 * 24_350, 0.01)
  })

  it("pairs options over expiries by what they are as good as in the underlying", () => {
    const near = call(19_000, 480, -75)
    const later = { ...call(19_000, 560, 75), expiry: "2023-07-27" }
    const delta = 0.8
    const charge = scenarioMargin([near, later]).span - scenarioMargin([near, { ...later, expiry: near.expiry }]).span
    assert.closeTo(charge / (0.0175 * 75 * spot * delta), 1, 0.15)
  })

  it("does not set one underlying off against another", () => {
    const other = { ...short, underlying: "BANKNIFTY", quantity: 75 }
    assert.isAtLeast(scenarioMargin([short, other]).span, scenarioMargin([short]).span)
  })
})
