/** `keepgaining archive remove`: takes candles out. */
import { CandleArchive } from "@keepgaining/engine/archive/CandleArchive.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { archive, datesOf, instantsOf, rangeFlags, shared } from "./services.ts"
import { counted } from "./tables.ts"

export const removeCommand = Command.make(
  "remove",
  {
    symbol: Argument.String("SYMBOL").pipe(Argument.withDescription("NSE:RELIANCE")),
    ...rangeFlags,
    yes: Flag.Boolean("yes").pipe(Flag.withDescription("Really"), Flag.withDefault(false)),
    ...shared
  },
  Effect.fn("archive.remove")(function*({ data, from, json, symbol, to, yes }) {
    const range = yield* datesOf({ from, to })
    const removed = yield* Effect.gen(function*() {
      const candles = yield* CandleArchive
      if (!yes) {
        const { length } = yield* candles.history(symbol, ...instantsOf(range))
        return yield* fail(
          "Usage",
          `${counted(length, "candle")} of ${symbol} would be removed. Add --yes to do it`,
          BAD_INPUT
        )
      }
      const count = yield* candles.remove(symbol, ...instantsOf(range))
      yield* candles.settle()
      return count
    }).pipe(Effect.provide(archive(data)), reported)
    yield* Console.log(
      json ? JSON.stringify({ symbol, removed }) : `${counted(removed, "candle")} of ${symbol} removed`
    )
  })
).pipe(Command.withDescription("Take candles of an instrument out of the archive"))
