/** `keepgaining ticks export`: the rows of a tick log as CSV or Parquet. */
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { exportTicks } from "@keepgaining/engine/ticklog/export/ExportTicks.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { reported } from "../command/CommandFailure.ts"

/** Flags of every command that writes a table. */
export const tableFlags = {
  format: Flag.Literals("format", ["csv", "parquet"]).pipe(
    Flag.withDescription("Form of the file"),
    Flag.withDefault("csv")
  ),
  out: Flag.String("out").pipe(Flag.withAlias("o"), Flag.withDescription("File to write")),
  overwrite: Flag.Boolean("overwrite").pipe(
    Flag.withDescription("Replace the file that is there"),
    Flag.withDefault(false)
  ),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print the result as one JSON object"),
    Flag.withDefault(false)
  )
} as const

export const exportCommand = Command.make(
  "export",
  { log: Argument.String("LOG").pipe(Argument.withDescription("Folder of the tick log")), ...tableFlags },
  Effect.fn("ticks.export")(function*({ format, json, log, out, overwrite }) {
    const exported = yield* exportTicks(log, { file: out, format, overwrite }).pipe(
      reported,
      Effect.provide(NodeDurableFiles)
    )
    yield* Console.log(
      json ? JSON.stringify(exported) : `${exported.file}: ${exported.rows} rows, ${exported.bytes} bytes`
    )
  })
).pipe(
  Command.withDescription(
    "Write the rows of a tick log as CSV (times in IST, prices in rupees; it can be imported again) or Parquet"
  ),
  Command.withShortDescription("Write a tick log as CSV or Parquet")
)
