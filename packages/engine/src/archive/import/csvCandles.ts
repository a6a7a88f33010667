/**
 * Candles from CSV files, plain or gzipped: a header, then a row a candle. Times are IST unless they carry a zone, or whole
 * epoch seconds or milliseconds; prices are rupees. Memory: one piece of the file and what is waiting to be written.
 */
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as path from "node:path"
import * as readline from "node:readline"
import * as zlib from "node:zlib"
import { type CandleMapping, findColumns, type SymbolOf } from "./candleMapping.ts"
import type { CandleRows } from "./CandleRows.ts"
import { type CandleItem, type CandleSource, SourceRefused } from "./ImportCandles.ts"

export interface FileOptions {
  readonly mapping: CandleMapping
  readonly symbolOf: SymbolOf
  /** Of every row, where the file has no column of it. */
  readonly symbol: string | undefined
}

const ROWS = 50_000

const unquoted = (field: string): string => {
  const trimmed = field.trim()
  return trimmed.startsWith("\"") && trimmed.endsWith("\"") ? trimmed.slice(1, -1).replaceAll("\"\"", "\"") : trimmed
}

const fieldsOf = (line: string): ReadonlyArray<string> =>
  line.includes("\"")
    ? Array.from(line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g), ([, field]) => unquoted(field ?? ""))
    : line.split(",")

const instantOf = (text: string): number => {
  if (/^\d{10}$/.test(text)) return Number(text) * 1_000
  if (/^\d{13}$/.test(text)) return Number(text)
  return parseIst(/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}$/.test(text) ? `${text}:00` : text) ?? Number.NaN
}

/** Empty is no number, and no zero. */
const numberOf = (text: string | undefined): number => {
  const trimmed = text?.trim() ?? ""
  return trimmed === "" ? Number.NaN : Number(trimmed)
}

const linesOf = (file: string): AsyncIterator<string> => {
  const raw = fs.createReadStream(file)
  if (!file.endsWith(".gz")) {
    return readline.createInterface({ input: raw, crlfDelay: Infinity })[Symbol.asyncIterator]()
  }
  const unzip = zlib.createGunzip()
  // A pipe does not hand errors on.
  raw.on("error", (error) => unzip.destroy(error)).pipe(unzip)
  return readline.createInterface({ input: unzip, crlfDelay: Infinity })[Symbol.asyncIterator]()
}

const fileProblem = (problem: unknown): string => {
  if (!(problem instanceof Error)) return String(problem)
  return "code" in problem && problem.code === "ENOENT" ? "there is no such file" : problem.message
}

const itemOf = (file: string, options: FileOptions): CandleItem => {
  const refused = (problem: unknown) => new SourceRefused({ source: file, problem: fileProblem(problem) })
  return {
    name: path.basename(file),
    open: Effect.gen(function*() {
      const lines = linesOf(file)
      const next = Effect.tryPromise({ try: () => lines.next(), catch: refused })
      const first = yield* next
      if (first.done === true) return yield* refused("the file is empty")
      const header = fieldsOf(first.value.replace(/^\uFEFF/, "")).map(unquoted)
      const found = findColumns(header, options.mapping, options.symbol)
      if (Result.isFailure(found)) return yield* refused(found.failure)
      const place = (name: string | undefined): number => name === undefined ? -1 : header.indexOf(name)
      const { close, high, low, oi, open, symbol, time, volume } = found.success
      const at = {
        time: place(time),
        symbol: place(symbol),
        open: place(open),
        high: place(high),
        low: place(low),
        close: place(close),
        volume: place(volume),
        oi: place(oi)
      }
      let line = 1
      return (rows: CandleRows) =>
        Effect.tryPromise({
          try: async () => {
            for (let n = 0; n < ROWS; n++) {
              const read = await lines.next()
              if (read.done === true) return false
              line++
              if (read.value === "") continue
              const fields = fieldsOf(read.value)
              const here = line
              rows.add({
                symbol: at.symbol < 0 ? options.symbol ?? "" : options.symbolOf((fields[at.symbol] ?? "").trim()),
                time: instantOf((fields[at.time] ?? "").trim()),
                open: numberOf(fields[at.open]),
                high: numberOf(fields[at.high]),
                low: numberOf(fields[at.low]),
                close: numberOf(fields[at.close]),
                volume: at.volume < 0 ? 0 : numberOf(fields[at.volume]),
                openInterest: at.oi < 0 || (fields[at.oi] ?? "").trim() === "" ? 0 : numberOf(fields[at.oi])
              }, () => `${path.basename(file)}:${here}`)
            }
            return true
          },
          catch: refused
        })
    })
  }
}

export const csvCandles = (files: ReadonlyArray<string>, options: FileOptions): CandleSource => ({
  name: `csv ${files.map((file) => path.resolve(file)).join(" ")}`,
  items: files.map((file) => itemOf(file, options))
})
