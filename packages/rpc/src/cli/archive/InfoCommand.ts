/** `keepgaining archive info`: what is in the archive. */
import { formatIstDate, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { CandleArchive } from "@keepgaining/engine/archive/CandleArchive.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { reported } from "../command/CommandFailure.ts"
import { archive, shared } from "./services.ts"
import { grouped } from "./tables.ts"

const dayOf = (minute: number): string => formatIstDate(minute * MINUTE_MS)

export const infoCommand = Command.make(
  "info",
  {
    text: Argument.String("TEXT").pipe(
      Argument.withDescription("Only instruments whose symbol holds it"),
      Argument.optional
    ),
    limit: Flag.Int("limit").pipe(Flag.withDescription("Instruments listed at most"), Flag.withDefault(20)),
    ...shared
  },
  Effect.fn("archive.info")(function*({ data, json, limit, text }) {
    const instruments = yield* Effect.flatMap(
      CandleArchive,
      (candles) => candles.instruments(Option.getOrUndefined(text))
    ).pipe(Effect.provide(archive(data)), reported)
    const candles = instruments.reduce((sum, each) => sum + each.candles, 0)
    const bytes = instruments.reduce((sum, each) => sum + each.bytes, 0)
    if (json) {
      return yield* Console.log(JSON.stringify({
        instruments: instruments.length,
        candles,
        bytes,
        list: instruments.slice(0, Math.max(0, limit)).map(({ firstMinute, lastMinute, ...rest }) => ({
          ...rest,
          from: dayOf(firstMinute),
          to: dayOf(lastMinute)
        }))
      }))
    }
    if (instruments.length === 0) {
      return yield* Console.log(
        "Nothing. `keepgaining archive import` and `keepgaining history download` bring candles in"
      )
    }
    const widest = Math.max(...instruments.slice(0, limit).map(({ symbol }) => symbol.length), 6)
    yield* Console.log([
      `${grouped(candles)} candles of ${grouped(instruments.length)} instruments, ${
        grouped(bytes)
      } bytes by instrument ` +
      `(${(bytes / Math.max(1, candles)).toFixed(2)} a candle)`,
      ...instruments.slice(0, limit).map(({ candles: own, firstMinute, lastMinute, symbol }) =>
        `  ${symbol.padEnd(widest)}  ${dayOf(firstMinute)} to ${dayOf(lastMinute)}  ${grouped(own).padStart(12)}`
      ),
      ...(instruments.length > limit
        ? [`  and ${grouped(instruments.length - limit)} more: --limit, or a text to look for`]
        : [])
    ].join("\n"))
  })
).pipe(Command.withDescription("What is in the archive, by instrument"))
