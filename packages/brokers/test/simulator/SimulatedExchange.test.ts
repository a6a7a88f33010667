/** The simulated exchange keeps the hours that it is given, and what is listed changes overnight. */
import { assert, describe, it } from "@effect/vitest"
import { SimulatedExchange } from "@keepgaining/brokers/simulator/exchange/SimulatedExchange.ts"
import { FaultBoard } from "@keepgaining/brokers/simulator/faults/FaultBoard.ts"
import { SimMarket } from "@keepgaining/brokers/simulator/market/SimMarket.ts"
import { universe } from "@keepgaining/brokers/simulator/market/universe.ts"
import { type HoursRules, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { MINUTE_MS, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { customerOf } from "../conformance/stage.ts"

const at = (text: string): number => Date.parse(`${text}+05:30`)

/** Shares to 15:30, those with derivatives to 15:15, derivatives to 15:40; a Friday that is closed, a Sunday that trades. */
const hours: HoursRules = {
  name: "of this test",
  continuous: [
    { segment: "cash", from: "2026-01-01", open: timeOfDay(9, 15), close: timeOfDay(15, 30) },
    { segment: "cash-closing-auction", from: "2026-01-01", open: timeOfDay(9, 15), close: timeOfDay(15, 15) },
    { segment: "derivatives", from: "2026-01-01", open: timeOfDay(9, 15), close: timeOfDay(15, 40) }
  ],
  special: [{ date: "2026-11-29", spans: [{ open: timeOfDay(18, 0), close: timeOfDay(19, 0) }] }],
  closed: ["2026-11-27"],
  weekends: false
}

const exchangeAt = (start: string, rules?: HoursRules) => {
  const market = new SimMarket(
    3,
    universe({ day: at(start), strikes: 1 }),
    rules?.closed,
    rules === undefined ? undefined : new TradingHours(rules)
  )
  const exchange = new SimulatedExchange({
    seed: 3,
    market,
    faults: new FaultBoard(3),
    start: at(start),
    ...(rules === undefined ? {} : { hours: new TradingHours(rules) })
  })
  const account = exchange.addAccount({ ...customerOf("kite"), cash: 100_000_000_00 })
  const of = (symbol: string) => {
    const found = market.ofSymbol(symbol)
    if (found === undefined) throw new Error(`${symbol} is not listed`)
    return found
  }
  const future = market.instruments.find(({ instrument }) =>
    instrument.kind === "future" && instrument.underlying === "NSE:RELIANCE"
  )
  if (future === undefined) throw new Error("RELIANCE has futures")
  /** An order that rests, or why it was refused. */
  const place = (symbol: string) => {
    const listed = of(symbol)
    const { instrument: { lotSize, tickSize } } = listed
    return exchange.place(account, {
      of: listed,
      side: "buy",
      type: "limit",
      product: "intraday",
      validity: "DAY",
      quantity: lotSize,
      limitPrice: paise(Math.round(exchange.quote(listed).price * 0.9 / tickSize) * tickSize)
    })
  }
  const isTaken = (symbol: string): boolean => {
    const answer = place(symbol)
    if (!("_tag" in answer)) return true
    assert.strictEqual(answer.cause, "closed")
    return false
  }
  return { exchange, market, account, of, place, isTaken, future: future.instrument.symbol }
}

describe("the simulated exchange with hours", () => {
  it.each([
    ["2026-11-26T09:14:59", false, false, false],
    ["2026-11-26T09:15:00", true, true, true],
    ["2026-11-26T15:14:59", true, true, true],
    ["2026-11-26T15:15:00", false, true, true],
    ["2026-11-26T15:30:00", false, false, true],
    ["2026-11-26T15:40:00", false, false, false],
    ["2026-11-27T11:00:00", false, false, false],
    ["2026-11-28T11:00:00", false, false, false],
    ["2026-11-29T11:00:00", false, false, false],
    ["2026-11-29T18:30:00", true, true, true]
  ])(
    "at %s takes orders of a share with derivatives: %s, without: %s, of a future: %s",
    (time, auction, cash, future) => {
      const on = exchangeAt(time, hours)
      assert.deepStrictEqual(
        ["NSE:RELIANCE", "NSE:ITC", on.future].map(on.isTaken),
        [auction, cash, future]
      )
    }
  )
  it("without hours takes them at any time", () => {
    assert.isTrue(exchangeAt("2026-11-29T03:00:00").isTaken("NSE:RELIANCE"))
  })
  it("lets an order of the day expire at its close, stops ticking, and refuses changes after it", () => {
    const { account, exchange, of, place } = exchangeAt("2026-11-26T15:10:00", hours)
    const [order] = [place("NSE:RELIANCE")].flat()
    if (order === undefined || "_tag" in order) throw new Error("it was placed within the session")
    let ticks = 0
    exchange.watch(of("NSE:RELIANCE"))
    exchange.onTick(() => ticks++)
    for (let now = at("2026-11-26T15:10:00"); now < at("2026-11-26T15:15:00"); now += 5_000) exchange.advance(now)
    assert.strictEqual(order.status, "open")
    assert.isAbove(ticks, 1_000)
    exchange.advance(at("2026-11-26T15:15:01"))
    assert.strictEqual(order.status, "cancelled")
    const before = ticks
    exchange.advance(at("2026-11-26T15:15:09"))
    assert.strictEqual(ticks, before)
    const change = exchange.cancel(account, order.orderId)
    assert.deepInclude(change, { _tag: "Refusal" })
  })
  it("lets it expire also when the clock leaps to the next day", () => {
    const { exchange, place } = exchangeAt("2026-11-25T11:00:00", hours)
    const [order] = [place("NSE:RELIANCE")].flat()
    if (order === undefined || "_tag" in order) throw new Error("it was placed within the session")
    exchange.advance(at("2026-11-25T11:00:05"))
    exchange.advance(at("2026-11-26T11:00:00"))
    assert.strictEqual(order.status, "cancelled")
  })
})

describe("the simulated market", () => {
  it("has candles of the hours that it is given, and the last close before them", () => {
    const { market, of } = exchangeAt("2026-11-30T11:00:00", hours)
    const minutes = (symbol: string, day: string) =>
      market.candles(of(symbol), at(`${day}T00:00:00`), at(`${day}T23:59:00`), 1).map((candle) => candle.at)
    assert.lengthOf(minutes("NSE:RELIANCE", "2026-11-26"), 360)
    assert.lengthOf(minutes("NSE:ITC", "2026-11-26"), 375)
    assert.lengthOf(minutes("NSE:ITC", "2026-11-27"), 0)
    assert.deepStrictEqual(
      [minutes("NSE:ITC", "2026-11-29").length, minutes("NSE:ITC", "2026-11-29")[0]],
      [60, at("2026-11-29T18:00:00")]
    )
    const quote = market.quote(of("NSE:ITC"), at("2026-11-30T11:00:00"))
    assert.strictEqual(quote.previousClose, market.price(of("NSE:ITC"), at("2026-11-29T19:00:00")))
  })
  it("lists an instrument anew under its symbol and row, at the same price", () => {
    const { market, of } = exchangeAt("2026-11-26T11:00:00")
    const before = of("NSE:SBIN")
    const now = at("2026-11-26T11:00:00") + MINUTE_MS
    const price = market.price(before, now)
    assert.isTrue(market.relist("NSE:SBIN", { exchangeToken: 99_001, lotSize: 5, freezeQuantity: 1_000 }))
    const after = of("NSE:SBIN")
    assert.deepInclude(after, { index: before.index, exchangeToken: 99_001, freezeQuantity: 1_000 })
    assert.strictEqual(after.instrument.lotSize, 5)
    assert.strictEqual(market.at(before.index), after)
    assert.strictEqual(market.price(after, now), price)
    assert.isFalse(market.relist("NSE:NOSUCH", { lotSize: 2 }))
  })
})
