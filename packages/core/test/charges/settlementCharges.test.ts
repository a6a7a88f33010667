import { assert, describe, it } from "@effect/vitest"
import { settlementCharges } from "@keepgaining/core/charges/settlementCharges.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import type { Fill, Side } from "@keepgaining/core/orders/Order.ts"
import * as Result from "effect/Result"
import { shippedCharges } from "./shippedCharges.ts"

const option: Instrument = {
  symbol: "NSE:NIFTY26JUN24000CE",
  exchange: "NSE",
  kind: "option",
  tickSize: 5,
  lotSize: 65,
  underlying: "NSE:NIFTY 50",
  expiry: "2026-06-30",
  strike: 2_400_000,
  right: "CE"
}
const { right: _, strike: __, ...bare } = option
const future: Instrument = { ...bare, kind: "future" }

const settled = (date: string, side: Side, price = 8_500, instrument = option) => {
  const fill: Fill = {
    id: "O1.1",
    orderId: "O1",
    book: "manual",
    instrument: 0,
    side,
    quantity: 65,
    price: paise(price),
    product: "carry",
    purpose: "settlement",
    at: parseIst(`${date} 15:40:00`)!
  }
  return settlementCharges(fill, instrument, shippedCharges)
}

describe("charges of a settlement", () => {
  it("are the buyer's tax on the intrinsic value at the rate of the day, and nothing else", () => {
    const total = (date: string) => Result.getOrThrow(settled(date, "sell")).total
    assert.closeTo(total("2026-04-01"), 8.2875, 1e-9)
    assert.closeTo(total("2026-03-31"), 6.90625, 1e-9)
    const { brokerage, exchange, gst, ipft, sebi, stamp, stt, total: all } = Result.getOrThrow(
      settled("2026-04-01", "sell")
    )
    assert.strictEqual(stt, all)
    assert.strictEqual(brokerage + exchange + gst + ipft + sebi + stamp, 0)
  })

  it("are nothing for who wrote the option, for a worthless one, and for a future", () => {
    for (
      const free of [
        settled("2026-04-01", "buy"),
        settled("2026-04-01", "sell", 0),
        settled("2026-04-01", "sell", 1, future)
      ]
    ) {
      assert.strictEqual(Result.getOrThrow(free).total, 0)
    }
  })

  it("are not guessed for a day without a rate", () => {
    assert.isTrue(Result.isFailure(settled("2021-06-10", "sell")))
  })
})
