/** Whatever people, strategies and the market do, in whatever order: what must always hold of the order desk. */
import { assert, describe, it } from "@effect/vitest"
import { isExit } from "@keepgaining/core/desk/workingOrders.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { isWorking, sign } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"
import { DeskAtWork, settings, SHARE } from "./DeskAtWork.ts"

const step = Schema.Struct({
  kind: Schema.Literals([
    "tick",
    "tick",
    "tick",
    "tick",
    "signal",
    "signal",
    "request",
    "cancel",
    "exit",
    "pause",
    "modify"
  ]),
  action: Schema.Literals(["long", "short", "exit"]),
  type: Schema.Literals(["market", "limit", "stop"]),
  reduceOnly: Schema.Boolean,
  offset: Schema.Int.check(Schema.isBetween({ minimum: -30, maximum: 30 })),
  size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 15 })),
  which: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 })),
  after: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 120 }))
})

const LOTS = 10

/** Does what the step says. */
const act = (work: DeskAtWork, each: typeof step.Type, last: number, manual: boolean): number => {
  const price = Math.max(1_000, last + each.offset * 5)
  const side = each.action === "long" ? "buy" : "sell"
  switch (each.kind) {
    case "tick":
      work.tick(price, each.after * 10, SHARE, each.size)
      return price
    case "signal":
      work.signal(each.action, last, {
        ...(each.action === "exit" ? {} : { stop: last + (each.action === "long" ? -50 : 50) }),
        target: last + (each.action === "long" ? 60 : -60),
        ...(each.reduceOnly ? { trail: 30 } : {}),
        validFor: each.after * 20
      })
      return last
    case "request":
      if (!manual) return last
      work.request({
        side,
        type: each.type,
        quantity: each.size,
        reduceOnly: each.reduceOnly,
        ...(each.type === "limit" ? { limitPrice: paise(price) } : {}),
        ...(each.type === "stop" ? { triggerPrice: paise(price) } : {})
      })
      return last
    case "cancel":
      work.desk.onCancel(`O${each.which}`)
      return last
    case "modify":
      if (manual) work.desk.onModify({ orderId: `O${each.which}`, quantity: each.size })
      return last
    case "exit":
      work.desk.onExitPosition(each.reduceOnly ? "d1" : "manual", SHARE)
      return last
    case "pause":
      work.desk.onDeploymentPaused("d1", each.reduceOnly)
      return last
  }
}

const newDesk = () => {
  const work = new DeskAtWork({
    latency: { base: 50, jitter: 200 },
    limits: { ...settings.limits, maxOrdersPerSecond: 1_000 }
  })
  work.deploy("d1", LOTS)
  work.tick(10_000)
  return work
}

const check = (work: DeskAtWork): void => {
  const { state } = work.desk
  const sums = new Map<string, number>()
  for (const { fill } of work.of("Filled")) {
    sums.set(fill.book, (sums.get(fill.book) ?? 0) + sign(fill.side) * fill.quantity)
  }
  for (const position of work.desk.positions()) assert.strictEqual(position.quantity, sums.get(position.book))
  const working = Object.values(state.orders).filter(({ order }) => isWorking(order.status)).map(({ order }) =>
    order.id
  )
  assert.deepStrictEqual([...state.working].toSorted(), working.toSorted())
  const open = work.desk.positions().filter((position) => position.quantity !== 0)
  assert.strictEqual(state.open.length, open.length)
  for (const id in state.deadlines) assert.include(state.working, id)
  const ids = work.of("Filled").map(({ fill }) => fill.id)
  assert.strictEqual(new Set(ids).size, ids.length)
}

describe("the order desk, whatever happens", () => {
  it.prop("keeps its books, and gets out of everything in the end", [Schema.Array(step)], ([steps]) => {
    const work = newDesk()
    let last = 10_000
    for (const each of steps) {
      last = act(work, each, last, true)
      check(work)
    }
    work.desk.onKill("flatten")
    for (let i = 0; i < 80 && (work.desk.openPositions() > 0 || work.desk.workingOrders() > 0); i++) {
      work.tick(last, 500)
      check(work)
    }
    assert.strictEqual(work.desk.openPositions(), 0)
    assert.strictEqual(work.desk.workingOrders(), 0)
    for (const position of work.desk.positions()) assert.strictEqual(position.realised, cash(work, position.book))
    assert.deepStrictEqual(work.desk.state, JSON.parse(JSON.stringify(work.desk.state)))
  }, { arbitrary: { runs: 300, size: 150 } })

  it.prop("never holds more than its lots by signals, nor anything unwatched", [Schema.Array(step)], ([steps]) => {
    const work = newDesk()
    let last = 10_000
    for (const each of steps) {
      last = act(work, each, last, false)
      const held = work.held()
      assert.isAtMost(Math.abs(held), LOTS)
      if (held === 0) continue
      const guarded = work.guards[SHARE]!.guards.some((guard) => guard.book === "d1") ||
        work.guards[SHARE]!.queued.some((instruction) => instruction._tag === "Set")
      const leaving = work.desk.state.working.some((id) => isExit(work.order(id)))
      assert.isTrue(guarded || leaving, "the position is neither guarded nor on its way out")
    }
  }, { arbitrary: { runs: 300, size: 150 } })
})

const cash = (work: DeskAtWork, book: string): number =>
  work.of("Filled").reduce(
    (sum, { fill }) => fill.book === book ? sum - sign(fill.side) * fill.quantity * fill.price : sum,
    0
  )
