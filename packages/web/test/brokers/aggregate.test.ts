import { paise } from "@keepgaining/core/market/Money.ts"
import { type AccountBookView } from "@keepgaining/rpc/contract/Brokers.ts"
import { assert, describe, it } from "vitest"
import { addressFault, countdown, obstacles, placeText } from "../../src/brokers/accountText.ts"
import { fundsTogether, holdingsTogether, positionsTogether } from "../../src/brokers/aggregate.ts"

const book = (account: string, change: Partial<AccountBookView> = {}): AccountBookView => ({
  account,
  orders: [],
  positions: [],
  holdings: [],
  ...change
})

const position = (quantity: number, averagePrice: number, realised?: number) => ({
  symbol: "NSE:TCS",
  product: "intraday" as const,
  quantity,
  averagePrice,
  lastPrice: paise(310_000),
  ...(realised === undefined ? {} : { realised })
})

describe("what accounts hold together", () => {
  it("is one row an instrument and product, with the accounts that it is in", () => {
    const [held, ...others] = positionsTogether([
      book("kite", { positions: [position(10, 300_000, 500)] }),
      book("upstox", { positions: [position(30, 304_000)] })
    ])
    assert.lengthOf(others, 0)
    assert.deepInclude(held, { quantity: 40, averagePrice: 303_000, lastPrice: 310_000, realised: 500 })
    assert.deepStrictEqual(held?.places, [{ account: "kite", quantity: 10 }, { account: "upstox", quantity: 30 }])
  })

  it("has no average where accounts stand against each other, and keeps what they make", () => {
    const [held] = positionsTogether([
      book("kite", { positions: [position(10, 300_000)] }),
      book("upstox", { positions: [position(-10, 306_000)] })
    ])
    assert.strictEqual(held?.quantity, 0)
    assert.isNaN(held?.averagePrice)
    assert.isNaN(held?.realised)
    // 10 long from 3,000 and 10 short from 3,060: 600 rupees, wherever the price is.
    assert.strictEqual(-(held?.cost ?? 0), 60_000)
  })

  it("keeps products apart, and adds up holdings", () => {
    const books = [
      book("kite", {
        positions: [position(5, 300_000), { ...position(5, 300_000), product: "delivery" }],
        holdings: [{ symbol: "NSE:INFY", quantity: 3, unsettled: 1, averagePrice: 150_000 }]
      }),
      book("fyers", { holdings: [{ symbol: "NSE:INFY", quantity: 1, unsettled: 0, averagePrice: 158_000 }] })
    ]
    assert.lengthOf(positionsTogether(books), 2)
    const [infy] = holdingsTogether(books)
    assert.deepInclude(infy, { quantity: 4, unsettled: 1, averagePrice: 152_000 })
    assert.isNaN(infy?.lastPrice)
  })

  it("sums funds, and counts those that are not known", () => {
    assert.deepStrictEqual(
      fundsTogether([
        { funds: { available: paise(500), used: paise(100) } },
        { funds: null },
        { funds: { available: paise(250), used: paise(0) } }
      ]),
      { available: 750, used: 100, missing: 1 }
    )
  })
})

describe("what stands in the way of live orders", () => {
  it("is told of real accounts only, and of what is missing", () => {
    const account = { phase: "live", simulated: false, staticIp: null, algo: null } as const
    const of = (change: Partial<Parameters<typeof obstacles>[0]>) => obstacles({ ...account, ...change })
    assert.deepStrictEqual(of({}), ["it has no static IP address and no algorithm id"])
    assert.deepStrictEqual(of({ staticIp: "203.0.113.9" }), ["it has no algorithm id"])
    assert.deepStrictEqual(of({ staticIp: "203.0.113.9", algo: "generic" }), [])
    assert.deepStrictEqual(of({ simulated: true, phase: "logged-out" }), ["it is logged out"])
  })

  it("counts a token down in what is worth saying", () => {
    const hour = 3_600_000
    assert.strictEqual(countdown(719.9 * hour), "29 d 23 h")
    assert.strictEqual(countdown(47.5 * hour), "47 h 30 m 00 s")
    assert.strictEqual(countdown(249_000), "4 m 09 s")
  })

  it("names places in an order of preference", () => {
    assert.deepStrictEqual([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(placeText), [
      "1st",
      "2nd",
      "3rd",
      "4th",
      "11th",
      "12th",
      "13th",
      "21st",
      "102nd",
      "111th"
    ])
  })

  it("knows an address when it sees one", () => {
    for (const good of ["", "203.0.113.9", "2001:db8::1"]) assert.isUndefined(addressFault(good), good)
    for (const bad of ["nonsense", "203.0.113", "host.example"]) assert.isString(addressFault(bad), bad)
  })
})
