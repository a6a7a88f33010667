import { assert, describe, it } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import { FUTURE, INDEX, long, ready, SHARE } from "./DeskAtWork.ts"

describe("signals at the order desk", () => {
  it("become a protected market order, a fill, a guard, and an exit at the target", () => {
    const work = long()
    assert.deepStrictEqual(work.orders(), ["O1 entry buy 10 complete"])
    assert.deepInclude(work.of("Filled")[0]?.fill, { id: "O1.1", quantity: 10, price: paise(10_005), purpose: "entry" })
    assert.isAbove(work.of("Filled")[0]!.charges.total, 0)
    work.tick(10_200)
    work.tick(10_300)
    work.tick(10_305)
    assert.deepStrictEqual(work.orders(), ["O1 entry buy 10 complete", "O2 target sell 10 complete"])
    assert.strictEqual(work.held(), 0)
    assert.strictEqual(work.of("Filled")[1]!.position.realised, 3_000)
    assert.deepStrictEqual(work.desk.state.brackets, {})
    assert.deepStrictEqual(work.told.map((each) => each._tag), [
      "Order",
      "Order",
      "Order",
      "Fill",
      "Order",
      "Order",
      "Order",
      "Fill"
    ])
  })

  it("are stopped out, short ones too", () => {
    const work = ready()
    work.signal("short", 10_000, { stop: 10_100 })
    for (const price of [10_000, 10_050, 10_100, 10_120]) work.tick(price)
    assert.deepStrictEqual(work.orders(), ["O1 entry sell 10 complete", "O2 stop buy 10 complete"])
  })

  it("trail", () => {
    const work = long({}, { stop: 9_900, trail: 100, target: 20_000 })
    for (const price of [10_100, 10_200, 10_150, 10_100, 10_090]) work.tick(price)
    assert.deepStrictEqual(work.orders()[1], "O2 trail sell 10 complete")
  })

  it("take effect after the latency, not before", () => {
    const work = ready()
    work.signal("long", 10_000)
    work.tick(10_000, 40)
    assert.strictEqual(work.held(), 0)
    work.tick(10_000, 10)
    assert.strictEqual(work.held(), 10)
  })

  it("are ignored with a reason when they cannot be followed", () => {
    const work = long()
    work.signal("long", 10_000)
    work.signal("exit", 10_000)
    work.signal("exit", 10_000)
    work.tick(10_000)
    work.signal("exit", 10_000)
    work.signal("long", 10_000, { validFor: -1 })
    work.signal("long", 10_000, { stop: 10_100 })
    work.signal("long", 10_000)
    work.signal("long", 10_000)
    work.desk.onDeploymentPaused("d1", true)
    work.signal("short", 10_000)
    work.desk.onDeploymentPaused("d1", false)
    work.signal("long", 2_400_000, {}, INDEX)
    assert.deepStrictEqual(work.ignored(), [
      "it is long already",
      "the position is on its way out already",
      "there is nothing to exit",
      "the signal is no longer valid",
      "the stop of a long is beyond its entry",
      "an entry is working already",
      "the deployment is paused",
      "tradable: NSE:NIFTY 50 is an index and cannot be traded"
    ])
    assert.strictEqual(work.of("RiskRefused")[0]?.rule, "tradable")
  })

  it("of a deployment that only reports change nothing", () => {
    const work = ready()
    work.deploy("s1", 10, "signal")
    work.signal("long", 10_000, {}, SHARE, "s1")
    assert.strictEqual(work.request({}, "s1")._tag, "Refused")
    assert.deepStrictEqual(work.orders(), [])
  })

  it("turn an opposite position round: out first, then in, each with its guard", () => {
    const work = long()
    work.signal("short", 10_000, { stop: 10_100 })
    work.signal("short", 10_000, { stop: 10_100 })
    assert.deepStrictEqual(work.orders().slice(1), ["O2 exit sell 10 pending"])
    work.tick(10_000)
    assert.deepStrictEqual(work.orders().slice(1), ["O2 exit sell 10 complete", "O3 entry sell 10 pending"])
    work.tick(10_000)
    assert.strictEqual(work.held(), -10)
    for (const price of [10_050, 10_100, 10_100]) work.tick(price)
    assert.deepStrictEqual(work.orders()[3], "O4 stop buy 10 complete")
    assert.deepStrictEqual(work.ignored(), ["the opposite position is on its way out already"])
  })

  it("do not turn round any more when the exit took too long", () => {
    const work = long()
    work.signal("short", 10_000, { stop: 10_100, validFor: 500 })
    work.tick(10_000, 1_000)
    assert.strictEqual(work.held(), 0)
    assert.deepStrictEqual(work.ignored(), ["the signal is no longer valid"])
  })

  it("cancel what an entry has not got when they are no longer valid", () => {
    const work = ready()
    work.signal("long", 10_000, { validFor: 1_000, stop: 9_000 })
    work.tick(10_000, 100, SHARE, 4)
    work.tick(10_900, 600)
    work.tick(10_900, 500)
    work.tick(10_900, 100)
    assert.deepStrictEqual(work.orders(), ["O1 entry buy 10 cancelled"])
    assert.strictEqual(work.held(), 4)
  })

  it("leave an entry that is still working", () => {
    const work = ready()
    work.signal("long", 10_000, { stop: 9_000 })
    work.tick(10_000, 100, SHARE, 4)
    work.signal("exit", 10_000)
    work.tick(10_000, 100, SHARE, 3)
    work.tick(10_000)
    work.tick(10_000)
    assert.strictEqual(work.held(), 0)
    assert.isFalse(work.desk.state.working.length > 0)
  })

  it("that raced their exit do not leave a position behind", () => {
    const work = ready()
    work.signal("long", 10_000)
    work.tick(10_000, 20)
    work.signal("exit", 10_000)
    // The entry arrives and fills before its cancellation does.
    work.tick(10_000, 30)
    assert.strictEqual(work.held(), 10)
    work.tick(10_000)
    assert.strictEqual(work.held(), 0)
    assert.deepStrictEqual(work.orders(), ["O1 entry buy 10 complete", "O2 exit sell 10 complete"])
  })
})

describe("requests at the order desk", () => {
  it("are placed once per tag", () => {
    const work = ready()
    const first = work.request({ clientTag: "same" })
    assert.deepStrictEqual(work.request({ clientTag: "same" }), first)
    assert.deepStrictEqual(first, { _tag: "Done", orderId: "O1" })
    assert.notDeepEqual(work.request({ clientTag: "same" }, "other"), first)
    work.tick(10_000)
    assert.strictEqual(work.held("manual"), 10)
    assert.deepStrictEqual(work.request({ clientTag: "same" }), first)
  })

  it("are refused with reason and remedy", () => {
    const work = ready()
    const all = [
      work.request({ instrument: 99 }),
      work.request({ type: "limit" }),
      work.request({ type: "stop" }),
      work.request({ limitPrice: paise(10_000) }),
      work.request({ reduceOnly: true }),
      work.request({ instrument: INDEX }),
      work.request({ instrument: FUTURE, quantity: 74 }),
      work.request({ product: "delivery", side: "sell" }),
      work.request({ type: "limit", limitPrice: paise(10_001) }),
      work.request({ quantity: 200_000 })
    ]
    const reasons = all.map((outcome) => outcome._tag === "Refused" ? outcome.reason : "placed")
    assert.strictEqual(new Set(reasons).size, all.length, reasons.join("\n"))
    assert.notInclude(reasons, "placed")
    for (const outcome of all) if (outcome._tag === "Refused") assert.isAbove(outcome.remedy.length, 10)
    assert.deepStrictEqual(work.orders(), [])
    assert.strictEqual(work.of("RiskRefused").length, 5)
  })

  it("that only reduce are cut to what is held", () => {
    const work = ready()
    work.request()
    work.tick(10_000)
    work.request({ side: "sell", quantity: 25, reduceOnly: true, type: "limit", limitPrice: paise(10_500) })
    assert.deepStrictEqual(work.orders()[1], "O2 manual sell 10 pending")
    assert.strictEqual(work.request({ side: "sell", reduceOnly: true })._tag, "Refused")
  })

  it("of a deployment stop with it, and what it ignores is said", () => {
    const work = ready()
    work.desk.onDeploymentPaused("d1", true)
    assert.strictEqual(work.request({}, "d1")._tag, "Refused")
    assert.deepStrictEqual(work.ignored(), ["order request: the deployment is paused"])
  })

  it("can be changed and cancelled while they work", () => {
    const work = ready()
    work.request({ type: "limit", limitPrice: paise(9_000), quantity: 10 })
    work.tick(10_000)
    assert.deepStrictEqual(work.desk.onModify({ orderId: "O1", quantity: 20, limitPrice: paise(9_100) }), {
      _tag: "Done",
      orderId: "O1"
    })
    work.tick(10_000)
    assert.deepInclude(work.order("O1"), { quantity: 20, limitPrice: paise(9_100), status: "open" })
    const refusals = [
      work.desk.onModify({ orderId: "O9", quantity: 20 }),
      work.desk.onModify({ orderId: "O1", quantity: 20, limitPrice: paise(9_101) }),
      work.desk.onModify({ orderId: "O1", quantity: 20, triggerPrice: paise(9_100) }),
      work.desk.onModify({ orderId: "O1", quantity: 200_000 }),
      work.desk.onModify({ orderId: "O1", quantity: 10 }, "d1"),
      work.desk.onCancel("O1", "mine", "d1")
    ]
    for (const refusal of refusals) assert.strictEqual(refusal._tag, "Refused")
    assert.strictEqual(work.desk.onCancel("O1")._tag, "Done")
    work.tick(10_000)
    assert.strictEqual(work.order("O1").status, "cancelled")
    assert.strictEqual(work.desk.onCancel("O1")._tag, "Refused")
    assert.strictEqual(work.desk.onModify({ orderId: "O1", quantity: 30 })._tag, "Refused")
  })

  it("respect the rate of orders in event time, exits apart", () => {
    const work = ready()
    const outcomes = Array.from({ length: 12 }, () => work.request({ quantity: 1 })._tag)
    assert.deepStrictEqual(outcomes, [...Array.from({ length: 10 }, () => "Done"), "Refused", "Refused"])
    work.tick(10_000)
    assert.strictEqual(work.desk.onExitPosition("manual", SHARE)._tag, "Done")
    work.tick(10_000, 1_000)
    assert.strictEqual(work.request()._tag, "Done")
  })
})
