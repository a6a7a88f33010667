/**
 * The conformance kit: what every adapter must do against its simulator, the good days and the bad ones. An adapter for
 * another broker is done when `conformance(candidate)` is green; nothing in here knows a broker.
 */
import { assert, describe, it } from "@effect/vitest"
import type { FeedEnd, OrderFeedEvent } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerOrder } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { CandleInterval } from "@keepgaining/brokers/port/MarketQuote.ts"
import type { FaultRule } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import { MAX_CLOCK_LEAD_MS } from "@keepgaining/brokers/wire/DecodeCounters.ts"
import { DAY_MS, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { Candidate } from "./Candidate.ts"
import { damagingRelay } from "./damagingRelay.ts"
import {
  details,
  eventually,
  fillingOrder,
  fromStart,
  restingOrder,
  type Stage,
  stage,
  START,
  TIMEOUT_MS
} from "./stage.ts"

/** Each failure that a case meets is searched for what was planted. */
const planted = ["planted-secret", "planted-password", "JBSWY3DPEHPK3PXP"]

export const conformance = (candidate: Candidate): void => {
  const { broker } = candidate

  const check = (name: string, run: (on: Stage) => Effect.Effect<void, BrokerError, Scope.Scope>): void => {
    it.live(name, () => fromStart(Effect.scoped(Effect.flatMap(stage(candidate), run))), 30_000)
  }

  /** The failure of a call that must fail. */
  const failure = <A>(
    call: Effect.Effect<A, BrokerError, Scope.Scope>,
    on: Stage
  ): Effect.Effect<BrokerError, never, Scope.Scope> =>
    Effect.map(Effect.flip(call), (error) => {
      const text = `${error.message} ${JSON.stringify(error)} ${error.stack ?? ""}`
      for (const secret of [...planted, Redacted.value(on.token.access)]) {
        assert.isFalse(text.includes(secret), `a secret is in the failure: ${error._tag}`)
      }
      assert.strictEqual(error.broker, broker)
      return error
    }).pipe(Effect.orDie)

  const fault = ({ simulation }: Stage, rule: FaultRule): void => {
    simulation.faults.add({ broker, count: 1, ...rule })
  }

  /** The order as the broker's book has it, once it is as wanted. */
  const inBook = (
    on: Stage,
    tag: string,
    is: (order: BrokerOrder) => boolean
  ): Effect.Effect<BrokerOrder, BrokerError> =>
    Effect.gen(function*() {
      for (let tries = 0; tries < 100; tries++) {
        const found = (yield* on.session.orders.book).find((order) => order.tag === tag && is(order))
        if (found !== undefined) return found
        yield* Effect.sleep(40)
      }
      throw new Error(`no such order in the book: ${JSON.stringify(yield* on.session.orders.book)}`)
    })

  const placed = ({ customer, simulation }: Stage): number => simulation.exchange.orders(customer).length

  /** A session whose streams a relay can damage, and what nothing caught meanwhile. */
  const throughDamage = (on: Stage) =>
    Effect.gen(function*() {
      const server = on.simulation.servers[broker]
      assert.isDefined(server)
      const relay = yield* damagingRelay(server.url, 11)
      const servers = { ...on.simulation.servers, [broker]: { ...server, url: relay.url } }
      const account = candidate.account({ ...on.simulation, servers }, on.customer, TIMEOUT_MS)
      const thrown: Array<Error> = []
      const look = (error: Error): number => thrown.push(error)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("uncaughtExceptionMonitor", look)),
        () => Effect.sync(() => process.off("uncaughtExceptionMonitor", look))
      )
      return { relay, session: account.session(on.token), thrown }
    })

  const events = (on: Stage) =>
    Effect.gen(function*() {
      const seen: Array<OrderFeedEvent> = []
      const feed = yield* on.session.orderFeed.open((event) => seen.push(event))
      return { seen, ended: feed.ended }
    })

  const orderEvents = (seen: ReadonlyArray<OrderFeedEvent>, tag: string): ReadonlyArray<BrokerOrder> =>
    seen.flatMap((event) => event._tag === "Order" && event.order.tag === tag ? [event.order] : [])

  const ticks = (on: Stage, symbols: ReadonlyArray<string>, detail: "price" | "quote" | "full" | "depth") =>
    Effect.gen(function*() {
      const rows: Array<{ instrument: number; price: number; bid: number; volume: number; openInterest: number }> = []
      const frames: Array<Uint8Array> = []
      const feed = yield* on.session.marketFeed.open((batch) => {
        for (let row = 0; row < batch.length; row++) {
          rows.push({
            // Rows below the length are within the columns.
            instrument: batch.ticks.instrument[row]!,
            price: batch.ticks.price[row]!,
            bid: batch.ticks.bid[row]!,
            volume: batch.ticks.volume[row]!,
            openInterest: batch.ticks.openInterest[row]!
          })
        }
      }, (frame) => frames.push(frame.slice()))
      const instruments = on.instruments(symbols)
      feed.subscribe(instruments, detail)
      return { rows, frames, feed, instruments }
    })

  describe("login", () => {
    check("gives a token with the user's profile that ends in the future", ({ customer, token }) =>
      Effect.sync(() => {
        assert.strictEqual(token.profile.userId, customer.userId)
        assert.strictEqual(token.profile.name, customer.name)
        assert.isAbove(token.endsAt, token.issuedAt)
        assert.notInclude(String(token.access), Redacted.value(token.access))
      }))
    check("a grant that was used is refused; without grants, a code that is wrong", (on) =>
      Effect.gen(function*() {
        const { loginByApi } = on.account.auth
        if (loginByApi !== undefined) {
          const login = loginByApi(Redacted.make("planted-password"), Redacted.make("planted-secret"))
          assert.strictEqual((yield* failure(login, on))._tag, "Refused")
          return
        }
        fault(on, { fault: "used-grant", operation: "login" })
        const error = yield* failure(on.account.auth.exchange(Redacted.make("never-issued")), on)
        assert.include(["Unauthorised", "Refused"], error._tag)
      }))
    check("after a logout the token is no good", (on) =>
      Effect.gen(function*() {
        yield* on.account.auth.logout(on.token)
        assert.strictEqual((yield* failure(on.session.orders.book, on))._tag, "Unauthorised")
      }))
    check("after its end the token is no good, for calls and streams", (on) =>
      Effect.gen(function*() {
        on.simulation.clock.set(START + 2 * DAY_MS)
        assert.strictEqual((yield* failure(on.session.portfolio.funds, on))._tag, "Unauthorised")
        assert.strictEqual((yield* failure(on.session.marketFeed.open(() => undefined), on))._tag, "Unauthorised")
        assert.strictEqual((yield* failure(on.session.orderFeed.open(() => undefined), on))._tag, "Unauthorised")
      }))
  })

  describe("portfolio", () => {
    check("profile", (on) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* on.session.portfolio.profile).userId, on.customer.userId)
      }))
    check("funds", (on) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* on.session.portfolio.funds, {
          available: paise(on.customer.cash),
          used: paise(0)
        })
      }))
    check("holdings", (on) =>
      Effect.gen(function*() {
        const [first] = yield* on.session.portfolio.holdings
        assert.isDefined(first)
        assert.strictEqual(first.symbol, "NSE:RELIANCE")
        assert.strictEqual(first.quantity, 40)
        assert.strictEqual(first.averagePrice, 130_000)
      }))
    check("positions: none, then what was bought", (on) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* on.session.portfolio.positions, [])
        const order = fillingOrder(on, { product: "intraday" })
        yield* on.session.orders.place(order)
        const done = yield* inBook(on, order.tag, ({ status }) => status === "complete")
        const [position] = yield* on.session.portfolio.positions
        assert.isDefined(position)
        assert.strictEqual(position.symbol, order.symbol)
        assert.strictEqual(position.product, "intraday")
        assert.strictEqual(position.quantity, 10)
        assert.closeTo(position.averagePrice, done.averagePrice, 1)
      }))
    check("funds fall by what an order holds", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "open")
        const { available, used } = yield* on.session.portfolio.funds
        assert.strictEqual(used, 10 * (order.limitPrice ?? 0))
        assert.strictEqual(available + used, on.customer.cash)
      }))
  })

  describe("market data", () => {
    check("quotes of shares, indices and contracts; unknown ones are missing", (on) =>
      Effect.gen(function*() {
        const symbols = ["NSE:RELIANCE", "NSE:NIFTY 50", on.option, on.future]
        on.simulation.clock.setSpeed(0)
        on.simulation.catchUp()
        const quotes = yield* on.session.marketData.quotes([...symbols, "NSE:NOSUCH"])
        assert.deepStrictEqual(quotes.map(({ symbol }) => symbol).sort(), [...symbols].sort())
        for (const quote of quotes) {
          const of = on.simulation.market.ofSymbol(quote.symbol)
          assert.isDefined(of)
          assert.strictEqual(quote.price, on.simulation.market.price(of, on.simulation.exchange.now), quote.symbol)
        }
      }))
    for (
      const [interval, minutes] of [["1m", 1], ["5m", 5], ["15m", 15], ["30m", 30], ["1h", 60], [
        "1d",
        1_440
      ]] as ReadonlyArray<readonly [CandleInterval, number]>
    ) {
      check(`candles of ${interval}`, (on) =>
        Effect.gen(function*() {
          const from = Date.parse("2026-11-19T00:00:00+05:30")
          const to = Date.parse("2026-11-20T23:59:00+05:30")
          const of = on.simulation.market.ofSymbol("NSE:SBIN")
          assert.isDefined(of)
          const wanted = on.simulation.market.candles(of, from, to, minutes)
          const candles = yield* on.session.marketData.candles("NSE:SBIN", interval, from, to)
          assert.isAbove(wanted.length, 0)
          assert.deepStrictEqual(
            candles.map(({ at, close, high, low, open, volume }) => ({ at, open, high, low, close, volume })),
            wanted.map(({ at, close, high, low, open, volume }) => ({ at, open, high, low, close, volume }))
          )
        }))
    }
    check("candles of today end now", (on) =>
      Effect.gen(function*() {
        const candles = yield* on.session.marketData.candles(
          "NSE:SBIN",
          "1m",
          START - 45 * MINUTE_MS,
          START + 10 * MINUTE_MS
        )
        assert.isAtLeast(candles.length, 45)
      }))
    check("candles of an unknown instrument are refused", (on) =>
      Effect.gen(function*() {
        const error = yield* failure(on.session.marketData.candles("NSE:NOSUCH", "1m", START - DAY_MS, START), on)
        assert.strictEqual(error._tag, "Refused")
      }))
    check("margin of a short option", (on) =>
      Effect.gen(function*() {
        const margin = yield* on.session.margins.of([
          { symbol: on.option, side: "sell", quantity: 65, product: "carry", price: paise(10_000) }
        ])
        assert.isAbove(margin.total, 65 * 10_000)
      }))
    if (!candidate.without.includes("chain")) {
      check("option chain with Greeks", (on) =>
        Effect.gen(function*() {
          const option = on.simulation.market.ofSymbol(on.option)
          assert.isDefined(option?.instrument.expiry)
          const chain =
            yield* (on.session.marketData.chain?.("NSE:NIFTY 50", option.instrument.expiry) ?? Effect.succeed([]))
          const row = chain.find(({ symbol }) => symbol === on.option)
          assert.isDefined(row)
          assert.strictEqual(row.strike, option.instrument.strike)
          assert.strictEqual(row.right, option.instrument.right)
          assert.isAbove(row.price, 0)
          if (row.greeks === undefined) return
          assert.isBelow(Math.abs(row.greeks.delta), 1.01)
          assert.closeTo(row.greeks.impliedVolatility, option.volatility, 0.02)
        }))
    }
  })

  describe("orders", () => {
    check("a resting order stands in the book with its tag, whole", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        const [id] = yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "open")
        assert.strictEqual(row.orderId, id)
        assert.deepInclude(row, {
          symbol: order.symbol,
          side: "buy",
          type: "limit",
          product: "delivery",
          validity: "DAY",
          quantity: 10,
          filled: 0,
          averagePrice: 0,
          limitPrice: order.limitPrice ?? paise(0),
          waiting: false
        })
        assert.closeTo(row.changedAt, on.simulation.clock.now, 20_000)
      }))
    check("one that crosses fills; the trades say the same", (on) =>
      Effect.gen(function*() {
        const order = fillingOrder(on)
        const [id] = yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "complete")
        const trades = (yield* on.session.orders.trades).filter((trade) => trade.orderId === id)
        assert.strictEqual(row.filled, 10)
        assert.strictEqual(trades.reduce((sum, { quantity }) => sum + quantity, 0), 10)
        const value = trades.reduce((sum, { price, quantity }) => sum + price * quantity, 0)
        assert.closeTo(row.averagePrice, value / 10, 1)
        assert.strictEqual(trades[0]?.symbol, order.symbol)
      }))
    check("a change of price and quantity", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "open")
        const limitPrice = paise((order.limitPrice ?? 0) - 1_000)
        yield* on.session.orders.modify({ orderId, order: { ...order, quantity: 12, limitPrice } })
        const row = yield* inBook(on, order.tag, ({ quantity }) => quantity === 12)
        assert.strictEqual(row.limitPrice, limitPrice)
        assert.strictEqual(row.status, "open")
      }))
    check("a cancelled order is cancelled, and cannot be cancelled again", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "open")
        yield* on.session.orders.cancel(orderId)
        yield* inBook(on, order.tag, ({ status }) => status === "cancelled")
        assert.strictEqual((yield* failure(on.session.orders.cancel(orderId), on))._tag, "Refused")
        const change = on.session.orders.modify({ orderId, order })
        assert.strictEqual((yield* failure(change, on))._tag, "Refused")
      }))
    check("an order that never was cannot be cancelled", (on) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* failure(on.session.orders.cancel("261124000099999"), on))._tag, "Refused")
      }))
    check("a stop-limit waits for its trigger", (on) =>
      Effect.gen(function*() {
        const near = fillingOrder(on)
        const triggerPrice = paise(near.limitPrice ?? 0)
        const order = { ...near, type: "stop-limit" as const, triggerPrice, limitPrice: paise(triggerPrice + 100) }
        yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ waiting }) => waiting)
        assert.strictEqual(row.status, "open")
        assert.strictEqual(row.triggerPrice, triggerPrice)
        assert.strictEqual(row.type, "stop-limit")
      }))
    check("a market order fills", (on) =>
      Effect.gen(function*() {
        const { limitPrice: _, ...order } = restingOrder(on)
        yield* on.session.orders.place({ ...order, type: "market" })
        yield* inBook(on, order.tag, ({ status }) => status === "complete")
      }))
    check("an IOC order that cannot fill is cancelled", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on, { validity: "IOC" })
        yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "cancelled")
        assert.strictEqual(row.validity, "IOC")
      }))
    check("an option by the lot", (on) =>
      Effect.gen(function*() {
        const of = on.simulation.market.ofSymbol(on.option)
        assert.isDefined(of)
        const limitPrice = paise(Math.round(on.simulation.exchange.quote(of).price * 1.05 / 5) * 5)
        const order = restingOrder(on, { symbol: on.option, product: "carry", quantity: 65, limitPrice })
        yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "complete")
        assert.strictEqual(row.symbol, on.option)
        assert.strictEqual(row.product, "carry")
      }))
    check("shares that are held can be sold for delivery, others not", (on) =>
      Effect.gen(function*() {
        const sale = restingOrder(on, { side: "sell", quantity: 40 })
        yield* on.session.orders.place(sale)
        yield* inBook(on, sale.tag, ({ status }) => status === "complete")
        const error = yield* failure(on.session.orders.place(restingOrder(on, { side: "sell", quantity: 41 })), on)
        assert.strictEqual(error._tag, "Refused")
      }))
    const wrong: ReadonlyArray<readonly [string, (on: Stage) => Parameters<Stage["session"]["orders"]["place"]>[0]]> = [
      ["more than the money allows", (on) => restingOrder(on, { quantity: 100_000 })],
      [
        "half a lot",
        (on) => restingOrder(on, { symbol: on.option, product: "carry", quantity: 30, limitPrice: paise(5_000) })
      ],
      ["a price between the ticks", (on) => restingOrder(on, { limitPrice: paise(130_003) })],
      ["an index", (on) => restingOrder(on, { symbol: "NSE:NIFTY 50", limitPrice: paise(2_500_000) })],
      ["an unknown instrument", (on) => restingOrder(on, { symbol: "NSE:NOSUCH" })]
    ]
    for (const [what, make] of wrong) {
      check(`refused for sure: ${what}`, (on) =>
        Effect.gen(function*() {
          const error = yield* failure(on.session.orders.place(make(on)), on)
          assert.strictEqual(error._tag, "Refused", error.message)
          assert.strictEqual(placed(on), 0)
        }))
    }
    if (!candidate.without.includes("gtt")) {
      check("a GTT order: placed, listed, cancelled", (on) =>
        Effect.gen(function*() {
          const { gtt } = on.session
          assert.isDefined(gtt)
          const { limitPrice = paise(0) } = restingOrder(on)
          const lastPrice = paise(Math.round(limitPrice / 0.95 / 10) * 10)
          const id = yield* gtt.place({
            symbol: "NSE:RELIANCE",
            side: "buy",
            quantity: 3,
            product: "delivery",
            lastPrice,
            legs: [{ triggerPrice: limitPrice, limitPrice }]
          })
          const listed = (yield* gtt.list).find((each) => each.id === id)
          assert.deepInclude(listed, { symbol: "NSE:RELIANCE", side: "buy", quantity: 3, status: "active" })
          assert.strictEqual(listed?.legs[0]?.triggerPrice, limitPrice)
          yield* gtt.cancel(id)
          const after = (yield* gtt.list).find((each) => each.id === id)
          assert.isTrue(after === undefined || after.status === "cancelled")
        }))
    }
  })

  describe("orders that go wrong", () => {
    check("part fills come one by one and add up", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "part-fills", operation: "place", parts: 5 })
        const { seen } = yield* events(on)
        const order = fillingOrder(on)
        const [id] = yield* on.session.orders.place(order)
        const done = yield* inBook(on, order.tag, ({ status }) => status === "complete")
        assert.strictEqual(done.filled, 10)
        const trades = (yield* on.session.orders.trades).filter((trade) => trade.orderId === id)
        assert.isAbove(trades.length, 1)
        yield* eventually("the last fill on the stream", () =>
          orderEvents(seen, order.tag).some(({ filled }) => filled === 10) || undefined)
        const fills = orderEvents(seen, order.tag).map(({ filled }) =>
          filled
        )
        assert.isTrue(fills.some((filled) => filled > 0 && filled < 10), String(fills))
      }))
    check("an order that was acknowledged and never was", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "ghost", operation: "place" })
        const order = restingOrder(on)
        assert.lengthOf(yield* on.session.orders.place(order), 1)
        yield* Effect.sleep(100)
        assert.isUndefined((yield* on.session.orders.book).find(({ tag }) => tag === order.tag))
      }))
    check("rejected at once", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "reject-at-once", operation: "place" })
        const error = yield* failure(on.session.orders.place(restingOrder(on)), on)
        assert.strictEqual(error._tag, "Refused")
        assert.include(error.message, "RMS")
      }))
    check("rejected later, with the reason", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "reject-later", operation: "place" })
        const order = restingOrder(on)
        yield* on.session.orders.place(order)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "rejected")
        assert.include(row.reason ?? "", "RMS")
      }))
    check("a part fill that is cancelled keeps what was filled", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "part-fills", operation: "place", parts: 10 })
        const order = fillingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ filled }) => filled > 0)
        on.simulation.clock.setSpeed(0)
        const { filled } = yield* inBook(on, order.tag, () => true)
        // Nothing passes until the cancellation is there, and then at once.
        if (filled < 10) yield* on.session.orders.cancel(orderId)
        on.simulation.clock.setSpeed(10)
        const row = yield* inBook(on, order.tag, ({ status }) => status === "cancelled" || status === "complete")
        const trades = (yield* on.session.orders.trades).filter((trade) => trade.orderId === orderId)
        assert.strictEqual(row.filled, trades.reduce((sum, { quantity }) => sum + quantity, 0))
        const [position] = yield* on.session.portfolio.positions
        assert.strictEqual(position?.quantity, row.filled)
      }))
    check(
      "outside the session orders, changes and cancellations are refused, and nothing is left behind",
      (on) =>
        Effect.gen(function*() {
          fault(on, { fault: "market-closed", operation: "place" })
          const error = yield* failure(on.session.orders.place(restingOrder(on)), on)
          assert.strictEqual(error._tag, "Refused", error.message)
          assert.strictEqual(placed(on), 0)
          const order = restingOrder(on)
          const [orderId = ""] = yield* on.session.orders.place(order)
          yield* inBook(on, order.tag, ({ status }) => status === "open")
          fault(on, { fault: "market-closed", operation: "modify" })
          const change = on.session.orders.modify({ orderId, order: { ...order, quantity: 12 } })
          assert.strictEqual((yield* failure(change, on))._tag, "Refused")
          fault(on, { fault: "market-closed", operation: "cancel" })
          assert.strictEqual((yield* failure(on.session.orders.cancel(orderId), on))._tag, "Refused")
          const row = yield* inBook(on, order.tag, ({ status }) => status === "open")
          assert.strictEqual(row.quantity, 10)
        })
    )
    check("one request that became two orders", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "slice", operation: "place" })
        const order = restingOrder(on)
        yield* on.session.orders.place(order)
        yield* Effect.sleep(100)
        const rows = (yield* on.session.orders.book).filter(({ tag }) => tag === order.tag)
        assert.lengthOf(rows, 2)
        assert.strictEqual(rows.reduce((sum, { quantity }) => sum + quantity, 0), 10)
      }))

    const unknown: ReadonlyArray<readonly [string, FaultRule]> = [
      ["the connection is reset before the order arrived", { fault: "reset" }],
      ["the acknowledgement is lost", { fault: "reset", applied: true }],
      ["no answer, not placed", { fault: "hang" }],
      ["no answer, placed", { fault: "hang", applied: true }],
      ["the answer is cut", { fault: "truncate", applied: true }],
      ["HTTP 500", { fault: "server-error", status: 500 }],
      ["HTTP 502, placed", { fault: "server-error", status: 502, applied: true }],
      ["HTTP 503 with a page", { fault: "server-error-html", status: 503 }],
      ["HTTP 504 with a page, placed", { fault: "server-error-html", status: 504, applied: true }],
      ["HTTP 200 with a page", { fault: "html-answer" }],
      ["HTTP 200 with a page, placed", { fault: "html-answer", applied: true }]
    ]
    for (const [what, rule] of unknown) {
      check(`unknown outcome: ${what}`, (on) =>
        Effect.gen(function*() {
          const order = restingOrder(on)
          fault(on, { ...rule, operation: "place" })
          const error = yield* failure(on.session.orders.place(order), on)
          assert.strictEqual(error._tag, "UnknownOutcome", error.message)
          if (error._tag === "UnknownOutcome") assert.strictEqual(error.tag, order.tag)
          const applied = rule.applied === true || rule.fault === "truncate" ? 1 : 0
          assert.strictEqual(placed(on), applied, "sent again by somebody")
          const found = (yield* on.session.orders.book).filter(({ tag }) => tag === order.tag)
          assert.lengthOf(found, applied)
        }))
    }
    check("unknown outcome of a change and of a cancellation", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "open")
        fault(on, { fault: "reset", operation: "modify", applied: true })
        const change = on.session.orders.modify({ orderId, order: { ...order, quantity: 11 } })
        assert.strictEqual((yield* failure(change, on))._tag, "UnknownOutcome")
        yield* inBook(on, order.tag, ({ quantity }) => quantity === 11)
        fault(on, { fault: "hang", operation: "cancel", applied: true })
        assert.strictEqual((yield* failure(on.session.orders.cancel(orderId), on))._tag, "UnknownOutcome")
        yield* inBook(on, order.tag, ({ status }) => status === "cancelled")
      }))
    check("too many calls: not executed, may be sent again", (on) =>
      Effect.gen(function*() {
        const order = restingOrder(on)
        fault(on, { fault: "rate-limit", operation: "place" })
        assert.strictEqual((yield* failure(on.session.orders.place(order), on))._tag, "RateLimited")
        assert.strictEqual(placed(on), 0)
        yield* on.session.orders.place(order)
        assert.strictEqual(placed(on), 1)
      }))
    check("a token that is refused in the middle of the day", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "unauthorised", operation: "place" })
        assert.strictEqual((yield* failure(on.session.orders.place(restingOrder(on)), on))._tag, "Unauthorised")
      }))
    check("a customer who is thrown out: calls and streams alike", (on) =>
      Effect.gen(function*() {
        const { feed } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
        const { ended } = yield* events(on)
        fault(on, { fault: "kick", operation: "book" })
        assert.strictEqual((yield* failure(on.session.orders.book, on))._tag, "Unauthorised")
        for (const end of [yield* within(feed.ended), yield* within(ended)]) {
          assert.include(["closed", "refused", "unauthorised"], end.cause)
        }
        assert.strictEqual((yield* failure(on.session.portfolio.funds, on))._tag, "Unauthorised")
        assert.strictEqual((yield* failure(on.session.marketFeed.open(() => undefined), on))._tag, "Unauthorised")
        assert.strictEqual((yield* failure(on.session.orderFeed.open(() => undefined), on))._tag, "Unauthorised")
      }))
    check("an IP that is not registered", (on) =>
      Effect.gen(function*() {
        fault(on, { fault: "forbidden", operation: "place" })
        const error = yield* failure(on.session.orders.place(restingOrder(on)), on)
        assert.strictEqual(error._tag, "Refused")
        if (error._tag === "Refused") assert.isDefined(error.remedy)
      }))
    check("an acknowledgement after the first update", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        const order = fillingOrder(on)
        fault(on, { fault: "delay", delay: 200, operation: "place", applied: true })
        const [id] = yield* on.session.orders.place(order)
        const early = orderEvents(seen, order.tag)
        assert.isAbove(early.length, 0)
        assert.strictEqual(early[0]?.orderId, id)
      }))
  })

  describe("reads that go wrong", () => {
    const reads: ReadonlyArray<readonly [string, FaultRule, ReadonlyArray<BrokerError["_tag"]>]> = [
      ["too many calls", { fault: "rate-limit" }, ["RateLimited"]],
      ["a token that is refused", { fault: "unauthorised" }, ["Unauthorised"]],
      ["a reset", { fault: "reset" }, ["UnknownOutcome"]],
      ["an answer that is cut", { fault: "truncate" }, ["UnknownOutcome", "UnreadableAnswer"]],
      ["a page", { fault: "html-answer" }, ["UnreadableAnswer", "UnknownOutcome"]],
      ["HTTP 500", { fault: "server-error", status: 500 }, ["UnknownOutcome"]],
      ["no answer", { fault: "hang" }, ["UnknownOutcome"]]
    ]
    for (const [what, rule, tags] of reads) {
      check(`${what}: the order book says so and works again`, (on) =>
        Effect.gen(function*() {
          fault(on, { ...rule, operation: "book" })
          assert.include(tags, (yield* failure(on.session.orders.book, on))._tag)
          assert.deepStrictEqual(yield* on.session.orders.book, [])
        }))
    }
    check("quotes, candles, funds and positions fail as typed as the book", (on) =>
      Effect.gen(function*() {
        const calls = [
          ["quotes", on.session.marketData.quotes(["NSE:SBIN"])],
          ["candles", on.session.marketData.candles("NSE:SBIN", "1m", START - DAY_MS, START)],
          ["funds", on.session.portfolio.funds],
          ["positions", on.session.portfolio.positions]
        ] as const
        for (const [operation, call] of calls) {
          fault(on, { fault: "server-error-html", status: 503, operation })
          const error = yield* failure<unknown>(call, on)
          assert.strictEqual(error._tag, "UnknownOutcome", operation)
        }
      }))
    check("a broker that is not there was never reached", (on) =>
      Effect.gen(function*() {
        const gone = {
          ...on.simulation,
          servers: {
            ...on.simulation.servers,
            [broker]: {
              port: 9,
              url: "http://127.0.0.1:9",
              dropSockets: () => undefined
            }
          }
        }
        const session = candidate.account(gone, on.customer, 1_000).session(on.token)
        assert.strictEqual((yield* failure(session.orders.place(restingOrder(on)), on))._tag, "NotSent")
        assert.strictEqual((yield* failure(session.marketFeed.open(() => undefined), on))._tag, "NotSent")
      }))
  })

  describe("market feed", () => {
    for (const detail of details) {
      check(`ticks in ${detail}, equal to the market's own prices`, (on) =>
        Effect.gen(function*() {
          const { instruments, rows } = yield* ticks(on, ["NSE:RELIANCE", "NSE:SBIN"], detail)
          yield* eventually("ticks of both", () =>
            instruments.every(({ index }) => rows.filter((row) => row.instrument === index).length > 3) || undefined)
          on.simulation.clock.setSpeed(0)
          const now = on.simulation.catchUp()
          const settled = rows.length
          yield* Effect.sleep(150)
          assert.isAtLeast(rows.length, settled)
          for (const { index } of instruments) {
            const last = rows.findLast((row) =>
              row.instrument === index
            )
            const quote = on.simulation.market.quote(on.simulation.market.at(index), on.simulation.exchange.now)
            assert.isDefined(last)
            assert.strictEqual(last.price, quote.price, `${detail} at ${now}`)
            if (detail !== "price") assert.strictEqual(last.volume, quote.volume)
            if (detail === "full") assert.strictEqual(last.bid, quote.bid)
          }
        }))
    }
    check("an index, a future and an option; open interest of what has it", (on) =>
      Effect.gen(function*() {
        const { instruments, rows } = yield* ticks(on, ["NSE:NIFTY 50", on.future, on.option], "full")
        yield* eventually("ticks of all", () =>
          instruments.every(({ index }) =>
            rows.some((row) => row.instrument === index && row.price > 0)
          ) || undefined)
        const future = instruments[1]?.index
        yield* eventually("open interest", () =>
          rows.some((row) =>
            row.instrument === future && row.openInterest > 0
          ) || undefined)
      }))
    check("what is unsubscribed is heard no more", (on) =>
      Effect.gen(function*() {
        const { feed, instruments, rows } = yield* ticks(on, ["NSE:RELIANCE", "NSE:SBIN"], "quote")
        yield* eventually("first ticks", () => rows.length > 4 || undefined)
        feed.unsubscribe(instruments.slice(0, 1))
        yield* Effect.sleep(200)
        rows.length = 0
        yield* eventually("ticks of the other", () => rows.length > 3 || undefined)
        assert.isFalse(rows.some(({ instrument }) => instrument === instruments[0]?.index))
      }))
    check("frames are handed out undecoded to whoever records them", (on) =>
      Effect.gen(function*() {
        const { frames } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
        yield* eventually("frames", () => frames.length > 2 || undefined)
      }))
    check("a frame that cannot be read is counted, and the feed goes on", (on) =>
      Effect.gen(function*() {
        const { feed, rows } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
        yield* eventually("first ticks", () => rows.length > 0 || undefined)
        fault(on, { fault: "bad-payload", operation: "market-feed" })
        yield* eventually("a count", () => feed.counters.malformed > 0 || undefined)
        const before = rows.length
        yield* eventually("more ticks", () => rows.length > before + 2 || undefined)
      }))
    check(
      "frames that are cut, changed or without meaning are counted; none throws, and the feed goes on or ends",
      (on) =>
        Effect.gen(function*() {
          const { relay, session, thrown } = yield* throughDamage(on)
          const { feed, rows } = yield* ticks({ ...on, session }, ["NSE:RELIANCE", "NSE:SBIN", "NSE:NIFTY 50"], "full")
          const ends: Array<FeedEnd> = []
          yield* Effect.forkScoped(Effect.map(feed.ended, (end) => ends.push(end)))
          yield* eventually("first ticks", () => rows.length > 3 || undefined)
          relay.damaging = true
          yield* eventually("damage", () => relay.sent >= 400 || ends.length > 0 || undefined)
          relay.damaging = false
          // Changed frames often make sense still.
          yield* eventually(
            "a count, or an end",
            () => feed.counters.malformed * 4 > relay.sent || ends.length > 0 || undefined
          )
          const before = rows.length
          yield* eventually("more ticks, or an end", () => rows.length > before + 2 || ends.length > 0 || undefined)
          assert.deepStrictEqual(thrown, [])
        })
    )
    for (const kind of ["duplicate", "reorder", "miss"] as const) {
      check(`frames that come ${kind}: nothing ends`, (on) =>
        Effect.gen(function*() {
          const { rows } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
          fault(on, { fault: kind, operation: "market-feed", count: 3 })
          yield* eventually("ticks", () => rows.length > 8 || undefined)
        }))
    }
    check("thousands of frames at once are all read, and the feed goes on", (on) =>
      Effect.gen(function*() {
        const { feed, rows } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
        yield* eventually("first ticks", () => rows.length > 0 || undefined)
        fault(on, { fault: "burst", operation: "market-feed", parts: 8_000 })
        yield* eventually("the burst", () => rows.length > 8_000 || undefined)
        assert.strictEqual(feed.counters.malformed, 0)
        const before = rows.length
        yield* eventually("more ticks", () => rows.length > before + 2 || undefined)
      }))
    for (const minutes of [-20, 20]) {
      check(
        `a broker's clock that is ${minutes} minutes off carries no tick into the future`,
        (on) =>
          Effect.gen(function*() {
            const live = yield* Clock.currentTimeMillis
            on.simulation.clock.setSpeed(1)
            const lead = on.simulation.clock.now - live
            fault(on, { fault: "clock-skew", delay: minutes * MINUTE_MS })
            const times: Array<{ readonly event: number; readonly received: number }> = []
            const feed = yield* on.session.marketFeed.open(({ ticks: { eventTime, length, receiveTime } }) => {
              // Rows below the length are within the columns.
              for (let row = 0; row < length; row++) times.push({ event: eventTime[row]!, received: receiveTime[row]! })
            })
            feed.subscribe(on.instruments(["NSE:RELIANCE"]), "full")
            yield* eventually("ticks", () => times.length > 6 || undefined)
            for (const { event, received } of times) {
              assert.isAtMost(event, received + MAX_CLOCK_LEAD_MS)
              // Behind by what the clock is off, or by nothing where frames carry no time.
              assert.isAtLeast(event, received + Math.min(0, minutes * MINUTE_MS + lead) - 5_000)
            }
          })
      )
    }
    for (const kind of ["disconnect", "reset", "cut-frame", "bad-opcode"] as const) {
      check(`${kind}: ends, and says why`, (on) =>
        Effect.gen(function*() {
          const { feed } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
          fault(on, { fault: kind, operation: "market-feed" })
          const end = yield* within(feed.ended)
          assert.strictEqual(end.cause, "closed")
          assert.isAbove(end.reason.length, 0)
        }))
    }
    for (const kind of ["silent", "half-open"] as const) {
      check(`${kind}: is noticed by the watchdog`, (on) =>
        Effect.gen(function*() {
          const { feed } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
          fault(on, { fault: kind, operation: "market-feed" })
          const end = yield* within(feed.ended)
          assert.include(["silent", "closed"], end.cause)
        }))
    }
    check("an upgrade that is refused: token, throttle, trouble", (on) =>
      Effect.gen(function*() {
        const open = on.session.marketFeed.open(() => undefined)
        fault(on, { fault: "refuse-upgrade", operation: "market-feed", status: 401 })
        assert.strictEqual((yield* failure(open, on))._tag, "Unauthorised")
        fault(on, { fault: "refuse-upgrade", operation: "market-feed", status: 429 })
        assert.strictEqual((yield* failure(open, on))._tag, "RateLimited")
        fault(on, { fault: "refuse-upgrade", operation: "market-feed", status: 503 })
        assert.strictEqual((yield* failure(open, on))._tag, "NotSent")
        yield* open
      }))
    check("closes with its scope", (on) =>
      Effect.gen(function*() {
        const open = () =>
          on.simulation.journal.since(0).filter(({ detail, kind }) => kind === "socket" && detail === "open").length
        const closed = () =>
          on.simulation.journal.since(0).filter(({ detail, kind }) => kind === "socket" && detail === "closed").length
        yield* Effect.scoped(ticks(on, ["NSE:RELIANCE"], "quote"))
        yield* eventually("the close", () => open() > 0 && open() === closed() || undefined)
      }))
  })

  describe("order feed", () => {
    check("the life of an order, and what another app places", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        const order = restingOrder(on)
        const [orderId = ""] = yield* on.session.orders.place(order)
        yield* eventually("open", () => orderEvents(seen, order.tag).find(({ status }) => status === "open"))
        yield* on.session.orders.cancel(orderId)
        const last = yield* eventually("cancelled", () =>
          orderEvents(seen, order.tag).find(({ status }) => status === "cancelled"))
        assert.strictEqual(last.orderId, orderId)
        assert.strictEqual(last.symbol, order.symbol)
        const of = on.simulation.market.ofSymbol("NSE:ITC")
        assert.isDefined(of)
        on.simulation.exchange.place(on.customer, {
          of,
          side: "buy",
          type: "limit",
          product: "delivery",
          validity: "DAY",
          quantity: 1,
          limitPrice: paise(on.simulation.exchange.quote(of).price)
        })
        yield* eventually("the other app's", () =>
          seen.find((event) =>
            event._tag === "Order" && event.order.symbol === "NSE:ITC"
          ))
      }))
    for (const kind of ["duplicate", "reorder"] as const) {
      check(`${kind} frames arrive as they come; nothing is lost`, (on) =>
        Effect.gen(function*() {
          const { seen } = yield* events(on)
          fault(on, { fault: kind, operation: "order-feed", count: 2 })
          const order = fillingOrder(on)
          yield* on.session.orders.place(order)
          yield* inBook(on, order.tag, ({ status }) => status === "complete")
          const after = restingOrder(on)
          yield* on.session.orders.place(after)
          yield* eventually("complete", () => orderEvents(seen, order.tag).find(({ status }) => status === "complete"))
        }))
    }
    check("what the stream missed is in the book", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        on.simulation.faults.add({ broker, fault: "miss", operation: "order-feed" })
        const order = fillingOrder(on)
        yield* on.session.orders.place(order)
        yield* inBook(on, order.tag, ({ status }) => status === "complete")
        assert.lengthOf(orderEvents(seen, order.tag), 0)
      }))
    check("a frame that cannot be read is told, not thrown", (on) =>
      Effect.gen(function*() {
        const { seen } = yield* events(on)
        fault(on, { fault: "bad-payload", operation: "order-feed" })
        yield* on.session.orders.place(restingOrder(on))
        yield* eventually("told", () => seen.find(({ _tag }) => _tag === "Unreadable"))
      }))
    check(
      "frames that are cut, changed or without meaning are told; none throws, and orders still come",
      (on) =>
        Effect.gen(function*() {
          const { relay, session, thrown } = yield* throughDamage(on)
          const { seen } = yield* events({ ...on, session })
          relay.damaging = true
          const tags: Array<string> = []
          const place = Effect.suspend(() => {
            const order = fillingOrder(on)
            tags.push(order.tag)
            return on.session.orders.place(order)
          })
          // More than one, for a feed is open a moment before its subscription has arrived.
          yield* Effect.forkScoped(Effect.forever(Effect.andThen(place, Effect.sleep(500))))
          yield* eventually("an order", () =>
            tags.some((tag) => orderEvents(seen, tag).some(({ status }) => status === "complete")) || undefined)
          assert.isAbove(relay.sent, 0)
          assert.isTrue(seen.some(({ _tag }) =>
            _tag === "Unreadable"
          ))
          assert.deepStrictEqual(thrown, [])
        })
    )
    for (const kind of ["disconnect", "reset", "cut-frame"] as const) {
      check(`${kind}: ends`, (on) =>
        Effect.gen(function*() {
          const { ended } = yield* events(on)
          fault(on, { fault: kind, operation: "order-feed" })
          yield* on.session.orders.place(restingOrder(on))
          assert.strictEqual((yield* within(ended)).cause, "closed")
        }))
    }
  })
}

const within = (ended: Effect.Effect<FeedEnd>): Effect.Effect<FeedEnd> =>
  Effect.map(Effect.timeoutOption(ended, 10_000), (end) => {
    if (end._tag === "None") throw new Error("the feed goes on after 10 s")
    return end.value
  })
