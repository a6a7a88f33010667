/** Indicators over the candle archive, printed or written into a file. */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { ArchiveInterval } from "@keepgaining/core/candles/ArchiveInterval.ts"
import { sliceColumns as sliceCandles } from "@keepgaining/core/candles/CandleColumns.ts"
import { candleBars } from "@keepgaining/core/indicators/definition/candleBars.ts"
import { compute } from "@keepgaining/core/indicators/definition/compute.ts"
import type { AnyIndicator } from "@keepgaining/core/indicators/definition/Indicator.ts"
import { formatIstDate, formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import { CandleArchive } from "@keepgaining/engine/archive/CandleArchive.ts"
import { OfficialDays } from "@keepgaining/engine/archive/OfficialDays.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { csvTable } from "@keepgaining/engine/ticklog/export/CsvTable.ts"
import { writeTable } from "@keepgaining/engine/ticklog/export/ExportFile.ts"
import type { ExportColumn, RowBlock } from "@keepgaining/engine/ticklog/export/Table.ts"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { officialProblem, shaped } from "../archive/QueryCommand.ts"
import { archive, datesOf, FIRST_DAY, instantsOf } from "../archive/services.ts"
import { counted, grouped } from "../archive/tables.ts"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { progressBar } from "../command/progressBar.ts"
import { officialBars } from "./officialBars.ts"

export interface ArchiveQuestion {
  readonly symbol: ReadonlyArray<string>
  readonly from: Option.Option<Date>
  readonly to: Option.Option<Date>
  readonly interval: ArchiveInterval
  readonly segment: Option.Option<Segment>
  /** The brokers' own days instead of candles made of minutes. */
  readonly official: boolean
  readonly adjusted: boolean
  readonly output: Option.Option<string>
  readonly overwrite: boolean
  readonly data: string
  readonly format: "csv" | "json"
}

type Chosen = ReadonlyArray<readonly [indicator: AnyIndicator, parameters: unknown]>

/** One column an output; of several indicators, each with the indicator's name before it. */
const namesOf = (chosen: Chosen): ReadonlyArray<string> =>
  chosen.flatMap(([{ name, outputs }]) => outputs.map((output) => chosen.length === 1 ? output : `${name}_${output}`))

export const overArchive = (question: ArchiveQuestion, chosen: Chosen) =>
  Effect.gen(function*() {
    const problem = question.official ? officialProblem(question) : undefined
    if (problem !== undefined) return yield* fail("Usage", problem, BAD_INPUT)
    const dates = yield* datesOf(question)
    const [from, end] = instantsOf(dates)
    const names = namesOf(chosen)
    const columns: ReadonlyArray<ExportColumn> = [
      { name: "time", kind: "time" },
      { name: "symbol", kind: "text" },
      ...names.map((name): ExportColumn => ({ name, kind: "number" }))
    ]
    const bar = progressBar("computing")
    yield* Effect.gen(function*() {
      const candles = yield* CandleArchive
      const official = yield* OfficialDays
      const shape = yield* shaped(question.data, question)
      /** All up to the end. */
      const barsOf = (symbol: string) =>
        question.official
          ? Effect.map(official.read(symbol, { from: FIRST_DAY, to: dates.to }), officialBars)
          : Effect.gen(function*() {
            const whole = yield* shape(symbol, yield* candles.history(symbol, 0, end))
            return candleBars(sliceCandles(whole, 0, whole.length))
          })
      /** Over everything up to the end; only rows from `from` on are shown. */
      const blockOf = (symbol: string) =>
        Effect.gen(function*() {
          const bars = yield* barsOf(symbol)
          const first = bars.start.findIndex((start) => start >= from)
          const at = first < 0 ? bars.length : first
          const outputs = chosen.flatMap(([indicator, parameters]) =>
            compute(indicator, indicator.initial(parameters), bars)
          )
          const length = bars.length - at
          const block: RowBlock = {
            length,
            values: [
              bars.start.subarray(at),
              Array.from({ length }, () => symbol),
              ...outputs.map((values) => values.subarray(at))
            ]
          }
          return block
        })
      let done = 0
      const next = Effect.gen(function*() {
        while (done < question.symbol.length) {
          // Below the length.
          const block = yield* blockOf(question.symbol[done++]!)
          bar.show(done, question.symbol.length)
          if (block.length > 0) return block
        }
        return undefined
      })
      if (Option.isSome(question.output)) {
        const file = question.output.value
        const format = file.endsWith(".csv") ? "csv" as const : "parquet" as const
        const written = yield* writeTable({ file, format, overwrite: question.overwrite }, columns, next)
        yield* bar.clear
        return yield* Console.log(
          `${written.file}: ${counted(written.rows, "row")} of ${counted(names.length, "column")}, ${
            grouped(written.bytes)
          } bytes`
        )
      }
      const blocks: Array<RowBlock> = []
      for (let block = yield* next; block !== undefined; block = yield* next) blocks.push(block)
      yield* bar.clear
      if (blocks.length === 0) {
        return yield* fail(
          "Usage",
          "the archive has no such candles; `keepgaining archive info` lists what is there",
          BAD_INPUT
        )
      }
      if (question.format === "json") {
        const rows = blocks.flatMap(({ length, values: [times = [], symbols = [], ...outputs] }) =>
          Array.from({ length }, (_, row) => {
            const at = Number(times[row])
            // JSON has no NaN and writes null for it.
            const values = names.map((name, k) => [name, outputs[k]?.[row] ?? null])
            return {
              time: `${formatIstDate(at)}T${formatIstTime(at)}+05:30`,
              symbol: symbols[row],
              ...Object.fromEntries(values)
            }
          })
        )
        return yield* Console.log(JSON.stringify(rows))
      }
      const table = csvTable(columns)
      const text = new TextDecoder()
      yield* Console.log(
        [table.begin(), ...blocks.map((block) => table.block(block))].map((bytes) => text.decode(bytes)).join("")
          .trimEnd()
      )
    }).pipe(
      Effect.ensuring(bar.clear),
      Effect.provide(NodeDurableFiles),
      Effect.provide(archive(question.data)),
      reported
    )
  })
