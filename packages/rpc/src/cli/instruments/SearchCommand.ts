/** `keepgaining instruments search`: finds instruments by text. */
import { Exchange, InstrumentKind } from "@keepgaining/core/market/Instrument.ts"
import { InstrumentSearch } from "@keepgaining/engine/instruments/InstrumentSearch.ts"
import type { MasterEntry } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { reported } from "../command/CommandFailure.ts"
import { services, shared } from "./services.ts"

export const line = (entry: MasterEntry): string =>
  `${entry.id.padEnd(44)} ${entry.symbol.padEnd(28)} lot ${String(entry.lotSize).padEnd(6)} tick ${
    (entry.tickSize / 100).toFixed(2)
  }  ${entry.name}`.trimEnd()

export const searchCommand = Command.make(
  "search",
  {
    words: Argument.String("WORDS").pipe(
      Argument.withDescription("For example: reliance, nifty 25000 ce, banknifty dec fut"),
      Argument.variadic({ min: 1 })
    ),
    limit: Flag.Int("limit").pipe(Flag.withDescription("Answers at most"), Flag.withDefault(20)),
    kind: Flag.Literals("kind", InstrumentKind.literals).pipe(Flag.withDescription("Only these"), Flag.optional),
    exchange: Flag.Literals("exchange", Exchange.literals).pipe(
      Flag.withDescription("Only of this one"),
      Flag.optional
    ),
    ...shared
  },
  Effect.fn("instruments.search")(function*({ broker, data, exchange, json, kind, limit, words }) {
    const hits = yield* Effect.flatMap(InstrumentSearch, ({ search }) =>
      search(broker, words.join(" "), {
        limit: Math.max(1, limit),
        ...(Option.isSome(kind) ? { kinds: [kind.value] } : {}),
        ...(Option.isSome(exchange) ? { exchange: exchange.value } : {})
      })).pipe(Effect.provide(services(data)), reported)
    yield* Console.log(
      json
        ? JSON.stringify(hits.map(({ entry }) => entry))
        : hits.length === 0
        ? "Nothing found. `instruments sync` brings a master in"
        : hits.map(({ entry }) => line(entry)).join("\n")
    )
  })
).pipe(
  Command.withDescription(
    "Find instruments in a broker's newest master, by the beginnings of words, typing errors forgiven"
  )
)
