import { assert, describe, it } from "@effect/vitest"
import {
  fyersSubscribe,
  fyersUnsubscribe,
  parseFyersOrder,
  parseFyersRequest
} from "@keepgaining/brokers/fyers/FyersOrderFrame.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import * as Schema from "effect/Schema"

const order = {
  id: "23030900015105",
  symbol: "NSE:SBIN-EQ",
  qty: 1,
  qty_filled: 0,
  price_limit: 500.05,
  price_traded: 0,
  ord_type: 1,
  tran_side: 1,
  ord_status: 999,
  org_ord_status: 6,
  ordertag: "1:abc"
}

describe("Fyers order socket", () => {
  it("carries orders of any status code, trades and the answer to a subscription", () => {
    const frame = parseFyersOrder(JSON.stringify({ s: "ok", orders: order }))
    assert.nestedPropertyVal(frame, "orders.ord_status", 999)
    assert.nestedPropertyVal(frame, "orders.org_ord_status", 6)
    const trade = { id_fill: "f", id: "o", symbol: "NSE:SBIN-EQ", qty_traded: 1, price_traded: 500, tran_side: -1 }
    assert.nestedPropertyVal(parseFyersOrder(JSON.stringify({ s: "ok", trades: trade })), "trades.id_fill", "f")
    assert.deepEqual(parseFyersOrder(`{"s":"ok","code":1605,"message":"yes"}`), { s: "ok", code: 1605, message: "yes" })
  })
  it("refuses an order without a side that exists", () => {
    assert.instanceOf(parseFyersOrder(JSON.stringify({ s: "ok", orders: { ...order, tran_side: 0 } })), MalformedFrame)
  })
  it("is subscribed to as the simulator reads it", () => {
    assert.deepEqual(parseFyersRequest(fyersSubscribe(["orders", "trades"])), {
      T: "SUB_ORD",
      SLIST: ["orders", "trades"],
      SUB_T: 1
    })
    assert.deepInclude(parseFyersRequest(fyersUnsubscribe(["orders"])), { SUB_T: -1 })
  })
  it.prop("takes any text without throwing", [Schema.String], ([text]) => {
    assert.instanceOf(parseFyersOrder(text), MalformedFrame)
    parseFyersRequest(text)
  })
})
