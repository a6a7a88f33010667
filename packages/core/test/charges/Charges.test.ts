import { assert, describe, it } from "@effect/vitest"
import { chargesOf, contractNote, exerciseTax, RateMissing } from "@keepgaining/core/charges/Charges.ts"
import { chargeKey, ChargeRules, ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { chargeWarnings, leastConfidence } from "@keepgaining/core/charges/chargeWarnings.ts"
import { checkChargeRules } from "@keepgaining/core/charges/checkChargeRules.ts"
import { feesOf } from "@keepgaining/core/charges/fees.ts"
import type { Charges } from "@keepgaining/core/decisions/Decision.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paiseFromRupees, rupees } from "@keepgaining/core/market/Money.ts"
import type { Fill, Product, Side } from "@keepgaining/core/orders/Order.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { shippedCharges } from "./shippedCharges.ts"

const share: Instrument = { symbol: "NSE:RELIANCE", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 }
const future: Instrument = {
  symbol: "NSE:NIFTY26AUGFUT",
  exchange: "NSE",
  kind: "future",
  tickSize: 10,
  lotSize: 65,
  underlying: "NSE:NIFTY 50"
}
const option: Instrument = { ...future, symbol: "NSE:NIFTY26AUG24500CE", kind: "option", tickSize: 5 }
const sensex: Instrument = { ...option, symbol: "BSE:SENSEX26AUG81000CE", exchange: "BSE", underlying: "BSE:SENSEX" }

const fill = (side: Side, quantity: number, price: number, product: Product, date: string): Fill => ({
  id: "F1",
  orderId: "O1",
  book: "manual",
  instrument: 0,
  side,
  quantity,
  price: paiseFromRupees(price),
  product,
  purpose: "manual",
  at: parseIst(`${date} 10:00:00`)!
})

const cost = (
  instrument: Instrument,
  side: Side,
  quantity: number,
  price: number,
  product: Product,
  date = "2026-06-01"
): Charges =>
  Result.getOrThrow(chargesOf(fill(side, quantity, price, product, date), instrument, shippedCharges, "zerodha"))

describe("charges", () => {
  // Worked examples at the rates of 2026-04-01: brokerage, STT, exchange, IPFT, SEBI, stamp, GST, total.
  it.each(
    [
      ["delivery", share, "buy", 100, 1500, "delivery", [0, 150, 4.6048, 0.0002, 0.15, 22.5, 0.8559, 178.1109]],
      ["delivery", share, "sell", 100, 1560, "delivery", [0, 156, 4.7890, 0.0002, 0.156, 0, 0.8901, 161.8353]],
      ["intraday", share, "buy", 500, 800, "intraday", [20, 0, 12.2796, 0.0004, 0.4, 12, 5.8824, 50.5624]],
      ["intraday", share, "sell", 500, 806, "intraday", [20, 100.75, 12.3717, 0.0004, 0.403, 0, 5.8995, 139.4246]],
      ["future", future, "buy", 65, 24200, "carry", [20, 0, 28.7843, 0.0016, 1.573, 31.46, 9.0646, 90.8835]],
      ["future", future, "sell", 65, 24260, "carry", [20, 788.45, 28.8557, 0.0016, 1.5769, 0, 9.0782, 847.9623]],
      ["option", option, "buy", 65, 120, "intraday", [20, 0, 2.7706, 0.0008, 0.0078, 0.234, 4.1002, 27.1134]],
      ["option", option, "sell", 65, 150, "intraday", [20, 14.625, 3.4632, 0.0010, 0.0098, 0, 4.2253, 42.3242]],
      ["BSE option", sensex, "buy", 20, 200, "carry", [20, 0, 1.3, 0, 0.004, 0.12, 3.8347, 25.2587]],
      ["BSE option", sensex, "sell", 20, 260, "carry", [20, 7.8, 1.69, 0, 0.0052, 0, 3.9051, 33.4003]]
    ] as const
  )("of the worked example: %s %#", (_, instrument, side, quantity, price, product, expected) => {
    const { brokerage, exchange, gst, ipft, sebi, stamp, stt, total } = cost(instrument, side, quantity, price, product)
    const found = [brokerage, stt, exchange, ipft, sebi, stamp, gst, total]
    found.forEach((amount, i) => assert.closeTo(amount, expected[i]!, 0.000_051, `item ${i}`))
    assert.closeTo(found.slice(0, -1).reduce((sum, amount) => sum + amount, 0), total, 1e-9)
  })

  it("change with the dates of the law", () => {
    const roundTrip = (date: string) =>
      cost(option, "buy", 65, 120, "intraday", date).total + cost(option, "sell", 65, 150, "intraday", date).total
    assert.closeTo(roundTrip("2024-10-01"), 64.5626, 0.000_05)
    assert.closeTo(roundTrip("2026-02-28"), 64.5626, 0.000_05)
    assert.closeTo(roundTrip("2026-03-01"), 64.5626, 0.000_05)
    assert.closeTo(roundTrip("2026-03-31"), 64.5626, 0.000_05)
    assert.closeTo(roundTrip("2026-04-01"), 69.4376, 0.000_05)
    assert.notStrictEqual(roundTrip("2024-09-30"), roundTrip("2024-10-01"))
  })

  it("match a broker's answer of July 2023, but for the IPFT that it left out", () => {
    const found = cost(option, "sell", 75, 35.65, "carry", "2023-07-03")
    assert.closeTo(found.stt, 1.67109375, 1e-9)
    assert.closeTo(found.exchange, 1.336875, 1e-9)
    assert.closeTo(found.sebi, 0.00267375, 1e-9)
    assert.closeTo(found.total - found.ipft * 1.18, 26.851761275, 1e-6)
  })

  it("are known for the recordings of June 2021", () => {
    const found = cost(share, "sell", 100, 2000, "intraday", "2021-06-09")
    assert.closeTo(found.stt, 50, 1e-9)
    assert.closeTo(found.exchange, 200_000 * 0.0000345, 1e-9)
  })

  it("charge brokerage once an order, however many fills it takes", () => {
    const first = fill("buy", 100, 800, "intraday", "2026-06-01")
    const second = fill("buy", 400, 800, "intraday", "2026-06-01")
    const a = Result.getOrThrow(chargesOf(first, share, shippedCharges, "zerodha"))
    const b = Result.getOrThrow(chargesOf(second, share, shippedCharges, "zerodha", 80_000))
    assert.closeTo(a.brokerage, 20, 1e-9)
    assert.closeTo(b.brokerage, 0, 1e-9)
    assert.closeTo(a.total + b.total, cost(share, "buy", 500, 800, "intraday").total, 1e-9)
    const small = Result.getOrThrow(
      chargesOf(fill("buy", 10, 800, "intraday", "2026-06-01"), share, shippedCharges, "zerodha")
    )
    assert.closeTo(small.brokerage, 2.4, 1e-9)
    const delivered = fill("buy", 10, 800, "delivery", "2026-06-01")
    assert.strictEqual(Result.getOrThrow(chargesOf(delivered, share, shippedCharges, "upstox")).brokerage, 20)
  })

  it("tell BSE's other options apart", () => {
    const other: Instrument = { ...sensex, underlying: "BSE:SENSEX50" }
    assert.closeTo(cost(other, "buy", 20, 200, "carry").exchange, 4_000 * 500 / 1e7, 1e-9)
  })

  it("of a fund that is delivered have STT on its sale alone, a hundredth of a share's", () => {
    const fund: Instrument = { ...share, symbol: "NSE:NIFTYBEES", security: "fund" }
    assert.strictEqual(cost(fund, "buy", 1_000, 250, "delivery").stt, 0)
    assert.closeTo(cost(fund, "sell", 1_000, 250, "delivery").stt, 2.5, 1e-9)
    assert.closeTo(cost(fund, "sell", 1_000, 250, "delivery", "2023-05-02").stt, 2.5, 1e-9)
    const known: Instrument = { ...share, security: "share" }
    const { stt: _of, total: _in, ...rest } = cost(fund, "sell", 1_000, 250, "delivery")
    const { stt: _ofShare, total: _inShare, ...others } = cost(known, "sell", 1_000, 250, "delivery")
    assert.deepStrictEqual(rest, others)
    assert.deepStrictEqual(cost(fund, "sell", 10, 250, "intraday"), cost(known, "sell", 10, 250, "intraday"))
    assert.strictEqual(cost(known, "buy", 1_000, 250, "delivery").stt, 250)
  })

  it.each([
    [undefined, 375],
    ["A", 375],
    ["B", 375],
    ["M", 275],
    ["X", 10_000],
    ["XT", 10_000],
    ["Z", 10_000],
    ["SS", 100_000],
    ["ST", 100_000]
  ])("of BSE's group %s are ₹%d a crore", (group, perCrore) => {
    const listed: Instrument = { ...share, exchange: "BSE", ...(group === undefined ? {} : { group }) }
    assert.closeTo(cost(listed, "buy", 1_000, 100, "delivery").exchange, perCrore / 100, 1e-9)
    // A group says nothing at NSE.
    assert.closeTo(cost({ ...listed, exchange: "NSE" }, "buy", 1_000, 100, "delivery").exchange, 3.0699, 1e-9)
  })

  it("of FOCIT are nothing for the exchange", () => {
    const focit: Instrument = { ...sensex, symbol: "BSE:FOCIT26JUN40000CE", underlying: "BSE:FOCIT" }
    assert.strictEqual(cost(focit, "buy", 20, 200, "carry").exchange, 0)
    assert.strictEqual(cost({ ...focit, kind: "future" }, "sell", 20, 40_000, "carry").exchange, 0)
  })

  it("stay what they were for a session that keeps rules without what was added since", () => {
    const { plans, rates } = shippedCharges.rules
    const old = Schema.decodeUnknownSync(ChargeRules)(JSON.parse(JSON.stringify({
      rates: rates.filter((row) => row.class !== "fund" && (row.scope ?? "") === "").map((row) => ({
        ...row,
        rate: String(row.rate),
        // Left out of the JSON.
        scope: undefined
      })),
      plans: plans.map((row) => ({ ...row, flat: String(row.flat), share: String(row.share) }))
    })))
    const schedule = new ChargeSchedule(old)
    const fund: Instrument = { ...share, security: "fund" }
    const rare: Instrument = { ...share, exchange: "BSE", group: "SS" }
    const at = (instrument: Instrument, date: string) =>
      Result.getOrThrow(chargesOf(fill("sell", 100, 1_560, "delivery", date), instrument, schedule, "zerodha"))
    assert.deepStrictEqual(at(fund, "2026-06-01"), at(share, "2026-06-01"))
    assert.deepStrictEqual(at(rare, "2026-06-01"), at({ ...share, exchange: "BSE" }, "2026-06-01"))
    assert.isUndefined(schedule.notCovered("2035-01-01"))
    assert.deepStrictEqual(at(share, "2035-01-02").stt, 156)
  })

  it("are known for a span of dates, and charged by the last known rates after it", () => {
    assert.isUndefined(shippedCharges.notCovered("2027-03-31"))
    const beyond = shippedCharges.notCovered("2027-04-01")
    assert.match(beyond?.message ?? "", /2027-04-01 is not covered: charges are known from 2020-07-01 to 2027-03-31/)
    assert.strictEqual(
      cost(share, "sell", 100, 1560, "delivery", "2035-01-01").total,
      cost(share, "sell", 100, 1560, "delivery", "2027-03-30").total
    )
  })

  it("refuse a date that no rate is known for", () => {
    const found = chargesOf(fill("buy", 1, 100, "delivery", "2019-12-31"), share, shippedCharges, "zerodha")
    assert.isTrue(Result.isFailure(found))
    if (!Result.isFailure(found)) return
    assert.instanceOf(found.failure, RateMissing)
    assert.include(found.failure.message, "2019-12-31")
  })

  it("tax the exercise of an option on its intrinsic value", () => {
    assert.closeTo(Result.getOrThrow(exerciseTax(rupees(65 * 85), shippedCharges, "2026-06-01")), 8.2875, 1e-9)
    assert.isTrue(Result.isFailure(exerciseTax(rupees(1), shippedCharges, "2020-01-01")))
  })
})

describe("rate tables", () => {
  it("are dated, have their sources, and no row twice", () => {
    const { plans, rates } = shippedCharges.rules
    const keys = rates.map((row) => `${chargeKey(row)} ${row.effective_from}`)
    assert.strictEqual(new Set(keys).size, keys.length)
    for (const { as_of, confidence, rate, source } of rates) {
      assert.match(as_of, /^\d{4}-\d{2}-\d{2}$/)
      assert.include("ABCD", confidence)
      assert.isAtLeast(rate, 0)
      assert.isNotEmpty(source)
    }
    assert.strictEqual(new Set(plans.map((row) => `${row.plan} ${row.class} ${row.effective_from}`)).size, plans.length)
    for (const name of ["zerodha", "upstox", "angel", "fyers"]) {
      for (const kind of ["delivery", "intraday", "future", "option"] as const) {
        assert.isDefined(shippedCharges.plan(name, kind, "2026-11-24"), `${name} ${kind}`)
      }
    }
  })
})

const trade = (instrument: Instrument, side: Side, product: Product, date = "2026-06-01") => ({
  instrument,
  side,
  product,
  at: parseIst(`${date} 10:00:00`)!
})

describe("warnings", () => {
  const of = (instrument: Instrument, product: Product, date?: string, plan = "zerodha") =>
    chargeWarnings(trade(instrument, "sell", product, date), shippedCharges, plan)
  const known: Instrument = { ...share, security: "share" }

  it("are none where everything is known", () => {
    assert.deepStrictEqual(of(known, "delivery"), [])
    assert.deepStrictEqual(of(option, "intraday"), [])
    assert.deepStrictEqual(of({ ...known, exchange: "BSE", group: "XT" }, "delivery"), [])
    // What is a fund makes no difference to a day trade.
    assert.deepStrictEqual(of(share, "intraday"), [])
  })

  it("say what nobody told of the instrument", () => {
    assert.match(of(share, "delivery").join("|"), /^Nobody told whether NSE:RELIANCE is a share or a fund[^|]*$/)
    assert.match(of({ ...known, exchange: "BSE" }, "intraday").join("|"), /^Nobody told BSE's group[^|]*$/)
  })

  it("say which rates are from memory", () => {
    const old = of(known, "delivery", "2021-02-01")
    assert.strictEqual(old.length, 4)
    assert.match(old.join("|"), /STT is not confirmed.*transaction charge is not.*IPFT is not.*turnover fee is not/)
    assert.strictEqual(leastConfidence(trade(known, "sell", "delivery", "2021-02-01"), shippedCharges, "zerodha"), "D")
    assert.strictEqual(leastConfidence(trade(known, "sell", "delivery"), shippedCharges, "zerodha"), "B")
  })

  it("say that a plan or a fee is a guess, and that the date is not covered", () => {
    assert.match(of(known, "delivery", undefined, "fyers").join("|"), /^The brokerage of the plan fyers[^|]*$/)
    const contract: Instrument = { ...option, underlying: "NSE:RELIANCE" }
    assert.match(of(contract, "carry").join("|"), /^The fee physical-delivery of the plan zerodha[^|]*$/)
    assert.match(of(known, "delivery", "2035-01-01").join("|"), /^Charges are known from .* last known rates$/)
  })
})

describe("fees", () => {
  const of = (instrument: Instrument, side: Side, product: Product, plan = "zerodha") =>
    feesOf(trade(instrument, side, product), shippedCharges, plan).map(({ amount, row }) => [
      row.fee,
      Number(amount.toFixed(6)),
      row.unit
    ])

  it("are the depository's for a delivery that is sold, once a scrip and day", () => {
    assert.deepStrictEqual(of(share, "sell", "delivery"), [["depository-sale", 15.34, "per-scrip-and-day"]])
    assert.deepStrictEqual(of(share, "buy", "delivery"), [])
    // Nobody told what Upstox takes.
    assert.deepStrictEqual(of(share, "sell", "delivery", "upstox"), [])
  })

  it("are the broker's for closing a position, and for contracts that end in delivery", () => {
    assert.deepStrictEqual(of(share, "sell", "intraday"), [["auto-square-off", 59, "per-order"]])
    assert.deepStrictEqual(of(share, "buy", "intraday", "upstox"), [["auto-square-off", 59, "per-order"]])
    assert.deepStrictEqual(of(future, "buy", "carry"), [["physical-delivery", 0.00295, "share"]])
  })
})

describe("a check of the charges", () => {
  it("lists every rate, plan and fee that nobody confirmed", () => {
    const { fees, plans, rates } = shippedCharges.rules
    const guesses = [...rates, ...plans, ...fees ?? []].filter(({ confidence }) => confidence.startsWith("D"))
    const found = checkChargeRules(shippedCharges.rules)
    assert.strictEqual(found.length, guesses.length)
    assert.isAbove(found.length, 30)
    for (const { level, remedy, what } of found) assert.isTrue(level === "guess" && what !== "" && remedy !== "")
    const rows = found.map(({ row, topic }) => `${topic}: ${row}`)
    assert.include(rows, "charges: transaction NSE cash from 2021-01-01")
    assert.include(rows, "brokerage plans: angel delivery from 2020-07-01")
    assert.include(rows, "broker fees: zerodha physical-delivery from 2020-07-01")
  })
})

describe("a contract note", () => {
  it("rounds STT to the rupee and the rest to the paisa, and adds up", () => {
    const unrounded = cost(future, "sell", 65, 24260, "carry")
    const note = contractNote(unrounded)
    assert.deepStrictEqual(
      [note.brokerage, note.stt, note.exchange, note.ipft, note.sebi, note.stamp, note.gst, note.total],
      [20, 788, 28.86, 0, 1.58, 0, 9.08, 847.52]
    )
    assert.strictEqual(contractNote({ ...unrounded, stt: rupees(0.5), gst: rupees(1.005) }).stt, 1)
    assert.strictEqual(contractNote({ ...unrounded, gst: rupees(1.005) }).gst, 1.01)
  })
})
