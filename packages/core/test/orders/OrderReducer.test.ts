import { assert, describe, it } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import { type ExchangeReport, isWorking, type Order } from "@keepgaining/core/orders/Order.ts"
import { apply, track, type TrackedOrder } from "@keepgaining/core/orders/OrderReducer.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Schema from "effect/Schema"

const placed: Order = {
  id: "O1",
  book: "manual",
  clientTag: "t",
  instrument: 0,
  side: "buy",
  quantity: 100,
  type: "limit",
  limitPrice: paise(10_000),
  validity: "DAY",
  product: "intraday",
  purpose: "manual",
  reduceOnly: false,
  status: "pending",
  filledQuantity: 0,
  averagePrice: 0,
  venue: "paper",
  createdAt: 0,
  updatedAt: 0,
  cause: 1
}

const of = (reports: ReadonlyArray<ExchangeReport>): TrackedOrder => reports.reduce(apply, track(placed))

const filled = (execution: number, quantity: number, price = 10_000, at = execution): ExchangeReport => ({
  _tag: "Filled",
  orderId: "O1",
  execution,
  quantity,
  price: paise(price),
  at
})
const accepted: ExchangeReport = { _tag: "Accepted", orderId: "O1", at: 1 }
const cancelled: ExchangeReport = { _tag: "Cancelled", orderId: "O1", reason: "asked", at: 9 }

/** What an exchange may truthfully report of one order, from a seed. */
const lifeOf = (seed: number): ReadonlyArray<ExchangeReport> => {
  const random = Random.fromSeed(seed)
  const reports: Array<ExchangeReport> = []
  let at = 1
  let quantity = placed.quantity
  let done = 0
  let executions = 0
  let revision = 0
  if (Random.chance(random, 0.1)) return [{ _tag: "Rejected", orderId: "O1", reason: "no", at }]
  reports.push({ _tag: "Accepted", orderId: "O1", at })
  if (Random.chance(random, 0.3)) reports.push({ _tag: "Triggered", orderId: "O1", at: ++at })
  for (let i = Random.integer(random, 12); i > 0 && done < quantity; i--) {
    at += Random.integer(random, 3)
    if (Random.chance(random, 0.25)) {
      quantity = done + 1 + Random.integer(random, 100)
      reports.push({
        _tag: "Modified",
        orderId: "O1",
        revision: ++revision,
        quantity,
        limitPrice: paise(9_900 + Random.integer(random, 200)),
        at
      })
      continue
    }
    const size = 1 + Random.integer(random, quantity - done)
    done += size
    reports.push({ ...filled(++executions, size, 9_900 + Random.integer(random, 200)), at })
  }
  if (done < quantity) {
    const tag = Random.chance(random, 0.5) ? "Cancelled" : "Expired"
    reports.push({ _tag: tag, orderId: "O1", reason: `it ${tag}`, at: ++at })
  }
  return reports
}

const shuffled = (reports: ReadonlyArray<ExchangeReport>, seed: number): ReadonlyArray<ExchangeReport> => {
  const random = Random.fromSeed(seed)
  const mixed = reports.flatMap((report) => Random.chance(random, 0.4) ? [report, report] : [report])
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Random.integer(random, i + 1)
    const kept = mixed[i]!
    mixed[i] = mixed[j]!
    mixed[j] = kept
  }
  return mixed
}

const seed = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_000_000_000 }))

describe("the order reducer", () => {
  it("follows an order to its end", () => {
    const steps = [accepted, filled(1, 40), filled(2, 60, 10_100)]
    const statuses = steps.map((_, i) => of(steps.slice(0, i + 1)).order.status)
    assert.deepStrictEqual(statuses, ["open", "partial", "complete"])
    assert.strictEqual(of(steps).order.averagePrice, 10_060)
    assert.strictEqual(of([accepted, { _tag: "Triggered", orderId: "O1", at: 2 }]).order.status, "triggered")
  })

  it("answers with the same object when a report says nothing new", () => {
    const once = of([accepted, filled(1, 40)])
    assert.strictEqual(apply(once, filled(1, 40)), once)
    assert.strictEqual(apply(once, accepted), once)
    const complete = of([filled(1, 100)])
    assert.strictEqual(apply(complete, { _tag: "ChangeRefused", orderId: "O1", reason: "too late", at: 9 }), complete)
  })

  it("counts a fill that raced the cancellation", () => {
    const order = of([accepted, cancelled, filled(1, 40)]).order
    assert.deepInclude(order, { status: "cancelled", filledQuantity: 40, reason: "asked" })
    assert.strictEqual(of([accepted, cancelled, filled(1, 100)]).order.status, "complete")
    assert.strictEqual(of([filled(1, 100), cancelled]).order.status, "complete")
  })

  it("believes fills beyond the quantity when a change was lost", () => {
    const order = of([accepted, filled(1, 130)]).order
    assert.deepInclude(order, { quantity: 130, filledQuantity: 130, status: "complete" })
  })

  it("shows why a change was refused, until one is carried out", () => {
    const refused = of([accepted, { _tag: "ChangeRefused", orderId: "O1", reason: "off tick", at: 2 }])
    assert.deepInclude(refused.order, { status: "open", reason: "off tick" })
    const changed = apply(refused, { _tag: "Modified", orderId: "O1", revision: 1, quantity: 50, at: 3 })
    assert.isUndefined(changed.order.reason)
    assert.strictEqual(changed.order.quantity, 50)
  })

  it("keeps an unknown order unknown until something is heard of it", () => {
    const unknown = apply(track(placed), { _tag: "Unknown", orderId: "O1", reason: "no answer", at: 1 })
    assert.strictEqual(
      apply(unknown, { _tag: "Modified", orderId: "O1", revision: 1, quantity: 50, at: 3 }).order.status,
      "unknown"
    )
    assert.strictEqual(apply(unknown, accepted).order.status, "open")
  })

  it.prop("ends the same whatever the order and the number of the reports", [seed, seed], ([life, mix]) => {
    const reports = lifeOf(life)
    const straight = of(reports)
    assert.isFalse(isWorking(straight.order.status))
    const other = of(shuffled(reports, mix))
    assert.deepStrictEqual(other.order, straight.order)
    assert.deepStrictEqual(other.facts, straight.facts)
  }, { arbitrary: { runs: 300 } })

  it.prop("never fills more than the quantity and never unfills, whatever is lost", [seed, seed], ([life, mix]) => {
    const random = Random.fromSeed(mix, 1)
    let tracked = track(placed)
    for (const report of shuffled(lifeOf(life), mix)) {
      if (Random.chance(random, 0.3)) continue
      const next = apply(tracked, report)
      assert.isAtLeast(next.order.filledQuantity, tracked.order.filledQuantity)
      assert.isAtMost(next.order.filledQuantity, next.order.quantity)
      assert.isAtLeast(next.order.updatedAt, tracked.order.updatedAt)
      tracked = next
    }
  }, { arbitrary: { runs: 300 } })

  it("keeps little of many executions", () => {
    const reports = Array.from({ length: 500 }, (_, i) => filled(500 - i, 1))
    const facts = reports.reduce(apply, track({ ...placed, quantity: 500 })).facts
    assert.deepInclude(facts, { countedTo: 500, beyond: [], filled: 500 })
  })
})
