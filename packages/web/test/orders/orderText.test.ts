import { paise } from "@keepgaining/core/market/Money.ts"
import { type Order } from "@keepgaining/core/orders/Order.ts"
import { assert, describe, it } from "vitest"
import { pricing, reasonLines, stepText } from "../../src/orders/orderText.ts"

const order: Order = {
  id: "O1",
  book: "live",
  clientTag: "t",
  instrument: 0,
  side: "buy",
  quantity: 10,
  type: "market",
  validity: "DAY",
  product: "intraday",
  purpose: "manual",
  reduceOnly: false,
  venue: "live",
  status: "pending",
  filledQuantity: 0,
  averagePrice: 0,
  createdAt: 1,
  updatedAt: 1,
  cause: 1
}

describe("an order in words", () => {
  it("has its reasons one by one", () => {
    assert.deepStrictEqual(reasonLines("kite: it is not armed | fyers: it is logged out"), [
      "kite: it is not armed",
      "fyers: it is logged out"
    ])
    assert.deepStrictEqual(reasonLines(undefined), [])
  })

  it("tells a limit of its own from the one that protects a market order", () => {
    assert.strictEqual(pricing({ type: "limit", limitPrice: paise(141_000) }), "limit 1,410.00")
    assert.strictEqual(pricing({ type: "market", limitPrice: paise(141_590) }), "market protected at 1,415.90")
    assert.strictEqual(pricing({ type: "stop", triggerPrice: paise(100) }), "stop, trigger 1.00")
  })

  it("says where it went", () => {
    assert.strictEqual(stepText(order, { ...order, account: "kite" }), "goes through kite")
    assert.strictEqual(
      stepText(order, { ...order, status: "unknown", reason: "the answer was lost" }),
      "asking the broker; the answer was lost"
    )
  })
})
