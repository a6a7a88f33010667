import { assert, describe, it } from "@effect/vitest"
import { type BookChange, emptyBook, observe, observeAll } from "@keepgaining/brokers/orders/BrokerOrderBook.ts"
import { type BrokerOrder, isFinal } from "@keepgaining/brokers/port/BrokerOrder.ts"
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
})
