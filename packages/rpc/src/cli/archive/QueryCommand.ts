/** `keepgaining archive query`: candles of an instrument, of a day, or the newest of several. */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { type ArchiveInterval, archiveIntervals } from "@keepgaining/core/candles/ArchiveInterval.ts"
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { candleBlock, candleTable } from "@keepgaining/engine/archive/CandleTable.ts"
import type { DaysRange } from "@keepgaining/engine/archive/OfficialDays.ts"
import { shapeCandles } from "@keepgaining/engine/archive/questions/shapeCandles.ts"
import { InstrumentStore } from "@keepgaining/engine/instruments/InstrumentStore.ts"
import { loadCalendar, loadCorporateActions, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import { csvTable } from "@keepgaining/engine/ticklog/export/CsvTable.ts"
import type { ExportColumn, RowBlock } from "@keepgaining/engine/ticklog/export/Table.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { CommandArchive, commandArchive } from "./CommandArchive.ts"
import { officialBlock, officialColumns, officialJson, officialTable } from "./officialRows.ts"
import { datesOf, dateText, rangeFlags, segmentFlag, shared } from "./services.ts"
import { jsonRows, textTable } from "./tables.ts"

export const intervalFlag = Flag.Literals("interval", archiveIntervals).pipe(
  Flag.withDescription("Length of a candle, aligned to the open of the session"),
  Flag.withDefault("1m" as const)
)

export const officialFlag = Flag.Boolean("official").pipe(
  Flag.withDescription(
    "With --interval 1d: the days as brokers have them, with the exchange's closing prices (history download --interval 1d), " +
      "not those made of the archive's minutes"
  ),
  Flag.withDefault(false)
)

/** What does not go together with official days, which are of one length and as the broker gave them. */
export const officialProblem = (
  { adjusted, interval, segment }: {
    readonly interval: ArchiveInterval
    readonly adjusted: boolean
    readonly segment: Option.Option<Segment>
  }
): string | undefined =>
  interval !== "1d"
    ? "--official days are asked for with --interval 1d"
    : adjusted
    ? "--official days are as the broker gave them: there is no --adjusted of them"
    : Option.isSome(segment)
    ? "--official days are not made by trading hours: leave --segment out"
    : undefined

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
    const shape = shapeCandles(calendar, actions, {
      interval,
      segment: Option.getOrUndefined(segment),
      closingAuctions: yield* Effect.flatMap(InstrumentStore, ({ closingAuctions }) => closingAuctions)
    })
    return (symbol: string, raw: CandleColumns) => Effect.fromResult(shape(symbol, raw))
  })

const csvText = (columns: ReadonlyArray<ExportColumn>, blocks: ReadonlyArray<RowBlock>): string => {
  const table = csvTable(columns)
  const text = new TextDecoder()
  return [table.begin(), ...blocks.map(table.block)].map((bytes) => text.decode(bytes)).join("").trimEnd()
}

const printOfficial = (
  data: string,
  symbols: ReadonlyArray<string>,
  range: DaysRange,
  format: "table" | "csv" | "json"
) =>
  Effect.gen(function*() {
    const groups = yield* Effect.flatMap(CommandArchive, ({ officialDays }) => officialDays(symbols, range)).pipe(
      Effect.provide(commandArchive(data)),
      Effect.scoped,
      reported
    )
    if (format === "json") return yield* Console.log(JSON.stringify(groups.flatMap(officialJson)))
    if (groups.length === 0) {
      return yield* Console.error("no official days. `keepgaining history download --interval 1d` brings them in")
    }
    yield* Console.log(
      format === "table" ? officialTable(groups) : csvText(officialColumns, groups.map(officialBlock))
    )
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
    official: officialFlag,
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
    function*({ adjusted, data, day, format, from, interval, json, last, official, segment, symbols, to }) {
      if (Option.isSome(day) === symbols.length > 0) {
        return yield* fail("Usage", "name instruments, or a --day; one of the two", BAD_INPUT)
      }
      const range = yield* datesOf({ from, to })
      const most = Option.getOrUndefined(Option.map(last, (count) => Math.max(1, count)))
      if (official) {
        const problem = Option.isSome(day)
          ? "name the instruments whose --official days are wanted"
          : officialProblem({ adjusted, interval, segment })
        if (problem !== undefined) return yield* fail("Usage", problem, BAD_INPUT)
        return yield* printOfficial(data, symbols, { ...range, last: most }, json ? "json" : format)
      }
      const found = yield* Effect.flatMap(CommandArchive, ({ candles }) =>
        candles({
          symbols,
          day: Option.getOrUndefined(Option.map(day, dateText)),
          ...range,
          last: most,
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
      yield* Console.log(csvText(candleTable, groups.map(([symbol, columns]) => candleBlock(symbol, columns))))
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
    {
      command: "keepgaining archive query NSE:RELIANCE --interval 1d --official --last 250",
      description: "A year of days with the exchange's closing prices"
    },
    { command: "keepgaining archive query NSE:RELIANCE NSE:TCS --last 5", description: "The newest five of each" }
  ])
)
