import { assert, describe, it } from "@effect/vitest"
import type { DeskSettings, MarginState } from "@keepgaining/core/desk/DeskState.ts"
import { fundsFor, fundsForManual } from "@keepgaining/core/desk/funds.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { liveBook, type OrderRequest } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"
import { at, CALL, FAR, FAR_CALL, hold, NEAR, NIFTY, onLastDay, RELIANCE } from "./contracts.ts"
import { DeskAtWork, settings, SHARE } from "./DeskAtWork.ts"

const with_ = (capital: number, more: Partial<DeskSettings> = {}): Partial<DeskSettings> => ({
  ...more,
  limits: { ...settings.limits, maxOrderValue: 1e12, maxPositionValue: 1e12, capital: capital * 100 }
})

const step = Schema.Struct({
  instrument: Schema.Literals([NEAR, FAR, CALL, FAR_CALL, RELIANCE]),
  buys: Schema.Boolean,
  book: Schema.Boolean,
  lots: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3 })),
  away: Schema.Int.check(Schema.isBetween({ minimum: -20, maximum: 20 })),
  after: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 }))
})

const DAY_BEFORE = "2026-06-29"

/** Rupees that an order needs now. */
const needed = (work: DeskAtWork, request: Partial<OrderRequest> & { readonly instrument: number }): number => {
  const funds = fundsForManual(work.desk, { side: "buy", quantity: 65, product: "carry", ...request })
  return (funds?.needed ?? NaN) / 100
}

const bound = (work: DeskAtWork): number => {
  const funds = fundsForManual(work.desk, { instrument: RELIANCE, side: "buy", quantity: 0, product: "delivery" })
  return ((funds?.capital ?? NaN) - (funds?.free ?? NaN)) / 100
}

const refusals = (work: DeskAtWork) =>
  work.of("RiskRefused").flatMap(({ detail, rule }) => rule === "margin" ? [detail] : [])

describe("the money of the paper books", () => {
  it("asks of a NIFTY lot its scan range and exposure: ₹1,46,289 and ₹31,460 at 24,200", () => {
    const work = onLastDay({}, DAY_BEFORE)
    assert.closeTo(needed(work, { instrument: NEAR }), 146_289 + 31_460, 0.01)
    assert.closeTo(needed(work, { instrument: NEAR, side: "sell" }), 146_289 + 31_460, 0.01)
  })

  it("asks 2 % more of a short index option on its last day: ₹31,460 a lot", () => {
    const parts = (date: string) => needed(onLastDay({}, date), { instrument: FAR_CALL, side: "sell" })
    // The scenarios of a call 800 away hardly care for the day, the exposure does.
    const more = parts("2026-06-30") - parts(DAY_BEFORE)
    assert.isAbove(more, 31_460 - 65 * 24_200 * 0.004)
    assert.isBelow(more, 31_460 + 65 * 24_200 * 0.004)
  })

  it("asks the premium of a long option, the whole value of shares to keep, a fifth of a day trade", () => {
    const work = onLastDay({}, DAY_BEFORE)
    assert.closeTo(needed(work, { instrument: CALL, limitPrice: paise(24_000) }), 65 * 240, 1e-6)
    assert.closeTo(needed(work, { instrument: CALL }), 65 * 250, 1e-6)
    const shares = { instrument: RELIANCE, quantity: 100 }
    assert.closeTo(needed(work, { ...shares, product: "delivery" }), 142_000, 1e-6)
    assert.closeTo(needed(work, { ...shares, product: "intraday" }), 28_400, 1e-6)
    assert.closeTo(needed(work, { ...shares, product: "intraday", side: "sell" }), 28_400, 1e-6)
  })

  it("refuses what is not there, with the numbers, and takes what is", () => {
    const work = onLastDay(with_(250_000), DAY_BEFORE)
    hold(work, NEAR, 65, 2_421_000)
    assert.strictEqual(work.held("manual", NEAR), 65)
    const again = work.request({ instrument: NEAR, quantity: 65, product: "carry" })
    assert.deepInclude(again, { _tag: "Refused" })
    assert.match(refusals(work)[0] ?? "", /^₹1,77,749\.00 needed, ₹72,\d{3}\.\d{2} free of ₹2,49,\d{3}\.\d{2}$/)
    assert.strictEqual(work.request({ instrument: CALL, quantity: 65, product: "carry" })._tag, "Done")
    // Ways out are never held back.
    assert.strictEqual(work.desk.onExitPosition("manual", NEAR)._tag, "Done")
  })

  it("counts what works, frees it with the cancellation, and knows a change from a new order", () => {
    const work = onLastDay(with_(250_000), DAY_BEFORE)
    const away = { instrument: NEAR, quantity: 65, type: "limit", product: "carry" } as const
    assert.strictEqual(work.request({ ...away, limitPrice: paise(2_400_000) })._tag, "Done")
    assert.strictEqual(work.request({ ...away, limitPrice: paise(2_400_000) })._tag, "Refused")
    work.tick(2_421_000, 200, NEAR)
    assert.strictEqual(work.desk.onModify({ orderId: "O1", quantity: 65, limitPrice: paise(2_400_005) })._tag, "Done")
    assert.strictEqual(work.desk.onModify({ orderId: "O1", quantity: 130 })._tag, "Refused")
    work.desk.onCancel("O1")
    work.tick(2_421_000, 200, NEAR)
    assert.strictEqual(bound(work), 0)
    assert.strictEqual(work.request({ ...away, limitPrice: paise(2_400_000) })._tag, "Done")
  })

  it("gives relief for a hedge that is held, and none for one that has not filled", () => {
    const write = { instrument: FAR_CALL, side: "sell" } as const
    const naked = needed(onLastDay({}, DAY_BEFORE), write)
    const held = onLastDay({}, DAY_BEFORE)
    hold(held, CALL, 65, 25_000)
    // A lower call is long: nothing but the exposure is at risk.
    assert.closeTo(needed(held, write), 31_460, 0.01)
    const working = onLastDay({}, DAY_BEFORE)
    working.request({ instrument: CALL, quantity: 65, type: "limit", limitPrice: paise(22_000), product: "carry" })
    working.tick(25_000, 200, CALL)
    assert.closeTo(bound(working), 65 * 220, 1e-6)
    assert.closeTo(bound(working) + needed(working, write), naked, 0.01)
    const against = onLastDay({}, DAY_BEFORE)
    hold(against, FAR_CALL, -65, 1_000)
    assert.isBelow(needed(against, { instrument: NEAR }), 177_749)
  })

  it("binds 1.75 % of the far leg for a calendar spread, and the whole of both on the near one's last day", () => {
    const work = onLastDay({}, DAY_BEFORE)
    hold(work, NEAR, 65, 2_421_000)
    assert.closeTo(needed(work, { instrument: FAR, side: "sell" }), 31_460, 0.01)
    hold(work, FAR, -65, 2_435_000)
    assert.closeTo(bound(work), 0.0175 * 65 * 24_350 + 2 * 31_460, 1)
    work.endSession(at("15:40:00", DAY_BEFORE))
    work.startSession(at("09:15:00"))
    assert.closeTo(bound(work), 2 * 146_289 + 2 * 31_460, 65 * 24_200 * 0.001)
  })

  it("is one account: books set each other off, results and charges go into it, live ones are not in it", () => {
    const work = onLastDay({ live: true, ...with_(1_000_000) }, DAY_BEFORE)
    work.deploy("d1")
    hold(work, NEAR, 65, 2_421_000)
    assert.closeTo(bound(work), 177_749, 0.01)
    hold(work, NEAR, -65, 2_421_000, "d1")
    assert.strictEqual(bound(work), 0)
    const funds = fundsForManual(work.desk, { instrument: CALL, side: "buy", quantity: 65, product: "carry" })
    const charges = work.of("Filled").reduce((sum, filled) => sum + filled.charges.total, 0)
    assert.closeTo((funds?.capital ?? 0) / 100, 1_000_000 - charges, 1e-6)
    assert.isUndefined(
      fundsFor(work.desk, liveBook, { instrument: CALL, side: "buy", quantity: 65, product: "carry" })
    )
  })

  it("needs no underlying to buy an option, but one to write it", () => {
    const work = onLastDay(with_(1_000_000), DAY_BEFORE)
    work.quotes.delete(NIFTY)
    assert.closeTo(needed(work, { instrument: CALL }), 65 * 250, 1e-6)
    work.request({ instrument: CALL, side: "sell", quantity: 65, product: "carry" })
    assert.match(refusals(work)[0] ?? "", /NSE:NIFTY 50 has no price yet/)
  })

  it("looks without leaving a trace, and keeps scenarios for a minute", () => {
    const work = onLastDay({}, DAY_BEFORE)
    hold(work, FAR_CALL, -65, 1_000)
    const before = JSON.stringify(work.desk.state)
    const first = needed(work, { instrument: CALL, side: "sell" })
    assert.strictEqual(JSON.stringify(work.desk.state), before)
    work.request({
      instrument: CALL,
      side: "sell",
      quantity: 65,
      type: "limit",
      limitPrice: paise(26_000),
      product: "carry"
    })
    work.desk.onCancel("O2")
    work.tick(25_000, 200, CALL)
    work.tick(2_440_000, 100, NIFTY)
    assert.strictEqual(needed(work, { instrument: CALL, side: "sell" }), first)
    work.tick(2_440_000, 60_000, NIFTY)
    assert.notStrictEqual(needed(work, { instrument: CALL, side: "sell" }), first)
  })

  it("checks nothing where no rate is known, and says so once", () => {
    const work = new DeskAtWork(with_(1))
    work.startSession(at("09:15:00", "2021-06-10"))
    work.tick(10_000)
    assert.strictEqual(work.request()._tag, "Done")
    assert.strictEqual(work.request()._tag, "Done")
    const alarms = work.of("Alarm").filter(({ kind }) => kind === "margin")
    assert.strictEqual(alarms.length, 1)
    assert.match(alarms[0]?.detail ?? "", /2021-06-10.*until then paper orders are not held against the capital/)
    assert.strictEqual(SHARE, 0)
  })

  it.prop("counts the same whether it kept or works everything out anew, and binds no more than there is", [
    Schema.Array(step)
  ], ([steps]) => {
    const work = onLastDay(with_(500_000), DAY_BEFORE)
    work.deploy("d1", 1)
    steps.forEach(({ after, away, book, buys, instrument, lots }, n) => {
      const { lotSize } = work.instruments.at(instrument)
      const price = work.quotes.get(instrument)?.price ?? 0
      const asked = {
        clientTag: `p${n}`,
        instrument,
        side: buys ? "buy" : "sell",
        quantity: lots * lotSize,
        type: "limit",
        limitPrice: paise(Math.max(5, price + 5 * away)),
        product: instrument === RELIANCE ? "intraday" : "carry"
      } as const
      const before = fundsForManual(work.desk, asked)
      const held = work.held(book ? "d1" : "manual", instrument)
      const outcome = work.request(asked, book ? "d1" : "manual")
      const reduces = held !== 0 && held > 0 !== buys && asked.quantity <= Math.abs(held)
      if (outcome._tag === "Done" && !reduces) assert.isAtMost(before?.needed ?? 0, Math.max(0, before?.free ?? 0))
      work.tick(price + (buys ? -5 : 5) * Math.abs(away), after, instrument)
      const kept = bound(work)
      const { margin } = work.desk.state
      const anew: MarginState = {
        ...margin,
        needs: {},
        bound: 0,
        changed: Object.fromEntries(
          work.instruments.all().map(({ symbol, underlying }) => [underlying ?? symbol, true])
        )
      }
      work.desk.state.margin = anew
      // All within the minute for which scenarios are kept: they are the same.
      assert.strictEqual(bound(work), kept)
      work.desk.state.margin = margin
    })
  })
})
