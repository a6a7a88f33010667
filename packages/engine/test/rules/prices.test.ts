import { assert, describe, it } from "@effect/vitest"
import { checkOrder, type InstrumentTerms, type OrderTerms } from "@keepgaining/core/contracts/checkOrder.ts"
import { contradicted, contradictions, type MasterTerms } from "@keepgaining/core/contracts/contradictions.ts"
import { type PriceClass, type PriceLimit, priceRange, tickOn } from "@keepgaining/core/contracts/PriceRules.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { loadCalendar, loadContractRules, loadPriceRules } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const prices = Effect.runSync(loadPriceRules())
const rules = {
  calendar: Effect.runSync(loadCalendar()),
  contracts: Effect.runSync(loadContractRules()),
  prices
}

describe("ticks", () => {
  it.each(
    [
      ["share", "2024-06-09", 100, 0.05],
      ["share", "2024-06-10", 249.95, 0.01],
      ["share", "2024-06-10", 250, 0.05],
      ["share-with-derivatives", "2025-04-15", 1_400, 0.1],
      ["share", "2025-04-15", 21_000, 5],
      ["stock-future", "2025-04-15", 7_000, 0.5],
      ["index-future", "2026-08-03", 24_000, 0.1],
      ["index-future", "2026-08-03", 56_000, 0.2],
      ["index-option", "2026-08-03", 24_000, 0.05],
      ["stock-option", "2025-11-02", 100, 0.05],
      ["stock-option", "2025-11-03", 100, 0.01]
    ] as ReadonlyArray<readonly [PriceClass, string, number, number]>
  )("of a %s on %s at ₹%d are ₹%d", (asked, date, base, tick) => {
    const known = Result.getOrThrow(
      tickOn(prices, { exchange: "NSE", class: asked, date }, paise(Math.round(base * 100)))
    )
    assert.strictEqual(known.tick, tick)
  })

  it("that no rule tells are refused with a remedy", () => {
    const before = tickOn(prices, { exchange: "NSE", class: "index-future", date: "2024-01-01" }, paise(2_000_000))
    const bse = tickOn(prices, { exchange: "BSE", class: "share", date: "2026-01-01" }, paise(10_000))
    assert.match(
      Result.isFailure(before) ? before.failure.message : "",
      /index-future of NSE is not known for 2024-01-01/
    )
    assert.match(Result.isFailure(bse) ? bse.failure.message : "", /broker's instrument master/)
  })
})

describe("price ranges", () => {
  const range = (exchange: "NSE" | "BSE", rule: PriceLimit, of: PriceClass, date: string, rupees: number) =>
    Result.map(
      priceRange(prices, { exchange, rule, class: of, date }, paise(Math.round(rupees * 100))),
      ({ highest, lowest }) => [lowest / 100, highest / 100]
    )

  it.each(
    [
      ["NSE", "limit-price-protection", "index-option", "2022-10-31", 30, [10, 50]],
      ["NSE", "limit-price-protection", "index-option", "2026-01-01", 15, [0, 35]],
      ["NSE", "limit-price-protection", "index-option", "2026-01-01", 100, [60, 140]],
      ["NSE", "limit-price-protection", "index-future", "2026-09-01", 24_000, [23_520, 24_480]],
      ["BSE", "limit-price-protection", "stock-future", "2026-07-06", 40, [38.5, 41.5]],
      ["BSE", "stop-gap", "index-option", "2026-01-19", 40, [30, 50]],
      ["NSE", "operating-range", "stock-future", "2026-01-01", 1_000, [900, 1_100]],
      ["NSE", "closing-auction", "share-with-derivatives", "2026-08-03", 1_000, [970, 1_030]]
    ] as ReadonlyArray<readonly ["NSE" | "BSE", PriceLimit, PriceClass, string, number, ReadonlyArray<number>]>
  )("of %s: %s of a %s on %s around ₹%d is %o", (exchange, rule, of, date, reference, expected) => {
    assert.deepStrictEqual(Result.getOrThrow(range(exchange, rule, of, date, reference)), expected)
  })

  it("of FOCIT are its own", () => {
    const around = (date: string, underlying: string, of: PriceClass = "index-option") =>
      Result.map(
        priceRange(
          prices,
          { exchange: "BSE", rule: "limit-price-protection", class: of, date, underlying },
          paise(10_000)
        ),
        ({ highest, lowest }) => [lowest / 100, highest / 100]
      )
    assert.deepStrictEqual(Result.getOrThrow(around("2026-06-01", "FOCIT")), [20, 180])
    assert.deepStrictEqual(Result.getOrThrow(around("2026-06-01", "SENSEX")), [60, 140])
    assert.deepStrictEqual(Result.getOrThrow(around("2026-06-01", "FOCIT", "index-future")), [0, 300])
  })

  it("and ticks are not taken beyond the dates that they are known for", () => {
    const range = priceRange(
      prices,
      { exchange: "NSE", rule: "limit-price-protection", class: "index-option", date: "2035-01-02" },
      paise(10_000)
    )
    assert.match(Result.isFailure(range) ? range.failure.message : "", /not known for 2035-01-02/)
    const tick = tickOn(prices, { exchange: "NSE", class: "index-option", date: "2035-01-02" }, paise(10_000))
    assert.match(Result.isFailure(tick) ? tick.failure.message : "", /not known for 2035-01-02/)
    assert.isTrue(
      Result.isSuccess(tickOn({ ...prices, coverage: [] }, {
        exchange: "NSE",
        class: "index-option",
        date: "2035-01-02"
      }, paise(10_000)))
    )
  })

  it("are not guessed before their day", () => {
    for (const [exchange, date] of [["NSE", "2022-10-30"], ["BSE", "2025-11-30"]] as const) {
      const known = range(exchange, "limit-price-protection", "index-option", date, 100)
      assert.match(Result.isFailure(known) ? known.failure.message : "", /limit price protection .* not known/)
    }
  })
})

describe("checkOrder", () => {
  const nifty: InstrumentTerms = {
    symbol: "NSE:NIFTY26D0124500CE",
    lotSize: 65,
    tickSize: paise(5),
    freezeQuantity: 1_800,
    band: { lowest: paise(5), highest: paise(50_000), source: "circuit of the quote" },
    protection: { lowest: paise(6_000), highest: paise(14_000), source: "NSE/FAOP/54242" },
    takesMarket: false
  }
  const good: OrderTerms = { type: "LIMIT", quantity: 650, price: paise(10_005) }

  it.each(
    [
      [good, []],
      [{ ...good, quantity: 100 }, ["lot"]],
      [{ ...good, quantity: 1_820 }, ["freeze"]],
      [{ ...good, quantity: 0 }, ["quantity"]],
      [{ ...good, quantity: 6.5 }, ["quantity"]],
      [{ ...good, price: paise(10_003) }, ["tick"]],
      [{ ...good, price: paise(14_005) }, ["limit-price-protection"]],
      [{ ...good, price: paise(60_000) }, ["band", "limit-price-protection"]],
      [{ type: "LIMIT", quantity: 65 }, ["price"]],
      [{ type: "MARKET", quantity: 65 }, ["market-order"]],
      [{ type: "STOP_MARKET", quantity: 65, trigger: paise(9_000) }, ["market-order"]],
      [{ type: "STOP_LIMIT", quantity: 65, trigger: paise(9_001), price: paise(9_000) }, ["tick"]],
      [{ type: "STOP_LIMIT", quantity: 60, price: paise(3) }, [
        "lot",
        "tick",
        "band",
        "price",
        "limit-price-protection"
      ]]
    ] as ReadonlyArray<readonly [OrderTerms, ReadonlyArray<string>]>
  )("of %o finds %o", (order, expected) => {
    const faults = checkOrder(order, nifty)
    assert.deepStrictEqual(faults.map(({ rule }) => rule), expected)
    for (const { remedy, what } of faults) assert.isAbove(Math.min(remedy.length, what.length), 5)
  })

  it("tells what to order instead", () => {
    assert.include(checkOrder({ ...good, quantity: 100 }, nifty)[0]?.remedy, "65 or 130")
    assert.include(checkOrder({ ...good, quantity: 1_820 }, nifty)[0]?.remedy, "1755 or less")
    assert.include(checkOrder({ ...good, price: paise(10_003) }, nifty)[0]?.remedy, "₹100.00 or ₹100.05")
  })

  it.prop(
    "finds nothing in orders made by the rules",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 27 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1_200, maximum: 2_800 }))
    ],
    ([lots, ticks]) => {
      assert.deepStrictEqual(checkOrder({ type: "LIMIT", quantity: lots * 65, price: paise(ticks * 5) }, nifty), [])
    },
    { arbitrary: { runs: 200 } }
  )
})

describe("contradictions", () => {
  const option = (over: Partial<MasterTerms>): MasterTerms => ({
    id: `NSE_FO|${over.underlying ?? "NIFTY"}|${over.expiry ?? "2026-08-25"}|24500.00|CE`,
    exchange: "NSE",
    kind: "option",
    symbol: "X",
    underlying: "NIFTY",
    expiry: "2026-08-25",
    right: "CE",
    lotSize: 65,
    tickSize: 5,
    freezeQuantity: 1_755,
    ...over
  })
  const of = (over: Partial<MasterTerms>) =>
    contradictions(rules, [option(over), option({ expiry: "2026-08-25" })], "2026-08-20").map(({ about }) => about)

  it.each(
    [
      [{}, []],
      [{ lotSize: 75, freezeQuantity: 1_800 }, ["lot"]],
      [{ tickSize: 10 }, ["tick"]],
      [{ freezeQuantity: 1_690 }, ["freeze"]],
      [{ expiry: "2026-08-20" }, ["expiry"]],
      [{ expiry: "2026-08-18" }, []],
      [{ underlying: "UNHEARD", lotSize: 7, freezeQuantity: 1 }, []],
      [{ kind: "equity", lotSize: 1 }, []]
    ] as ReadonlyArray<readonly [Partial<MasterTerms>, ReadonlyArray<string>]>
  )("of %o: %o", (over, expected) => {
    assert.deepStrictEqual(of(over), expected)
  })

  it("compare the expiry of contracts on shares, and of nothing that may be an index", () => {
    const share = (name: string, exchange: "NSE" | "BSE" = "NSE"): MasterTerms => ({
      ...option({ kind: "equity", lotSize: 1, freezeQuantity: null }),
      id: `${exchange}_EQ|${name}`,
      exchange,
      underlying: null,
      expiry: null,
      right: null
    })
    const listed = (underlying: string, expiry: string, exchange: "NSE" | "BSE" = "NSE"): MasterTerms => ({
      ...option({ underlying, expiry, lotSize: 500, freezeQuantity: null }),
      exchange
    })
    const found = contradictions(rules, [
      share("RELIANCE"),
      share("RELIANCE", "BSE"),
      listed("RELIANCE", "2026-08-25"),
      listed("RELIANCE", "2026-09-29"),
      listed("RELIANCE", "2026-08-27"),
      listed("RELIANCE", "2026-08-27", "BSE"),
      listed("RELIANCE", "2026-08-25", "BSE"),
      listed("NEWINDEX", "2026-08-27")
    ], "2026-08-20").filter(({ about }) => about === "expiry")
    assert.deepStrictEqual(
      found.map(({ master, rule }) => [master, rule]),
      [
        ["2026-08-27", "nothing of RELIANCE expires that day"],
        ["2026-08-25", "nothing of RELIANCE expires that day"]
      ]
    )
    assert.match(found[0]?.source ?? "", /FAOP\/68747/)
  })

  it("know a weekly contract behind the monthly one by its lot", () => {
    // From 2025-01-02 weeklies have 75; a monthly of before 2025-02-27 has 25.
    const weekly = option({ expiry: "2025-01-30", lotSize: 25, freezeQuantity: null })
    assert.deepStrictEqual(contradictions(rules, [weekly], "2025-01-20"), [])
    const late = option({ underlying: "BANKNIFTY", expiry: "2024-01-31", lotSize: 15, freezeQuantity: null })
    assert.deepStrictEqual(contradictions(rules, [late], "2024-01-29"), [])
  })

  it("name the contracts that no live order may go to", () => {
    const found = contradictions(rules, [option({ lotSize: 75, tickSize: 10 })], "2026-08-20")
    assert.deepStrictEqual(Array.from(contradicted(found)), ["NSE_FO|NIFTY|2026-08-25|24500.00|CE"])
  })
})
