/**
 * GTT orders of broker accounts. They have no tag, so one whose answer was lost is known by what it says: it is looked for in
 * the account's list beside those that were there before, until it is found or until enough looks have not found it. Nothing is
 * sent twice, one account places one at a time, and whoever stops waiting stops nothing.
 */
import * as Placement from "@keepgaining/brokers/orders/Placement.ts"
import type { BrokerGtt } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { GttOrder, NewGtt } from "@keepgaining/brokers/port/GttOrder.ts"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { AccountActor } from "./AccountActor.ts"
import { BrokerRefused } from "./Brokers.ts"

/** It may have been placed, and nobody can say: the answer was lost and so was every look for it. It is not sent again. */
export class GttUnknown extends Schema.TaggedError<GttUnknown>()("GttUnknown", {
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.reason}. ${this.remedy}`
  }
}

export interface GttDesk {
  /** As the broker lists them. */
  readonly list: (actor: AccountActor) => Effect.Effect<ReadonlyArray<GttOrder>, BrokerRefused>
  /** Its id. The same `commandId` is the same order, however often it is asked for while this engine runs. */
  readonly place: (
    actor: AccountActor,
    commandId: string,
    order: NewGtt
  ) => Effect.Effect<string, BrokerRefused | GttUnknown>
  /** What became, or becomes, of a command that {@link GttDesk.place} has taken; nothing of one that it has not. */
  readonly outcome: (
    account: string,
    commandId: string
  ) => Effect.Effect<string, BrokerRefused | GttUnknown> | undefined
  readonly cancel: (actor: AccountActor, id: string) => Effect.Effect<void, BrokerRefused>
}

/** Commands whose outcome is remembered. */
const MOST_REMEMBERED = 1_000
/** Looks for a lost answer that fail before it stays unknown. */
const MOST_FAILED_LOOKS = 12

const refused = (error: BrokerError): BrokerRefused =>
  new BrokerRefused({
    reason: error.message.replace(/\.$/, ""),
    remedy: error._tag === "Refused" && error.remedy !== undefined ? error.remedy : "See the account's GTT orders"
  })

const gttOf = (actor: AccountActor): Effect.Effect<BrokerGtt, BrokerRefused> => {
  const { record: { broker, id }, session } = actor
  if (session === undefined) {
    return Effect.fail(
      new BrokerRefused({ reason: `${id} is not logged in`, remedy: `Log in: keepgaining brokers login ${id}` })
    )
  }
  return session.gtt === undefined
    ? Effect.fail(new BrokerRefused({ reason: `${broker} has no GTT orders`, remedy: "Use another account" }))
    : Effect.succeed(session.gtt)
}

/** What both say of what shall be done. The price at which triggers were chosen is not given back. */
const isSame = (order: NewGtt, listed: GttOrder): boolean =>
  listed.symbol === order.symbol && listed.side === order.side && listed.quantity === order.quantity &&
  listed.product === order.product && listed.legs.length === order.legs.length &&
  order.legs.every((leg) => listed.legs.some((each) => each.triggerPrice === leg.triggerPrice))

export const makeGttDesk: Effect.Effect<GttDesk, never, Scope.Scope> = Effect.gen(function*() {
  const scope = yield* Effect.scope
  const turns = new Map<string, Semaphore.Semaphore>()
  const outcomes = new Map<string, Deferred.Deferred<string, BrokerRefused | GttUnknown>>()

  const turnOf = (account: string): Semaphore.Semaphore => {
    const turn = turns.get(account) ?? Semaphore.makeUnsafe(1)
    turns.set(account, turn)
    return turn
  }

  /** Looks until it is decided. Each look begins with the session of the moment: the account may have to log in first. */
  const lookFor = (actor: AccountActor, order: NewGtt, before: ReadonlySet<string>, lost: Placement.Placement) =>
    Effect.gen(function*() {
      let placement = lost
      let failures = 0
      let looked = yield* Clock.currentTimeMillis
      while (placement._tag === "Unknown") {
        const next = Placement.nextLook(placement, looked) ?? looked
        yield* Effect.sleep(Math.max(0, next - (yield* Clock.currentTimeMillis)))
        looked = yield* Clock.currentTimeMillis
        const startedAt = looked
        const rows = yield* Effect.flatMap(gttOf(actor), (gtt) => Effect.mapError(gtt.list, refused)).pipe(
          Effect.orElseSucceed(() => undefined)
        )
        if (rows === undefined) {
          if (++failures >= MOST_FAILED_LOOKS) break
          // It waits longer after each, as after a look that found nothing.
          placement = { ...placement, looks: placement.looks + 1 }
          continue
        }
        const found = rows.filter((row) => !before.has(row.id) && isSame(order, row)).map(({ id }) => id)
        placement = found.length > 0 ? Placement.seen(placement, found) : Placement.absent(placement, startedAt)
      }
      return placement
    })

  const send = (
    actor: AccountActor,
    commandId: string,
    order: NewGtt
  ): Effect.Effect<string, BrokerRefused | GttUnknown> =>
    Effect.gen(function*() {
      const gtt = yield* gttOf(actor)
      // Without it a lost answer could not be told from an older order that says the same.
      const before = new Set((yield* Effect.mapError(gtt.list, refused)).map(({ id }) => id))
      const sent = Placement.sending(commandId, yield* Clock.currentTimeMillis)
      const answer = yield* gtt.place(order).pipe(
        Effect.map((id) => Placement.answered(sent, [id])),
        Effect.catch((error) =>
          error._tag === "UnknownOutcome" || error._tag === "UnreadableAnswer"
            // It may have waited at the gate: by now at the latest it had left.
            ? Effect.flatMap(
              Clock.currentTimeMillis,
              (now) => lookFor(actor, order, before, Placement.failed(Placement.sending(commandId, now), error))
            )
            : Effect.fail(refused(error))
        )
      )
      const account = actor.record.id
      if (answer._tag === "Placed") return answer.orderIds[0] ?? ""
      return yield* answer._tag === "NotPlaced"
        ? new BrokerRefused({
          reason: `${account} did not place it: the answer was lost, and the list does not show it`,
          remedy: "Place it again if you still want it"
        })
        : new GttUnknown({
          reason: `It is not known whether ${account} placed it: the answer was lost, and the list cannot be read`,
          remedy: "Look at the account's GTT orders, here or in the broker's app, before you place it again"
        })
    })

  const keyOf = (account: string, commandId: string): string => `${account} ${commandId}`

  return {
    list: (actor) => Effect.flatMap(gttOf(actor), (gtt) => Effect.mapError(gtt.list, refused)),
    place: (actor, commandId, order) =>
      Effect.suspend(() => {
        const key = keyOf(actor.record.id, commandId)
        const known = outcomes.get(key)
        if (known !== undefined) return Deferred.await(known)
        const outcome = Deferred.makeUnsafe<string, BrokerRefused | GttUnknown>()
        outcomes.set(key, outcome)
        if (outcomes.size > MOST_REMEMBERED) outcomes.delete(outcomes.keys().next().value ?? "")
        const run = Deferred.into(turnOf(actor.record.id).withPermits(1)(send(actor, commandId, order)), outcome)
        return Effect.andThen(Effect.forkIn(run, scope), Deferred.await(outcome))
      }),
    outcome: (account, commandId) => {
      const known = outcomes.get(keyOf(account, commandId))
      return known === undefined ? undefined : Deferred.await(known)
    },
    cancel: (actor, id) =>
      Effect.gen(function*() {
        const gtt = yield* gttOf(actor)
        yield* gtt.cancel(id).pipe(
          Effect.catch((error) => {
            if (error._tag !== "UnknownOutcome" && error._tag !== "UnreadableAnswer") return Effect.fail(refused(error))
            // What it became, its list says.
            return Effect.mapError(gtt.list, refused).pipe(
              Effect.flatMap((rows) =>
                rows.find((row) => row.id === id)?.status === "active"
                  ? Effect.fail(
                    new BrokerRefused({
                      reason: `${id} was not cancelled: the answer was lost, and it is active`,
                      remedy: "Cancel it again"
                    })
                  )
                  : Effect.void
              )
            )
          })
        )
      })
  }
})
