/** `keepgaining archive info`: what is in the archive. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { reported } from "../command/CommandFailure.ts"
import { CommandArchive, commandArchive } from "./CommandArchive.ts"
import { shared } from "./services.ts"
import { counted, grouped } from "./tables.ts"

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
    const info = yield* Effect.flatMap(
      CommandArchive,
      (archive) => archive.info(Option.getOrElse(text, () => ""), Math.max(1, limit))
    ).pipe(Effect.provide(commandArchive(data)), Effect.scoped, reported)
    const { bytes, candles, instruments, list, official } = info
    const days = official.days === 0
      ? []
      : [
        `${counted(official.days, "official day")} of ${counted(official.instruments, "instrument")}, ` +
        `${official.from} to ${official.to}`
      ]
    if (json) return yield* Console.log(JSON.stringify(info))
    if (instruments === 0) {
      return yield* Console.log(
        days[0] ?? "Nothing. `keepgaining archive import` and `keepgaining history download` bring candles in"
      )
    }
    const widest = Math.max(...list.map(({ symbol }) => symbol.length), 6)
    yield* Console.log([
      `${grouped(candles)} candles of ${grouped(instruments)} instruments, ${grouped(bytes)} bytes by instrument ` +
      `(${(bytes / Math.max(1, candles)).toFixed(2)} a candle)`,
      ...list.map(({ candles: own, from, symbol, to }) =>
        `  ${symbol.padEnd(widest)}  ${from} to ${to}  ${grouped(own).padStart(12)}`
      ),
      ...(instruments > list.length
        ? [`  and ${grouped(instruments - list.length)} more: --limit, or a text to look for`]
        : []),
      ...days
    ].join("\n"))
  })
).pipe(Command.withDescription("What is in the archive, by instrument"))
