/** Candles from Parquet files, a row group at a time. Prices in rupees, times as timestamps or epoch seconds or ms. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet"
import { compressors } from "hyparquet-compressors"
import * as path from "node:path"
import { findColumns } from "./candleMapping.ts"
import type { CandleRows } from "./CandleRows.ts"
import type { FileOptions } from "./csvCandles.ts"
import { type CandleItem, type CandleSource, SourceRefused } from "./ImportCandles.ts"

const ROWS = 65_536

/** Dates, bigints and plain numbers as epoch ms; seconds are told from ms by their size. */
const instantOf = (value: unknown): number => {
  if (value instanceof Date) return value.getTime()
  const number = typeof value === "bigint" || typeof value === "number" ? Number(value) : Number.NaN
  return number < 1e11 ? number * 1_000 : number < 1e14 ? number : number / (number < 1e17 ? 1e3 : 1e6)
}

const numberOf = (value: unknown, missing: number): number =>
  typeof value === "number" || typeof value === "bigint" ? Number(value) : missing

const itemOf = (file: string, options: FileOptions): CandleItem => {
  const refused = (problem: string) => new SourceRefused({ source: file, problem })
  const reading = <A>(read: () => Promise<A>) =>
    Effect.tryPromise({ try: read, catch: (error) => refused(error instanceof Error ? error.message : String(error)) })
  return {
    name: path.basename(file),
    open: Effect.gen(function*() {
      const buffer = yield* reading(() => asyncBufferFromFile(file))
      const metadata = yield* reading(() => parquetMetadataAsync(buffer))
      const columns = parquetSchema(metadata).children.map(({ element }) => element.name)
      const found = findColumns(columns, options.mapping, options.symbol)
      if (Result.isFailure(found)) return yield* refused(found.failure)
      const names = found.success
      const total = Number(metadata.num_rows)
      let from = 0
      return (rows: CandleRows) =>
        reading(async () => {
          const to = Math.min(from + ROWS, total)
          const read = await parquetReadObjects({ file: buffer, metadata, compressors, rowStart: from, rowEnd: to })
          read.forEach((row, i) => {
            const valueOf = (name: string | undefined): unknown => name === undefined ? undefined : row[name]
            rows.add({
              symbol: names.symbol === undefined
                ? options.symbol ?? ""
                : options.symbolOf(String(valueOf(names.symbol))),
              time: instantOf(valueOf(names.time)),
              open: numberOf(valueOf(names.open), Number.NaN),
              high: numberOf(valueOf(names.high), Number.NaN),
              low: numberOf(valueOf(names.low), Number.NaN),
              close: numberOf(valueOf(names.close), Number.NaN),
              volume: numberOf(valueOf(names.volume), names.volume === undefined ? 0 : Number.NaN),
              openInterest: numberOf(valueOf(names.oi), 0)
            }, () => `${path.basename(file)} row ${from + i + 1}`)
          })
          from = to
          return from < total
        })
    })
  }
}

export const parquetCandles = (files: ReadonlyArray<string>, options: FileOptions): CandleSource => ({
  name: `parquet ${files.map((file) => path.resolve(file)).join(" ")}`,
  items: files.map((file) => itemOf(file, options))
})
