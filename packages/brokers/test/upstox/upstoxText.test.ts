import { assert, describe, it } from "@effect/vitest"
import { parseUpstoxPortfolio } from "@keepgaining/brokers/upstox/UpstoxPortfolioFrame.ts"
import {
  parseUpstoxRequest,
  upstoxChangeMode,
  upstoxSubscribe,
  upstoxUnsubscribe
} from "@keepgaining/brokers/upstox/UpstoxRequest.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import * as Schema from "effect/Schema"

const order = {
  update_type: "order",
  order_id: "240221025980512",
  status: "complete",
  exchange: "NSE",
  instrument_token: "NSE_EQ|INE002A01018",
  product: "I",
  order_type: "LIMIT",
  transaction_type: "BUY",
  price: 1500.05,
  average_price: 1500,
  quantity: 10,
  filled_quantity: 10,
  tag: "abc",
  user_id: "X"
}

describe("Upstox requests", () => {
  it("are read by the simulator as the client wrote them", () => {
    const keys = ["NSE_EQ|INE002A01018"]
    assert.deepEqual(parseUpstoxRequest(upstoxSubscribe("g", "full_d30", keys)), {
      guid: "g",
      method: "sub",
      data: { mode: "full_d30", instrumentKeys: keys }
    })
    assert.deepInclude(parseUpstoxRequest(upstoxChangeMode("g", "ltpc", keys)), { method: "change_mode" })
    assert.deepEqual(parseUpstoxRequest(upstoxUnsubscribe("g", keys)), {
      guid: "g",
      method: "unsub",
      data: { instrumentKeys: keys }
    })
    assert.instanceOf(parseUpstoxRequest(Uint8Array.of(0xff, 0xfe)), MalformedFrame)
  })
})

describe("Upstox portfolio frames", () => {
  it("are told apart by their update type", () => {
    assert.deepInclude(parseUpstoxPortfolio(JSON.stringify(order)), { update_type: "order", tag: "abc" })
    const position = { update_type: "position", instrument_token: "NSE_EQ|A", product: "I", quantity: -5 }
    assert.deepInclude(parseUpstoxPortfolio(JSON.stringify(position)), { update_type: "position", quantity: -5 })
    const gtt = { update_type: "gtt_order", gtt_order_id: "GTT-1", quantity: 1, rules: [] }
    assert.deepInclude(parseUpstoxPortfolio(JSON.stringify(gtt)), { gtt_order_id: "GTT-1" })
  })
  it("that are none of these are malformed, and the error repeats nothing of them", () => {
    const error = parseUpstoxPortfolio(JSON.stringify({ ...order, order_id: "", user_id: "SECRET" }))
    assert.instanceOf(error, MalformedFrame)
    assert.notInclude(error.message, "SECRET")
  })
  it.prop("of any text never throw", [Schema.String], ([text]) => {
    assert.instanceOf(parseUpstoxPortfolio(text), MalformedFrame)
  })
})
