/**
 * The candle archive at scale: what it takes, how fast it takes and gives it back, beside a PostgreSQL table of rows, plain
 * files of the same candles and a bare loop over the same bytes. On the server of `DATABASE_URL`, in tables of its own
 * database, or on PGlite.
 */
import { CANDLE_BYTES, type CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { CandleArchive, layer, type NamedCandles } from "@keepgaining/engine/archive/CandleArchive.ts"
import { candleTotals } from "@keepgaining/engine/archive/kernel/candleTotals.ts"
import { Database, layerConfig } from "@keepgaining/engine/database/Database.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { archiveMarket, longHistories } from "./archiveMarket.ts"
import {
  asRows,
  cScan,
  inTemporaryFolder,
  quickest,
  readColumnFile,
  sql,
  writeColumnFile
} from "./archiveYardsticks.ts"
import { collectGarbage } from "./collectGarbage.ts"
import { fastest, type Figure, millis, perSecond, rate, ratio } from "./Figure.ts"

/** Candles in one write. */
const BATCH = 500_000

const FOREVER = Date.parse("2100-01-01")

const noGoal = { goal: "", met: undefined } as const
const plain = { yardstick: "", ratio: "", ...noGoal } as const
const atMost = (goal: number, value: number) => ({ ratio: ratio(value), goal: `≤ ${goal}`, met: value <= goal })

/** An archive that has read nothing yet, on the same database. */
const newly = <A, E, R>(use: (archive: CandleArchive["Service"]) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(CandleArchive, use).pipe(Effect.provide(Layer.fresh(layer)))

const ingest = (candles: number) =>
  Effect.gen(function*() {
    const archive = yield* CandleArchive
    let total = 0
    let instruments = 0
    let writing = 0
    let batch: Array<NamedCandles> = []
    let size = 0
    const write = Effect.gen(function*() {
      const started = performance.now()
      yield* archive.writeAll(batch)
      writing += performance.now() - started
      batch = []
      size = 0
    })
    for (const each of archiveMarket(candles)) {
      batch.push(each)
      size += each.candles.length
      total += each.candles.length
      instruments++
      if (size >= BATCH) yield* write
    }
    yield* write
    const settling = yield* quickest(1, archive.settle())
    const [sizes] = yield* sql<{ months: number; days: number }>(
      `select pg_total_relation_size('archive_months')::float8 as months,
       pg_total_relation_size('archive_days')::float8 as days`
    )
    return { total, instruments, taking: writing + settling, months: sizes?.months ?? 0, days: sizes?.days ?? 0 }
  })

const histories = (kind: string, symbol: string, candles: CandleColumns, rows: number) =>
  Effect.gen(function*() {
    const archive = yield* CandleArchive
    const again = yield* quickest(20, archive.history(symbol, 0, FOREVER))
    const first = yield* quickest(10, newly((fresh) => fresh.history(symbol, 0, FOREVER)))
    const read = inTemporaryFolder((folder) => {
      const file = path.join(folder, "columns")
      writeColumnFile(file, candles)
      return fastest(20, () => void readColumnFile(file, candles.length))
    })
    const yardstick = `28 B a candle read from a file in the page cache: ${millis(read)}`
    const figures: ReadonlyArray<Figure> = [
      {
        what: `Four years of one instrument on ${kind}, ${candles.length} candles, asked for again`,
        measured: millis(again),
        yardstick,
        ...atMost(3, again / read)
      },
      {
        what: `The same, asked for the first time`,
        measured: millis(first),
        yardstick: `${yardstick}; as rows: ${millis(rows)}`,
        ratio: ratio(first / read),
        ...noGoal
      }
    ]
    return figures
  })

const wholeMarket = Effect.gen(function*() {
  const archive = yield* CandleArchive
  const date = "2022-06-24"
  const everything = yield* archive.day(date)
  const oneDay = yield* quickest(10, archive.day(date))
  const names = everything.symbols.slice(0, 200)
  const last = yield* quickest(5, archive.latest(names, 200))
  collectGarbage()
  const before = process.memoryUsage().arrayBuffers
  const started = performance.now()
  const slab = yield* archive.slab()
  const loading = performance.now() - started
  const { length } = slab.candles
  collectGarbage()
  const held = process.memoryUsage().arrayBuffers - before
  const scanning = fastest(10, () => void candleTotals(slab.candles))
  const inC = cScan(length)
  const figures: ReadonlyArray<Figure> = [
    {
      what: `One day of everything, ${everything.candles.length} candles of ${everything.symbols.length} instruments`,
      measured: millis(oneDay),
      yardstick: "",
      ratio: "",
      goal: "< 30 ms",
      met: oneDay < 30
    },
    { what: `Last 200 candles of ${names.length} instruments`, measured: millis(last), ...plain },
    {
      what: `Everything into memory (${(held / 2 ** 20).toFixed(0)} MiB, ${(held / length).toFixed(1)} B a candle)`,
      measured: `${(loading / 1_000).toFixed(1)} s, ${rate(perSecond(length, loading), "candles")}`,
      yardstick: `${CANDLE_BYTES} B a candle`,
      ratio: ratio(held / length / CANDLE_BYTES),
      ...noGoal
    },
    {
      what: `Scan of all of it in memory, four columns of ${length} candles`,
      measured: millis(scanning),
      yardstick: inC === undefined ? "no C compiler" : `the loop in C: ${millis(inC)}`,
      ...(inC === undefined ? { ratio: "", ...noGoal } : atMost(3, scanning / inC))
    }
  ]
  return figures
})

export const archive = (candles: number): Promise<ReadonlyArray<Figure>> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  const [long] = longHistories(1)
  const work = Effect.gen(function*() {
    const { kind } = yield* Database
    const taken = yield* ingest(candles)
    // There is one.
    const { candles: four, symbol } = long!
    yield* Effect.flatMap(CandleArchive, (archive) => archive.write(symbol, four))
    const rows = yield* asRows(four)
    const rowsPerSecond = perSecond(four.length, rows.inserting)
    const both = perSecond(taken.total, taken.taking)
    const bytes = (taken.months + taken.days) / taken.total
    const figures: ReadonlyArray<Figure> = [
      {
        what: `Archive on ${kind}: ${taken.total} candles of ${taken.instruments} instruments, packed in both orders`,
        measured: rate(both, "candles"),
        yardstick: `rows with a key, by unnest: ${rate(rowsPerSecond, "rows")}`,
        ratio: ratio(both / rowsPerSecond),
        goal: "≥ 30,00,000 candles/s",
        met: both >= 3_000_000
      },
      {
        what: "Bytes a candle, by month and by day, with indexes",
        measured: `${(taken.months / taken.total).toFixed(2)} + ${(taken.days / taken.total).toFixed(2)} B`,
        yardstick: `as rows: ${(rows.bytes / four.length).toFixed(1)} B`,
        ratio: ratio(bytes / (rows.bytes / four.length)),
        goal: "≤ 12 B",
        met: bytes <= 12
      },
      ...yield* histories(kind, symbol, four, rows.reading),
      ...yield* wholeMarket
    ]
    return figures
  }).pipe(
    Effect.provide(
      layer.pipe(Layer.provideMerge(layerConfig(path.join(folder, "database"), { deadline: "5 minutes" })))
    ),
    Effect.ensuring(Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true })))
  )
  return Effect.runPromise(work)
}
