import { assert, describe, it } from "@effect/vitest"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as PaperBook from "@keepgaining/core/matching/PaperBook.ts"
import type { ExchangeReport, Order } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"

const share: Instrument = { symbol: "NSE:RELIANCE", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 }
const option: Instrument = { ...share, symbol: "NSE:NIFTY26AUG24500CE", kind: "option", lotSize: 75 }
const index: Instrument = { ...share, symbol: "NSE:NIFTY 50", kind: "index" }
const plain: PaperBook.FillModel = { seed: 1, protection: 0.01, participation: 0.25, slippage: 0 }

const tick = (
  time: number,
  price: number,
  more: Partial<Record<"traded" | "bid" | "ask" | "bidQuantity" | "askQuantity", number>> = {}
): PaperBook.BookTick => ({
  time,
  price: paise(price),
  traded: more.traded ?? 0,
  bid: paise(more.bid ?? 0),
  ask: paise(more.ask ?? 0),
  bidQuantity: more.bidQuantity ?? 0,
  askQuantity: more.askQuantity ?? 0
})

const quoted = (time: number, bid: number, ask: number, size = 1_000): PaperBook.BookTick =>
  tick(time, bid, { bid, ask, bidQuantity: size, askQuantity: size })

let count = 0
const order = (more: Partial<Order>): Order => ({
  id: `O${++count}`,
  book: "manual",
  clientTag: more.id ?? "t",
  instrument: 0,
  side: "buy",
  quantity: 10,
  type: "limit",
  validity: "DAY",
  product: "intraday",
  purpose: "manual",
  reduceOnly: false,
  status: "pending",
  filledQuantity: 0,
  averagePrice: 0,
  venue: "paper",
  createdAt: 0,
  updatedAt: 0,
  cause: 1,
  ...more
})

/** A book at work: what it reports, in short. */
const bookOf = (instrument = share, model = plain) => {
  const state = PaperBook.initial()
  const reports: Array<ExchangeReport> = []
  const take = () => reports.splice(0)
  return {
    state,
    place: (placed: Order, effectiveAt = 0) => PaperBook.instruct(state, { _tag: "Place", order: placed, effectiveAt }),
    modify: (
      orderId: string,
      quantity: number,
      prices: { limitPrice?: number; triggerPrice?: number } = {},
      effectiveAt = 0
    ) =>
      PaperBook.instruct(state, {
        _tag: "Modify",
        orderId,
        instrument: 0,
        quantity,
        ...(prices.limitPrice === undefined ? {} : { limitPrice: paise(prices.limitPrice) }),
        ...(prices.triggerPrice === undefined ? {} : { triggerPrice: paise(prices.triggerPrice) }),
        effectiveAt
      }),
    cancel: (orderId: string, effectiveAt = 0) =>
      PaperBook.instruct(state, { _tag: "Cancel", orderId, instrument: 0, reason: "asked", effectiveAt }),
    tick: (each: PaperBook.BookTick) => {
      PaperBook.onTick(state, instrument, model, each, (report) => reports.push(report))
      return take()
    },
    end: (now: number) => {
      PaperBook.onSessionEnd(state, now, (report) => reports.push(report))
      return take()
    }
  }
}

const fills = (reports: ReadonlyArray<ExchangeReport>) =>
  reports.flatMap((report) => report._tag === "Filled" ? [[report.orderId, report.quantity, report.price]] : [])
const tags = (reports: ReadonlyArray<ExchangeReport>) => reports.map((report) => report._tag)
const reasons = (reports: ReadonlyArray<ExchangeReport>) =>
  reports.flatMap((report) => "reason" in report ? [report.reason] : [])

describe("the paper book", () => {
  it("lets an instruction take effect at the first tick at or after its time, not before", () => {
    const book = bookOf()
    const placed = order({ limitPrice: paise(10_100) })
    book.place(placed, 1_000)
    assert.isFalse(PaperBook.isIdle(book.state))
    assert.deepStrictEqual(book.tick(quoted(999, 9_995, 10_000)), [])
    assert.deepStrictEqual(tags(book.tick(quoted(1_000, 9_995, 10_000))), ["Accepted", "Filled"])
    assert.isTrue(PaperBook.isIdle(book.state))
  })

  it("takes instructions by their time, then by arrival", () => {
    const book = bookOf()
    const late = order({ limitPrice: paise(9_000) })
    const early = order({ limitPrice: paise(9_000) })
    const tied = order({ limitPrice: paise(9_000) })
    book.place(late, 300)
    book.place(early, 100)
    book.place(tied, 300)
    const reports = book.tick(quoted(500, 9_995, 10_000))
    assert.deepStrictEqual(reports.map((report) => report.orderId), [early.id, late.id, tied.id])
  })

  it("makes a market order a limit at the quote plus protection, and keeps the rest of it", () => {
    const book = bookOf()
    const placed = order({ type: "market", quantity: 30 })
    book.place(placed)
    assert.deepStrictEqual(fills(book.tick(quoted(0, 9_995, 10_000, 12))), [[placed.id, 12, 10_000]])
    assert.strictEqual(book.state.working[0]?.limit, 10_100)
    assert.deepStrictEqual(fills(book.tick(quoted(1, 10_100, 10_105, 100))), [], "beyond the protection")
    assert.deepStrictEqual(fills(book.tick(quoted(2, 10_090, 10_095, 100))), [[placed.id, 18, 10_100]], "it has rested")
    assert.isTrue(PaperBook.isIdle(book.state))
  })

  it("cancels what an IOC order does not get at once", () => {
    const book = bookOf()
    const placed = order({ type: "market", validity: "IOC", quantity: 30 })
    book.place(placed)
    assert.deepStrictEqual(tags(book.tick(quoted(0, 9_995, 10_000, 12))), ["Accepted", "Filled", "Cancelled"])
    const away = order({ validity: "IOC", limitPrice: paise(9_000) })
    book.place(away)
    assert.deepStrictEqual(tags(book.tick(quoted(1, 9_995, 10_000))), ["Accepted", "Cancelled"])
  })

  it("fills what crosses at the quote and what has rested at its own limit", () => {
    const book = bookOf()
    const crossing = order({ limitPrice: paise(10_200) })
    const resting = order({ limitPrice: paise(9_900) })
    book.place(crossing)
    book.place(resting)
    assert.deepStrictEqual(fills(book.tick(quoted(0, 9_995, 10_000))), [[crossing.id, 10, 10_000]])
    assert.deepStrictEqual(fills(book.tick(quoted(1, 9_795, 9_800))), [[resting.id, 10, 9_900]])
  })

  it("shares one size among our orders by price, then time, in whole lots", () => {
    const book = bookOf(option)
    const first = order({ quantity: 150, limitPrice: paise(10_100) })
    const second = order({ quantity: 150, limitPrice: paise(10_100) })
    const better = order({ quantity: 75, limitPrice: paise(10_200) })
    for (const each of [first, second, better]) book.place(each)
    const reports = book.tick(quoted(0, 9_995, 10_000, 299))
    assert.deepStrictEqual(fills(reports), [[better.id, 75, 10_000], [first.id, 150, 10_000]], "299 are three lots")
  })

  it("takes a share of what was traded where there are no quotes, a lot at least", () => {
    const book = bookOf(option)
    const placed = order({ type: "market", quantity: 750 })
    book.place(placed)
    assert.deepStrictEqual(fills(book.tick(tick(0, 10_000, { traded: 1_000 }))), [[placed.id, 225, 10_000]])
    assert.deepStrictEqual(fills(book.tick(tick(1, 10_000))), [[placed.id, 75, 10_000]])
  })

  it("triggers a stop at its price and trades it as a protected market order", () => {
    const book = bookOf()
    const stop = order({ side: "sell", type: "stop", triggerPrice: paise(9_900) })
    book.place(stop)
    assert.deepStrictEqual(tags(book.tick(tick(0, 10_000))), ["Accepted"])
    assert.deepStrictEqual(tags(book.tick(tick(1, 9_905))), [])
    const reports = book.tick(quoted(2, 9_895, 9_900))
    assert.deepStrictEqual(tags(reports), ["Triggered", "Filled"])
    assert.deepStrictEqual(fills(reports), [[stop.id, 10, 9_895]])
  })

  it("trades a triggered stop-limit within its limit only", () => {
    const book = bookOf()
    const stop = order({ type: "stop-limit", triggerPrice: paise(10_100), limitPrice: paise(10_110) })
    book.place(stop)
    book.tick(quoted(0, 9_995, 10_000))
    assert.deepStrictEqual(tags(book.tick(tick(1, 10_200, { ask: 10_200, askQuantity: 50 }))), ["Triggered"])
    assert.deepStrictEqual(fills(book.tick(quoted(2, 10_095, 10_100))), [[stop.id, 10, 10_110]])
  })

  it("rejects for reasons that can be told apart", () => {
    const rejected = (placed: Partial<Order>, instrument = share) => {
      const book = bookOf(instrument)
      book.place(order(placed))
      const reports = book.tick(quoted(0, 10_000, 10_005))
      assert.deepStrictEqual(tags(reports), ["Rejected"])
      return reasons(reports)[0]!
    }
    const all = [
      rejected({ limitPrice: paise(100) }, index),
      rejected({ limitPrice: paise(100), quantity: 74 }, option),
      rejected({ limitPrice: paise(10_001) }),
      rejected({ limitPrice: paise(0) }),
      rejected({}),
      rejected({ type: "stop" }),
      rejected({ type: "stop", triggerPrice: paise(9_003) }),
      rejected({ type: "stop", triggerPrice: paise(10_000) }),
      rejected({ type: "stop-limit", triggerPrice: paise(10_100), limitPrice: paise(10_050) })
    ]
    assert.strictEqual(new Set(all).size, all.length)
    assert.match(all[0]!, /index/)
    assert.match(all[1]!, /lot of 75/)
    assert.match(all[2]!, /tick of ₹0\.05/)
    assert.match(all[7]!, /through the market/)
  })

  it("modifies: smaller keeps time priority, anything else loses it", () => {
    const book = bookOf()
    const a = order({ quantity: 10, limitPrice: paise(9_900) })
    const b = order({ quantity: 10, limitPrice: paise(9_900) })
    book.place(a)
    book.place(b)
    book.tick(quoted(0, 9_995, 10_000))
    book.modify(a.id, 8)
    assert.deepStrictEqual(book.tick(quoted(1, 9_995, 10_000)), [
      { _tag: "Modified", orderId: a.id, revision: 1, quantity: 8, limitPrice: paise(9_900), at: 1 }
    ])
    assert.deepStrictEqual(fills(book.tick(quoted(2, 9_895, 9_900, 5))), [[a.id, 5, 9_900]])
    book.modify(a.id, 12)
    assert.deepStrictEqual(fills(book.tick(quoted(3, 9_895, 9_900, 12))), [[b.id, 10, 9_900], [a.id, 2, 9_900]])
  })

  it("refuses a change that cannot be carried out, and leaves the order as it was", () => {
    const book = bookOf(option)
    const placed = order({ quantity: 150, limitPrice: paise(9_900) })
    book.place(placed)
    book.tick(quoted(0, 9_995, 10_000))
    book.modify(placed.id, 100)
    book.modify(placed.id, 150, { limitPrice: 9_901 })
    book.modify(placed.id, 150, { triggerPrice: 9_000 })
    book.modify("O0", 150)
    book.cancel("O0")
    const reports = book.tick(quoted(1, 9_995, 10_000))
    assert.deepStrictEqual(tags(reports), Array.from({ length: 5 }, () => "ChangeRefused"))
    assert.strictEqual(new Set(reasons(reports)).size, 4)
    assert.strictEqual(book.state.working[0]?.limit, 9_900)
    book.cancel(placed.id)
    assert.deepStrictEqual(tags(book.tick(quoted(2, 9_995, 10_000))), ["Cancelled"])
  })

  it("lets everything expire with the session", () => {
    const book = bookOf()
    const working = order({ limitPrice: paise(9_000) })
    const onItsWay = order({ limitPrice: paise(9_000) })
    book.place(working)
    book.tick(quoted(0, 9_995, 10_000))
    book.place(onItsWay, 99)
    const reports = book.end(50)
    assert.deepStrictEqual(reports.map((report) => [report._tag, report.orderId]), [
      ["Expired", working.id],
      ["Expired", onItsWay.id]
    ])
    assert.isTrue(PaperBook.isIdle(book.state))
  })

  it("slips by the order's own luck: against us, in ticks, never beyond the limit", () => {
    const slipping = { ...plain, slippage: 20 }
    const priceOf = (id: string, others: number, limit = 11_000) => {
      const book = bookOf(share, slipping)
      for (let i = 0; i < others; i++) book.place(order({ id: `X${i}`, limitPrice: paise(11_000) }))
      book.place(order({ id, limitPrice: paise(limit) }))
      const found = fills(book.tick(quoted(0, 9_995, 10_000))).find(([orderId]) => orderId === id)
      return Number(found?.[2])
    }
    const prices = Array.from({ length: 50 }, (_, i) => priceOf(`O${i}`, 0))
    for (const price of prices) assert.isTrue(price >= 10_000 && price <= 10_020 && price % 5 === 0)
    assert.isAbove(new Set(prices).size, 3)
    assert.deepStrictEqual(Array.from({ length: 50 }, (_, i) => priceOf(`O${i}`, 3)), prices)
    for (let i = 0; i < 50; i++) assert.isAtMost(priceOf(`O${i}`, 0, 10_005), 10_005)
  })

  const step = Schema.Struct({
    kind: Schema.Literals(["place", "modify", "cancel", "tick", "tick", "tick"]),
    side: Schema.Literals(["buy", "sell"]),
    type: Schema.Literals(["market", "limit", "stop", "stop-limit"]),
    validity: Schema.Literals(["DAY", "IOC"]),
    lots: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })),
    offset: Schema.Int.check(Schema.isBetween({ minimum: -20, maximum: 20 })),
    size: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 })),
    which: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })),
    delay: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 }))
  })

  it.prop("keeps its promises in any market", [Schema.Array(step), Schema.Boolean], ([steps, copies]) => {
    let state = PaperBook.initial()
    const model = { ...plain, slippage: 10 }
    const known = new Map<string, { order: Order; filled: number; limit: number; quantity: number; ended: number }>()
    let price = 10_000
    let time = 0
    for (const each of steps) {
      time++
      const target = [...known.keys()][each.which]
      const at = paise(price + each.offset * 5)
      if (each.kind === "place") {
        const id = `O${known.size}`
        const placed = order({
          id,
          side: each.side,
          type: each.type,
          validity: each.validity,
          quantity: each.lots * 75,
          ...(each.type === "limit" || each.type === "stop-limit" ? { limitPrice: at } : {}),
          ...(each.type === "stop" || each.type === "stop-limit" ? { triggerPrice: at } : {})
        })
        known.set(id, {
          order: placed,
          filled: 0,
          limit: Number(placed.limitPrice ?? 0),
          quantity: placed.quantity,
          ended: 0
        })
        PaperBook.instruct(state, { _tag: "Place", order: placed, effectiveAt: time + each.delay })
      } else if (each.kind === "modify" && target !== undefined) {
        PaperBook.instruct(state, {
          _tag: "Modify",
          orderId: target,
          instrument: 0,
          quantity: each.lots * 75,
          limitPrice: at,
          effectiveAt: time + each.delay
        })
      } else if (each.kind === "cancel" && target !== undefined) {
        PaperBook.instruct(state, {
          _tag: "Cancel",
          orderId: target,
          instrument: 0,
          reason: "x",
          effectiveAt: time + each.delay
        })
      } else {
        price = Math.max(500, price + each.offset * 5)
        const now = each.which % 2 === 0
          ? tick(time, price, { traded: each.size * 10 })
          : quoted(time, price, price + 5, each.size)
        let bought = 0
        let sold = 0
        const reports: Array<ExchangeReport> = []
        PaperBook.onTick(state, option, model, now, (report) => reports.push(report))
        for (const report of reports) {
          const record = known.get(report.orderId)
          assert.isDefined(record)
          if (report._tag === "ChangeRefused") continue
          assert.strictEqual(record.ended, 0, "nothing happens to an order that has ended")
          if (report._tag === "Modified") {
            record.quantity = report.quantity
            record.limit = Number(report.limitPrice ?? record.limit)
          } else if (report._tag === "Filled") {
            record.filled += report.quantity
            assert.isAtMost(record.filled, record.quantity)
            assert.strictEqual(report.quantity % 75, 0)
            if (record.limit > 0 && record.order.type !== "stop" && record.order.type !== "market") {
              assert.isTrue(record.order.side === "buy" ? report.price <= record.limit : report.price >= record.limit)
            }
            if (record.filled === record.quantity) record.ended = 1
            if (record.order.side === "buy") bought += report.quantity
            else sold += report.quantity
          } else if (report._tag !== "Accepted" && report._tag !== "Triggered") record.ended = 1
        }
        const most = now.ask > 0 && each.size > 0 ? each.size : Math.max(75, now.traded * 0.25)
        assert.isAtMost(bought, most)
        assert.isAtMost(sold, most)
      }
      // Plain data: a copy through JSON goes on as if nothing had happened.
      if (copies) state = JSON.parse(JSON.stringify(state))
    }
  }, { arbitrary: { runs: 200, size: 100 } })
})
