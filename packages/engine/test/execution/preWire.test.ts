import { assert, describe, it } from "@effect/vitest"
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { checkOrder } from "@keepgaining/core/contracts/checkOrder.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import type { Order } from "@keepgaining/core/orders/Order.ts"
import { isThrough, stopLimitFault } from "@keepgaining/core/orders/rejectReason.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import type { PriceBand } from "@keepgaining/engine/brokers/PriceBands.ts"
import { exchangeLimits, priceClassOf, type WireQuote } from "@keepgaining/engine/execution/exchangeLimits.ts"
import {
  isLasting,
  type PreWire,
  preWire,
  type PreWireFault,
  type PreWireQuestion
} from "@keepgaining/engine/execution/preWire.ts"
import { wireOrder } from "@keepgaining/engine/execution/wireOrder.ts"
import { loadCalendar, loadContractRules, loadIndexNames, loadPriceRules } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const rules = {
  prices: Effect.runSync(loadPriceRules()),
  contracts: Effect.runSync(loadContractRules()),
  indexNames: Effect.runSync(loadIndexNames()),
  hours: new TradingHours(calendarHours(Effect.runSync(loadCalendar()), { holidays: true }))
}

const ist = (text: string): number => parseIst(text) ?? Number.NaN
/** A Monday; the day after it is a holiday. */
const monday = ist("2026-11-23 10:00:00")

const call: Instrument = {
  symbol: "NSE:NIFTY26D0124500CE",
  exchange: "NSE",
  kind: "option",
  tickSize: 5,
  lotSize: 65,
  underlying: "NSE:NIFTY 50",
  expiry: "2026-12-01",
  strike: 2_450_000,
  right: "CE"
}
const share: Instrument = { symbol: "NSE:RELIANCE", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 }
const sensexFuture: Instrument = {
  symbol: "BSE:SENSEX26NOVFUT",
  exchange: "BSE",
  kind: "future",
  tickSize: 5,
  lotSize: 20,
  underlying: "BSE:SENSEX",
  expiry: "2026-11-26"
}

const order = (changes: Partial<Order> = {}): Order => ({
  id: "O1",
  book: "live",
  clientTag: "mine",
  instrument: 0,
  side: "buy",
  quantity: 650,
  type: "limit",
  limitPrice: paise(10_005),
  validity: "DAY",
  product: "intraday",
  purpose: "entry",
  reduceOnly: false,
  venue: "live",
  status: "pending",
  filledQuantity: 0,
  averagePrice: 0,
  createdAt: monday,
  updatedAt: monday,
  cause: 1,
  ...changes
})

/** Without the limit of {@link order}: what the desk sends at the market, and as a stop. */
const atMarket = (changes: Partial<Order> = {}): Order => {
  const { limitPrice: _, ...rest } = order()
  return { ...rest, type: "market", ...changes }
}

const quote = (changes: Partial<WireQuote> = {}): WireQuote => ({
  price: paise(10_000),
  bid: paise(9_995),
  ask: paise(10_005),
  time: monday,
  ...changes
})

const band = (lowest: number, highest: number, changes: Partial<PriceBand> = {}): PriceBand => ({
  lowest: paise(lowest),
  highest: paise(highest),
  by: "feed",
  account: "asha",
  at: monday - 5_000,
  ...changes
})

const question = (changes: Partial<PreWireQuestion> = {}): PreWireQuestion => {
  const instrument = changes.instrument ?? call
  return {
    now: monday,
    instrument,
    segment: "derivatives",
    underlyingIsIndex: true,
    known: { index: 0, instrument, token: "1", tradingSymbol: "T", freezeQuantity: 1_755 },
    quote: quote(),
    band: band(5, 50_000),
    rules,
    account: { account: "asha", simulated: false, staticIp: "203.0.113.7", algo: "generic" },
    contradictions: [],
    protection: { market: 0.005, stop: 0.02 },
    maxQuoteAge: 60_000,
    ...changes
  }
}

const inCash = (changes: Partial<PreWireQuestion> = {}): PreWireQuestion =>
  question({ instrument: share, segment: "cash-closing-auction", ...changes })

const faultsOf = (answer: PreWire): ReadonlyArray<string> =>
  answer._tag === "Refused" ? answer.faults.map(({ rule }) => rule) : []
const piecesOf = (answer: PreWire) => answer._tag === "Ready" ? answer.pieces : []

const contradictions = [{ id: "x", symbol: "T", about: "lot", master: "65", rule: "75", source: "FAOP70616" }] as const

describe("a market order", () => {
  it("becomes a limit beyond the quote, on the tick", () => {
    const answer = preWire(atMarket(), question())
    assert.deepStrictEqual(answer, {
      _tag: "Ready",
      pieces: [{
        symbol: call.symbol,
        side: "buy",
        quantity: 650,
        product: "intraday",
        validity: "DAY",
        type: "limit",
        limitPrice: paise(10_060)
      }],
      unchecked: []
    })
    assert.strictEqual(piecesOf(preWire(atMarket({ side: "sell" }), question()))[0]?.limitPrice, 9_945)
  })

  it.each(
    [
      ["the band", "buy", { band: band(5, 10_033) }, 10_030],
      ["the band", "sell", { band: band(9_971, 50_000) }, 9_975],
      // The quote has run away from what the exchange measures from: 40 % of 70 rupees are 28.
      ["limit price protection", "buy", { quote: quote({ reference: paise(7_000) }) }, 9_800],
      ["limit price protection", "sell", { quote: quote({ reference: paise(18_000) }) }, 10_800]
    ] as ReadonlyArray<readonly [string, Order["side"], Partial<PreWireQuestion>, number]>
  )("keeps within %s when it is a %s", (_, side, known, limit) => {
    const [piece] = piecesOf(preWire(atMarket({ side }), question(known)))
    assert.strictEqual(piece?.limitPrice, limit)
  })

  it("keeps the limit that was moved after the market", () => {
    const [piece] = piecesOf(preWire(atMarket({ limitPrice: paise(10_100) }), question()))
    assert.deepStrictEqual([piece?.type, piece?.limitPrice], ["limit", 10_100])
  })

  it("needs a price that is not old; a way out takes an old one", () => {
    const none = preWire(atMarket(), question({ quote: undefined }))
    assert.deepStrictEqual(faultsOf(none), ["price"])
    const old = quote({ time: monday - 61_000 })
    assert.deepStrictEqual(faultsOf(preWire(atMarket(), question({ quote: old }))), ["stale-quote"])
    assert.deepStrictEqual(faultsOf(preWire(order(), question({ quote: old }))), [])
    const [exit] = piecesOf(preWire(atMarket({ reduceOnly: true }), question({ quote: old })))
    assert.strictEqual(exit?.isExit, true)
  })
})

describe("a stop", () => {
  it("gets a limit beyond its trigger", () => {
    const [sell] = piecesOf(preWire(atMarket({ side: "sell", type: "stop", triggerPrice: paise(9_000) }), question()))
    assert.deepStrictEqual([sell?.type, sell?.triggerPrice, sell?.limitPrice], ["stop-limit", 9_000, 8_820])
  })

  it("is held to the protection around its trigger, not around today's price", () => {
    const far = atMarket({ side: "sell", type: "stop", triggerPrice: paise(4_500) })
    assert.deepStrictEqual(faultsOf(preWire(far, question())), [])
    const wide = order({ side: "sell", type: "stop-limit", triggerPrice: paise(9_000), limitPrice: paise(5_000) })
    assert.deepStrictEqual(faultsOf(preWire(wide, question())), ["limit-price-protection"])
  })

  it("of BSE keeps its limit near the trigger", () => {
    const stop = atMarket({ side: "sell", type: "stop", quantity: 20, triggerPrice: paise(8_000_000) })
    const asked = question({
      instrument: sensexFuture,
      quote: quote({ price: paise(8_100_000) }),
      band: band(7_200_000, 8_900_000),
      protection: { market: 0.005, stop: 0.05 }
    })
    assert.strictEqual(piecesOf(preWire(stop, asked))[0]?.limitPrice, 7_840_000)
  })

  it.each(
    [
      [{ triggerPrice: paise(10_000), limitPrice: paise(9_900) }, ["stop"], /through the market already/],
      [{ triggerPrice: paise(9_000), limitPrice: paise(9_005) }, ["stop"], /wrong side of its trigger/],
      [{ triggerPrice: paise(9_001), limitPrice: paise(8_900) }, ["tick"], /90.01 is not a multiple/],
      [{ limitPrice: paise(8_900) }, ["price"], /no trigger/]
    ] as ReadonlyArray<readonly [Partial<Order>, ReadonlyArray<string>, RegExp]>
  )("with %o is refused: %o", (changes, expected, words) => {
    const answer = preWire({ ...atMarket({ side: "sell" }), type: "stop-limit", ...changes }, question())
    assert.deepStrictEqual(faultsOf(answer), expected)
    assert.match(answer._tag === "Refused" ? answer.faults[0]?.what ?? "" : "", words)
  })
})

describe("a quantity", () => {
  it.each(
    [
      [1_755, [1_755]],
      [1_820, [1_755, 65]],
      [5_265, [1_755, 1_755, 1_755]]
    ] as ReadonlyArray<readonly [number, ReadonlyArray<number>]>
  )("of %i goes in pieces of %o", (quantity, pieces) => {
    assert.deepStrictEqual(piecesOf(preWire(order({ quantity }), question())).map((each) => each.quantity), pieces)
  })

  it("is cut by the exchange's rule where the broker's master says nothing", () => {
    const now = ist("2026-08-20 10:00:00")
    const instrument = { ...call, expiry: "2026-08-25" }
    const asked = { now, instrument, known: { index: 0, instrument, token: "1", tradingSymbol: "T" } }
    const cut = preWire(order({ quantity: 1_820 }), question(asked))
    assert.deepStrictEqual(piecesOf(cut).map(({ quantity }) => quantity), [1_755, 65])
    const later = preWire(order({ quantity: 1_820 }), question({ ...asked, now: ist("2026-08-24 10:00:00") }))
    assert.deepStrictEqual(later._tag === "Ready" ? later.unchecked : [], [])
  })

  it("that nobody can limit is said to be unchecked", () => {
    const answer = preWire(
      order({ quantity: 6_500 }),
      question({ known: { index: 0, instrument: call, token: "1", tradingSymbol: "T" } })
    )
    assert.deepStrictEqual(answer._tag === "Ready" ? answer.unchecked : [], ["the freeze quantity"])
  })

  it("that is no whole lot, or whose lot is above the freeze quantity, is refused", () => {
    assert.deepStrictEqual(faultsOf(preWire(order({ quantity: 100 }), question())), ["lot"])
    const known = { index: 0, instrument: call, token: "1", tradingSymbol: "T", freezeQuantity: 60 }
    assert.deepStrictEqual(faultsOf(preWire(order(), question({ known }))), ["freeze"])
  })
})

describe("hours", () => {
  it.each(
    [
      ["2026-11-23 09:14:59", "derivatives", "trades from 09:15:00 to 15:40:00", "2026-11-23 09:15:00"],
      ["2026-11-23 15:40:00", "derivatives", "it is 15:40:00", "2026-11-25 09:15:00"],
      ["2026-11-23 15:15:00", "cash-closing-auction", "09:15:00 to 15:15:00", "2026-11-25 09:15:00"],
      ["2026-11-23 15:30:00", "cash", "09:15:00 to 15:30:00", "2026-11-25 09:15:00"],
      ["2026-11-24 11:00:00", "derivatives", "There is no session", "2026-11-25 09:15:00"],
      ["2026-11-28 11:00:00", "cash", "There is no session", "2026-11-30 09:15:00"]
    ] as ReadonlyArray<readonly [string, Segment, string, string]>
  )("at %s refuse %s: %s; next %s", (at, segment, words, next) => {
    const asked = segment === "derivatives"
      ? question({ now: ist(at) })
      : inCash({ now: ist(at), segment })
    const answer = preWire(order(), asked)
    assert.deepStrictEqual(faultsOf(answer), ["hours"])
    const [fault] = answer._tag === "Refused" ? answer.faults : []
    assert.include(fault?.what, words)
    assert.include(fault?.remedy, next)
  })

  it.each(["2027-01-04 11:00:00", "2027-01-26 11:00:00"])("at %s are not known: the calendar ends before it", (at) => {
    const answer = preWire(order(), inCash({ now: ist(at), quote: quote({ time: ist(at) }) }))
    assert.deepStrictEqual(faultsOf(answer), ["hours"])
    const [fault] = answer._tag === "Refused" ? answer.faults : []
    assert.include(fault?.what, `The calendar does not cover ${at.slice(0, 10)}`)
    assert.include(fault?.remedy, "rules/ in the data directory")
  })

  it.each(
    [
      ["2026-11-23 09:15:00", "derivatives"],
      ["2026-11-23 15:39:59", "derivatives"],
      ["2026-11-23 15:14:59", "cash-closing-auction"],
      ["2026-11-23 15:29:59", "cash"]
    ] as ReadonlyArray<readonly [string, Segment]>
  )("at %s let %s pass", (at, segment) => {
    const now = ist(at)
    const asked = segment === "derivatives" ? question({ now }) : inCash({ now, segment })
    assert.deepStrictEqual(faultsOf(preWire(order(), asked)), [])
  })
})

describe("refused before the wire", () => {
  it.each(
    [
      ["instrument", {}, { instrument: { ...call, kind: "index" } }],
      ["instrument", {}, { known: undefined }],
      ["expired", {}, { instrument: { ...call, expiry: "2026-11-20" } }],
      ["product", { product: "delivery" }, {}],
      ["band", { limitPrice: paise(11_000) }, { band: band(9_000, 10_900) }],
      ["band", { limitPrice: paise(8_995) }, { band: band(9_000, 10_900) }],
      ["lot", {}, { known: { index: 0, instrument: call, token: "1", tradingSymbol: "T", lotSize: 75 } }],
      ["limit-price-protection", { limitPrice: paise(14_005) }, {}],
      ["tick", { limitPrice: paise(10_003) }, {}],
      ["static-ip", {}, { account: { account: "a", simulated: false, staticIp: undefined, algo: "generic" } }],
      ["algo-tag", {}, { account: { account: "a", simulated: false, staticIp: "203.0.113.7", algo: "" } }],
      ["contradiction", {}, { contradictions }]
    ] as ReadonlyArray<readonly [string, Partial<Order>, Partial<PreWireQuestion>]>
  )("%s: %o %o", (rule, changes, asked) => {
    const answer = preWire(order(changes), question(asked))
    assert.deepStrictEqual(faultsOf(answer), [rule])
    for (const { remedy, what } of answer._tag === "Refused" ? answer.faults : []) {
      assert.isAbove(Math.min(remedy.length, what.length), 10)
    }
  })

  it("a contradiction holds back no way out of a position; that nobody could check it is said", () => {
    const answer = preWire(order({ reduceOnly: true }), question({ contradictions }))
    assert.strictEqual(answer._tag, "Ready")
    assert.include(answer._tag === "Ready" ? answer.unchecked : [], "lot, which rules and master contradict")
  })

  it("all faults are told at once, and a simulated account needs no registration", () => {
    const nowhere = { account: "sim", simulated: true, staticIp: undefined, algo: undefined }
    const answer = preWire(
      order({ product: "delivery", quantity: 100, limitPrice: paise(10_003) }),
      question({ account: nowhere, now: ist("2026-11-24 11:00:00") })
    )
    assert.deepStrictEqual(faultsOf(answer), ["hours", "product", "lot", "tick"])
  })

  it("a price outside the band is told with the band, who said it, and when; an exit too", () => {
    const asked = question({
      band: band(9_000, 10_900, { by: "quote", account: "kite-asha", at: ist("2026-11-23 09:16:04") })
    })
    const answer = preWire(order({ limitPrice: paise(11_000), reduceOnly: true }), asked)
    assert.deepStrictEqual(answer._tag === "Refused" ? answer.faults : [], [{
      rule: "band",
      what:
        "The price ₹110.00 is above ₹109.00 (the band ₹90.00 to ₹109.00 of today, by the quote of kite-asha at 09:16:04)",
      remedy: "Keep it between ₹90.00 and ₹109.00"
    }])
  })

  it("a trigger outside the band is refused, and the limit that a stop gets is kept within it", () => {
    const stop = (triggerPrice: number) => atMarket({ side: "sell", type: "stop", triggerPrice: paise(triggerPrice) })
    assert.include(faultsOf(preWire(stop(8_900), question({ band: band(9_000, 10_900) }))), "band")
    const [piece] = piecesOf(preWire(stop(9_050), question({ band: band(9_001, 10_900) })))
    assert.deepStrictEqual([piece?.triggerPrice, piece?.limitPrice], [9_050, 9_005])
  })

  it("whole lots are those of the broker's newest master, and so are the pieces", () => {
    const known = { index: 0, instrument: call, token: "1", tradingSymbol: "T", lotSize: 75, freezeQuantity: 1_800 }
    const refused = preWire(order({ quantity: 130 }), question({ known }))
    const [fault] = refused._tag === "Refused" ? refused.faults : []
    assert.strictEqual(fault?.rule, "lot")
    assert.match(fault?.what ?? "", /Quantity 130 of NSE:NIFTY26D0124500CE is not in whole lots of 75.*lots of 65/)
    assert.match(fault?.remedy ?? "", /--fresh/)
    // Of both.
    const taken = preWire(order({ quantity: 1_950 }), question({ known }))
    assert.deepStrictEqual(piecesOf(taken).map(({ quantity }) => quantity), [1_800, 150])
  })

  it("what waiting does not mend is told apart: a wrong order, but not one that is priced anew each time", () => {
    const fault = (rule: PreWireFault["rule"]): PreWireFault => ({ rule, what: "", remedy: "" })
    for (const rule of ["lot", "quantity", "expired"] as const) {
      assert.isTrue(isLasting({ type: "market" }, fault(rule)), rule)
    }
    for (const rule of ["band", "tick", "stop", "stop-gap", "limit-price-protection"] as const) {
      assert.isTrue(isLasting({ type: "limit" }, fault(rule)), rule)
      assert.isFalse(isLasting({ type: "market" }, fault(rule)), rule)
    }
    for (const rule of ["hours", "static-ip", "contradiction", "instrument", "price", "stale-quote"] as const) {
      assert.isFalse(isLasting({ type: "limit" }, fault(rule)), rule)
    }
  })

  it("the operating range of the rules stands in for a missing band, but holds back no exit", () => {
    const asked = inCash({
      band: undefined,
      quote: { price: paise(11_200), bid: paise(0), ask: paise(0), time: monday, previousClose: paise(10_000) }
    })
    const beyond = { limitPrice: paise(11_100), quantity: 10 }
    assert.deepStrictEqual(faultsOf(preWire(order(beyond), asked)), ["band"])
    const exit = preWire(order({ ...beyond, reduceOnly: true }), asked)
    assert.deepStrictEqual(exit._tag === "Ready" ? exit.unchecked : [], ["today's price band"])
  })
})

// ---- whatever is asked -----------------------------------------------------------------------------------------------

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e9 }))
const types = ["market", "limit", "stop", "stop-limit"] as const
const instruments = [call, share, sensexFuture]

const someAsked = (random: Random.Random): { readonly order: Order; readonly question: PreWireQuestion } => {
  const upTo = (most: number) => Random.integer(random, most)
  const instrument = instruments[upTo(3)] ?? call
  const { lotSize, tickSize } = instrument
  const price = tickSize * (200 + upTo(20_000))
  // Mostly on the tick and near the market, sometimes not.
  const near = () => {
    const ticks = Math.round(price * Random.between(random, 0.7, 1.3) / tickSize) * tickSize
    return paise(Math.max(tickSize, ticks) + (Random.chance(random, 0.05) ? 1 : 0))
  }
  const type = types[upTo(4)] ?? "limit"
  const takesLimit = type === "limit" || type === "stop-limit"
  const takesTrigger = type === "stop" || type === "stop-limit"
  return {
    order: atMarket({
      type,
      side: Random.chance(random, 0.5) ? "buy" : "sell",
      quantity: lotSize * (1 + upTo(120)) + (Random.chance(random, 0.05) ? 1 : 0),
      reduceOnly: Random.chance(random, 0.5),
      ...(takesLimit ? { limitPrice: near() } : {}),
      ...(takesTrigger ? { triggerPrice: near() } : {})
    }),
    question: question({
      instrument,
      segment: instrument.kind === "equity" ? "cash" : "derivatives",
      known: {
        index: 0,
        instrument,
        token: "1",
        tradingSymbol: "T",
        freezeQuantity: lotSize * (1 + upTo(50)) + upTo(9)
      },
      quote: {
        price: paise(price),
        bid: paise(Random.chance(random, 0.8) ? price - tickSize : 0),
        ask: paise(Random.chance(random, 0.8) ? price + tickSize : 0),
        time: monday,
        ...(Random.chance(random, 0.3) ? { reference: near() } : {})
      },
      band: Random.chance(random, 0.6) ? band(Math.ceil(price * 0.9), Math.floor(price * 1.1)) : undefined,
      protection: { market: Random.between(random, 0, 0.1), stop: Random.between(random, 0, 0.3) }
    })
  }
}

describe("whatever is asked", () => {
  it.prop(
    "what is sent has a price that the exchange takes and comes in whole pieces; what is not sent has its reasons",
    [Seed],
    ([seed]) => {
      const asked = someAsked(Random.fromSeed(seed))
      const { instrument, known, quote: market, segment } = asked.question
      const { side } = asked.order
      const answer = preWire(asked.order, asked.question)
      if (answer._tag === "Refused") {
        assert.isAbove(answer.faults.length, 0)
        for (const { remedy } of answer.faults) assert.isAbove(remedy.length, 5)
        return
      }
      const limits = exchangeLimits(
        asked.order,
        market,
        { exchange: instrument.exchange, class: priceClassOf(instrument, segment, true), date: "2026-11-23" },
        rules.prices,
        asked.question.band
      )
      assert.strictEqual(answer.pieces.reduce((sum, { quantity }) => sum + quantity, 0), asked.order.quantity)
      for (const piece of answer.pieces) {
        assert.include(["limit", "stop-limit"], piece.type)
        assert.deepStrictEqual(
          checkOrder(
            {
              type: piece.type === "limit" ? "LIMIT" : "STOP_LIMIT",
              quantity: piece.quantity,
              price: piece.limitPrice,
              ...(piece.triggerPrice === undefined ? {} : { trigger: piece.triggerPrice })
            },
            {
              symbol: instrument.symbol,
              lotSize: instrument.lotSize,
              tickSize: paise(instrument.tickSize),
              ...(known?.freezeQuantity === undefined ? {} : { freezeQuantity: known.freezeQuantity }),
              ...(limits.band === undefined ? {} : { band: limits.band }),
              ...(limits.protection === undefined ? {} : { protection: limits.protection }),
              ...(limits.stopGap === undefined ? {} : { stopGap: limits.stopGap }),
              takesMarket: false
            }
          ),
          []
        )
        if (piece.triggerPrice !== undefined) {
          assert.isFalse(isThrough(side, piece.triggerPrice, market?.price ?? 0))
          assert.isUndefined(stopLimitFault(side, piece.triggerPrice, piece.limitPrice))
        }
        // A price of the user's is never moved.
        if (asked.order.limitPrice !== undefined) assert.strictEqual(piece.limitPrice, asked.order.limitPrice)
        assert.strictEqual(piece.isExit ?? false, asked.order.reduceOnly)
      }
    },
    { arbitrary: { runs: 2_000 } }
  )

  it.prop("a market order that is kept back by nothing trades at once", [Seed], ([seed]) => {
    const asked = someAsked(Random.fromSeed(seed))
    const { limitPrice: _, triggerPrice: __, ...rest } = asked.order
    const { instrument, protection, quote: market } = asked.question
    const wire = wireOrder({ ...rest, type: "market" }, market, instrument, protection, { unchecked: [] })
    const { limitPrice } = Result.getOrThrow(wire)
    const { ask, bid, price } = market ?? { ask: 0, bid: 0, price: 0 }
    if (rest.side === "buy") assert.isAtLeast(limitPrice, ask > 0 ? ask : price)
    else assert.isAtMost(limitPrice, bid > 0 ? bid : price)
  }, { arbitrary: { runs: 500 } })
})
