/**
 * Candles as CSV: a header with open, high, low, close, and if there are any volume, a time and a symbol, in any order
 * and any case. Times are IST unless they carry a zone, or whole epoch seconds or milliseconds. An empty number is one
 * that is missing, and its candle gives no value.
 */
import { barColumns } from "@keepgaining/core/indicators/definition/compute.ts"
import type { BarColumns } from "@keepgaining/core/indicators/definition/Indicator.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** What is wrong, and in which line (1 = the header). */
export class CandleFileRefused extends Schema.TaggedError<CandleFileRefused>()("CandleFileRefused", {
  file: Schema.String,
  line: Schema.Int,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.file} line ${this.line}: ${this.problem}`
  }
}

/** The candles of one symbol. */
export interface CandleSeries {
  /** Empty when the file has no such column. */
  readonly symbol: string
  /** Row of the file that each candle came from, 0 = the first below the header. */
  readonly rows: ReadonlyArray<number>
  readonly columns: BarColumns
}

export interface CandleFile {
  readonly hasSymbols: boolean
  /** As written, one a row; `undefined` when the file has no such column. */
  readonly times: ReadonlyArray<string> | undefined
  readonly rows: number
  readonly series: ReadonlyArray<CandleSeries>
}

const timeNames = ["time", "timestamp", "date", "datetime", "start"]
const priceNames = ["open", "high", "low", "close"] as const

/** Fields of a line; quotes around one are taken off, commas inside them stay. */
const fieldsOf = (line: string): ReadonlyArray<string> => {
  if (!line.includes("\"")) return line.split(",")
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain ?? "" : quoted.replaceAll("\"\"", "\"")
  )
}

const instantOf = (text: string): number | undefined => {
  if (/^\d{10}$/.test(text)) return Number(text) * 1_000
  if (/^\d{13}$/.test(text)) return Number(text)
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return parseIst(`${text} 00:00:00`)
  return parseIst(/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}$/.test(text) ? `${text}:00` : text)
}

interface Places {
  readonly time: number
  readonly symbol: number
  readonly volume: number
  readonly prices: ReadonlyArray<number>
}

const placesOf = (header: string, file: string): Result.Result<Places, CandleFileRefused> => {
  const names = fieldsOf(header.replace(/^\uFEFF/, "")).map((name) => name.trim().toLowerCase())
  const missing = priceNames.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    const problem = `no column ${missing.join(", ")}; the header must name open, high, low and close`
    return Result.fail(new CandleFileRefused({ file, line: 1, problem }))
  }
  return Result.succeed({
    time: names.findIndex((name) => timeNames.includes(name)),
    symbol: names.indexOf("symbol"),
    volume: names.indexOf("volume"),
    prices: priceNames.map((name) => names.indexOf(name))
  })
}

interface Row {
  readonly symbol: string
  readonly start: number
  /** Open, high, low, close, volume. */
  readonly numbers: ReadonlyArray<number>
}

const numberOf = (text: string | undefined): number | undefined => {
  const trimmed = text?.trim() ?? ""
  if (trimmed === "") return Number.NaN
  const value = Number(trimmed)
  return Number.isNaN(value) && trimmed.toLowerCase() !== "nan" ? undefined : value
}

/** Reads the whole text. `file` is only for what is said about it. */
export const readCandleFile = (text: string, file: string): Result.Result<CandleFile, CandleFileRefused> => {
  const lines = text.split(/\r?\n/)
  const found = placesOf(lines[0] ?? "", file)
  if (Result.isFailure(found)) return Result.fail(found.failure)
  const { prices, symbol, time, volume } = found.success
  const bySymbol = new Map<string, { readonly rows: Array<number>; readonly candles: Array<Row> }>()
  const times: Array<string> = []
  const refuse = (line: number, problem: string) => Result.fail(new CandleFileRefused({ file, line, problem }))
  let row = 0
  for (let n = 1; n < lines.length; n++) {
    const line = lines[n] ?? ""
    if (line.trim() === "") continue
    const fields = fieldsOf(line)
    const written = time < 0 ? "" : (fields[time] ?? "").trim()
    const start = time < 0 ? 0 : instantOf(written)
    if (start === undefined) {
      return refuse(
        n + 1,
        `${JSON.stringify(written)} is no time; write 2021-06-09 09:15:00 (IST) or epoch milliseconds`
      )
    }
    const numbers: Array<number> = []
    for (const place of [...prices, volume]) {
      const value = place < 0 ? 0 : numberOf(fields[place])
      if (value === undefined) return refuse(n + 1, `${JSON.stringify(fields[place])} is no number`)
      numbers.push(value)
    }
    const name = symbol < 0 ? "" : (fields[symbol] ?? "").trim()
    const series = bySymbol.get(name) ?? { rows: [], candles: [] }
    const before = series.candles.at(-1)
    if (before !== undefined && start < before.start) {
      return refuse(n + 1, `${written} is before the candle above it; sort the file by time`)
    }
    series.rows.push(row)
    series.candles.push({ symbol: name, start, numbers })
    bySymbol.set(name, series)
    times.push(written)
    row++
  }
  return Result.succeed({
    hasSymbols: symbol >= 0,
    times: time < 0 ? undefined : times,
    rows: row,
    series: [...bySymbol].map(([name, { candles, rows }]) => ({ symbol: name, rows, columns: columnsOf(candles) }))
  })
}

const columnsOf = (candles: ReadonlyArray<Row>): BarColumns => {
  const columns = barColumns(candles.length)
  const targets = [columns.open, columns.high, columns.low, columns.close, columns.volume]
  candles.forEach(({ numbers, start }, i) => {
    columns.start[i] = start
    targets.forEach((target, k) => target[i] = numbers[k] ?? Number.NaN)
  })
  return columns
}
