import { assert, describe, it } from "@effect/vitest"
import {
  askedFor,
  type BookChange,
  type BrokerOrderBook,
  emptyBook,
  observe,
  observeAll,
  observeTrade
} from "@keepgaining/brokers/orders/BrokerOrderBook.ts"
import { type BrokerOrder, type BrokerTrade, isFinal } from "@keepgaining/brokers/port/BrokerOrder.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Schema from "effect/Schema"

const row = (changes: Partial<BrokerOrder>): BrokerOrder => ({
  orderId: "1",
  tag: "tag",
  symbol: "NSE:SBIN",
  side: "buy",
  type: "limit",
  product: "intraday",
  validity: "DAY",
  quantity: 10,
  filled: 0,
  averagePrice: 0,
  limitPrice: paise(84_500),
  status: "open",
  waiting: false,
  brokerStatus: "OPEN",
  changedAt: 1_000,
  ...changes
})

/** The life of an order as its broker would tell it in order: any number of fills, then an end. */
const life = (seed: number): ReadonlyArray<BrokerOrder> => {
  const random = Random.fromSeed(seed)
  const rows = [row({ status: "new", changedAt: 1_000 }), row({ changedAt: 1_000 })]
  let filled = 0
  let value = 0
  let at = 1_000
  while (filled < 10 && Random.chance(random, 0.8)) {
    const quantity = 1 + Random.integer(random, 10 - filled)
    value += quantity * (84_000 + Random.integer(random, 500))
    filled += quantity
    // Stamps have steps of a second, so several rows share one.
    if (Random.chance(random, 0.5)) at += 1_000
    const status = filled === 10 ? "complete" : "open"
    rows.push(row({ filled, averagePrice: value / filled, status, changedAt: at }))
  }
  if (filled < 10) {
    rows.push(row({ filled, averagePrice: filled === 0 ? 0 : value / filled, status: "cancelled", changedAt: at }))
  }
  return rows
}

/**
 * An order that is changed more often than once a second, some rows without a stamp: the last two digits of its price count the
 * changes. Neither fill nor state tell those apart.
 */
const changes = (seed: number): ReadonlyArray<BrokerOrder> => {
  const random = Random.fromSeed(seed)
  const rows: Array<BrokerOrder> = []
  let at = 1_000
  let filled = 0
  const next = (changes: Partial<BrokerOrder>): void => {
    if (Random.chance(random, 0.3)) at += 1_000
    const limitPrice = paise(84_500 + rows.length)
    rows.push(row({ filled, averagePrice: filled === 0 ? 0 : 84_000, limitPrice, changedAt: at, ...changes }))
  }
  const waits = Random.integer(random, 4)
  const works = 1 + Random.integer(random, 12)
  for (let i = 0; i < waits; i++) next({ type: "stop-limit", waiting: true })
  for (let i = 0; i < works; i++) {
    if (filled < 9 && Random.chance(random, 0.2)) filled += 1
    next(Random.chance(random, 0.3) ? { changedAt: 0 } : {})
  }
  if (Random.chance(random, 0.5)) next({ status: Random.chance(random, 0.5) ? "cancelled" : "rejected" })
  return rows
}

const versionOf = ({ limitPrice }: BrokerOrder): number => (limitPrice ?? 0) - 84_500

const fills = (changes: ReadonlyArray<BookChange>) =>
  changes.flatMap((change) => change._tag === "Filled" || change._tag === "Corrected" ? [change] : [])

describe("the order book of an account", () => {
  it.prop(
    "ends the same whatever comes twice, late, in another order, or not at all but for the last row",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e6 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e6 }))
    ],
    ([story, chaos]) => {
      const rows = life(story)
      const last = rows.at(-1)
      assert.isDefined(last)
      const random = Random.fromSeed(chaos)
      const arriving = rows.filter((each) => each === last || Random.chance(random, 0.7))
        .flatMap((each) => Random.chance(random, 0.3) ? [each, each] : [each])
      for (let i = arriving.length - 1; i > 0; i--) {
        const j = Random.integer(random, i + 1)
        // Both are indices of the array.
        const swapped = arriving[i]!
        arriving[i] = arriving[j]!
        arriving[j] = swapped
      }
      const { book, changes } = observeAll(emptyBook, arriving)
      const order = book.orders.get("1")
      assert.strictEqual(order?.filled, last.filled)
      assert.strictEqual(order?.status, last.status)
      assert.closeTo(order?.averagePrice ?? 0, last.averagePrice, 1e-6)
      const quantity = fills(changes).reduce((sum, change) => sum + change.quantity, 0)
      const value = fills(changes).reduce((sum, change) => sum + change.quantity * change.price, 0)
      assert.strictEqual(quantity, last.filled)
      assert.closeTo(value, last.filled * last.averagePrice, 1e-3)
    }
  )

  it("tells a fill that comes after the cancellation as a correction", () => {
    const { book } = observeAll(emptyBook, [row({}), row({ status: "cancelled", filled: 2, averagePrice: 84_000 })])
    const late = observe(book, row({ status: "open", filled: 5, averagePrice: 84_100, changedAt: 9_000 }))
    assert.deepStrictEqual(late.changes.map(({ _tag }) => _tag), ["Corrected"])
    const order = late.book.orders.get("1")
    assert.strictEqual(order?.status, "cancelled")
    assert.strictEqual(order?.filled, 5)
    const whole = observe(late.book, row({ status: "complete", filled: 10, averagePrice: 84_100 }))
    assert.strictEqual(whole.book.orders.get("1")?.status, "complete")
  })

  it("keeps the tag that only the first row had", () => {
    const { tag: _, ...untagged } = row({ status: "complete", filled: 10, averagePrice: 84_000 })
    const { book } = observeAll(emptyBook, [row({}), untagged])
    assert.strictEqual(book.orders.get("1")?.tag, "tag")
  })

  it("does not answer a repeated row with anything", () => {
    const { book } = observe(emptyBook, row({}))
    assert.deepStrictEqual(observe(book, row({})).changes, [])
  })

  it("keeps every final state final", () => {
    for (const status of ["complete", "cancelled", "rejected", "expired"] as const) {
      const { book } = observe(emptyBook, row({ status }))
      const next = observe(book, row({ status: "open", changedAt: 99_000 }))
      assert.isTrue(isFinal(next.book.orders.get("1")?.status ?? "open"))
    }
  })

  describe("when stamps do not tell two rows apart", () => {
    const cheaper = row({ limitPrice: paise(84_000) })
    const wayOfStamps = [["the same second", 1_000], ["no stamp", 0], [
      "a stamp that cannot be read, after one",
      0
    ]] as const

    it.each(wayOfStamps)("goes by the later row of the stream: %s", (words, changedAt) => {
      const first = row({ changedAt: words === "no stamp" ? 0 : 1_000, waiting: true })
      const { book, changes } = observeAll(emptyBook, [first, row({ changedAt, limitPrice: paise(84_000) })])
      assert.deepInclude(book.orders.get("1"), { limitPrice: paise(84_000), waiting: false })
      assert.deepStrictEqual(changes.map(({ _tag }) => _tag), ["Appeared", "Moved"])
    })
    it.each(wayOfStamps)(
      "does not let a book undo what the stream told while it was waited for: %s",
      (_, changedAt) => {
        const asked = askedFor(observe(emptyBook, row({ changedAt: 1_000 })).book)
        const streamed = observe(asked, { ...cheaper, changedAt }).book
        const answered = observeAll(streamed, [row({ changedAt: 1_000 })], asked.moment)
        assert.strictEqual(answered.book.orders.get("1")?.limitPrice, 84_000)
        assert.deepStrictEqual(answered.changes, [])
      }
    )
    it("goes by a book that was asked for after the stream had told", () => {
      const asked = askedFor(observe(emptyBook, row({})).book)
      const { book, changes } = observeAll(asked, [cheaper], asked.moment)
      assert.strictEqual(book.orders.get("1")?.limitPrice, 84_000)
      assert.lengthOf(changes, 1)
    })
    it("goes by the book that was asked for later, whichever answers first", () => {
      const first = askedFor(observe(emptyBook, row({})).book)
      const second = askedFor(first)
      const answered = observeAll(second, [cheaper], second.moment).book
      assert.strictEqual(observeAll(answered, [row({})], first.moment).book.orders.get("1")?.limitPrice, 84_000)
    })
    it("keeps the average of what is filled when a row has none", () => {
      const filled = row({ filled: 5, averagePrice: 84_000 })
      const { book } = observeAll(emptyBook, [filled, { ...filled, averagePrice: 0, limitPrice: paise(84_700) }])
      assert.deepInclude(book.orders.get("1"), { averagePrice: 84_000, limitPrice: paise(84_700) })
    })
  })

  it.prop(
    "never goes back behind what a stream without delay or a book told, and ends where the broker's book is",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e6 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e6 }))
    ],
    ([story, chaos]) => {
      const versions = changes(story)
      const random = Random.fromSeed(chaos)
      const reads: Array<{ readonly moment: number; readonly rows: ReadonlyArray<BrokerOrder> }> = []
      let book: BrokerOrderBook = emptyBook
      let known = -1
      const take = (rows: ReadonlyArray<BrokerOrder>, moment?: number): void => {
        const before = book.orders.get("1")
        book = observeAll(book, rows, moment).book
        const after = book.orders.get("1")
        if (after === undefined) return
        assert.isAtLeast(after.filled, before?.filled ?? 0)
        if (before !== undefined && isFinal(before.status)) assert.strictEqual(after.status, before.status)
        const version = versionOf(after)
        assert.isAtLeast(version, known)
        known = version
      }
      for (const [i, each] of versions.entries()) {
        // A frame may be lost, and come twice.
        if (Random.chance(random, 0.7)) take(Random.chance(random, 0.3) ? [each, each] : [each])
        // A book is asked for, looked up at the broker some changes later, and answered later still, in any order.
        if (Random.chance(random, 0.6)) {
          book = askedFor(book)
          const shown = versions[Math.min(versions.length - 1, i + Random.integer(random, 3))]
          if (shown !== undefined) reads.push({ moment: book.moment, rows: [shown] })
        }
        if (reads.length > 0 && Random.chance(random, 0.4)) {
          const [read] = reads.splice(Random.integer(random, reads.length), 1)
          // It cannot answer with what has not happened yet.
          if (read !== undefined && read.rows.every((shown) => versionOf(shown) <= i)) take(read.rows, read.moment)
        }
      }
      const last = versions.at(-1)
      assert.isDefined(last)
      book = askedFor(book)
      take([last], book.moment)
      assert.deepInclude(book.orders.get("1"), {
        status: last.status,
        filled: last.filled,
        waiting: last.waiting,
        ...(isFinal(last.status) ? {} : { limitPrice: last.limitPrice })
      })
    }
  )

  describe("trades", () => {
    const trade = (changes: Partial<BrokerTrade>): BrokerTrade => ({
      tradeId: "70000001",
      orderId: "1",
      symbol: "NSE:SBIN",
      side: "buy",
      product: "intraday",
      quantity: 1,
      price: paise(84_500),
      at: Date.parse("2026-11-24T10:00:00+05:30"),
      ...changes
    })
    const quantities = (...trades: ReadonlyArray<BrokerTrade>) =>
      [...trades.reduce(observeTrade, emptyBook).trades.values()].map(({ quantity }) => quantity)

    it("count once, also without a time", () => {
      assert.deepStrictEqual(quantities(trade({}), trade({ quantity: 2 }), trade({ at: 0, quantity: 3 })), [1])
      assert.deepStrictEqual(quantities(trade({ at: 0 }), trade({ quantity: 2 })), [1])
    })
    it("of two exchanges may have the same id", () => {
      assert.deepStrictEqual(quantities(trade({}), trade({ orderId: "2", symbol: "BSE:SBIN", quantity: 2 })), [1, 2])
    })
    it("of another day take the place of the old one", () => {
      assert.deepStrictEqual(
        quantities(trade({}), trade({ at: Date.parse("2026-11-25T10:00:00+05:30"), quantity: 2 })),
        [2]
      )
    })
  })
})
