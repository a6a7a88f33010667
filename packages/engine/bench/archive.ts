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
  inTurn,
  lowerQuartile,
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

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/** Of this process, PGlite included, since it began; a server's is not in it. */
const peakMemory = (): number => process.resourceUsage().maxRSS * 1_024

const ingest = (candles: number, days: number) =>
  Effect.gen(function*() {
    const archive = yield* CandleArchive
    // The database is made when it is asked for the first time, which is no part of an import.
    yield* archive.instruments()
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
    for (const each of archiveMarket(candles, days)) {
      batch.push(each)
      size += each.candles.length
      total += each.candles.length
      instruments++
      if (size >= BATCH) yield* write
    }
    yield* write
    const settling = yield* quickest(1, archive.settle())
    const peak = peakMemory()
    const [sizes] = yield* sql<{ months: number; days: number }>(
      `select pg_total_relation_size('archive_months')::float8 as months,
       pg_total_relation_size('archive_days')::float8 as days`
    )
    return { total, instruments, writing, settling, peak, months: sizes?.months ?? 0, days: sizes?.days ?? 0 }
  })

/** Rounds in which a history is asked for in all ways, in turn. */
const ROUNDS = 40

const histories = (kind: string, folder: string, symbol: string, candles: CandleColumns, rows: number) =>
  Effect.gen(function*() {
    const archive = yield* CandleArchive
    const file = path.join(folder, "columns")
    writeColumnFile(file, candles)
    // In turn, so that all find memory and caches as the others leave them.
    const took = yield* inTurn(ROUNDS, [
      archive.history(symbol, 0, FOREVER),
      newly((fresh) => fresh.history(symbol, 0, FOREVER)),
      Effect.sync(() => void readColumnFile(file, candles.length))
    ])
    // As many as there are ways.
    const [again, first, read] = took.map(lowerQuartile) as [number, number, number]
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
        ...atMost(3, first / read)
      }
    ]
    return figures
  })

/** Everything unpacked, and what a scan of it takes; nothing of it stays. */
const unpacked = Effect.gen(function*() {
  const archive = yield* CandleArchive
  // What the first leaves is freed by the second.
  collectGarbage()
  collectGarbage()
  const before = process.memoryUsage().arrayBuffers
  const started = performance.now()
  const { candles } = yield* archive.slab()
  const loading = performance.now() - started
  collectGarbage()
  const held = process.memoryUsage().arrayBuffers - before
  return { held, length: candles.length, loading, scanning: fastest(10, () => void candleTotals(candles)) }
})

/** Others use the machine too: what takes more than two thirds of the memory that is left is not tried. */
const inMemory = (candles: number) =>
  Effect.gen(function*() {
    const [needed, left] = [candles * CANDLE_BYTES, process.availableMemory()]
    if (needed > left / 1.5) {
      const why = `it takes ${gigabytes(needed)} of ${gigabytes(left)}`
      return [{ what: "Everything into memory", measured: `not measured: ${why}`, ...plain }]
    }
    const { held, length, loading, scanning } = yield* unpacked
    collectGarbage()
    const inC = cScan(length)
    const figures: ReadonlyArray<Figure> = [
      {
        what: `Everything into memory (${gigabytes(held)}, ${(held / length).toFixed(1)} B a candle)`,
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

const wholeMarket = Effect.gen(function*() {
  const archive = yield* CandleArchive
  const date = "2022-06-24"
  const everything = yield* archive.day(date)
  const oneDay = yield* quickest(10, archive.day(date))
  const names = everything.symbols.slice(0, 200)
  const last = yield* quickest(5, archive.latest(names, 200))
  const list = yield* archive.instruments()
  const listing = yield* quickest(3, archive.instruments())
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
    { what: `List of ${list.length} instruments with what there is of each`, measured: millis(listing), ...plain }
  ]
  return figures
})

export const archive = (candles: number, days: number): Promise<ReadonlyArray<Figure>> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  const [long] = longHistories(1)
  const database = layer.pipe(
    Layer.provideMerge(layerConfig(path.join(folder, "database"), { deadline: "5 minutes" }))
  )
  const work = Effect.gen(function*() {
    const { kind } = yield* Database
    const taken = yield* ingest(candles, days)
    // There is one.
    const { candles: four, symbol } = long!
    yield* Effect.flatMap(CandleArchive, (archive) => archive.write(symbol, four))
    const rows = yield* asRows(four)
    const rowsPerSecond = perSecond(four.length, rows.inserting)
    const both = perSecond(taken.total, taken.writing + taken.settling)
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
        what: "Of it by month, and by day from there; most memory meanwhile",
        measured: [taken.writing, taken.settling].map((took) => `${(took / 1_000).toFixed(1)} s`).join(" + "),
        yardstick: gigabytes(taken.peak),
        ratio: "",
        ...noGoal
      },
      {
        what: "Bytes a candle, by month and by day, with indexes",
        measured: `${(taken.months / taken.total).toFixed(2)} + ${(taken.days / taken.total).toFixed(2)} B`,
        yardstick: `as rows: ${(rows.bytes / four.length).toFixed(1)} B`,
        ratio: ratio(bytes / (rows.bytes / four.length)),
        goal: "≤ 12 B",
        met: bytes <= 12
      },
      ...yield* histories(kind, folder, symbol, four, rows.reading),
      ...yield* wholeMarket,
      ...yield* inMemory(taken.total)
    ]
    return { figures, symbol }
  })
  const all = Effect.gen(function*() {
    const { figures, symbol } = yield* Effect.provide(work, Layer.fresh(database))
    const started = performance.now()
    const opened = yield* Effect.flatMap(CandleArchive, (archive) => archive.latest([symbol], 1)).pipe(
      Effect.map(() => performance.now() - started),
      Effect.provide(Layer.fresh(database))
    )
    const figure: Figure = { what: "Opened again, to the first answer", measured: millis(opened), ...plain }
    return [...figures, figure]
  }).pipe(Effect.ensuring(Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))))
  return Effect.runPromise(all)
}
