/** On the way out of `serve --flatten-on-stop`: nothing new is opened, what works is cancelled, what is held is left. */
import { type Command } from "@keepgaining/core/commands/Command.ts"
import { isWorking } from "@keepgaining/core/orders/Order.ts"
import type { Session } from "@keepgaining/engine/session/Session.ts"
import * as Effect from "effect/Effect"
import * as crypto from "node:crypto"

/** Longest wait for the exits to fill. */
const WAIT = "45 seconds"
const LOOK = "200 millis"
const ALL_ORDERS = 100_000

export const leaveMarket = (session: Session["Service"]): Effect.Effect<void> =>
  Effect.gen(function*() {
    const stage = session.portfolio().killStage
    const give = (command: Command) => Effect.ignore(session.execute(crypto.randomUUID(), command))
    const held = () => session.portfolio().positions.filter(({ quantity }) => quantity !== 0)
    const entries = () => session.orders(ALL_ORDERS).filter((order) => isWorking(order.status) && !order.reduceOnly)
    if (held().length === 0 && entries().length === 0) return
    yield* Effect.logInfo(`Leaving ${held().length} positions before the end`)
    if (stage === "none") yield* give({ _tag: "Kill", stage: "pause" })
    for (const { id } of entries()) yield* give({ _tag: "CancelOrder", orderId: id })
    const flat = Effect.gen(function*() {
      while (held().length > 0 || entries().length > 0) {
        for (const { book, instrument } of held()) yield* give({ _tag: "ExitPosition", book, instrument })
        yield* Effect.sleep(LOOK)
      }
    })
    const isFlat = yield* Effect.timeoutOption(flat, WAIT)
    // The next start is not paused by a stop.
    if (stage === "none") yield* give({ _tag: "Kill", stage: "none" })
    if (isFlat._tag === "None") {
      yield* Effect.logError(`${held().length} positions are still open; look at your broker`)
    }
  })
