import { type Instrument } from "@keepgaining/core/market/Instrument.ts"
import { OrderRequest } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"
import { assert, describe, it } from "vitest"
import { draftOrder, makeClientTag, movedSince, type OrderForm, readPrice } from "../../src/orders/draftOrder.ts"

const future: Instrument = { symbol: "NSE:NIFTY26DECFUT", exchange: "NSE", kind: "future", tickSize: 10, lotSize: 75 }

const form: OrderForm = {
  side: "buy",
  lots: "2",
  type: "market",
  limitPrice: "",
  triggerPrice: "",
  validity: "DAY",
  product: "intraday",
  reduceOnly: false
}

describe("draftOrder", () => {
  it("makes quantities of lots, and a request that the contract accepts", () => {
    const draft = draftOrder({ ...form, type: "limit", limitPrice: "24,810.10" }, future, 3, makeClientTag())
    assert.strictEqual(draft._tag, "Ready")
    if (draft._tag !== "Ready") return
    assert.strictEqual(draft.request.quantity, 150)
    assert.strictEqual(draft.request.limitPrice, 2_481_010)
    assert.isUndefined(draft.request.triggerPrice)
    assert.deepStrictEqual(Schema.decodeUnknownSync(OrderRequest)(draft.request), draft.request)
  })

  it("keeps a tag for as long as it is given, so that a repeated press is the same order", () => {
    const tag = makeClientTag()
    assert.isAtMost(tag.length, 20)
    assert.deepStrictEqual(draftOrder(form, future, 3, tag), draftOrder(form, future, 3, tag))
    assert.notStrictEqual(makeClientTag(), makeClientTag())
  })

  it("refuses what is no whole number of lots", () => {
    for (const lots of ["", "0", "-1", "1.5", "x", "1e3"]) {
      assert.strictEqual(draftOrder({ ...form, lots }, future, 3, "t")._tag, "Wrong", lots)
    }
  })

  it("refuses prices off the tick and says which are on it", () => {
    const read = readPrice("100.05", 10)
    assert.deepStrictEqual(read, { error: "Must be a multiple of 0.10: 100.00 or 100.10" })
    assert.isTrue("error" in readPrice("-5", 5))
    assert.isTrue("price" in readPrice("100.05", 5))
  })

  it("refuses a stop-limit whose limit lies on the wrong side of its trigger", () => {
    const draft = draftOrder({ ...form, type: "stop-limit", limitPrice: "99", triggerPrice: "100" }, future, 3, "t")
    assert.deepStrictEqual(draft._tag === "Wrong" ? Object.keys(draft.errors) : [], ["limitPrice"])
    const sell = draftOrder(
      { ...form, side: "sell", type: "stop-limit", limitPrice: "99", triggerPrice: "100" },
      future,
      3,
      "t"
    )
    assert.strictEqual(sell._tag, "Ready")
  })
})

describe("movedSince", () => {
  it("allows what is small against the price or the tick", () => {
    assert.isFalse(movedSince(100_000, 100_100, 5))
    assert.isTrue(movedSince(100_000, 100_101, 5))
    assert.isFalse(movedSince(1_000, 1_100, 5))
    assert.isTrue(movedSince(1_000, 899, 5))
    assert.isFalse(movedSince(Number.NaN, 100, 5))
  })
})
