import { paise } from "@keepgaining/core/market/Money.ts"
import { assert, describe, it } from "vitest"
import { ordersTogether, positionsTogether } from "../../src/brokers/aggregate.ts"
import { gttCsv, holdingsCsv, ordersCsv, positionsCsv } from "../../src/brokers/booksCsv.ts"

const lines = (text: string): ReadonlyArray<string> => text.trimEnd().split("\r\n")

describe("the brokers' books as CSV", () => {
  it("have the prices that are shown", () => {
    const held = positionsTogether([{
      account: "kite",
      orders: [],
      holdings: [],
      positions: [{ symbol: "NSE:TCS", product: "intraday", quantity: -5, averagePrice: 301_050, realised: 12_345 }]
    }])
    assert.deepStrictEqual(lines(positionsCsv(held, () => ({ last: 300_000, open: 5_250 }))), [
      "instrument,product,accounts,quantity,average,last,open,realised",
      "NSE:TCS,intraday,kite -5,-5,3010.5,3000,52.5,123.45"
    ])
    assert.deepStrictEqual(lines(holdingsCsv(held, () => ({ last: Number.NaN, open: Number.NaN }))), [
      "instrument,accounts,quantity,unsettled,average,last,open",
      "NSE:TCS,kite -5,-5,0,3010.5,,"
    ])
  })

  it("have orders in the order that is shown, with ours named", () => {
    const order = (orderId: string, changedAt: number, tag: string) => ({
      orderId,
      tag,
      symbol: "NSE:TCS",
      side: "buy" as const,
      type: "limit" as const,
      product: "intraday" as const,
      validity: "DAY" as const,
      quantity: 10,
      filled: 4,
      averagePrice: 300_000,
      limitPrice: paise(300_500),
      status: "open" as const,
      brokerStatus: "OPEN",
      changedAt
    })
    const at = Date.parse("2026-11-19T10:00:00+05:30")
    const books = [
      { account: "kite", positions: [], holdings: [], orders: [order("k1", at, "t1")] },
      { account: "angel", positions: [], holdings: [], orders: [order("a1", at + 1_000, "t2")] }
    ]
    const [, newest, older] = lines(ordersCsv(ordersTogether(books), (tag) => tag === "t1" ? "O7" : undefined))
    assert.strictEqual(
      older,
      "2026-11-19T10:00:00.000+05:30,kite,O7,k1,t1,NSE:TCS,buy,4,10,limit,intraday,DAY,3005,,3000,open,OPEN,"
    )
    assert.match(newest ?? "", /,angel,,a1,t2,/)
  })

  it("have both legs of a GTT order", () => {
    const leg = (rupees: number) => ({ triggerPrice: paise(rupees * 100), limitPrice: paise(rupees * 100 - 50) })
    const order = {
      id: "77",
      symbol: "NSE:TCS",
      side: "sell" as const,
      quantity: 3,
      product: "delivery" as const,
      legs: [leg(2_900), leg(3_300)],
      status: "active" as const,
      brokerStatus: "active"
    }
    assert.strictEqual(
      lines(gttCsv([{ account: "kite", order }]))[1],
      "kite,77,NSE:TCS,sell,3,delivery,2900,2899.5,3300,3299.5,active,active"
    )
  })
})
