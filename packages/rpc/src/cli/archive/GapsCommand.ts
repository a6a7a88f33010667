/** `keepgaining archive gaps`: what is missing, by the calendar. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { reported } from "../command/CommandFailure.ts"
import { CommandArchive, commandArchive } from "./CommandArchive.ts"
import { datesOf, rangeFlags, segmentFlag, shared } from "./services.ts"
import { grouped } from "./tables.ts"

export const gapsCommand = Command.make(
  "gaps",
  {
    symbols: Argument.String("SYMBOL").pipe(Argument.withDescription("NSE:RELIANCE"), Argument.variadic({ min: 1 })),
    ...rangeFlags,
    segment: segmentFlag,
    ...shared
  },
  Effect.fn("archive.gaps")(function*({ data, from, json, segment, symbols, to }) {
    const range = yield* datesOf({ from, to })
    const reports = yield* Effect.flatMap(CommandArchive, ({ gaps }) =>
      gaps({
        symbols,
        // Without a range: from its first candle to its last.
        from: Option.isSome(from) ? range.from : undefined,
        to: Option.isSome(to) ? range.to : undefined,
        segment: Option.getOrUndefined(segment)
      })).pipe(Effect.provide(commandArchive(data)), Effect.scoped, reported)
    if (json) return yield* Console.log(JSON.stringify(reports))
    yield* Console.log(
      reports.map(({ missing, symbol, thin, tradingDays }) => {
        const lacking = missing.reduce((sum, { days }) => sum + days, 0)
        if (tradingDays === 0) {
          return `${symbol}: the archive has nothing of it; --from and --to say what it should have`
        }
        return [
          `${symbol}: ${grouped(lacking)} of ${grouped(tradingDays)} trading days without candles`,
          ...missing.map(({ days, from: start, to: end }) =>
            `  ${start}${days === 1 ? "" : ` to ${end}, ${days} days`}`
          ),
          ...thin.map(({ candles, date, expected }) =>
            `  ${date} has ${candles} of ${expected} minutes, fewer than usual`
          ),
          ...(missing.length > 0
            ? [
              `  fill with: keepgaining history download --symbol '${symbol}' --from ${missing[0]?.from} --to ${
                missing.at(-1)?.to
              }`
            ]
            : [])
        ].join("\n")
      }).join("\n")
    )
  })
).pipe(Command.withDescription("Trading days without candles, and days with far fewer than the instrument usually has"))
