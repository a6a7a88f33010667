import type { AccountActor } from "@keepgaining/engine/brokers/AccountActor.ts"
import { BrokerRefused, Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import { type GttUnknown as UnknownAtDesk, makeGttDesk } from "@keepgaining/engine/brokers/GttDesk.ts"
import { accountFaults } from "@keepgaining/engine/execution/preWire.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Effect from "effect/Effect"
import { Refused } from "../contract/Failures.ts"
import { GttRpcs, GttUnknown, type NewGttOrder } from "../contract/Gtt.ts"
import { requireScope } from "./Connection.ts"

export const make = Effect.gen(function*() {
  const brokers = yield* Brokers
  const session = yield* Session
  const desk = yield* makeGttDesk

  const withAccount = <A, E extends GttUnknown | never>(
    account: string,
    use: (actor: AccountActor) => Effect.Effect<A, BrokerRefused | E>
  ) =>
    Effect.gen(function*() {
      yield* requireScope("admin")
      const actor = brokers.actor(account)
      if (actor === undefined) {
        return yield* new Refused({ reason: `There is no account ${account}`, remedy: "See the list of accounts" })
      }
      return yield* Effect.mapError(use(actor), ({ reason, remedy }) => new Refused({ reason, remedy }))
    })

  /** Why no live order may go out by this account now. */
  const notReady = ({ record }: AccountActor, bootId: string): BrokerRefused | undefined => {
    if (bootId !== session.bootId) {
      return new BrokerRefused({
        reason: "The engine was started anew since you asked",
        remedy: "Look at the account's GTT orders, then place it again if it is not there"
      })
    }
    const { armed, killStage } = session.portfolio()
    if (killStage !== "none") {
      return new BrokerRefused({ reason: `The kill switch is at ${killStage}`, remedy: "Release it first" })
    }
    if (!armed.some(({ account }) => account === record.id)) {
      return new BrokerRefused({
        reason: `${record.id} is not armed, so it takes no live orders`,
        remedy: `Arm it for the day: keepgaining brokers arm ${record.id}`
      })
    }
    const [fault] = accountFaults({
      account: record.id,
      simulated: record.root !== undefined,
      staticIp: record.staticIp,
      algo: record.algo
    })
    return fault === undefined ? undefined : new BrokerRefused({ reason: fault.what, remedy: fault.remedy })
  }

  const place = ({ bootId, commandId, legs, product, quantity, side, symbol }: NewGttOrder, actor: AccountActor) =>
    Effect.gen(function*() {
      const fault = notReady(actor, bootId)
      if (fault !== undefined) return yield* fault
      const quotes = actor.session?.marketData.quotes([symbol]) ?? Effect.succeed([])
      const [quote] = yield* Effect.mapError(
        quotes,
        ({ message }) =>
          new BrokerRefused({ reason: message.replace(/\.$/, ""), remedy: "Nothing was placed; try again" })
      )
      if (quote === undefined) {
        return yield* new BrokerRefused({
          reason: `${actor.record.id} has no price of ${symbol}, which a GTT order is placed with`,
          remedy: "Check the symbol and that the account is logged in"
        })
      }
      return yield* desk.place(actor, commandId, { symbol, side, quantity, product, legs, lastPrice: quote.price })
    })

  return GttRpcs.of({
    GttOrders: ({ account }) => withAccount(account, desk.list),
    PlaceGtt: (order) => withAccount(order.account, (actor) => place(order, actor)),
    CancelGtt: ({ account, id }) => withAccount(account, (actor) => desk.cancel(actor, id))
  })
})
