import { assert, describe, it } from "@effect/vitest"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import type { PriceBand } from "@keepgaining/engine/brokers/PriceBands.ts"
import { changeFault } from "@keepgaining/engine/execution/changeFault.ts"

const future: Instrument = {
  symbol: "NSE:NIFTY26NOVFUT",
  exchange: "NSE",
  kind: "future",
  tickSize: 10,
  lotSize: 65,
  underlying: "NSE:NIFTY 50",
  expiry: "2026-11-24"
}
const band: PriceBand = {
  lowest: paise(2_200_000),
  highest: paise(2_600_000),
  by: "feed",
  account: "asha",
  at: parseIst("2026-11-23 10:15:30") ?? 0
}

describe("a change of a live order", () => {
  it("within the band and in whole lots is sent, and so is one of which nothing is known", () => {
    const change = { quantity: 65, limitPrice: paise(2_600_000), triggerPrice: paise(2_200_000) }
    assert.isUndefined(changeFault(change, future, band, 65))
    assert.isUndefined(changeFault({ quantity: 65, limitPrice: paise(1) }, future, undefined, undefined))
    assert.isUndefined(changeFault({ quantity: 130 }, future, band, 130))
  })

  it("beyond the band is told with the band, who said it, and when", () => {
    const beyond = "outside the band ₹22,000.00 to ₹26,000.00 of today, by the feed of asha at 10:15:30"
    assert.include(
      changeFault({ quantity: 65, limitPrice: paise(2_600_010) }, future, band, 65),
      `limit ₹26,000.10 is ${beyond}`
    )
    assert.include(
      changeFault({ quantity: 65, triggerPrice: paise(2_199_990) }, future, band, 65),
      `trigger ₹21,999.90 is ${beyond}`
    )
  })

  it("to a quantity that is no whole number of the newest lots is refused, whatever its price", () => {
    assert.include(changeFault({ quantity: 65 }, future, undefined, 75), "not in whole lots of 75")
  })
})
