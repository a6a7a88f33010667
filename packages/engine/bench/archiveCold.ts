/**
 * Histories that lie neither in the database's memory nor in the page cache, beside plain files of as many candles that do
 * not either. A benchmark, and so a process, of its own: what a full archive leaves in memory must not show in it.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { CandleArchive, layer } from "@keepgaining/engine/archive/CandleArchive.ts"
import { monthsOf } from "@keepgaining/engine/archive/monthWrites.ts"
import { Database, layerConfig, layerPostgres } from "@keepgaining/engine/database/Database.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { longHistories } from "./archiveMarket.ts"
import { dropFromCache, lowerQuartile, readColumnFile, sql, writeColumnFile } from "./archiveYardsticks.ts"
import { fastest, type Figure, millis, ratio } from "./Figure.ts"

/** Instruments; the first opens the connection, the others are read once each. */
const INSTRUMENTS = 16

const FOREVER = Date.parse("2100-01-01")

/** Four years a month at a time, every instrument's month after the other's: an archive that was filled as time went by. */
const fill = Effect.gen(function*() {
  const archive = yield* CandleArchive
  const long = longHistories(INSTRUMENTS)
  const months = long.flatMap(({ candles, symbol }) =>
    monthsOf(0, candles).map((each) => ({ symbol, month: each.month, candles: each.candles }))
  )
  for (const batch of Map.groupBy(months, ({ month }) => month).values()) yield* archive.writeAll(batch)
  yield* sql("checkpoint")
  return long.map(({ symbol }) => symbol)
})

/** Pages of 8 KB that were not in the database's own memory, so far. */
const pagesRead = Effect.gen(function*() {
  // A server counts a connection's reads a second later.
  yield* Effect.sleep("1100 millis")
  yield* sql("select 1")
  const [row] = yield* sql<{ pages: number }>(
    `select sum(heap_blks_read + idx_blks_read + toast_blks_read + tidx_blks_read)::float8 as pages
     from pg_statio_user_tables where relname = 'archive_months'`
  )
  return row?.pages ?? 0
})

/** Files of the months, their values and their indexes; `folder` is where the database is kept, if not where it says. */
const filesOf = (folder: string | undefined) =>
  sql<{ folder: string; file: string }>(
    `with months as (select oid, reltoastrelid from pg_class where relname = 'archive_months'),
     tables as (select oid from months union select reltoastrelid from months)
     select current_setting('data_directory') as folder, pg_relation_filepath(oid) as file
     from (select oid from tables union select indexrelid from pg_index join tables on indrelid = oid) as files (oid)`
  ).pipe(Effect.map((rows) => rows.map(({ file, folder: own }) => path.join(folder ?? own, file))))

const measure = (folder: string, symbols: ReadonlyArray<string>, database?: string) =>
  Effect.gen(function*() {
    const { kind } = yield* Database
    const archive = yield* CandleArchive
    const what = `Four years of one instrument on ${kind}, cold`
    const [first, ...rest] = symbols
    // There are some.
    const candles = yield* archive.history(first!, 0, FOREVER)
    const files = yield* filesOf(database)
    const plain = path.join(folder, "columns")
    writeColumnFile(plain, candles)
    execFileSync("sync")
    const before = yield* pagesRead
    const asked: Array<number> = []
    const read: Array<number> = []
    for (const symbol of rest) {
      if (!dropFromCache([...files, plain])) return unmeasured(what, "the database's files cannot be had")
      const started = performance.now()
      yield* archive.history(symbol, 0, FOREVER)
      asked.push(performance.now() - started)
      read.push(fastest(1, () => void readColumnFile(plain, candles.length)))
    }
    const pages = Math.round(((yield* pagesRead) - before) / rest.length)
    const [ours, theirs] = [lowerQuartile(asked), lowerQuartile(read)]
    const quotient = ours / theirs
    const figure: Figure = {
      what: `${what}, ${pages} pages of 8 KB`,
      measured: millis(ours),
      yardstick: `28 B a candle read from a file that is not in the page cache: ${millis(theirs)}`,
      ratio: ratio(quotient),
      goal: "≤ 2.5",
      met: quotient <= 2.5
    }
    return figure
  })

const unmeasured = (what: string, why: string): Figure => ({
  what,
  measured: `not measured: ${why}`,
  yardstick: "",
  ratio: "",
  goal: "",
  met: undefined
})

/** Uses a copy that the server makes of the database's files, of which it has nothing in its memory. */
const onCopy = <A, E>(url: string, use: (copy: Redacted.Redacted) => Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    const copy = new URL(url)
    const name = copy.pathname.slice(1)
    copy.pathname = `${name}_cold`
    const maintenance = new URL(url)
    maintenance.pathname = "/template1"
    const admin = (text: string) =>
      Effect.scoped(Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe(text))).pipe(
        Effect.provide(PgClient.layer({ url: Redacted.make(maintenance.href), maxConnections: 1 }))
      )
    return Effect.acquireUseRelease(
      admin(`create database "${name}_cold" template "${name}" strategy file_copy`),
      () => use(Redacted.make(copy.href)),
      () => Effect.ignore(admin(`drop database "${name}_cold" with (force)`))
    )
  })

export const archiveCold = (): Promise<Figure> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  const kept = path.join(folder, "database")
  const database = Layer.fresh(layer.pipe(Layer.provideMerge(layerConfig(kept, { deadline: "5 minutes" }))))
  const url = process.env["DATABASE_URL"]
  const work = Effect.gen(function*() {
    const symbols = yield* Effect.provide(fill, database)
    // PGlite is started anew, and then has nothing in its memory either.
    if (url === undefined) return yield* Effect.provide(measure(folder, symbols, kept), database)
    return yield* onCopy(
      url,
      (copy) => Effect.provide(measure(folder, symbols), layer.pipe(Layer.provideMerge(layerPostgres(copy))))
    ).pipe(
      Effect.catchTag(
        "SqlError",
        ({ message }) => Effect.succeed(unmeasured("Four years of one instrument, cold", message))
      )
    )
  }).pipe(Effect.ensuring(Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))))
  return Effect.runPromise(work)
}
