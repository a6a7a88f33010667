/** `keepgaining ticks import`: tick files into a tick log. */
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { formatIst } from "@keepgaining/core/market/IndianTime.ts"
import { type ColumnMapping, csvColumns, isCsvColumn } from "@keepgaining/engine/import/CsvHeader.ts"
import type { ImportReport } from "@keepgaining/engine/import/ImportReport.ts"
import { type ImportProgress, importTicks } from "@keepgaining/engine/import/ImportTicks.ts"
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"

const description = [
  "Import recorded ticks into a tick log.",
  "",
  "FILE is CSV, plain or gzip, with a header. Columns: timestamp (IST, `2021-06-09 09:15:58`; an offset is honoured),",
  "symbol, ltp (rupees), volume (the day's cumulative quantity; 0 for an index), and optionally oi, bid, ask,",
  "last_quantity, bid_quantity, ask_quantity; in any order, others are ignored. Several files are put in the order of",
  "their times; a day must not be spread over two of them.",
  "",
  "Every row is accounted for: accepted, or rejected as malformed, before-open, after-close (the session is",
  "09:15:00 <= t < 15:30:00), out-of-order (more than 5 seconds back) or volume-went-back. Rows of one instant are sorted",
  "by symbol, volume and price, so their order in the file does not matter."
].join("\n")

const parseMapping = (text: string): ColumnMapping | string => {
  const mapping: { -readonly [K in keyof ColumnMapping]: ColumnMapping[K] } = {}
  for (const pair of text.split(",")) {
    const [ours = "", theirs = "", ...rest] = pair.split("=").map((part) => part.trim())
    if (!isCsvColumn(ours) || theirs === "" || rest.length > 0) {
      return `--map: ${JSON.stringify(pair)} is not COLUMN=NAME with a COLUMN of ${csvColumns.join(", ")}`
    }
    mapping[ours] = theirs
  }
  return mapping
}

const percent = ({ bytes, totalBytes }: ImportProgress): string =>
  totalBytes === 0 ? "" : ` (${Math.min(100, Math.floor(bytes * 100 / totalBytes))} %)`

/** Rewrites one line of a terminal; says nothing when stderr is not one. */
const progressLine = () => {
  let shown = 0
  const show = (progress: ImportProgress): void => {
    const rows = Math.floor(progress.rows / 100_000)
    if (!process.stderr.isTTY || rows === shown) return
    shown = rows
    process.stderr.write(`\r${progress.rows} rows${percent(progress)} `)
  }
  const clear = Effect.sync(() => {
    if (process.stderr.isTTY && shown > 0) process.stderr.write("\r\u001b[K")
  })
  return { show, clear }
}

const format = (report: ImportReport, millis: number): string => {
  const rejected = Object.entries(report.rejected).filter(([, count]) => count > 0)
  return [
    `${report.folder}: ${report.accepted} of ${report.rows} rows accepted in ${(millis / 1_000).toFixed(1)} s`,
    ...rejected.map(([reason, count]) => `  rejected ${count} ${reason}`),
    ...report.examples.filter(({ reason }) => reason === "malformed").map((example) =>
      `    ${example.file}:${example.line}: ${example.detail}`
    ),
    ...(report.from === undefined || report.to === undefined
      ? []
      : [`  ${report.instruments} instruments, ${formatIst(report.from)} to ${formatIst(report.to)}`])
  ].join("\n")
}

export const importCommand = Command.make(
  "import",
  {
    files: Argument.String("FILE").pipe(
      Argument.withDescription("Tick files, .csv or .csv.gz"),
      Argument.variadic({ min: 1 })
    ),
    out: Flag.String("out").pipe(Flag.withAlias("o"), Flag.withDescription("Folder of the tick log to make")),
    append: Flag.Boolean("append").pipe(
      Flag.withDescription("Continue the log that is there, with later days"),
      Flag.withDefault(false)
    ),
    overwrite: Flag.Boolean("overwrite").pipe(
      Flag.withDescription("Replace the log that is there"),
      Flag.withDefault(false)
    ),
    map: Flag.String("map").pipe(
      Flag.withDescription("Names of columns in the file, for example ltp=last_price,volume=volume_traded"),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print the account of all rows as one JSON object"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("ticks.import")(function*({ append, files, json, map, out, overwrite }) {
    if (append && overwrite) return yield* fail("Usage", "--append and --overwrite exclude each other", BAD_INPUT)
    const mapping = Option.isSome(map) ? parseMapping(map.value) : {}
    if (typeof mapping === "string") return yield* fail("Usage", mapping, BAD_INPUT)
    const started = yield* Clock.currentTimeMillis
    const progress = progressLine()
    const existing = append ? "append" : overwrite ? "overwrite" : "refuse"
    const report = yield* Effect.gen(function*() {
      const calendar = yield* loadCalendar(userFolder(defaults.dataDirectory))
      // What is in the file was traded, whatever the calendar says of the day.
      const hours = calendarHours(calendar, { holidays: false })
      return yield* importTicks({ files, folder: out, existing, mapping, hours, onProgress: progress.show })
    }).pipe(
      Effect.ensuring(progress.clear),
      reported,
      Effect.provide(NodeDurableFiles)
    )
    const millis = (yield* Clock.currentTimeMillis) - started
    yield* Console.log(json ? JSON.stringify({ ...report, millis }) : format(report, millis))
  })
).pipe(
  Command.withDescription(description),
  Command.withShortDescription("Import recorded ticks into a tick log"),
  Command.withExamples([
    {
      command: "keepgaining ticks import nse-2021-06-09.csv.gz --out sessions/2021-06-09",
      description: "One day"
    },
    {
      command: "keepgaining ticks import --map ltp=last_price,volume=volume_traded --out log day.csv",
      description: "A file with other column names"
    }
  ])
)
