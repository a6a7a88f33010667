import { assert, describe, it } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import { liveBook } from "@keepgaining/core/orders/Order.ts"
import { at, CALL, FAR, FAR_CALL, hold, later, NEAR, NIFTY, onLastDay, PUT, RELIANCE, SHARE_CALL } from "./contracts.ts"
import type { DeskAtWork } from "./DeskAtWork.ts"

/** The index at that price in its last minute, then the end of the day. */
const end = (work: DeskAtWork, final = 2_408_500, time = "15:29:59"): void => {
  work.advance(at(time) - 1)
  work.tick(final, 1, NIFTY)
  work.endSession(at("15:40:00"))
}

const settled = (work: DeskAtWork) => work.of("Filled").filter(({ fill }) => fill.purpose === "settlement")

describe("settlement on paper", () => {
  it("pays a long option its intrinsic value and takes the tax on it: 65 at ₹85 is ₹8.2875", () => {
    const work = onLastDay()
    hold(work, CALL, 65, 25_000)
    end(work)
    const [only] = settled(work)
    assert.strictEqual(settled(work).length, 1)
    assert.deepInclude(only?.fill, {
      side: "sell",
      quantity: 65,
      price: paise(8_500),
      product: "carry",
      book: "manual"
    })
    assert.closeTo(only?.charges.total ?? 0, 8.2875, 1e-9)
    const { stt = 0, total = 1 } = only?.charges ?? {}
    assert.strictEqual(stt, total)
    assert.deepInclude(only?.position, { quantity: 0, realised: 65 * (8_500 - 25_000) })
    const order = work.order(only?.fill.orderId ?? "")
    assert.deepInclude(order, { purpose: "settlement", status: "complete", filledQuantity: 65, averagePrice: 8_500 })
    assert.deepStrictEqual(work.of("PositionSettled").map(({ detail, price, quantity }) => [quantity, price, detail]), [
      [
        65,
        paise(8_500),
        "65 of NSE:NIFTY26JUN24000CE settled at ₹85.00: NSE:NIFTY 50 at ₹24,085.00 (15:29:59), its last price of the " +
        "continuous session; no closing value came"
      ]
    ])
    assert.deepStrictEqual(work.desk.state.open, [])
    assert.deepStrictEqual(work.desk.state.products, {})
  })

  it("lets a long beyond the money expire worthless, and pays a writer's loss without tax", () => {
    const work = onLastDay()
    hold(work, PUT, 65, 5_000)
    hold(work, CALL, -65, 25_000, "manual")
    end(work)
    const [put, call] = settled(work)
    assert.deepInclude(put?.fill, { side: "sell", price: paise(0), quantity: 65 })
    assert.strictEqual(put?.position.realised, -65 * 5_000)
    assert.deepInclude(call?.fill, { side: "buy", price: paise(8_500) })
    assert.strictEqual(call?.position.realised, 65 * (25_000 - 8_500))
    assert.strictEqual((put?.charges.total ?? 1) + (call?.charges.total ?? 1), 0)
  })

  it("settles a future at the index, without charges, and leaves the next expiry alone", () => {
    const work = onLastDay()
    hold(work, NEAR, 65, 2_421_000)
    hold(work, FAR, -65, 2_435_000)
    end(work)
    assert.deepStrictEqual(settled(work).map(({ charges, fill }) => [fill.instrument, fill.price, charges.total]), [
      [NEAR, 2_408_500, 0]
    ])
    assert.strictEqual(work.held("manual", FAR), -65)
    work.startSession(at("09:15:00", "2026-07-01"))
    assert.strictEqual(work.desk.state.open.length, 1)
  })

  it("takes the value after the close where it came, and says so", () => {
    const work = onLastDay()
    hold(work, NEAR, 65, 2_421_000)
    work.advance(at("15:29:59") - 1)
    work.tick(2_408_500, 1, NIFTY)
    end(work, 2_409_075, "15:34:10")
    assert.strictEqual(settled(work)[0]?.fill.price, 2_409_075)
    assert.match(
      work.of("PositionSettled")[0]?.detail ?? "",
      /₹24,090\.75 \(15:34:10\), its price after the close of the continuous session$/
    )
  })

  it("pays what a stock option is worth in cash, and says that the exchange would deliver", () => {
    const work = onLastDay()
    hold(work, SHARE_CALL, 500, 2_500)
    work.advance(at("15:29:00"))
    work.tick(143_000, 1, RELIANCE)
    end(work)
    assert.strictEqual(settled(work)[0]?.fill.price, 3_000)
    assert.closeTo(settled(work)[0]?.charges.total ?? 0, 500 * 30 * 0.0015, 1e-9)
    assert.match(
      work.of("PositionSettled")[0]?.detail ?? "",
      /The exchange delivers shares; paper pays their value in cash$/
    )
  })

  it("ends what works in the contract first, and squares nothing off that is gone", () => {
    const work = onLastDay()
    hold(work, CALL, 65, 25_000)
    work.request({ instrument: CALL, quantity: 65, type: "limit", limitPrice: paise(20_500), product: "carry" })
    end(work)
    const kinds = work.decisions.flatMap((each) =>
      each._tag === "OrderChanged" && each.order.status === "expired"
        ? ["expired"]
        : each._tag === "PositionSettled"
        ? ["settled"]
        : []
    )
    assert.deepStrictEqual(kinds, ["expired", "settled"])
    assert.strictEqual(work.desk.workingOrders(), 0)
    assert.deepStrictEqual(work.of("Alarm"), [])
  })

  it("guesses nothing: without the underlying, or with an old price of it, it raises one alarm and leaves the position", () => {
    for (const quiet of ["never", "14:59:59"]) {
      const work = onLastDay()
      hold(work, CALL, 65, 25_000)
      if (quiet === "never") work.quotes.delete(NIFTY)
      else {
        work.advance(at(quiet) - 1)
        work.tick(2_408_500, 1, NIFTY)
      }
      work.endSession(at("15:40:00"))
      assert.deepStrictEqual(settled(work), [])
      const alarms = () => work.of("Alarm").filter(({ kind }) => kind === "open-position")
      assert.deepStrictEqual(alarms().map(({ detail, subject }) => [subject, detail]), [[
        "manual NSE:NIFTY26JUN24000CE",
        "65 expired on 2026-06-30 and cannot be settled: the session has no price of NSE:NIFTY 50 from the last half hour of that day"
      ]])
      work.startSession(at("09:15:00", "2026-07-01"))
      work.tick(2_400_000, 100, NIFTY)
      work.endSession(at("15:40:00", "2026-07-01"))
      assert.strictEqual(alarms().length, 1)
      assert.strictEqual(work.held("manual", CALL), 65)
      assert.strictEqual(work.desk.dayProfit(), 0)
    }
  })

  it("settles nothing of a last day that it did not see the end of", () => {
    const work = onLastDay({}, "2026-06-29")
    hold(work, CALL, 65, 25_000)
    work.tick(30_000, 100, CALL)
    work.endSession(at("15:40:00", "2026-06-29"))
    work.startSession(at("09:15:00", "2026-07-01"))
    assert.match(work.of("Alarm")[0]?.detail ?? "", /the session did not run to the end of its last day/)
    assert.strictEqual(work.held("manual", CALL), 65)
    // What it was worth is not a loss of the new day.
    assert.closeTo(work.desk.dayProfit(), 0, 1e-6)
  })

  it("is not to be asked for", () => {
    const work = onLastDay()
    const asked = work.request({ instrument: CALL, quantity: 65, product: "carry", purpose: "settlement" })
    assert.deepInclude(asked, { _tag: "Refused" })
  })

  it("counts in the day on which it happens, and not in the next", () => {
    const work = onLastDay()
    hold(work, CALL, 65, 25_000)
    end(work)
    work.startSession(at("09:15:00", "2026-07-01"))
    assert.strictEqual(work.desk.dayProfit(), 0)
    const charges = work.of("Filled").reduce((sum, filled) => sum + filled.charges.total, 0)
    assert.closeTo(work.desk.state.paperBooked, 65 * (8_500 - 25_000) - charges * 100, 1e-6)
  })
})

describe("live positions in expired contracts", () => {
  const live = (): DeskAtWork => {
    const work = onLastDay({ live: true })
    work.desk.onArm("kite", at("23:59:59"))
    work.desk.onRequest(liveBook, {
      clientTag: "a",
      instrument: FAR_CALL,
      side: "sell",
      quantity: 65,
      type: "market",
      validity: "DAY",
      product: "carry",
      purpose: "manual",
      reduceOnly: false
    })
    work.desk.onRoute({ orderId: "O1", account: "kite", slices: [{ tag: "t", quantity: 65 }], why: [] })
    work.desk.onReport({ _tag: "Filled", orderId: "O1", execution: 1, quantity: 65, price: paise(1_000), at: work.now })
    assert.strictEqual(work.held(liveBook, FAR_CALL), -65)
    return work
  }

  it("leave by a decision that says so: no fill is made up, and no alarm raised", () => {
    const work = live()
    const fills = work.of("Filled").length
    const booked = work.desk.state.booked
    end(work)
    assert.strictEqual(work.of("Filled").length, fills)
    assert.deepStrictEqual(work.of("Alarm"), [])
    const [left] = work.of("PositionSettled")
    assert.deepInclude(left, { book: liveBook, quantity: -65, price: null })
    assert.deepInclude(left?.position, { quantity: 0, realised: 0, sellQuantity: 65 })
    assert.match(left?.detail ?? "", /the broker settles them/)
    assert.strictEqual(work.desk.state.booked, booked)
    assert.deepStrictEqual([work.desk.state.open, work.desk.state.holders], [[], {}])
    const [entry] = Object.values(work.desk.state.ledger)
    // What all sells brought less what all buys cost.
    assert.strictEqual((entry?.realised ?? 0) - (entry?.cost ?? 0) - (entry?.handedOver ?? 0), 65 * 1_000)
    work.startSession(at("09:15:00", "2026-07-01"))
    assert.strictEqual(work.desk.dayProfit(), 0)
    assert.strictEqual(work.of("PositionSettled").length, 1)
  })

  it("also leave when the session missed their last day, and nothing of it is a result of the new one", () => {
    const work = live()
    work.startSession(at("09:15:00", later))
    assert.strictEqual(work.of("PositionSettled").length, 1)
    assert.strictEqual(work.desk.dayProfit(), work.desk.state.booked)
    assert.deepStrictEqual(work.of("Alarm"), [])
  })
})
