/** `keepgaining archive query`: candles of an instrument, of a day, or the newest of several. */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { DateNotCovered } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { adjust } from "@keepgaining/core/candles/adjust.ts"
import { type CandleColumns, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { resample, WHOLE_DAY } from "@keepgaining/core/candles/resample.ts"
import { CandleArchive } from "@keepgaining/engine/archive/CandleArchive.ts"
import { candleBlock, candleTable } from "@keepgaining/engine/archive/CandleTable.ts"
import { loadCalendar, loadCorporateActions, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import { csvTable } from "@keepgaining/engine/ticklog/export/CsvTable.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { archive, datesOf, instantsOf, rangeFlags, segmentFlag, segmentOf, shared, spansBy } from "./services.ts"
import { jsonRows, textTable } from "./tables.ts"

export const intervalMinutes = {
  "1m": 1,
  "2m": 2,
  "3m": 3,
  "5m": 5,
  "10m": 10,
  "15m": 15,
  "30m": 30,
  "1h": 60,
  "2h": 120,
  "1d": WHOLE_DAY
} as const
export type ArchiveInterval = keyof typeof intervalMinutes

export const intervalFlag = Flag.Literals("interval", Object.keys(intervalMinutes) as ReadonlyArray<ArchiveInterval>)
  .pipe(
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
    return (symbol: string, raw: CandleColumns) =>
      Effect.try({
        try: () => {
          const own = actions.filter((action) => action.symbol === symbol)
          const candles = own.length === 0 ? raw : adjust(raw, own)
          const minutes = intervalMinutes[options.interval]
          return minutes === 1
            ? candles
            : resample(candles, minutes, spansBy(calendar, segmentOf(symbol, options.segment))).candles
        },
        // The fold throws nothing else.
        catch: (error) => error as DateNotCovered
      })
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
      const groups = yield* Effect.gen(function*() {
        const candles = yield* CandleArchive
        const shape = yield* shaped(data, { interval, adjusted, segment })
        const found: Array<readonly [string, CandleColumns]> = []
        if (Option.isSome(day)) {
          const all = yield* candles.day(day.value.toISOString().slice(0, 10))
          for (const [i, symbol] of all.symbols.entries()) {
            found.push([symbol, sliceColumns(all.candles, all.starts[i] ?? 0, all.starts[i + 1] ?? 0)])
          }
          found.sort(([a], [b]) => a < b ? -1 : 1)
        } else if (Option.isSome(last) && interval === "1m") {
          const newest = yield* candles.latest(symbols, Math.max(1, last.value))
          for (const symbol of symbols) {
            const tail = newest.get(symbol)
            if (tail !== undefined) found.push([symbol, tail])
          }
        } else {
          for (const symbol of symbols) found.push([symbol, yield* candles.history(symbol, ...instantsOf(range))])
        }
        const made: Array<readonly [string, CandleColumns]> = []
        for (const [symbol, raw] of found) {
          const whole = yield* shape(symbol, raw)
          const most = Option.match(last, { onNone: () => whole.length, onSome: (count) => Math.max(1, count) })
          made.push([symbol, sliceColumns(whole, Math.max(0, whole.length - most), whole.length)])
        }
        return made.filter(([, columns]) => columns.length > 0)
      }).pipe(Effect.provide(archive(data)), reported)
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
