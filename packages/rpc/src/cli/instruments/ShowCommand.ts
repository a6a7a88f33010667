/** `keepgaining instruments show`: what masters said of one instrument, day by day. */
import { InstrumentStore } from "@keepgaining/engine/instruments/InstrumentStore.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { services, shared } from "./services.ts"

export const showCommand = Command.make(
  "show",
  {
    id: Argument.String("ID").pipe(
      Argument.withDescription("As `instruments search` prints it (NSE_EQ|RELIANCE), or a broker's token")
    ),
    on: Flag.Date("on").pipe(Flag.withDescription("Only what was said on that day, 2026-11-24"), Flag.optional),
    ...shared
  },
  Effect.fn("instruments.show")(function*({ broker, data, id, json, on }) {
    const all = yield* Effect.gen(function*() {
      const store = yield* InstrumentStore
      const byId = yield* store.versions(broker, { id })
      return byId.length > 0 ? byId : yield* store.versions(broker, { token: id })
    }).pipe(Effect.provide(services(data)), reported)
    const day = Option.map(on, (date) => date.toISOString().slice(0, 10))
    const versions = all.filter(({ since, until }) =>
      Option.isNone(day) || (since <= day.value && (until === null || until > day.value))
    )
    if (versions.length === 0) {
      const when = Option.match(day, { onNone: () => "", onSome: (text) => ` on ${text}` })
      return yield* fail(
        "Usage",
        `the masters of ${broker} have no ${JSON.stringify(id)}${when}; \`instruments search\` prints what there is`,
        BAD_INPUT
      )
    }
    yield* Console.log(
      json ? JSON.stringify(versions) : versions.map(({ entry, since, until }) =>
        [
          `${entry.id}, ${since} ${until === null ? "until now" : `until before ${until}`}`,
          ...Object.entries(entry).filter(([, value]) => value !== null).map(([key, value]) =>
            `  ${key.padEnd(15)} ${key === "tickSize" || key === "strike" ? `${Number(value) / 100} rupees` : value}`
          )
        ].join("\n")
      ).join("\n")
    )
  })
).pipe(Command.withDescription("Show an instrument as the masters described it over time"))
