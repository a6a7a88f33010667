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
  const faults = new FaultBoard(3)
  const exchange = new SimulatedExchange({
    seed: 3,
    market,
    faults,
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
      tag: "sim",
      of: listed,
      side: "buy",
      type: "limit",
      product: "intraday",
      validity: "DAY",
      quantity: lotSize,
      limitPrice: paise(Math.round(exchange.quote(listed).price * 0.95 / tickSize) * tickSize)
    })
  }
  const isTaken = (symbol: string): boolean => {
    const answer = place(symbol)
    if (!("_tag" in answer)) return true
    assert.strictEqual(answer.cause, "closed")
    return false
  }
  return { exchange, faults, market, account, of, place, isTaken, future: future.instrument.symbol }
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

describe("the circuits of the simulated exchange", () => {
  it("are on the tick around the previous close, wider the further the price has gone, and an index has none", () => {
    const { exchange, market, of } = exchangeAt("2026-11-26T11:00:00")
    for (const each of market.instruments) {
      const { lowerCircuit, previousClose, price, upperCircuit } = exchange.quote(each)
      if (each.instrument.kind === "index") {
        assert.deepStrictEqual([lowerCircuit, upperCircuit], [0, 0])
        continue
      }
      assert.deepStrictEqual([lowerCircuit % each.instrument.tickSize, upperCircuit % each.instrument.tickSize], [0, 0])
      assert.isTrue(lowerCircuit <= price && price <= upperCircuit, each.instrument.symbol)
      assert.isTrue(lowerCircuit <= previousClose && previousClose <= upperCircuit, each.instrument.symbol)
    }
    const share = of("NSE:RELIANCE")
    const before = exchange.quote(share)
    market.moveTo(share, paise(Math.round(before.previousClose * 1.14)), exchange.now)
    const after = exchange.quote(share)
    assert.closeTo(before.upperCircuit / before.previousClose, 1.1, 0.001)
    assert.closeTo(after.upperCircuit / after.previousClose, 1.2, 0.001)
    // Of a call far out of the money the underlying tells how far it may go.
    const call = market.instruments.find(({ instrument }) =>
      instrument.right === "CE" && instrument.underlying === "NSE:NIFTY 50"
    )
    assert.isDefined(call)
    const option = exchange.quote(call)
    const index = exchange.quote(market.at(call.underlying ?? 0))
    assert.closeTo(option.upperCircuit - option.previousClose, index.previousClose * 0.1, index.previousClose * 0.051)
  })
  it("hold for orders and for changes of them, also when they are set", () => {
    const { account, exchange, market, of, place } = exchangeAt("2026-11-26T11:00:00")
    const share = of("NSE:RELIANCE")
    const [order] = [place("NSE:RELIANCE")].flat()
    if (order === undefined || "_tag" in order) throw new Error("it is within the circuits")
    exchange.advance(exchange.now + 1_000)
    const { lowerCircuit, upperCircuit } = exchange.quote(share)
    const change = (limitPrice: number) =>
      exchange.modify(account, { orderId: order.orderId, limitPrice: paise(limitPrice) })
    for (const beyond of [lowerCircuit - 10, upperCircuit + 10]) {
      const answer = change(beyond)
      assert.deepInclude(answer, { _tag: "Refusal", cause: "price" })
    }
    assert.notProperty(change(lowerCircuit), "_tag")
    market.setBand(share, { lowest: paise(1_000), highest: paise(2_000) })
    assert.deepInclude(place("NSE:RELIANCE"), { _tag: "Refusal", cause: "price" })
    market.setBand(share, undefined)
    assert.notProperty(place("NSE:RELIANCE"), "_tag")
  })
})

describe("what the simulated exchange keeps of an order", () => {
  it("is every state that it was in, as it was then", () => {
    const { account, exchange, place } = exchangeAt("2026-11-26T11:00:00")
    const [order] = [place("NSE:RELIANCE")].flat()
    if (order === undefined || "_tag" in order) throw new Error("it is within the circuits")
    exchange.advance(exchange.now + 1_000)
    exchange.modify(account, { orderId: order.orderId, quantity: 3 })
    exchange.advance(exchange.now + 1_000)
    exchange.cancel(account, order.orderId)
    exchange.advance(exchange.now + 1_000)
    const states = exchange.history(account, order.orderId)
    assert.deepStrictEqual(states.map(({ quantity, status }) => [status, quantity]), [
      ["received", 1],
      ["open", 1],
      ["open", 3],
      ["cancelled", 3]
    ])
    const times = states.map(({ changedAt }) => changedAt)
    assert.deepStrictEqual(times, [...times].sort((a, b) => a - b))
    assert.deepStrictEqual(exchange.history(account, "no such order"), [])
  })
  it("leaves tags out of a book when it shall, once, and not of the order", () => {
    const { account, exchange, faults, place } = exchangeAt("2026-11-26T11:00:00")
    place("NSE:RELIANCE")
    const [order] = exchange.orders(account)
    assert.isDefined(order?.tag)
    faults.add({ fault: "book-without-tag", count: 1 })
    assert.isUndefined(exchange.book(account)[0]?.tag)
    assert.strictEqual(exchange.book(account)[0]?.tag, order?.tag)
    assert.strictEqual(exchange.orders(account)[0]?.tag, order?.tag)
  })
  it("keeps the stamp of an order or a GTT order when a change of it shall have the old one", () => {
    const { account, exchange, faults, of, place } = exchangeAt("2026-11-26T11:00:00")
    const [order] = [place("NSE:RELIANCE")].flat()
    if (order === undefined || "_tag" in order) throw new Error("it is within the circuits")
    exchange.advance(exchange.now + 1_000)
    const opened = order.changedAt
    faults.add({ fault: "old-stamp", operation: "modify", count: 1 })
    for (const quantity of [2, 3]) {
      exchange.modify(account, { orderId: order.orderId, quantity })
      exchange.advance(exchange.now + 2_000)
      assert.strictEqual(order.quantity, quantity)
      if (quantity === 2) assert.strictEqual(order.changedAt, opened)
      else assert.isAbove(order.changedAt, opened)
    }
    const share = of("NSE:RELIANCE")
    const { lowerCircuit } = exchange.quote(share)
    const leg = { triggerPrice: paise(lowerCircuit), limitPrice: paise(lowerCircuit) }
    const lastPrice = exchange.quote(share).price
    const gtt = exchange.placeGtt(account, {
      of: share,
      side: "buy",
      quantity: 1,
      product: "delivery",
      lastPrice,
      legs: [leg]
    })
    if ("_tag" in gtt) throw new Error(gtt.message)
    exchange.advance(exchange.now + 2_000)
    faults.add({ fault: "old-stamp", operation: "gtt", count: 1 })
    const changed = [2, 3].map((quantity) => exchange.modifyGtt(account, gtt.id, { quantity, legs: [leg] }))
    assert.deepStrictEqual(changed.map((each) => "_tag" in each ? each.message : each.changedAt), [
      gtt.createdAt,
      exchange.now
    ])
  })
})
