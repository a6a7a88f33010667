/** `keepgaining archive export`: candles as a Parquet or CSV file. */
import { CandleArchive } from "@keepgaining/engine/archive/CandleArchive.ts"
import { candleBlock, candleTable } from "@keepgaining/engine/archive/CandleTable.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { writeTable } from "@keepgaining/engine/ticklog/export/ExportFile.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { reported } from "../command/CommandFailure.ts"
import { progressBar } from "../command/progressBar.ts"
import { intervalFlag, shaped } from "./QueryCommand.ts"
import { archive, datesOf, instantsOf, rangeFlags, segmentFlag, shared } from "./services.ts"
import { counted, grouped } from "./tables.ts"

export const exportCommand = Command.make(
  "export",
  {
    file: Argument.String("FILE").pipe(Argument.withDescription("File to write: candles.parquet, candles.csv")),
    symbols: Flag.String("symbol").pipe(
      Flag.withDescription("Only this instrument; may be given several times. All of them without it"),
      Flag.between(0, 100_000)
    ),
    ...rangeFlags,
    interval: intervalFlag,
    segment: segmentFlag,
    adjusted: Flag.Boolean("adjusted").pipe(
      Flag.withDescription("Prices adjusted for splits"),
      Flag.withDefault(false)
    ),
    overwrite: Flag.Boolean("overwrite").pipe(
      Flag.withDescription("Replace the file that is there"),
      Flag.withDefault(false)
    ),
    ...shared
  },
  Effect.fn("archive.export")(
    function*({ adjusted, data, file, from, interval, json, overwrite, segment, symbols, to }) {
      const instants = instantsOf(yield* datesOf({ from, to }))
      const bar = progressBar("exporting")
      const exported = yield* Effect.gen(function*() {
        const candles = yield* CandleArchive
        const shape = yield* shaped(data, { interval, adjusted, segment })
        const wanted = symbols.length > 0 ? symbols : (yield* candles.instruments()).map(({ symbol }) => symbol)
        let done = 0
        const next = Effect.gen(function*() {
          while (done < wanted.length) {
            // Below the length.
            const symbol = wanted[done++]!
            bar.show(done, wanted.length)
            const columns = yield* shape(symbol, yield* candles.history(symbol, ...instants))
            if (columns.length > 0) return candleBlock(symbol, columns)
          }
          return undefined
        })
        const format = file.endsWith(".csv") ? "csv" as const : "parquet" as const
        return yield* writeTable({ file, format, overwrite }, candleTable, next)
      }).pipe(Effect.ensuring(bar.clear), Effect.provide(NodeDurableFiles), Effect.provide(archive(data)), reported)
      yield* Console.log(
        json
          ? JSON.stringify(exported)
          : `${exported.file}: ${counted(exported.rows, "candle")}, ${grouped(exported.bytes)} bytes`
      )
    }
  )
).pipe(
  Command.withDescription("Write candles as Parquet, or CSV when the file ends so; ordered by instrument and time")
)
