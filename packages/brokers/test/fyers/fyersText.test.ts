import { assert, describe, it } from "@effect/vitest"
import { parseFyersOrder } from "@keepgaining/brokers/fyers/FyersOrderFrame.ts"
import { fyersOrderUpdate } from "@keepgaining/brokers/fyers/fyersOrderOf.ts"
import { readFyersToken } from "@keepgaining/brokers/fyers/readFyersToken.ts"
import { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { signJwt } from "@keepgaining/brokers/simulator/login/signJwt.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"
import { createHmac } from "node:crypto"

describe("Fyers' access token", () => {
  it("says whose it is, when it ends, and the key of the data socket", () => {
    const token = signJwt(
      { exp: 1_795_653_000, fy_id: "XA00330", display_name: "ASHA", hsm_key: "abc", oms: "K1" },
      "k"
    )
    assert.deepStrictEqual(readFyersToken(token), {
      exp: 1_795_653_000,
      fy_id: "XA00330",
      display_name: "ASHA",
      hsm_key: "abc"
    })
    const [head, claims, signature] = token.split(".")
    assert.strictEqual(createHmac("sha256", "k").update(`${head}.${claims}`).digest("base64url"), signature)
  })
  it.prop("that is none is none", [Schema.String], ([text]) => {
    assert.isUndefined(readFyersToken(text))
  })
})

describe("an order of Fyers' socket", () => {
  const frame = (more: object) => {
    const read = parseFyersOrder(JSON.stringify({
      s: "ok",
      orders: {
        id: "1",
        symbol: "NSE:SBIN-EQ",
        qty: 10,
        qty_filled: 4,
        price_limit: 500.05,
        price_stop: 0,
        price_traded: 500,
        ord_type: 1,
        tran_side: 1,
        ord_status: 22,
        product_type: "CNC",
        ordertag: "1:kg1",
        ...more
      }
    }))
    if (read instanceof MalformedFrame || !("orders" in read)) throw new Error("no order")
    return fyersOrderUpdate(read.orders, new BrokerInstruments())
  }
  it("is read by the book's status, and by the order system's where that is missing or unknown", () => {
    assert.strictEqual(frame({ org_ord_status: 2, ord_status: 22 }).status, "complete")
    assert.strictEqual(frame({ ord_status: 20 }).status, "new")
    assert.strictEqual(frame({ ord_status: 61 }).status, "open")
    assert.strictEqual(frame({ ord_status: 93 }).status, "rejected")
    assert.strictEqual(frame({ ord_status: 73, org_ord_status: 3 }).status, "cancelled")
    assert.deepInclude(frame({ ord_status: 999 }), { status: "unknown", brokerStatus: "999" })
  })
  it("keeps our tag, and no tag of Fyers'", () => {
    assert.strictEqual(frame({}).tag, "kg1")
    assert.notProperty(frame({ ordertag: "2:Untagged" }), "tag")
  })
  it("of an instrument that nobody knows is called as Fyers does", () => {
    assert.deepInclude(frame({ fy_token: "10100000003045" }), {
      symbol: "?NSE:SBIN-EQ",
      side: "buy",
      product: "delivery",
      averagePrice: 50_000,
      limitPrice: paise(50_005),
      filled: 4
    })
  })
})
