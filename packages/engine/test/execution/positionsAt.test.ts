import { assert, describe, it } from "@effect/vitest"
import { comparePositions, positionKey } from "@keepgaining/brokers/orders/reconcile.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { type Instrument, InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { liveBook } from "@keepgaining/core/orders/Order.ts"
import { positionsAt } from "../../src/execution/positionsAt.ts"
import type { Kernel } from "../../src/kernel/Kernel.ts"
import { sessionDefaults } from "../../src/session/Settings.ts"
import { kernelOf } from "../kernel/scenario.ts"

const index: Instrument = { symbol: "NSE:NIFTY 50", exchange: "NSE", kind: "index", tickSize: 5, lotSize: 1 }
const future: Instrument = {
  ...index,
  symbol: "NSE:NIFTY26JUNFUT",
  kind: "future",
  lotSize: 65,
  underlying: index.symbol,
  expiry: "2026-06-30"
}

const at = (time: string, date = "2026-06-30"): number => parseIst(`${date} ${time}`)!

const tick = (kernel: Kernel, time: number): void =>
  kernel.batch(TickBatch.fromTicks([0, 1].map((instrument) => ({
    instrument,
    eventTime: time + instrument,
    price: paise(2_420_000),
    volume: 0
  }))))

/** A kernel whose live book is long a lot at the account `kite`. */
const holding = (): Kernel => {
  const kernel = kernelOf(InstrumentTable.from([index, future]), { desk: { ...sessionDefaults.desk, live: true } })
  tick(kernel, at("10:00:00"))
  const order = (clientTag: string) => ({
    clientTag,
    instrument: 1,
    side: "buy" as const,
    quantity: 65,
    type: "market" as const,
    validity: "DAY" as const,
    product: "carry" as const,
    purpose: "manual" as const,
    reduceOnly: false
  })
  kernel.command("arm", { _tag: "ArmAccount", account: "kite", until: at("23:59:59") })
  kernel.command("place", { _tag: "PlaceOrder", venue: "live", request: order("a") })
  kernel.command("route", {
    _tag: "RouteOrder",
    orderId: "O1",
    account: "kite",
    slices: [{ tag: "t", quantity: 65 }],
    why: []
  })
  kernel.command("fill", {
    _tag: "TakeReport",
    report: { _tag: "Filled", orderId: "O1", execution: 1, quantity: 65, price: paise(2_420_000), at: kernel.now }
  })
  return kernel
}

/** What a comparison finds when the broker shows so many. */
const differences = (kernel: Kernel, now: number, theirs: number) => {
  const { held, isOver } = positionsAt(kernel, "kite", now)
  const rows = theirs === 0
    ? []
    : [{
      symbol: future.symbol,
      product: "carry" as const,
      quantity: theirs,
      averagePrice: paise(2_420_000),
      lastPrice: paise(2_420_000),
      realised: paise(0),
      unrealised: paise(0)
    }]
  return comparePositions(held, rows.filter(({ symbol }) => !isOver(symbol)))
}

describe("what the live books hold at an account", () => {
  it("is compared while the contract trades", () => {
    const kernel = holding()
    const now = at("15:00:00")
    assert.deepStrictEqual([...positionsAt(kernel, "kite", now).held], [[positionKey(future.symbol, "carry"), 65]])
    assert.deepStrictEqual(differences(kernel, now, 65), [])
    assert.strictEqual(differences(kernel, now, 0).length, 1)
  })

  it("is not once it has expired, whatever the broker still shows, that evening and the next morning", () => {
    const kernel = holding()
    tick(kernel, at("15:29:00"))
    kernel.batch(TickBatch.timer(at("15:45:00")))
    assert.isTrue(
      kernel.takeDecisions().some(({ decision }) => decision._tag === "PositionSettled" && decision.price === null)
    )
    assert.strictEqual(kernel.desk.state.ledger[`1|${liveBook}`]?.quantity, 0)
    for (
      const [now, theirs] of [[at("18:00:00"), 65], [at("18:00:00"), 0], [at("08:30:00", "2026-07-01"), 0]] as const
    ) {
      assert.deepStrictEqual(differences(kernel, now, theirs), [])
    }
  })

  it("is not the next morning either when the engine stopped before the end of that day", () => {
    const kernel = holding()
    assert.deepStrictEqual(differences(kernel, at("08:30:00", "2026-07-01"), 0), [])
    tick(kernel, at("09:15:00", "2026-07-01"))
    const left = kernel.takeDecisions().filter(({ decision }) => decision._tag === "PositionSettled")
    assert.strictEqual(left.length, 1)
  })
})
