import { assert, describe, it } from "@effect/vitest"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { liveBook, type OrderRequest } from "@keepgaining/core/orders/Order.ts"
import { DeskAtWork, settings, SHARE } from "./DeskAtWork.ts"

const tonight = parseIst("2026-06-02 00:00:00")!

const request = (clientTag: string, changes: Partial<OrderRequest> = {}): OrderRequest => ({
  clientTag,
  instrument: SHARE,
  side: "buy",
  quantity: 10,
  type: "market",
  validity: "DAY",
  product: "intraday",
  purpose: "manual",
  reduceOnly: false,
  ...changes
})

/** A desk that may trade live, with a price and an armed account. */
const live = (): DeskAtWork => {
  const at = new DeskAtWork({ live: true })
  at.tick(100_000)
  at.desk.onArm("kite", tonight)
  return at
}

const sent = (at: DeskAtWork) =>
  at.decisions.flatMap((each) => each._tag === "InstructionSent" ? [each.instruction] : [])

const route = (at: DeskAtWork, orderId: string, account = "kite") =>
  at.desk.onRoute({ orderId, account, slices: [{ tag: `kg-${orderId}`, quantity: 10 }], why: ["it is the only one"] })

const open = (at: DeskAtWork): string => {
  const placed = at.desk.onRequest(liveBook, request("entry"))
  assert.strictEqual(placed._tag, "Done")
  route(at, "O1")
  at.desk.onReport({ _tag: "Accepted", orderId: "O1", at: at.now })
  at.desk.onReport({ _tag: "Filled", orderId: "O1", execution: 1, quantity: 10, price: paise(100_000), at: at.now })
  assert.strictEqual(at.desk.state.orders["O1"]?.order.status, "complete")
  return "O1"
}

describe("live orders at the desk", () => {
  it("are refused in a session on paper, and while no account is armed", () => {
    const paper = new DeskAtWork()
    paper.tick(100_000)
    assert.strictEqual(paper.desk.onRequest(liveBook, request("a"))._tag, "Refused")
    assert.strictEqual(paper.desk.onArm("kite", tonight)._tag, "Refused")
    const at = new DeskAtWork({ live: true })
    at.tick(100_000)
    assert.strictEqual(at.desk.onRequest(liveBook, request("a"))._tag, "Refused")
    at.desk.onArm("kite", tonight)
    assert.strictEqual(at.desk.onRequest(liveBook, request("a"))._tag, "Done")
  })

  it("never reach the paper exchange, and paper orders never the brokers", () => {
    const at = live()
    at.desk.onRequest(liveBook, request("live"))
    at.desk.onRequest("manual", request("paper"))
    assert.deepStrictEqual(sent(at).map((each) => each._tag === "Place" && each.order.id), ["O1"])
    assert.deepStrictEqual(at.sent.map((each) => each._tag === "Place" && each.order.id), ["O2"])
  })

  it("are routed once: a second route of the same order is refused", () => {
    const at = live()
    at.desk.onRequest(liveBook, request("a"))
    assert.strictEqual(route(at, "O1")._tag, "Done")
    assert.strictEqual(at.desk.state.orders["O1"]?.order.account, "kite")
    assert.deepInclude(route(at, "O1"), { _tag: "Refused", reason: "O1 was sent already" })
  })

  it("are not routed while they are being cancelled, nor to an account that is not armed", () => {
    const at = live()
    at.desk.onRequest(liveBook, request("a"))
    assert.strictEqual(route(at, "O1", "upstox")._tag, "Refused")
    at.desk.onCancel("O1")
    assert.strictEqual(route(at, "O1")._tag, "Refused")
    at.desk.onReport({ _tag: "Cancelled", orderId: "O1", reason: "cancelled by request", at: at.now })
    assert.strictEqual(at.desk.state.orders["O1"]?.order.status, "cancelled")
  })

  it("follow their position: an exit goes to the account that holds it, armed or not", () => {
    const at = live()
    open(at)
    at.desk.onArm("kite", 0)
    at.desk.onArm("upstox", tonight)
    const exit = at.desk.onExitPosition(liveBook, SHARE)
    assert.strictEqual(exit._tag, "Done")
    assert.deepInclude(route(at, "O2", "upstox"), { _tag: "Refused", reason: "The position of O2 is at kite" })
    assert.strictEqual(route(at, "O2", "kite")._tag, "Done")
  })

  it("may reduce without a leave what they could not enlarge", () => {
    const at = live()
    open(at)
    at.desk.onArm("kite", 0)
    assert.strictEqual(at.desk.onRequest(liveBook, request("more"))._tag, "Refused")
    assert.strictEqual(at.desk.onRequest(liveBook, request("less", { side: "sell", quantity: 4 }))._tag, "Done")
    assert.strictEqual(route(at, "O2", "kite")._tag, "Done")
  })

  it("lose their leave with the day", () => {
    const at = live()
    at.now = tonight
    at.desk.onSessionStart(tonight)
    at.tick(100_000, parseIst("2026-06-02 09:20:00")! - tonight)
    assert.strictEqual(at.desk.onRequest(liveBook, request("a"))._tag, "Refused")
  })

  it("are unknown until something is heard of them, and hold their place meanwhile", () => {
    const at = live()
    at.desk.onRequest(liveBook, request("a"))
    route(at, "O1")
    at.desk.onReport({ _tag: "Unknown", orderId: "O1", reason: "no answer", at: at.now })
    assert.deepInclude(at.desk.state.orders["O1"]?.order, { status: "unknown", reason: "no answer" })
    assert.strictEqual(at.desk.workingOrders(), 1)
    at.desk.onReport({ _tag: "Filled", orderId: "O1", execution: 1, quantity: 10, price: paise(100_000), at: at.now })
    assert.strictEqual(at.desk.state.orders["O1"]?.order.status, "complete")
    assert.strictEqual(at.desk.openPositions(), 1)
  })

  it("an exit that reached no exchange is asked for again, a few times; one that was refused is not", () => {
    const at = live()
    open(at)
    at.desk.onExitPosition(liveBook, SHARE)
    const lost = (id: string) =>
      at.desk.onReport({ _tag: "Rejected", orderId: id, reason: "not in the book", at: at.now, neverSent: true })
    for (let i = 2; i < 20; i++) if (at.desk.state.orders[`O${i}`] !== undefined) lost(`O${i}`)
    const exits = Object.values(at.desk.state.orders).filter(({ order }) => order.reduceOnly)
    assert.strictEqual(exits.length, 6)
    assert.isTrue(at.decisions.some((each) => each._tag === "Alarm" && each.kind === "open-position"))

    const other = live()
    open(other)
    other.desk.onExitPosition(liveBook, SHARE)
    other.desk.onReport({ _tag: "Rejected", orderId: "O2", reason: "RMS", at: other.now })
    assert.strictEqual(Object.values(other.desk.state.orders).filter(({ order }) => order.reduceOnly).length, 1)
    assert.isTrue(other.decisions.some((each) => each._tag === "Alarm" && each.kind === "open-position"))
  })

  it("remember an unanswered change and cancellation for whoever sends them, until they are answered", () => {
    const at = live()
    at.desk.onRequest(liveBook, request("a", { type: "limit", limitPrice: paise(99_000) }))
    route(at, "O1")
    at.desk.onReport({ _tag: "Accepted", orderId: "O1", at: at.now })
    at.desk.onModify({ orderId: "O1", quantity: 20, limitPrice: paise(99_500) })
    assert.deepInclude(at.desk.state.live["O1"]?.change, { quantity: 20, limitPrice: paise(99_500) })
    at.desk.onReport({
      _tag: "Modified",
      orderId: "O1",
      revision: 1,
      quantity: 20,
      limitPrice: paise(99_500),
      at: at.now
    })
    assert.isUndefined(at.desk.state.live["O1"]?.change)
    at.desk.onCancel("O1", "enough")
    assert.strictEqual(at.desk.state.live["O1"]?.cancel, "enough")
    at.desk.onReport({ _tag: "ChangeRefused", orderId: "O1", reason: "too late", at: at.now })
    assert.isUndefined(at.desk.state.live["O1"]?.cancel)
  })

  it("move the limit of a way out after the market no further than the day's price band, on its tick", () => {
    for (
      const [band, away, limit] of [[[95_003, 100_003], 99_600, 99_600 * 0.995], [
        [95_003, 105_000],
        95_010,
        95_005
      ]] as const
    ) {
      const at = live()
      open(at)
      at.desk.onBand(SHARE, { lowest: paise(band[0]), highest: paise(band[1]) })
      at.desk.onExitPosition(liveBook, SHARE)
      route(at, "O2")
      at.desk.onReport({ _tag: "Accepted", orderId: "O2", at: at.now })
      at.tick(away, 10)
      at.tick(away, settings.chaseAfter + 1_000)
      const changes = sent(at).flatMap((each) => each._tag === "Modify" ? [each] : [])
      assert.strictEqual(changes.length, 1)
      assert.closeTo(changes[0]?.limitPrice ?? 0, limit, 5)
      assert.isAtLeast(changes[0]?.limitPrice ?? 0, band[0])
      assert.strictEqual((changes[0]?.limitPrice ?? 1) % 5, 0)
      at.desk.onReport({
        _tag: "Modified",
        orderId: "O2",
        revision: 1,
        quantity: 10,
        limitPrice: paise(changes[0]?.limitPrice ?? 0),
        at: at.now
      })
      // At the edge there is nothing more to ask for.
      at.tick(away, settings.chaseAfter + 1_000)
      assert.strictEqual(sent(at).filter((each) => each._tag === "Modify").length, 1)
    }
  })

  it("forget the band with the day, and ways out on paper know none", () => {
    const at = live()
    at.desk.onBand(SHARE, { lowest: paise(99_900), highest: paise(100_100) })
    at.desk.onRequest("manual", request("paper"))
    at.tick(100_000, 1_000)
    at.desk.onExitPosition("manual", SHARE)
    at.tick(100_000, 1_000, SHARE, 0)
    at.desk.onSessionStart(tonight)
    assert.deepStrictEqual(at.desk.state.bands, {})
    const other = live()
    open(other)
    other.desk.onBand(SHARE, { lowest: paise(95_000), highest: paise(100_010) })
    other.desk.onRequest(liveBook, request("turn", { side: "sell", quantity: 20 }))
    route(other, "O2")
    other.desk.onReport({
      _tag: "Filled",
      orderId: "O2",
      execution: 1,
      quantity: 20,
      price: paise(100_000),
      at: other.now
    })
    other.desk.onExitPosition(liveBook, SHARE)
    route(other, "O3")
    other.desk.onReport({ _tag: "Accepted", orderId: "O3", at: other.now })
    other.tick(100_000, settings.chaseAfter + 1_000)
    const [change] = sent(other).flatMap((each) => each._tag === "Modify" ? [each] : [])
    assert.strictEqual(change?.limitPrice, 100_010)
  })
})
