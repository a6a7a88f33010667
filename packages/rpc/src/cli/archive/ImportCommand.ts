/** `keepgaining archive import`: candles from files, or out of a database that somebody has already. */
import { type CandleField, candleFields, symbolsBy } from "@keepgaining/engine/archive/import/candleMapping.ts"
import { csvCandles } from "@keepgaining/engine/archive/import/csvCandles.ts"
import { databaseCandles } from "@keepgaining/engine/archive/import/databaseCandles.ts"
import { importCandles, type ImportProgress } from "@keepgaining/engine/archive/import/ImportCandles.ts"
import { parquetCandles } from "@keepgaining/engine/archive/import/parquetCandles.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import { BAD_INPUT, type CommandFailure, fail, reported } from "../command/CommandFailure.ts"
import { archive, shared } from "./services.ts"
import { counted, grouped } from "./tables.ts"

const isField = (name: string): name is CandleField => (candleFields as ReadonlyArray<string>).includes(name)

/** `time=ts` and so on. */
const mappingOf = (
  pairs: ReadonlyArray<string>
): Effect.Effect<Partial<Record<CandleField, string>>, CommandFailure> =>
  Effect.gen(function*() {
    const mapping: Partial<Record<CandleField, string>> = {}
    for (const pair of pairs) {
      const [field = "", ...column] = pair.split("=")
      if (!isField(field) || column.length === 0) {
        return yield* fail(
          "Usage",
          `--map ${pair}: write FIELD=COLUMN; fields are ${candleFields.join(", ")}`,
          BAD_INPUT
        )
      }
      mapping[field] = column.join("=")
    }
    return mapping
  })

/** Two columns, the source's name and ours. */
const symbolTable = (file: Option.Option<string>): Effect.Effect<ReadonlyMap<string, string>, CommandFailure> => {
  if (Option.isNone(file)) return Effect.succeed(new Map())
  return Effect.try({ try: () => fs.readFileSync(file.value, "utf8"), catch: String }).pipe(
    Effect.catch((problem) => fail("SourceUnreadable", `--symbols ${file.value}: ${problem}`, BAD_INPUT)),
    Effect.map((text) =>
      new Map(
        text.split(/\r?\n/).flatMap((line): ReadonlyArray<readonly [string, string]> => {
          const [theirs = "", ours = ""] = line.split(",").map((field) => field.trim())
          return theirs === "" || ours === "" ? [] : [[theirs, ours]]
        })
      )
    )
  )
}

const progressLine = (startedAt: number, now: () => number) => {
  let shownAt = 0
  let shown = false
  const show = ({ item, items, of, rows }: ImportProgress): void => {
    if (!process.stderr.isTTY || now() - shownAt < 100) return
    shownAt = now()
    shown = true
    const part = of === 0 ? 0 : items / of
    const filled = Math.round(part * 24)
    const rate = Math.round(rows * 1_000 / Math.max(1, now() - startedAt))
    process.stderr.write(
      `\r\u001b[K${"█".repeat(filled)}${"░".repeat(24 - filled)} ${items} of ${of}  ${grouped(rows)} rows, ${
        grouped(rate)
      }/s  ${item}`.slice(0, 110)
    )
  }
  const clear = Effect.sync(() => {
    if (shown) process.stderr.write("\r\u001b[K")
  })
  return { show, clear }
}

export const importCommand = Command.make(
  "import",
  {
    files: Argument.String("FILE").pipe(
      Argument.withDescription("CSV (plain or .gz) or Parquet; none with --database"),
      Argument.variadic({ min: 0 })
    ),
    database: Flag.String("database").pipe(
      Flag.withDescription("Read from this PostgreSQL or TimescaleDB instead: postgres://user:password@host/name"),
      Flag.optional
    ),
    table: Flag.String("table").pipe(Flag.withDescription("Its table of candles"), Flag.withDefault("candles")),
    symbol: Flag.String("symbol").pipe(
      Flag.withDescription("The instrument of every row, for files without a column of it: NSE:NIFTY 50"),
      Flag.optional
    ),
    symbols: Flag.String("symbols").pipe(
      Flag.withDescription("CSV of two columns: the source's name of an instrument, and ours"),
      Flag.optional
    ),
    prefix: Flag.String("prefix").pipe(
      Flag.withDescription("Put before names that have no exchange"),
      Flag.withDefault("NSE:")
    ),
    map: Flag.String("map").pipe(
      Flag.withDescription("FIELD=COLUMN where the usual names do not hold: --map time=ts; may be given several times"),
      Flag.between(0, 20)
    ),
    again: Flag.Boolean("again").pipe(
      Flag.withDescription("Also what an earlier import of the same source has finished"),
      Flag.withDefault(false)
    ),
    ...shared
  },
  Effect.fn("archive.import")(function*({ again, data, database, files, json, map, prefix, symbol, symbols, table }) {
    const mapping = yield* mappingOf(map)
    const symbolOf = symbolsBy(yield* symbolTable(symbols), prefix)
    const parquet = files.filter((file) => file.endsWith(".parquet"))
    if (Option.isNone(database) === (files.length === 0)) {
      return yield* fail("Usage", "name files, or a --database; one of the two", BAD_INPUT)
    }
    if (parquet.length > 0 && parquet.length < files.length) {
      return yield* fail("Usage", "CSV and Parquet files cannot be mixed in one import", BAD_INPUT)
    }
    const options = { mapping, symbolOf, symbol: Option.getOrUndefined(symbol) }
    const clock = yield* Clock.Clock
    const line = progressLine(clock.currentTimeMillisUnsafe(), () => clock.currentTimeMillisUnsafe())
    const imported = yield* Effect.scoped(Effect.gen(function*() {
      const source = Option.isSome(database)
        ? yield* databaseCandles({ url: Redacted.make(database.value), table, mapping, symbolOf })
        : parquet.length > 0
        ? parquetCandles(files, options)
        : csvCandles(files, options)
      return yield* importCandles(source, { again, onProgress: line.show })
    })).pipe(
      Effect.ensuring(line.clear),
      Effect.onInterrupt(() => Console.error("stopped; the same command goes on from here")),
      Effect.provide(archive(data)),
      reported
    )
    if (json) return yield* Console.log(JSON.stringify(imported))
    const { added, days, items, rejected, replaced, rows, skipped, unchanged, verified } = imported
    const of = counted(items, Option.isSome(database) ? "instrument" : "file")
    yield* Console.log(
      [
        `${counted(rows, "row")} of ${of}${skipped > 0 ? ` (${skipped} imported before)` : ""}`,
        `  ${grouped(added)} new, ${grouped(replaced)} replaced, ${grouped(unchanged)} there already; ${
          counted(days, "day")
        }`,
        ...(verified > 0 ? [`  ${counted(verified, "instrument")} counted and summed in the source: equal`] : []),
        ...rejected.map(({ examples, reason, rows: left }) =>
          `  left out: ${counted(left, "row")} (${reason}), as ${examples.join(", ")}`
        )
      ].join("\n")
    )
  })
).pipe(
  Command.withDescription(
    "Bring one-minute candles into the archive from CSV or Parquet files, or out of a PostgreSQL or TimescaleDB table. " +
      "Times without a zone are IST, prices rupees. Stopped, the same command goes on; nothing is counted twice"
  ),
  Command.withShortDescription("Bring candles in from files or a database"),
  Command.withExamples([
    {
      command: "keepgaining archive import nifty-2019.csv --symbol 'NSE:NIFTY 50'",
      description: "A file of one instrument"
    },
    {
      command: "keepgaining archive import --database postgres://me@localhost/market --table candles --map time=ts",
      description: "Your own database"
    }
  ])
)
