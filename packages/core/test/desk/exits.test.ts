import { assert, describe, it } from "@effect/vitest"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { FUTURE, long, ready, SHARE } from "./DeskAtWork.ts"

const beforeSquareOff = parseIst("2026-06-01 15:09:59")!

describe("exits at the order desk", () => {
  it("leave a position once and cancel what else works there", () => {
    const work = ready()
    work.request()
    work.tick(10_000)
    work.request({ side: "sell", quantity: 10, type: "limit", limitPrice: paise(11_000) })
    work.request({ quantity: 5, type: "limit", limitPrice: paise(9_000) })
    work.tick(10_000)
    assert.strictEqual(work.desk.onExitPosition("manual", SHARE)._tag, "Done")
    assert.strictEqual(work.desk.onExitPosition("manual", SHARE)._tag, "Refused")
    work.tick(10_000)
    assert.deepStrictEqual(work.orders(), [
      "O1 manual buy 10 complete",
      "O2 manual sell 10 cancelled",
      "O3 manual buy 5 cancelled",
      "O4 exit sell 10 complete"
    ])
    assert.strictEqual(work.desk.onExitPosition("manual", SHARE)._tag, "Refused")
  })

  it("that overshoot because another order filled are corrected", () => {
    const work = ready()
    work.request()
    work.tick(10_000)
    work.request({ side: "sell", quantity: 10, type: "limit", limitPrice: paise(10_000) })
    work.desk.onExitPosition("manual", SHARE)
    work.tick(10_000)
    work.tick(10_000)
    work.tick(10_000)
    assert.strictEqual(work.held("manual"), 0)
  })

  it("follow the market when it runs away", () => {
    const work = long({}, { stop: 9_900 })
    work.tick(9_900)
    work.tick(9_900, 100, SHARE, 3)
    assert.strictEqual(work.held(), 7)
    // Beyond the protection of the exit as it was sent.
    for (const price of [9_700, 9_700]) work.tick(price, 1_000)
    assert.strictEqual(work.held(), 7)
    work.tick(9_700, 1_000)
    work.tick(9_700)
    assert.strictEqual(work.held(), 0)
    assert.strictEqual(work.sent.filter((each) => each._tag === "Modify").length, 1)
  })

  it("that a person cancelled put the guard back", () => {
    const work = long({}, { stop: 9_900 })
    work.tick(9_900)
    work.desk.onCancel("O2")
    work.tick(9_700, 100)
    assert.strictEqual(work.order("O2").status, "cancelled")
    for (const price of [9_700, 9_700, 9_700]) work.tick(price)
    assert.strictEqual(work.held(), 0)
    assert.deepStrictEqual(work.orders()[2], "O3 stop sell 10 complete")
  })

  it("square off intraday positions at their times, and nothing intraday is opened after", () => {
    const work = long({}, { stop: 9_000, target: 20_000 })
    work.request({ product: "delivery" })
    work.request({ instrument: FUTURE, quantity: 75, product: "intraday" })
    work.tick(10_000)
    work.tick(1_500_000, 100, FUTURE)
    work.advance(beforeSquareOff)
    work.tick(10_000, 500)
    work.tick(10_000, 1_000)
    work.tick(10_000, 1_000)
    assert.strictEqual(work.held(), 0)
    assert.strictEqual(work.held("manual"), 10, "delivery stays")
    assert.strictEqual(work.held("manual", FUTURE), 75)
    assert.strictEqual(work.order("O4").purpose, "square-off")
    assert.strictEqual(work.order("O4").createdAt, parseIst("2026-06-01 15:10:00"))
    work.signal("long", 10_000)
    assert.deepStrictEqual(work.ignored(), ["intraday positions are being squared off"])
    assert.strictEqual(work.request()._tag, "Refused")
    assert.strictEqual(work.request({ product: "delivery" })._tag, "Done")
    work.advance(parseIst("2026-06-01 15:20:00")!)
    work.tick(1_500_000, 100, FUTURE)
    assert.strictEqual(work.held("manual", FUTURE), 0)
  })

  it("of a stopped deployment: entries cancelled, and with exit the position too", () => {
    const kept = long()
    kept.desk.onDeploymentStopped("d1", false)
    kept.tick(10_000)
    assert.strictEqual(kept.held(), 10)
    for (const price of [9_900, 9_900]) kept.tick(price)
    assert.strictEqual(kept.held(), 0, "its guard goes on")
    const left = long()
    left.request({ type: "limit", limitPrice: paise(9_500) }, "d1")
    left.tick(10_000)
    left.desk.onDeploymentStopped("d1", true)
    left.tick(10_000)
    assert.strictEqual(left.held(), 0)
    assert.strictEqual(left.desk.workingOrders(), 0)
    left.signal("long", 10_000)
    assert.deepStrictEqual(left.ignored(), ["the deployment is stopped"])
  })
})
