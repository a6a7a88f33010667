import { assert, describe, it } from "@effect/vitest"
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { estimateOrder, type OrderEstimate } from "@keepgaining/core/margins/estimateOrder.ts"
import { marginRatesOn } from "@keepgaining/core/margins/MarginRates.ts"
import { formatIstDate, parseIst, startOfIstDay, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import { price } from "@keepgaining/core/options/blackScholes.ts"
import type { Product, Side } from "@keepgaining/core/orders/Order.ts"
import { loadCalendar, loadMarginRates } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
import { shippedCharges } from "../charges/shippedCharges.ts"

const calendar = Effect.runSync(loadCalendar())
const margins = Effect.runSync(loadMarginRates())

const call: Instrument = {
  symbol: "NSE:NIFTY26NOV24000CE",
  exchange: "NSE",
  kind: "option",
  tickSize: 5,
  lotSize: 65,
  underlying: "NSE:NIFTY 50",
  expiry: "2026-11-23",
  strike: 2_400_000,
  right: "CE"
}
const share: Instrument = {
  symbol: "NSE:RELIANCE",
  exchange: "NSE",
  kind: "equity",
  tickSize: 5,
  lotSize: 1,
  security: "share"
}

const estimate = (
  instrument: Instrument,
  time: string,
  over: { readonly side?: Side; readonly product?: Product; readonly plan?: string; readonly price?: number } = {}
): OrderEstimate => {
  // Every time below is one.
  const at = parseIst(time)!
  return estimateOrder(
    {
      instrument,
      side: over.side ?? "sell",
      quantity: 65,
      price: paiseFromRupees(over.price ?? 20),
      product: over.product ?? "carry",
      at,
      spot: paiseFromRupees(24_000),
      underlyingIsIndex: instrument.kind === "option"
    },
    shippedCharges,
    over.plan ?? "zerodha",
    marginRatesOn(margins, formatIstDate(at)),
    calendar
  )
}

const exposure = ({ margin }: OrderEstimate): number | undefined =>
  margin._tag === "Known" ? margin.parts.find(({ name }) => name === "Exposure")?.amount : undefined

describe("the estimate of an order", () => {
  it.each(
    [
      ["2026-11-22 15:30:01", 0.02],
      ["2026-11-22 23:59:59", 0.02],
      ["2026-11-23 00:00:00", 0.04],
      ["2026-11-23 09:15:00", 0.04],
      ["2026-11-23 15:35:00", 0.04],
      ["2026-11-23 15:39:59", 0.04],
      ["2026-11-24 00:00:00", 0.02]
    ] as const
  )("has the expiry day's extra on the whole of that day and on no other: %s", (time, rate) => {
    assert.closeTo(exposure(estimate(call, time)) ?? 0, 24_000 * 65 * rate, 1e-6)
  })

  it.each(
    [
      ["2026-11-23", timeOfDay(15, 40)],
      ["2026-07-28", timeOfDay(15, 30)],
      ["2025-10-21", timeOfDay(14, 45)],
      ["2024-03-02", timeOfDay(12, 30)],
      // Its hours are not published, or it is not covered: as on an ordinary day of that time.
      ["2026-11-08", timeOfDay(15, 40)],
      ["2027-03-30", timeOfDay(15, 40)],
      ["2031-06-24", timeOfDay(15, 40)]
    ] as const
  )("knows when contracts of %s stop trading", (date, close) => {
    assert.strictEqual(calendar.close(date, "derivatives"), close)
  })

  it("works with the time to the end of the derivatives' day: five minutes at 15:35 of August 2026 and later", () => {
    const at = parseIst("2026-11-23 15:35:00")!
    const end = startOfIstDay(dayOf("2026-11-23")) + timeOfDay(15, 40)
    const time = (end - at) / (365 * 86_400_000)
    // The price at a volatility of 20 % with five minutes left; with the one minute that 15:30 would leave it is far more.
    const fair = price({ right: "CE", spot: 24_000, strike: 24_000, time, rate: 0.065, volatility: 0.2 })
    const scanned = price({ right: "CE", spot: 24_000 * 1.093, strike: 24_000, time, rate: 0.065, volatility: 0.24 })
    const { margin } = estimate(call, "2026-11-23 15:35:00", { price: Math.round(fair * 100) / 100 })
    if (margin._tag !== "Known") throw new Error("no margin")
    const worst = margin.parts.find(({ name }) => name === "Worst of 16 scenarios")?.amount ?? 0
    assert.closeTo(worst, (scanned - fair) * 65, 65)
  })

  it("tells confidence, warnings and fees of its charges", () => {
    const sale = estimate(share, "2026-11-23 10:00:00", { product: "delivery" }).charges
    if (sale._tag !== "Known") throw new Error("no charges")
    assert.deepStrictEqual([sale.confidence, sale.warnings], ["B", []])
    assert.strictEqual(sale.fees.length, 1)
    assert.deepInclude(sale.fees[0], { name: "depository-sale", unit: "per-scrip-and-day" })
    assert.closeTo(sale.fees[0]?.amount ?? 0, 15.34, 1e-9)

    const guessed = estimate(share, "2026-11-23 10:00:00", { product: "delivery", plan: "angel" }).charges
    if (guessed._tag !== "Known") throw new Error("no charges")
    assert.strictEqual(guessed.confidence, "D")
    assert.match(guessed.warnings.join(), /brokerage of the plan angel is not confirmed/)

    const beyond = estimate(share, "2035-01-02 10:00:00", { product: "delivery" }).charges
    if (beyond._tag !== "Known") throw new Error("no charges")
    assert.match(beyond.warnings.join(), /known from 2020-07-01 to 2027-03-31.*last known rates/)
    assert.strictEqual(beyond.charges.total, sale.charges.total)
  })

  it("knows no delivery fee of index contracts, and names it for those on shares", () => {
    const onIndex = estimate(call, "2026-11-20 10:00:00").charges
    const onShare = estimateOrder(
      {
        instrument: { ...call, symbol: "NSE:RELIANCE26NOV1500CE", underlying: "NSE:RELIANCE" },
        side: "buy",
        quantity: 500,
        price: paiseFromRupees(20),
        product: "carry",
        at: parseIst("2026-11-20 10:00:00")!,
        spot: undefined,
        underlyingIsIndex: false
      },
      shippedCharges,
      "zerodha",
      marginRatesOn(margins, "2026-11-20"),
      calendar
    ).charges
    assert.deepStrictEqual(onIndex._tag === "Known" ? onIndex.fees : undefined, [])
    const [fee] = onShare._tag === "Known" ? onShare.fees : []
    assert.deepInclude(fee, { name: "physical-delivery", unit: "share" })
    assert.closeTo(fee?.amount ?? 0, 0.0025 * 1.18, 1e-12)
  })
})
