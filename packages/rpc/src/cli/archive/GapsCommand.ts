/** `keepgaining archive gaps`: what is missing, by the calendar. */
import { formatIstDate, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { CandleArchive } from "@keepgaining/engine/archive/CandleArchive.ts"
import { archiveGaps } from "@keepgaining/engine/archive/gaps.ts"
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { reported } from "../command/CommandFailure.ts"
import { archive, datesOf, rangeFlags, segmentFlag, segmentOf, shared } from "./services.ts"
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
    const reports = yield* Effect.gen(function*() {
      const candles = yield* CandleArchive
      const calendar = yield* loadCalendar(userFolder(data))
      const found: Array<{ readonly symbol: string } & ReturnType<typeof archiveGaps>> = []
      for (const symbol of symbols) {
        const known = (yield* candles.instruments(symbol)).find((each) => each.symbol === symbol)
        // Without a range: from its first candle to its last.
        const first = Option.isSome(from) || known === undefined
          ? range.from
          : formatIstDate(known.firstMinute * MINUTE_MS)
        const last = Option.isSome(to) || known === undefined ? range.to : formatIstDate(known.lastMinute * MINUTE_MS)
        const days = yield* Effect.fromResult(calendar.tradingDays(first, last))
        const have = new Map((yield* candles.days(symbol, first, last)).map((day) => [day.date, day.candles]))
        const hours = segmentOf(symbol, segment)
        const expected = (date: string) => Result.getOrUndefined(calendar.expectedCandles(date, hours, 1))
        found.push({ symbol, ...archiveGaps(days, have, expected) })
      }
      return found
    }).pipe(Effect.provide(archive(data)), reported)
    if (json) return yield* Console.log(JSON.stringify(reports))
    yield* Console.log(
      reports.map(({ missing, symbol, thin, tradingDays }) => {
        const lacking = missing.reduce((sum, { days }) => sum + days, 0)
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
