import { assert, describe, it } from "@effect/vitest"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { DeskAtWork, long, open, ready, settings, SHARE } from "./DeskAtWork.ts"

describe("the kill switch", () => {
  it("pauses entries, lets exits go on, and can be lifted", () => {
    const work = long()
    work.desk.onKill("pause")
    assert.strictEqual(work.request()._tag, "Refused")
    assert.strictEqual(work.of("RiskRefused")[0]?.rule, "kill-switch")
    for (const price of [9_900, 9_900]) work.tick(price)
    assert.strictEqual(work.held(), 0)
    work.desk.onKill("none")
    assert.strictEqual(work.request()._tag, "Done")
  })

  it("stops: cancels what works, keeps what is held", () => {
    const work = long()
    work.request({ type: "limit", limitPrice: paise(9_500) })
    work.tick(10_000)
    work.desk.onKill("stop")
    work.tick(10_000)
    assert.strictEqual(work.desk.workingOrders(), 0)
    assert.strictEqual(work.held(), 10)
  })

  it("flattens everything, and an entry that was on its way", () => {
    const work = long()
    work.request()
    work.tick(10_000, 20)
    work.desk.onKill("flatten")
    for (let i = 0; i < 4; i++) work.tick(10_000, 50)
    assert.strictEqual(work.held(), 0)
    assert.strictEqual(work.held("manual"), 0)
    assert.strictEqual(work.desk.workingOrders(), 0)
  })

  it("locks until the next session", () => {
    const work = ready()
    work.desk.onKill("lock")
    assert.strictEqual(work.desk.onKill("none")._tag, "Refused")
    work.endSession(parseIst("2026-06-01 15:30:00")!)
    assert.strictEqual(work.request()._tag, "Refused")
    work.now = open + 86_400_000
    work.desk.onSessionStart(work.now)
    assert.strictEqual(work.desk.killStage(), "none")
    work.tick(10_000)
    assert.strictEqual(work.request()._tag, "Done")
  })
})

describe("the order desk over the day", () => {
  it("pauses entries and raises an alarm at the daily loss, until the next day", () => {
    const work = ready({ limits: { ...settings.limits, maxDailyLoss: 15_000 } })
    work.signal("long", 10_000, { stop: 1_000 })
    work.request({ type: "limit", limitPrice: paise(8_000) })
    work.tick(10_000)
    work.tick(8_400)
    assert.deepStrictEqual(work.of("Alarm"), [])
    work.tick(8_400, 1_000)
    assert.deepInclude(work.of("Alarm")[0], { kind: "daily-loss", raised: true })
    assert.strictEqual(work.desk.state.lossReached, true)
    // The price comes back; what was decided stays decided.
    work.tick(10_000, 2_000)
    assert.strictEqual(work.request()._tag, "Refused")
    assert.strictEqual(work.of("RiskRefused")[0]?.rule, "daily-loss")
    assert.strictEqual(work.desk.onExitPosition("d1", SHARE)._tag, "Done")
    work.tick(10_000)
    work.endSession(parseIst("2026-06-01 15:30:00")!)
    work.now = open + 86_400_000
    work.desk.onSessionStart(work.now)
    assert.deepInclude(work.of("Alarm")[1], { kind: "daily-loss", raised: false })
    work.tick(10_000)
    assert.strictEqual(work.request()._tag, "Done")
  })

  it("says what is left open at the close, and lets no order live on", () => {
    const work = long({}, { stop: 9_000, target: 20_000 })
    work.request({ type: "limit", limitPrice: paise(9_500) })
    work.tick(10_000)
    // No tick comes after the square-off, so its order cannot fill.
    work.endSession(parseIst("2026-06-01 15:30:00")!)
    assert.strictEqual(work.desk.workingOrders(), 0)
    assert.deepStrictEqual(work.orders().map((each) => each.split(" ").at(-1)), ["complete", "expired", "expired"])
    assert.deepInclude(work.of("Alarm")[0], { kind: "open-position", subject: "d1 NSE:RELIANCE" })
    assert.deepStrictEqual(work.request(), {
      _tag: "Refused",
      reason: "session: the session has ended",
      remedy: "Correct the order, or see the risk limits in the settings"
    })
  })

  it("carries a position over night with its guard, and counts the new day's result alone", () => {
    const work = ready()
    work.request({ product: "delivery" })
    work.tick(10_000)
    work.tick(9_000)
    work.endSession(parseIst("2026-06-01 15:30:00")!)
    work.now = open + 86_400_000
    work.desk.onSessionStart(work.now)
    assert.strictEqual(work.desk.dayProfit(), 0)
    work.tick(9_100)
    assert.strictEqual(work.desk.dayProfit(), 1_000)
    assert.strictEqual(work.held("manual"), 10)
  })

  it("books fills without charges, loudly, where no rate is known", () => {
    const work = new DeskAtWork()
    work.now = parseIst("2019-06-03 09:15:00")!
    work.desk.onSessionStart(work.now)
    work.tick(10_000)
    work.request()
    work.tick(10_000)
    assert.strictEqual(work.held("manual"), 10)
    assert.deepInclude(work.of("Alarm").find(({ kind }) => kind === "charges"), { kind: "charges", raised: true })
  })

  it("is plain data: a copy through JSON goes on as if nothing had happened", () => {
    const run = (copies: boolean) => {
      const work = ready({ latency: { base: 50, jitter: 100 } })
      const prices = [10_000, 10_050, 10_100, 9_900, 9_800, 10_300, 10_250, 10_000, 9_950]
      prices.forEach((price, i) => {
        if (copies) work.desk.state = JSON.parse(JSON.stringify(work.desk.state))
        if (i % 3 === 0) {
          work.signal(i % 2 === 0 ? "long" : "short", price, { target: price + (i % 2 === 0 ? 200 : -200) })
        }
        work.tick(price, 300)
        work.tick(price, 300, SHARE, 3)
      })
      return work.decisions
    }
    assert.isAbove(run(false).length, 15)
    assert.deepStrictEqual(run(true), run(false))
  })

  it("waits differently for different orders, within the latency's bounds, and the same every time", () => {
    const delays = () => {
      const work = ready({ latency: { base: 50, jitter: 100 }, limits: { ...settings.limits, maxOrdersPerSecond: 99 } })
      for (let i = 0; i < 40; i++) work.request({ quantity: 1 })
      return work.sent.map((each) => each.effectiveAt - work.now)
    }
    const found = delays()
    for (const delay of found) assert.isTrue(delay >= 50 && delay <= 150)
    assert.isAbove(new Set(found).size, 10)
    assert.deepStrictEqual(delays(), found)
  })
})
