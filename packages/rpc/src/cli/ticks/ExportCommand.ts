/** `keepgaining ticks export`: the rows of a tick log as CSV or Parquet. */
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { exportTicks } from "@keepgaining/engine/ticklog/export/ExportTicks.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { pipeline } from "node:stream/promises"
import { reported } from "../command/CommandFailure.ts"

/** Flags of every command that writes a table. */
export const tableFlags = {
  format: Flag.Literals("format", ["csv", "parquet"]).pipe(
    Flag.withDescription("Form of the file"),
    Flag.withDefault("csv")
  ),
  out: Flag.String("out").pipe(
    Flag.withAlias("o"),
    Flag.withDescription("File to write; without it CSV goes to stdout, and Parquet to a file named after the log"),
    Flag.optional
  ),
  overwrite: Flag.Boolean("overwrite").pipe(
    Flag.withDescription("Replace the file that is there"),
    Flag.withDefault(false)
  ),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print the result as one JSON object"),
    Flag.withDefault(false)
  )
} as const

/** Where a table goes: the file that was named, one named after `name` in the current folder, or stdout. */
export const tableTarget = (
  { format, json, out }: {
    readonly format: "csv" | "parquet"
    readonly json: boolean
    readonly out: Option.Option<string>
  },
  name: string
): { readonly file: string; readonly toStdout: boolean } => {
  if (Option.isSome(out)) return { file: out.value, toStdout: false }
  if (format === "csv" && !json) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-"))
    return { file: path.join(folder, `${name}.csv`), toStdout: true }
  }
  return { file: `${name}.${format}`, toStdout: false }
}

/** Copies the file to stdout and removes it with its folder; a reader that goes away early ends it quietly. */
export const toStdout = (file: string): Effect.Effect<void> =>
  Effect.promise(() => pipeline(fs.createReadStream(file), process.stdout, { end: false }).catch(() => {})).pipe(
    Effect.ensuring(Effect.sync(() => fs.rmSync(path.dirname(file), { recursive: true, force: true })))
  )

export const exportCommand = Command.make(
  "export",
  { log: Argument.String("LOG").pipe(Argument.withDescription("Folder of the tick log")), ...tableFlags },
  Effect.fn("ticks.export")(function*({ format, json, log, out, overwrite }) {
    const target = tableTarget({ format, json, out }, path.basename(path.resolve(log)))
    const exported = yield* exportTicks(log, { file: target.file, format, overwrite }).pipe(
      reported,
      Effect.provide(NodeDurableFiles)
    )
    if (target.toStdout) return yield* toStdout(target.file)
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
