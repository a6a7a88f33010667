import { assert, describe, it } from "@effect/vitest"
import { noCharges } from "@keepgaining/core/charges/Charges.ts"
import { paise, rupees } from "@keepgaining/core/market/Money.ts"
import type { Fill, Side } from "@keepgaining/core/orders/Order.ts"
import { book, keyOf, type LedgerState, quantityOf, unrealised } from "@keepgaining/core/portfolio/Ledger.ts"
import * as Schema from "effect/Schema"

const fill = (side: Side, quantity: number, price: number, instrument = 0): Fill => ({
  id: "F1",
  orderId: "O1",
  book: "b",
  instrument,
  side,
  quantity,
  price: paise(price),
  product: "intraday",
  purpose: "manual",
  at: 0
})

const trade = (fills: ReadonlyArray<Fill>) => {
  const state: LedgerState = {}
  for (const each of fills) book(state, each, { ...noCharges, total: rupees(0.1) })
  return state[keyOf("b", 0)]!
}

describe("the ledger", () => {
  it("averages what is added and realises what is closed", () => {
    const state: LedgerState = {}
    book(state, fill("buy", 10, 10_000), noCharges)
    assert.strictEqual(book(state, fill("buy", 30, 10_400), noCharges).averagePrice, 10_300)
    const after = book(state, fill("sell", 20, 10_500), noCharges)
    assert.deepInclude(after, {
      quantity: 20,
      averagePrice: 10_300,
      realised: 4_000,
      buyQuantity: 40,
      sellQuantity: 20
    })
    assert.strictEqual(quantityOf(state, "b", 0), 20)
    assert.strictEqual(quantityOf(state, "b", 1), 0)
    assert.strictEqual(unrealised(state[keyOf("b", 0)]!, 10_250), -1_000)
  })

  it("goes through zero: closes the one side, opens the other at the fill's price", () => {
    const entry = trade([fill("buy", 10, 10_000), fill("sell", 25, 10_100)])
    assert.deepInclude(entry, { quantity: -15, cost: -151_500, realised: 1_000 })
    const back = trade([fill("sell", 10, 10_000), fill("buy", 25, 9_900)])
    assert.deepInclude(back, { quantity: 15, cost: 148_500, realised: 1_000 })
  })

  it("loses nothing to thirds of a paisa", () => {
    const entry = trade([
      fill("buy", 3, 100),
      fill("buy", 4, 101),
      fill("sell", 1, 100),
      fill("sell", 5, 100),
      fill("sell", 1, 100)
    ])
    assert.deepInclude(entry, { quantity: 0, cost: 0, realised: -4 })
  })

  const anyFill = Schema.Struct({
    side: Schema.Literals(["buy", "sell"]),
    quantity: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000 })),
    price: Schema.Int.check(Schema.isBetween({ minimum: 5, maximum: 5_000_000 }))
  })

  it.prop("conserves cash exactly, in whole paise", [Schema.Array(anyFill)], ([fills]) => {
    const state: LedgerState = {}
    let cash = 0
    let quantity = 0
    let charges = 0
    for (const { price, quantity: size, side } of fills) {
      const before = state[keyOf("b", 0)]?.realised ?? 0
      const held = quantity
      const position = book(state, fill(side, size, price), { ...noCharges, total: rupees(size / 7) })
      const entry = state[keyOf("b", 0)]!
      cash += side === "buy" ? -size * price : size * price
      quantity += side === "buy" ? size : -size
      charges += size / 7
      assert.strictEqual(entry.realised - entry.cost, cash)
      assert.strictEqual(entry.quantity, quantity)
      assert.strictEqual(entry.buyQuantity - entry.sellQuantity, quantity)
      assert.isTrue(Number.isSafeInteger(entry.cost) && Number.isSafeInteger(entry.realised))
      assert.strictEqual(position.charges, charges)
      if (quantity === 0) assert.deepInclude(position, { averagePrice: 0, realised: cash })
      else assert.isTrue(entry.cost > 0 === quantity > 0, "cost has the side of the position")
      const opens = held === 0 || held > 0 === (side === "buy")
      if (opens) assert.strictEqual(entry.realised, before, "opening realises nothing")
    }
  }, { arbitrary: { runs: 200, size: 100 } })

  it.prop("does not care what trades elsewhere", [Schema.Array(anyFill), Schema.Array(anyFill)], ([mine, others]) => {
    const state: LedgerState = {}
    const longest = Math.max(mine.length, others.length)
    for (let i = 0; i < longest; i++) {
      const a = mine[i]
      const b = others[i]
      if (a !== undefined) book(state, fill(a.side, a.quantity, a.price), { ...noCharges, total: rupees(0.1) })
      if (b !== undefined) book(state, fill(b.side, b.quantity, b.price, 1), noCharges)
    }
    if (mine.length > 0) {
      assert.deepStrictEqual(state[keyOf("b", 0)], trade(mine.map((a) => fill(a.side, a.quantity, a.price))))
    }
  }, { arbitrary: { runs: 100, size: 40 } })
})
