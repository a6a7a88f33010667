/** `keepgaining archive query`: candles of an instrument, of a day, or the newest of several. */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { type ArchiveInterval, archiveIntervals } from "@keepgaining/core/candles/ArchiveInterval.ts"
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { candleBlock, candleTable } from "@keepgaining/engine/archive/CandleTable.ts"
import { shapeCandles } from "@keepgaining/engine/archive/questions/shapeCandles.ts"
import { loadCalendar, loadCorporateActions, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import { csvTable } from "@keepgaining/engine/ticklog/export/CsvTable.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { CommandArchive, commandArchive } from "./CommandArchive.ts"
import { datesOf, dateText, rangeFlags, segmentFlag, shared } from "./services.ts"
import { jsonRows, textTable } from "./tables.ts"

export const intervalFlag = Flag.Literals("interval", archiveIntervals).pipe(
  Flag.withDescription("Length of a candle, aligned to the open of the session"),
  Flag.withDefault("1m" as const)
)

/** Candles of the length, by the calendar of the installation; raw or adjusted. */
export const shaped = (
  data: string,
  options: {
    readonly interval: ArchiveInterval
    readonly adjusted: boolean
    readonly segment: Option.Option<Segment>
  }
) =>
  Effect.gen(function*() {
    const calendar = yield* loadCalendar(userFolder(data))
    const actions = options.adjusted ? yield* loadCorporateActions(userFolder(data)) : []
    const { interval, segment } = options
    const shape = shapeCandles(calendar, actions, { interval, segment: Option.getOrUndefined(segment) })
    return (symbol: string, raw: CandleColumns) => Effect.fromResult(shape(symbol, raw))
  })

export const queryCommand = Command.make(
  "query",
  {
    symbols: Argument.String("SYMBOL").pipe(
      Argument.withDescription("NSE:RELIANCE; several with --last, none with --day"),
      Argument.variadic({ min: 0 })
    ),
    ...rangeFlags,
    day: Flag.Date("day").pipe(Flag.withDescription("One day of every instrument"), Flag.optional),
    last: Flag.Int("last").pipe(Flag.withDescription("Only the newest so many candles of each"), Flag.optional),
    interval: intervalFlag,
    segment: segmentFlag,
    adjusted: Flag.Boolean("adjusted").pipe(
      Flag.withDescription("Prices as if splits and bonuses had always been (corporate-actions.csv)"),
      Flag.withDefault(false)
    ),
    format: Flag.Literals("format", ["table", "csv", "json"]).pipe(
      Flag.withDescription("Form of the answer"),
      Flag.withDefault("table" as const)
    ),
    ...shared
  },
  Effect.fn("archive.query")(
    function*({ adjusted, data, day, format, from, interval, json, last, segment, symbols, to }) {
      if (Option.isSome(day) === symbols.length > 0) {
        return yield* fail("Usage", "name instruments, or a --day; one of the two", BAD_INPUT)
      }
      const range = yield* datesOf({ from, to })
      const found = yield* Effect.flatMap(CommandArchive, ({ candles }) =>
        candles({
          symbols,
          day: Option.getOrUndefined(Option.map(day, dateText)),
          ...range,
          last: Option.getOrUndefined(Option.map(last, (count) => Math.max(1, count))),
          interval,
          segment: Option.getOrUndefined(segment),
          adjusted
        })).pipe(Effect.provide(commandArchive(data)), Effect.scoped, reported)
      const groups = found.map(({ candles, symbol }) => [symbol, candles] as const)
      if (json || format === "json") {
        return yield* Console.log(JSON.stringify(groups.flatMap(([symbol, columns]) => jsonRows(symbol, columns))))
      }
      if (groups.length === 0) {
        return yield* Console.error("no candles. `keepgaining archive info` lists what is there")
      }
      if (format === "table") return yield* Console.log(textTable(groups))
      const table = csvTable(candleTable)
      const text = new TextDecoder()
      yield* Console.log(
        [table.begin(), ...groups.map(([symbol, columns]) => table.block(candleBlock(symbol, columns)))]
          .map((bytes) => text.decode(bytes)).join("").trimEnd()
      )
    }
  )
).pipe(
  Command.withDescription(
    "Print candles of the archive: one instrument's history, a day of every instrument, or the newest of several"
  ),
  Command.withExamples([
    {
      command: "keepgaining archive query NSE:RELIANCE --from 2026-01-01 --to 2026-01-31 --interval 15m",
      description: "A month"
    },
    { command: "keepgaining archive query NSE:RELIANCE NSE:TCS --last 5", description: "The newest five of each" }
  ])
)
