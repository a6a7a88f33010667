import { assert } from "@effect/vitest"
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as zlib from "node:zlib"
import { CandleArchive, layer } from "../../../src/archive/CandleArchive.ts"
import { firstMinuteOf } from "../../../src/archive/CandleRun.ts"
import { candleBlock, candleTable } from "../../../src/archive/CandleTable.ts"
import { symbolsBy } from "../../../src/archive/import/candleMapping.ts"
import { csvCandles } from "../../../src/archive/import/csvCandles.ts"
import { databaseCandles } from "../../../src/archive/import/databaseCandles.ts"
import { type CandleSource, importCandles, SourceRefused } from "../../../src/archive/import/ImportCandles.ts"
import { parquetCandles } from "../../../src/archive/import/parquetCandles.ts"
import { csvTable } from "../../../src/ticklog/export/CsvTable.ts"
import { parquetTable } from "../../../src/ticklog/export/ParquetTable.ts"
import { onEveryDatabase, postgresUrl, query } from "../../database/databases.ts"

const candles = (date: string, count: number, seed: number): CandleColumns => {
  const columns = candleColumns(count)
  for (let i = 0; i < count; i++) {
    const price = 100_000 + ((i * 7 + seed * 131) % 997) * 5
    columns.minute[i] = firstMinuteOf(dayOf(date)) + 555 + i
    columns.open[i] = price
    columns.high[i] = price + 25
    columns.low[i] = price - 15
    columns.close[i] = price + 5
    columns.volume[i] = i * 31 + seed
    columns.openInterest[i] = seed * 1_000
  }
  return columns
}

const options = { mapping: {}, symbolOf: symbolsBy(new Map(), "NSE:"), symbol: undefined }
const quiet = { again: false, onProgress: () => undefined }
const ever = [0, Date.parse("2100-01-01T00:00:00Z")] as const

const inFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-import-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const tableOf = (format: "csv" | "parquet", groups: ReadonlyArray<readonly [string, CandleColumns]>): Buffer => {
  const table = format === "csv" ? csvTable(candleTable) : parquetTable(candleTable)
  return Buffer.concat([
    table.begin(),
    ...groups.map(([symbol, columns]) => table.block(candleBlock(symbol, columns))),
    table.end()
  ])
}

onEveryDatabase("imports of candles", (it) => {
  it.effect("CSV, gzipped CSV and Parquet that were exported come back as they were", () =>
    Effect.scoped(Effect.gen(function*() {
      const archive = yield* CandleArchive
      const folder = yield* inFolder
      for (const [n, form] of ["csv", "csv.gz", "parquet"].entries()) {
        const a = candles("2026-03-02", 375, n + 1)
        const b = candles("2026-03-03", 60, n + 50)
        const file = path.join(folder, `candles.${form}`)
        const bytes = tableOf(form === "parquet" ? "parquet" : "csv", [[`NSE:A${n}`, a], [`NSE:B${n}`, b]])
        fs.writeFileSync(file, form === "csv.gz" ? zlib.gzipSync(bytes) : bytes)
        const source = form === "parquet" ? parquetCandles([file], options) : csvCandles([file], options)
        const imported = yield* importCandles(source, quiet)
        assert.deepInclude(imported, { rows: 435, added: 435, replaced: 0, unchanged: 0, skipped: 0, rejected: [] })
        assert.strictEqual(imported.days, 2)
        assert.deepStrictEqual(yield* archive.history(`NSE:A${n}`, ...ever), a)
        assert.deepStrictEqual(yield* archive.history(`NSE:B${n}`, ...ever), b)
      }
    })).pipe(Effect.provide(layer)))

  it.effect("goes on with the next file after an interruption, and counts nothing twice", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* inFolder
      const file = (name: string) => path.join(folder, name)
      fs.writeFileSync(file("one.csv"), tableOf("csv", [["NSE:R", candles("2026-03-02", 100, 1)]]))
      fs.writeFileSync(file("two.csv"), tableOf("csv", [["NSE:R", candles("2026-03-03", 100, 2)]]))
      const source = csvCandles([file("one.csv"), file("two.csv")], options)
      // The power fails while the second file is read, and after the first was written.
      const cut: CandleSource = {
        ...source,
        items: source.items.map((item, i) =>
          i === 0 ? item : { ...item, open: Effect.fail(new SourceRefused({ source: "two", problem: "cut" })) }
        )
      }
      const first: CandleSource = { ...source, items: source.items.slice(0, 1) }
      yield* importCandles(first, quiet)
      assert.strictEqual((yield* Effect.flip(importCandles(cut, quiet)))._tag, "SourceRefused")
      const rest = yield* importCandles(source, quiet)
      assert.deepInclude(rest, { items: 2, skipped: 1, rows: 100, added: 100 })
      const again = yield* importCandles(source, { ...quiet, again: true })
      assert.deepInclude(again, { skipped: 0, rows: 200, added: 0, unchanged: 200 })
    })).pipe(Effect.provide(layer)))

  it.effect("leaves out what cannot be a candle and says where it was", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* inFolder
      const file = path.join(folder, "bad.csv")
      fs.writeFileSync(
        file,
        [
          "ts,ticker,o,h,l,c,vol",
          "2026-03-02 09:15,BAD,10,11,9,10,5",
          "2026-03-02 09:16,BAD,10,9,11,10,5",
          "nonsense,BAD,10,11,9,10,5",
          "2026-03-02 09:17:30,BAD,10,11,9,10,5",
          "2026-03-02 09:18,BAD,10,11,,10,5",
          "2026-03-02 09:19,,10,11,9,10,5",
          "2026-03-02T03:50:00Z,BAD,10,11,9,10,5",
          "1772423460,BAD,10,11,9,10,-5"
        ].join("\n")
      )
      const { added, rejected } = yield* importCandles(csvCandles([file], options), quiet)
      assert.strictEqual(added, 2)
      assert.deepStrictEqual(
        Object.fromEntries(rejected.map(({ examples, reason }) => [reason, examples])),
        {
          "high-low": ["bad.csv:3"],
          "no-time": ["bad.csv:4"],
          "not-a-minute": ["bad.csv:5"],
          "no-price": ["bad.csv:6"],
          "no-symbol": ["bad.csv:7"],
          "volume": ["bad.csv:9"]
        }
      )
      const stored = yield* Effect.flatMap(CandleArchive, (archive) => archive.history("NSE:BAD", ...ever))
      assert.deepStrictEqual(
        Array.from(stored.minute, (minute) => new Date(minute * 60_000).toISOString()),
        ["2026-03-02T03:45:00.000Z", "2026-03-02T03:50:00.000Z"]
      )
    })).pipe(Effect.provide(layer)))

  it.effect("refuses a file without the columns, and names what would help", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* inFolder
      const file = path.join(folder, "columns.csv")
      fs.writeFileSync(file, "when,open,high,low,close\n")
      const error = yield* Effect.flip(importCandles(csvCandles([file], { ...options, symbol: "NSE:X" }), quiet))
      assert.strictEqual(error._tag, "SourceRefused")
      assert.include(error.message, "--map time=COLUMN")
      const missing = yield* Effect.flip(importCandles(csvCandles([path.join(folder, "none.csv")], options), quiet))
      assert.include(missing.message, "there is no such file")
    })).pipe(Effect.provide(layer)))

  it.effect.skipIf(postgresUrl === undefined)(
    "out of a table of a PostgreSQL server, counted and summed there",
    () =>
      Effect.scoped(Effect.gen(function*() {
        // The server of the tests plays the user's database.
        const url = Redacted.make(postgresUrl ?? "")
        const table = `candles_${process.pid}`
        const { PgClient, ...Pg } = yield* Effect.promise(() => import("@effect/sql-pg/PgClient"))
        const run = (text: string) =>
          Effect.scoped(Effect.flatMap(PgClient, (sql) => sql.unsafe(text))).pipe(
            Effect.provide(Pg.layer({ url, maxConnections: 1 }))
          )
        yield* Effect.acquireRelease(
          run(`create table ${table} as
          select t as bucket, 'SYM' || s as ticker, 100 + (m % 7) * 0.05 as open, 101.35 as high, 99 as low,
            100 + s * 0.1 as close, m as volume, 10 * m as oi
          from generate_series(0, 999) m, generate_series(0, 2) s,
            lateral (select timestamptz '2026-04-06 03:45:00Z' + m * interval '1 minute' as t) as clock
          where (m / 375) < 3 and m < 375`),
          () => Effect.ignore(run(`drop table ${table}`))
        )
        const source = yield* databaseCandles({ url, table, mapping: {}, symbolOf: options.symbolOf })
        const imported = yield* importCandles(source, quiet)
        assert.deepInclude(imported, { items: 3, rows: 1_125, added: 1_125, verified: 3, rejected: [] })
        const archive = yield* CandleArchive
        const stored = yield* archive.history("NSE:SYM2", ...ever)
        assert.strictEqual(stored.length, 375)
        assert.strictEqual(stored.close[7], 10_020)
        assert.strictEqual(stored.openInterest[7], 70)
        const repeated = yield* importCandles(source, quiet)
        assert.deepInclude(repeated, { skipped: 3, rows: 0 })
        // Somebody changes the source: what is there is not what it says any more.
        yield* run(`update ${table} set close = close + 1 where ticker = 'SYM1' and volume = 3`)
        yield* query("update archive_imports set checksum = ''")
        const changed = yield* importCandles(source, { ...quiet, again: true })
        assert.deepInclude(changed, { replaced: 1, unchanged: 1_124, verified: 3 })
        // A row that cannot be a candle is listed, and its instrument not called verified.
        yield* run(`update ${table} set low = 500 where ticker = 'SYM1' and volume = 4`)
        const partly = yield* importCandles(source, { ...quiet, again: true })
        assert.strictEqual(partly.verified, 2)
        assert.deepStrictEqual(partly.rejected.map(({ reason, rows }) => [reason, rows]), [["high-low", 1]])
      })).pipe(Effect.provide(layer))
  )
})
