/** `keepgaining indicators compute`: an indicator over a file of candles. */
import { compute } from "@keepgaining/core/indicators/definition/compute.ts"
import type { AnyIndicator } from "@keepgaining/core/indicators/definition/Indicator.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { intervalFlag, officialFlag } from "../archive/QueryCommand.ts"
import { rangeFlags, segmentFlag, shared } from "../archive/services.ts"
import { BAD_INPUT, type CommandFailure, fail } from "../command/CommandFailure.ts"
import { type CandleFile, readCandleFile } from "./CandleFile.ts"
import { overArchive } from "./overArchive.ts"
import { registry } from "./registry.ts"

/** One value for each output and row of the file, NaN where there is none. */
const computeFile = (indicator: AnyIndicator, parameters: unknown, file: CandleFile): ReadonlyArray<Float64Array> => {
  const outputs = indicator.outputs.map(() => new Float64Array(file.rows).fill(Number.NaN))
  for (const { columns, rows } of file.series) {
    compute(indicator, indicator.initial(parameters), columns).forEach((column, k) => {
      rows.forEach((row, i) => {
        const output = outputs[k]
        if (output !== undefined) output[row] = column[i] ?? Number.NaN
      })
    })
  }
  return outputs
}

/** What identifies a row in the answer: its time (or number, from 1), and its symbol if the file has any. */
const identifyRows = (file: CandleFile): ReadonlyArray<Readonly<Record<string, string | number>>> => {
  const symbols: Array<string> = []
  for (const { rows, symbol } of file.series) for (const row of rows) symbols[row] = symbol
  return Array.from({ length: file.rows }, (_, row) => ({
    ...(file.times === undefined ? { row: row + 1 } : { time: file.times[row] ?? "" }),
    ...(file.hasSymbols ? { symbol: symbols[row] ?? "" } : {})
  }))
}

const quoted = (value: string | number): string => {
  const text = String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text
}

/** The shortest text that reads back as the same double; empty where there is no value. */
const numberText = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "" : String(value)

const asCsv = (indicator: AnyIndicator, file: CandleFile, outputs: ReadonlyArray<Float64Array>): string => {
  const identities = identifyRows(file)
  const names = [file.times === undefined ? "row" : "time", ...(file.hasSymbols ? ["symbol"] : [])]
  return [
    [...names, ...indicator.outputs].join(","),
    ...identities.map((identity, row) =>
      [...Object.values(identity).map(quoted), ...outputs.map((column) => numberText(column[row]))].join(",")
    )
  ].join("\n")
}

const asJson = (indicator: AnyIndicator, file: CandleFile, outputs: ReadonlyArray<Float64Array>): string => {
  // JSON has no NaN and writes null for it.
  const rows = identifyRows(file).map((identity, row) =>
    JSON.stringify({
      ...identity,
      ...Object.fromEntries(indicator.outputs.map((output, k) => [output, outputs[k]?.[row] ?? null]))
    })
  )
  return rows.length === 0 ? "[]" : `[\n${rows.join(",\n")}\n]`
}

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

/** The indicator and its parameters as the flags name them. */
const chosen = (
  name: string,
  params: string
): Effect.Effect<readonly [AnyIndicator, unknown], CommandFailure> =>
  Effect.gen(function*() {
    const { allIndicators, indicatorNamed } = yield* registry
    const indicator = indicatorNamed(name)
    if (indicator === undefined) {
      const known = allIndicators().map((each) => each.name).join(", ")
      return yield* fail("Usage", `--indicator: no indicator ${JSON.stringify(name)}; there is ${known}`, BAD_INPUT)
    }
    const given = yield* Schema.decodeUnknownEffect(Json)(params).pipe(
      Effect.catch((error) => fail("Usage", `--params: ${error.message}. Give a JSON object`, BAD_INPUT))
    )
    const parameters = yield* Schema.decodeUnknownEffect(indicator.parameters)(given, { onExcessProperty: "error" })
      .pipe(
        Effect.catch((error) =>
          fail("Usage", `--params of ${indicator.name}: ${error.message}. See "indicators list --json"`, BAD_INPUT)
        )
      )
    return [indicator, parameters] as const
  })

/** All of them, each with its default parameters. */
const everyIndicator = Effect.map(
  registry,
  ({ allIndicators }) =>
    allIndicators().map((indicator) => [indicator, Schema.decodeUnknownSync(indicator.parameters)({})] as const)
)

export const computeCommand = Command.make(
  "compute",
  {
    input: Flag.String("input").pipe(
      Flag.withAlias("i"),
      Flag.withDescription(
        "CSV of candles, oldest first: open, high, low, close, and if known volume, time and symbol"
      ),
      Flag.optional
    ),
    symbol: Flag.String("symbol").pipe(
      Flag.withDescription("Instead of a file: an instrument of the candle archive; may be given several times"),
      Flag.between(0, 100_000)
    ),
    ...rangeFlags,
    interval: intervalFlag,
    segment: segmentFlag,
    official: officialFlag,
    adjusted: Flag.Boolean("adjusted").pipe(
      Flag.withDescription("Of the archive: prices adjusted for splits"),
      Flag.withDefault(false)
    ),
    output: Flag.String("output").pipe(
      Flag.withAlias("o"),
      Flag.withDescription("Of the archive: a file to write, values.parquet or values.csv"),
      Flag.optional
    ),
    overwrite: Flag.Boolean("overwrite").pipe(
      Flag.withDescription("Replace the file that is there"),
      Flag.withDefault(false)
    ),
    data: shared.data,
    indicator: Flag.String("indicator").pipe(
      Flag.withDescription("Name, as \"indicators list\" shows it; with --output also \"all\", each with its defaults")
    ),
    params: Flag.String("params").pipe(
      Flag.withDescription("Parameters as a JSON object; what is left out has its default"),
      Flag.withDefault("{}")
    ),
    format: Flag.Literals("format", ["csv", "json"]).pipe(
      Flag.withDescription("Form of the answer"),
      Flag.withDefault("csv")
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("The same as --format json"), Flag.withDefault(false))
  },
  Effect.fn("indicators.compute")(function*(given) {
    const asked = { ...given, format: given.json ? "json" : given.format } as const
    const { format, indicator: name, params } = asked
    if (Option.isSome(asked.input) === asked.symbol.length > 0) {
      return yield* fail("Usage", "give --input FILE, or --symbol of the archive; one of the two", BAD_INPUT)
    }
    if (asked.symbol.length > 0) {
      const pairs = name === "all" ? yield* everyIndicator : [yield* chosen(name, params)]
      return yield* overArchive(asked, pairs)
    }
    const input = Option.getOrElse(asked.input, () => "")
    const [indicator, parameters] = yield* chosen(name, params)
    const files = yield* FileSystem.FileSystem
    const text = yield* files.readFileString(input).pipe(
      Effect.catch((error) => fail("SourceUnreadable", `${input}: cannot be read: ${error.message}`, BAD_INPUT))
    )
    const file = yield* Effect.fromResult(readCandleFile(text, input)).pipe(
      Effect.catch((refused) => fail(refused._tag, refused.message, BAD_INPUT))
    )
    if (indicator.reads.includes("start") && file.times === undefined) {
      return yield* fail("Usage", `${input}: ${indicator.name} needs a column time`, BAD_INPUT)
    }
    const outputs = computeFile(indicator, parameters, file)
    yield* Console.log(format === "csv" ? asCsv(indicator, file, outputs) : asJson(indicator, file, outputs))
  })
).pipe(
  Command.withDescription(
    "Compute an indicator over a CSV of candles and print one row a candle, in full double precision; empty (null in " +
      "JSON) where there is no value, as before warm-up. Symbols in one file are computed apart. Over the archive with " +
      "--symbol: values then rest on all candles before --from, too, so they do not depend on where one begins to look."
  ),
  Command.withShortDescription("Compute an indicator over candles"),
  Command.withExamples([
    {
      command: "keepgaining indicators compute --input candles.csv --indicator RSI --params '{\"period\": 14}'",
      description: "RSI of a file, as CSV"
    },
    {
      command:
        "keepgaining indicators compute --symbol NSE:RELIANCE --interval 15m --indicator all --output values.parquet",
      description: "Everything of an archived instrument, as Parquet"
    }
  ])
)
