/** `keepgaining instruments changes`: what a day's master said that the one before did not. */
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { InstrumentStore } from "@keepgaining/engine/instruments/InstrumentStore.ts"
import type { Change } from "@keepgaining/engine/instruments/MasterReport.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { services, shared } from "./services.ts"

const detail = ({ after, before, kind }: Change): string => {
  if (before === undefined || after === undefined) return ""
  switch (kind) {
    case "lot":
      return `${before.lotSize} -> ${after.lotSize}`
    case "tick":
      return `${before.tickSize / 100} -> ${after.tickSize / 100} rupees`
    case "freeze":
      return `${before.freezeQuantity ?? "none"} -> ${after.freezeQuantity ?? "none"}`
    case "token":
      return `${before.token} -> ${after.token}`
    case "redated":
      return `from ${before.expiry}`
    default:
      return ""
  }
}

const format = (change: Change): string =>
  `${change.kind.padEnd(8)} ${(change.after ?? change.before)?.id ?? ""}  ${detail(change)}`.trimEnd()

export const changesCommand = Command.make(
  "changes",
  {
    on: Flag.Date("on").pipe(Flag.withDescription("Day of the master, today when not given"), Flag.optional),
    ...shared
  },
  Effect.fn("instruments.changes")(function*({ broker, data, json, on }) {
    const day = Option.isSome(on)
      ? on.value.toISOString().slice(0, 10)
      : formatIstDate(yield* Clock.currentTimeMillis)
    const { changes, master } = yield* Effect.gen(function*() {
      const store = yield* InstrumentStore
      return { master: yield* store.master(broker, day), changes: yield* store.changes(broker, day) }
    }).pipe(Effect.provide(services(data)), reported)
    if (master?.day !== day) {
      const newest = master === undefined ? "there is none before it either" : `the one in force is of ${master.day}`
      return yield* fail("Usage", `there is no master of ${broker} of ${day}; ${newest}`, BAD_INPUT)
    }
    yield* Console.log(
      json ? JSON.stringify(changes) : changes.length === 0 ? "No changes" : changes.map(format).join("\n")
    )
  })
).pipe(
  Command.withDescription("List what a day's master added, dropped and changed: lots, ticks, freeze quantities, tokens")
)
