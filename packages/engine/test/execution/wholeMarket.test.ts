/** What an order is held to follows from the whole market, not from what the session happens to watch. */
import { assert, describe, it } from "@effect/vitest"
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import type { OrderRequest } from "@keepgaining/core/orders/Order.ts"
import * as Effect from "effect/Effect"
import { actorOf, customer, isWell } from "../brokers/accountStage.ts"
import { indexOf, type LiveStage, liveStage } from "./liveStage.ts"

const kite = { ...customer("kite", "AB1234"), cash: 100_000_000_00 }

/** A session that watches one symbol alone, on an armed account. */
const watching = (symbol: string, time: string) =>
  Effect.gen(function*() {
    const start = Date.parse(`2026-11-19T${time}+05:30`)
    const stage = yield* liveStage({ start, customers: [kite], symbols: [symbol] })
    const actor = actorOf(stage, kite)
    yield* stage.until("the account is well", () => isWell(actor) && actor.funds !== null)
    const armed = stage.command({ _tag: "ArmAccount", account: actor.record.id, until: start + DAY_MS })
    assert.strictEqual(armed._tag, "Done")
    return stage
  })

const outcome = (stage: LiveStage, symbol: string, changes: Partial<OrderRequest>) =>
  Effect.gen(function*() {
    const id = stage.order(symbol, changes)
    yield* stage.until("the order is sent or refused", () => {
      const order = stage.orderOf(id)
      return order === undefined || order.status !== "pending"
    })
    return stage.orderOf(id)
  })

describe("a future of an index that is not watched", () => {
  it.effect("has the limits of an index future", () =>
    Effect.gen(function*() {
      const symbol = "BSE:SENSEX26NOVFUT"
      const stage = yield* watching(symbol, "10:00:00")
      const last = stage.session().kernel.quotes.last[indexOf(stage, symbol)] ?? 0
      const above = (
        share: number
      ) => ({ type: "limit", limitPrice: paise(Math.ceil(last * share / 500) * 500) } as const)
      // Within the 3 % of a future of a share, beyond the 2 % of an index.
      const beyond = yield* outcome(stage, symbol, above(1.028))
      assert.strictEqual(beyond?.status, "rejected")
      assert.match(beyond?.reason ?? "", /above .* \(BSE notice/)
      assert.strictEqual((yield* outcome(stage, symbol, above(1.01)))?.status === "rejected", false)
    }))
})

describe("a share with derivatives that are not watched", () => {
  it.effect("ends with its closing auction", () =>
    Effect.gen(function*() {
      const stage = yield* watching("NSE:RELIANCE", "15:16:00")
      // What the session recorded of it says nothing.
      assert.isUndefined(stage.session().kernel.instruments.at(0).closingAuction)
      const late = yield* outcome(stage, "NSE:RELIANCE", { product: "delivery" })
      assert.strictEqual(late?.status, "rejected")
      assert.include(late?.reason, "trades from 09:15:00 to 15:15:00")
    }))
})
