import type { AccountActor } from "@keepgaining/engine/brokers/AccountActor.ts"
import { BrokerRefused, Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import * as GttDesk from "@keepgaining/engine/brokers/GttDesk.ts"
import { accountFaults } from "@keepgaining/engine/execution/preWire.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Effect from "effect/Effect"
import { Refused } from "../contract/Failures.ts"
import { GttRpcs, GttUnknown, type NewGttOrder } from "../contract/Gtt.ts"
import { requireScope } from "./Connection.ts"

const refused = ({ reason, remedy }: BrokerRefused): Refused => new Refused({ reason, remedy })

export const make = Effect.gen(function*() {
  const brokers = yield* Brokers
  const session = yield* Session
  const desk = yield* GttDesk.makeGttDesk

  const withAccount = <A, E>(account: string, use: (actor: AccountActor) => Effect.Effect<A, E>) =>
    Effect.gen(function*() {
      yield* requireScope("admin")
      const actor = brokers.actor(account)
      if (actor === undefined) {
        return yield* new Refused({ reason: `There is no account ${account}`, remedy: "See the list of accounts" })
      }
      return yield* use(actor)
    })

  /** Why no live order may go out by this account now. */
  const notReady = ({ record }: AccountActor): BrokerRefused | undefined => {
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
      if (bootId !== session.bootId) {
        return yield* new GttDesk.GttUnknown({
          reason: "The engine was started anew since you asked, and does not know whether it was placed",
          remedy: "Look at the account's GTT orders, then place it again if it is not there"
        })
      }
      // Asked for again, its answer is what became of it, whatever would be said of a new one by now.
      const known = desk.outcome(actor.record.id, commandId)
      if (known !== undefined) return yield* known
      const fault = notReady(actor)
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
    GttOrders: ({ account }) => withAccount(account, (actor) => Effect.mapError(desk.list(actor), refused)),
    PlaceGtt: (order) =>
      withAccount(order.account, (actor) =>
        Effect.mapError(
          place(order, actor),
          (error) =>
            error._tag === "GttUnknown"
              ? new GttUnknown({ reason: error.reason, remedy: error.remedy })
              : refused(error)
        )),
    CancelGtt: ({ account, id }) => withAccount(account, (actor) => Effect.mapError(desk.cancel(actor, id), refused))
  })
})
