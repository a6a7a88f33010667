import { assert, describe, it } from "@effect/vitest"
import {
  kiteMode,
  kiteSubscribe,
  kiteUnsubscribe,
  parseKiteRequest,
  parseKiteText
} from "@keepgaining/brokers/kite/KiteTextFrame.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import * as Schema from "effect/Schema"

const row = {
  order_id: "1928374650192837465",
  status: "OPEN",
  exchange: "NSE",
  tradingsymbol: "INFY",
  instrument_token: 408065,
  order_type: "LIMIT",
  transaction_type: "BUY",
  product: "MIS",
  quantity: 10,
  price: 1500.05,
  average_price: 0,
  filled_quantity: 4,
  tag: null,
  app_id: 5
}

describe("Kite text frames", () => {
  it("carry orders, errors and messages; the rest is named and ignored", () => {
    const order = parseKiteText(JSON.stringify({ type: "order", data: row }))
    assert.deepInclude(order, { type: "order" })
    assert.nestedPropertyVal(order, "data.order_id", "1928374650192837465")
    assert.deepEqual(parseKiteText(`{"type":"error","data":"no"}`), { type: "error", data: "no" })
    assert.deepEqual(parseKiteText(`{"type":"message","data":{"a":1}}`), { type: "message", data: { a: 1 } })
    assert.deepEqual(parseKiteText(`{"type":"app_code","data":[]}`), { type: "other", data: "app_code" })
  })
  it("with an order that lacks its id are malformed, not another type", () => {
    assert.instanceOf(parseKiteText(JSON.stringify({ type: "order", data: { ...row, order_id: "" } })), MalformedFrame)
    assert.instanceOf(parseKiteText(JSON.stringify({ type: "order", data: { ...row, order_id: 19 } })), MalformedFrame)
  })
  it.prop("of any text never throw", [Schema.String], ([text]) => {
    parseKiteText(text)
    parseKiteRequest(text)
  })
  it("are read by the simulator as the client wrote them", () => {
    assert.deepEqual(parseKiteRequest(kiteSubscribe([1, 2])), { a: "subscribe", v: [1, 2] })
    assert.deepEqual(parseKiteRequest(kiteUnsubscribe([3])), { a: "unsubscribe", v: [3] })
    assert.deepEqual(parseKiteRequest(kiteMode("full", [4])), { a: "mode", v: ["full", [4]] })
    assert.instanceOf(parseKiteRequest(`{"a":"mode","v":["fast",[4]]}`), MalformedFrame)
  })
})
