import { type Decision } from "@keepgaining/core/decisions/Decision.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { type Order } from "@keepgaining/core/orders/Order.ts"
import { assert, describe, it } from "vitest"
import { applyEvent, emptyBook, type EventBook, limits, newestOrders } from "../../src/state/EventBook.ts"

const order = (id: string, change: Partial<Order> = {}): Order => ({
  id,
  book: "manual",
  clientTag: id,
  instrument: 0,
  side: "buy",
  quantity: 10,
  type: "limit",
  limitPrice: paise(10_000),
  validity: "DAY",
  product: "intraday",
  purpose: "manual",
  reduceOnly: false,
  status: "open",
  filledQuantity: 0,
  averagePrice: 0,
  venue: "paper",
  createdAt: 1,
  updatedAt: 1,
  cause: 1,
  ...change
})

const alarm = (subject: string, raised: boolean): Decision => ({
  _tag: "Alarm",
  kind: "stale-feed",
  subject,
  raised,
  detail: "",
  since: 1,
  at: 2
})

const take = (book: EventBook, decisions: ReadonlyArray<Decision>): void => {
  for (const decision of decisions) applyEvent(book, { number: book.last + 1, cause: 1, decision })
}

describe("EventBook", () => {
  it("takes each event once, however often the stream is resumed", () => {
    const book = emptyBook()
    const event = { number: 1, cause: 5, decision: { _tag: "OrderChanged", order: order("O1") } } as const
    assert.isTrue(applyEvent(book, event))
    assert.isFalse(applyEvent(book, event))
    assert.strictEqual(book.last, 1)
    assert.lengthOf(book.steps.get("O1") ?? [], 1)
  })

  it("keeps the newest state of an order and every step to it", () => {
    const book = emptyBook()
    take(book, [
      { _tag: "OrderChanged", order: order("O1", { status: "pending" }) },
      { _tag: "OrderChanged", order: order("O1") },
      { _tag: "OrderChanged", order: order("O1", { status: "partial", filledQuantity: 4 }) },
      { _tag: "OrderChanged", order: order("O1", { status: "complete", filledQuantity: 10 }) }
    ])
    assert.strictEqual(book.orders.get("O1")?.status, "complete")
    assert.deepStrictEqual(
      book.steps.get("O1")?.map((step) => step.order.status),
      ["pending", "open", "partial", "complete"]
    )
  })

  it("lists orders newest first", () => {
    const book = emptyBook()
    take(book, ["O1", "O2", "O3"].map((id) => ({ _tag: "OrderChanged", order: order(id) })))
    take(book, [{ _tag: "OrderChanged", order: order("O1", { status: "cancelled" }) }])
    assert.deepStrictEqual(newestOrders(book, () => true).map((one) => one.id), ["O3", "O2", "O1"])
    assert.deepStrictEqual(newestOrders(book, (one) => one.status === "open").map((one) => one.id), ["O3", "O2"])
  })

  it("has an alarm on until it is ended, by kind and subject", () => {
    const book = emptyBook()
    take(book, [alarm("NSE", true), alarm("BSE", true), alarm("NSE", false)])
    assert.deepStrictEqual([...book.alarms.values()].map((note) => note.decision.subject), ["BSE"])
    assert.lengthOf(book.alarmHistory, 3)
  })

  it("keeps the way of a live order, as long as the order", () => {
    const book = emptyBook()
    take(book, [
      { _tag: "OrderRouted", orderId: "O1", account: "kite", slices: [{ tag: "a", quantity: 10 }], why: ["x"], at: 1 },
      { _tag: "OrderChanged", order: order("O1", { status: "complete", venue: "live", account: "kite" }) },
      { _tag: "AccountArmed", account: "kite", until: 5, at: 1 },
      { _tag: "AccountArmed", account: "kite", until: 0, at: 2 }
    ])
    assert.strictEqual(book.routes.get("O1")?.decision.account, "kite")
    assert.deepStrictEqual(book.armings.map(({ decision }) => decision.until), [5, 0])
    for (let number = 2; number <= limits.orders + 1; number++) {
      take(book, [{ _tag: "OrderChanged", order: order(`O${number}`, { status: "complete" }) }])
    }
    assert.isFalse(book.routes.has("O1"))
  })

  it("is bounded, and never drops a working order", () => {
    const book = emptyBook()
    take(book, [{ _tag: "OrderChanged", order: order("O0") }])
    for (let number = 1; number <= limits.orders + 50; number++) {
      take(book, [{ _tag: "OrderChanged", order: order(`O${number}`, { status: "complete" }) }])
      take(book, [{ _tag: "DeploymentLog", deployment: "d", instrument: 0, message: String(number), at: 1 }])
    }
    assert.strictEqual(book.orders.size, limits.orders)
    assert.isTrue(book.orders.has("O0"))
    assert.isFalse(book.steps.has("O1"))
    assert.isAtMost(book.log.length, limits.log)
    const newest = book.log.at(-1)?.decision
    assert.strictEqual(newest?._tag === "DeploymentLog" ? newest.message : "", String(limits.orders + 50))
  })
})
