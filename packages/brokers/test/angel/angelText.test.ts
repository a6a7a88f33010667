import { assert, describe, it } from "@effect/vitest"
import { AngelMode } from "@keepgaining/brokers/angel/AngelMode.ts"
import { parseAngelOrder } from "@keepgaining/brokers/angel/AngelOrderFrame.ts"
import {
  angelSubscribe,
  angelUnsubscribe,
  parseAngelRefusal,
  parseAngelRequest
} from "@keepgaining/brokers/angel/AngelRequest.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import * as Schema from "effect/Schema"

const order = {
  orderid: "201020000000080",
  orderstatus: "rejected",
  exchange: "NSE",
  tradingsymbol: "SBIN-EQ",
  symboltoken: "3045",
  ordertype: "LIMIT",
  producttype: "INTRADAY",
  transactiontype: "BUY",
  price: 551,
  quantity: "1",
  averageprice: 0,
  filledshares: "0"
}

describe("Angel text frames", () => {
  it("begin with an empty order, then carry orders, whatever the code says", () => {
    assert.deepEqual(parseAngelOrder(`{"order-status":"AB00","orderData":{"orderid":""}}`), { type: "connected" })
    const frame = parseAngelOrder(JSON.stringify({ "order-status": "AB00", orderData: order }))
    assert.deepInclude(frame, { type: "order", code: "AB00" })
    assert.nestedPropertyVal(frame, "data.orderstatus", "rejected")
    assert.instanceOf(parseAngelOrder(`{"order-status":"AB01","orderData":{"orderid":""}}`), MalformedFrame)
  })
  it("are read by the simulator as the client wrote them", () => {
    const list = [{ exchangeType: 1 as const, tokens: ["3045"] }]
    assert.deepEqual(parseAngelRequest(angelSubscribe("a", AngelMode.depth20, list)), {
      correlationID: "a",
      action: 1,
      params: { mode: 4, tokenList: list }
    })
    assert.deepInclude(parseAngelRequest(angelUnsubscribe("a", AngelMode.ltp, list)), { action: 0 })
    assert.deepInclude(parseAngelRefusal(`{"correlationID":"a","errorCode":"E1002","errorMessage":"limit"}`), {
      errorCode: "E1002"
    })
  })
  it.prop("of any text never throw", [Schema.String], ([text]) => {
    assert.instanceOf(parseAngelOrder(text), MalformedFrame)
    parseAngelRequest(text)
    parseAngelRefusal(text)
  })
})
