import { assert, describe, it } from "@effect/vitest"
import { defaultDeskSettings } from "@keepgaining/core/desk/DeskState.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { check, type RiskLimits, type RiskQuestion, rules } from "@keepgaining/core/risk/Risk.ts"

const share: Instrument = { symbol: "NSE:RELIANCE", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 }
const future: Instrument = { ...share, symbol: "NSE:NIFTY26AUGFUT", kind: "future", lotSize: 75 }

const limits: RiskLimits = {
  ...defaultDeskSettings.limits,
  maxOrderQuantity: 1_000,
  maxOrderValue: 10_000_000,
  maxPositionValue: 15_000_000,
  maxOpenPositions: 5
}

const fine: RiskQuestion = {
  instrument: share,
  side: "buy",
  quantity: 100,
  type: "limit",
  product: "intraday",
  limitPrice: 10_000,
  triggerPrice: undefined,
  lastPrice: 10_000,
  quoteAge: 0,
  reduces: false,
  openPositions: 0,
  held: 0,
  working: 0,
  lossReached: false,
  dayResult: 0,
  ordersThisSecond: 0,
  killStage: "none",
  today: "2026-08-25",
  sessionEnded: false,
  afterSquareOff: false,
  funds: () => undefined
}

const cases: ReadonlyArray<readonly [rule: string, broken: Partial<RiskQuestion>, numbers: RegExp]> = [
  ["session", { sessionEnded: true }, /ended/],
  ["tradable", { instrument: { ...share, kind: "index" } }, /NSE:RELIANCE/],
  [
    "expiry",
    { instrument: { ...future, expiry: "2026-08-24" }, quantity: 75, product: "carry" },
    /expired on 2026-08-24/
  ],
  ["product", { product: "carry" }, /delivery/],
  ["product", { instrument: future, quantity: 75, product: "delivery" }, /derivative/],
  ["lot", { instrument: future, quantity: 74 }, /74.*75/],
  ["tick", { limitPrice: 10_001 }, /100\.01.*0\.05/],
  ["tick", { limitPrice: -5 }, /above 0/],
  ["quote", { lastPrice: 0 }, /no price/],
  ["stop-price", { type: "stop", limitPrice: undefined, triggerPrice: 9_995 }, /99\.95.*100\.00/],
  ["stop-price", { type: "stop-limit", limitPrice: 10_100, triggerPrice: 10_200 }, /101\.00.*102\.00/],
  ["kill-switch", { killStage: "pause" }, /pause/],
  ["daily-loss", { lossReached: true, dayResult: -123_456 }, /-₹1,234\.56/],
  ["square-off", { afterSquareOff: true }, /squared off/],
  ["short-delivery", { product: "delivery", side: "sell", held: 40 }, /100.*40/],
  ["order-quantity", { quantity: 1_001, limitPrice: 500, lastPrice: 500 }, /1001.*1000/],
  ["order-value", { quantity: 1_000, limitPrice: 10_005 }, /1,00,050\.00.*1,00,000\.00/],
  ["position-value", { held: 1_000, working: 500, quantity: 100 }, /1,60,000\.00.*1,50,000\.00/],
  ["position-value", { side: "sell", held: -1_000, working: 500, quantity: 100 }, /1,60,000\.00/],
  ["open-positions", { openPositions: 5 }, /5 open, limit 5/],
  ["price-distance", { limitPrice: 12_005 }, /20 %/],
  ["stale-quote", { type: "market", limitPrice: undefined, quoteAge: 60_001 }, /60 s/],
  ["order-rate", { ordersThisSecond: 10 }, /10 orders/],
  [
    "margin",
    { funds: () => ({ needed: 17_774_900, free: 5_225_100, capital: 100_000_000, underlying: "X" }) },
    /^₹1,77,749\.00 needed, ₹52,251\.00 free of ₹10,00,000\.00$/
  ],
  [
    "margin",
    { funds: () => ({ needed: undefined, free: 0, capital: 0, underlying: "NSE:NIFTY 50" }) },
    /NIFTY 50 has no price/
  ]
]

describe("risk", () => {
  it("lets through what breaks no rule", () => {
    assert.isUndefined(check(limits, fine))
    assert.isUndefined(check(limits, { ...fine, quoteAge: 1e9 }), "a limit order may rest on an old quote")
    assert.isUndefined(check(limits, { ...fine, openPositions: 9, held: 5 }), "adding to a position opens none")
    assert.isUndefined(
      check(limits, { ...fine, instrument: { ...future, expiry: fine.today }, quantity: 75, product: "carry" }),
      "a contract trades on its last day"
    )
    assert.isUndefined(check(limits, { ...fine, afterSquareOff: true, product: "delivery" }))
    assert.isUndefined(check(limits, { ...fine, side: "sell", product: "delivery", held: 100 }))
  })

  it.each(cases)("refuses by rule %s with the numbers: %j", (rule, broken, numbers) => {
    const refusal = check(limits, { ...fine, ...broken })
    assert.strictEqual(refusal?.rule, rule)
    assert.match(refusal?.detail ?? "", numbers)
  })

  it("has a case for every rule, and no two rules of one name", () => {
    const names = rules.map(({ name }) => name)
    assert.strictEqual(new Set(names).size, names.length)
    assert.deepStrictEqual(names.filter((name) => !cases.some(([rule]) => rule === name)), [])
  })

  it.each(cases)("never holds an exit back but for what an exchange would refuse: %s", (rule, broken) => {
    const refusal = check(limits, { ...fine, ...broken, reduces: true })
    const always = rules.find(({ name }) => name === rule)?.always === true
    assert.strictEqual(refusal !== undefined, always)
  })
})
