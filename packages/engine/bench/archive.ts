/**
 * The candle archive at scale: what it takes, how fast it takes and gives it back, beside a PostgreSQL table of rows, a plain
 * file of columns and a bare loop over the same bytes. On the server of `DATABASE_URL`, in a schema of its own, or on PGlite.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import {
  CANDLE_BYTES,
  type CandleColumns,
  candleColumns,
  copyColumns
} from "@keepgaining/core/candles/CandleColumns.ts"
import { CandleArchive, layer, type NamedCandles } from "@keepgaining/engine/archive/CandleArchive.ts"
import { Database, layerConfig } from "@keepgaining/engine/database/Database.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { archiveMarket } from "./archiveMarket.ts"
import { fastest, type Figure, perSecond, rate, ratio } from "./Figure.ts"

/** Candles in one write. */
const BATCH = 500_000

const FOREVER = Date.parse("2100-01-01")

const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`

/** The fastest of some runs of an effect, ms. */
const quickest = <A, E, R>(times: number, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    let best = Infinity
    for (let i = 0; i < times; i++) {
      const started = performance.now()
      yield* work
      best = Math.min(best, performance.now() - started)
    }
    return best
  })

/**
 * Sum of closes and volumes, highest high, lowest low. Four of each go on side by side, because an addition of doubles
 * otherwise waits for the one before.
 */
const scan = ({ close, high, length, low, volume }: CandleColumns): number => {
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0]
  let [high0, high1] = [-2_147_483_648, -2_147_483_648]
  let [low0, low1] = [2_147_483_647, 2_147_483_647]
  // Inside the length; the last three rows at most are left over.
  for (let i = 0; i + 3 < length; i += 4) {
    sum0 += close[i]! + volume[i]!
    sum1 += close[i + 1]! + volume[i + 1]!
    sum2 += close[i + 2]! + volume[i + 2]!
    sum3 += close[i + 3]! + volume[i + 3]!
    high0 = Math.max(high0, high[i]!, high[i + 2]!)
    high1 = Math.max(high1, high[i + 1]!, high[i + 3]!)
    low0 = Math.min(low0, low[i]!, low[i + 2]!)
    low1 = Math.min(low1, low[i + 1]!, low[i + 3]!)
  }
  for (let i = length - (length % 4); i < length; i++) {
    sum0 += close[i]! + volume[i]!
    high0 = Math.max(high0, high[i]!)
    low0 = Math.min(low0, low[i]!)
  }
  return sum0 + sum1 + sum2 + sum3 + Math.max(high0, high1) + Math.min(low0, low1)
}

const cLoop = `
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e3 + t.tv_nsec / 1e6; }
int main(int argc, char **argv) {
  size_t n = strtoull(argv[1], 0, 10);
  int32_t *c[4];
  for (int k = 0; k < 4; k++) { c[k] = malloc(n * 4); for (size_t i = 0; i < n; i++) c[k][i] = (int32_t)(i * 7 + k); }
  double best = 1e9;
  volatile int64_t sink = 0;
  for (int r = 0; r < 5; r++) {
    double t = now();
    int64_t closes = 0, volumes = 0; int32_t highest = INT32_MIN, lowest = INT32_MAX;
    for (size_t i = 0; i < n; i++) {
      closes += c[0][i]; volumes += (uint32_t)c[1][i];
      if (c[2][i] > highest) highest = c[2][i];
      if (c[3][i] < lowest) lowest = c[3][i];
    }
    sink += closes + volumes + highest + lowest;
    t = now() - t; if (t < best) best = t;
  }
  printf("%f\\n", best);
  return sink == 42;
}`

/** The same scan in C, ms; \X where there is no compiler. */
const cScan = (candles: number): number | undefined => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  try {
    const source = path.join(folder, "scan.c")
    fs.writeFileSync(source, cLoop)
    execFileSync("cc", ["-O3", "-march=native", "-o", path.join(folder, "scan"), source], { stdio: "ignore" })
    return Number(execFileSync(path.join(folder, "scan"), [String(candles)], { encoding: "utf8" }))
  } catch {
    return undefined
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Writes the candles as plain columns and reads them back, ms. */
const plainFile = (candles: CandleColumns): number => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  try {
    const file = path.join(folder, "columns")
    const { close, high, length, low, minute, open, openInterest, volume } = candles
    const columns = [minute, open, high, low, close, volume, openInterest]
    const write = fs.openSync(file, "w")
    for (const column of columns) fs.writeSync(write, column.subarray(0, length))
    fs.closeSync(write)
    return fastest(20, () => {
      const into = candleColumns(length)
      const read = fs.openSync(file, "r")
      let at = 0
      for (const column of [into.minute, into.open, into.high, into.low, into.close, into.volume, into.openInterest]) {
        at += fs.readSync(read, column, 0, column.byteLength, at)
      }
      fs.closeSync(read)
    })
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** The same candles as a row each, as most write them, ms to insert and bytes a candle. */
const asRows = (candles: CandleColumns) =>
  Effect.gen(function*() {
    const { run } = yield* Database
    const sqlRun = (text: string, parameters: ReadonlyArray<unknown> = []) =>
      run(Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<Record<string, number>>(text, parameters)))
    yield* sqlRun("drop table if exists bench_rows")
    yield* sqlRun(`create table bench_rows (instrument integer, at timestamptz, open float8, high float8, low float8,
      close float8, volume bigint, open_interest bigint, primary key (instrument, at))`)
    const started = performance.now()
    const step = 20_000
    for (let from = 0; from < candles.length; from += step) {
      const to = Math.min(from + step, candles.length)
      const column = (values: Int32Array | Uint32Array, scale: number) =>
        Result.getOrThrow(
          PgTypes.array(Array.from(values.subarray(from, to), (each) => each * scale), PgTypes.OID.float8)
        )
      yield* sqlRun(
        `insert into bench_rows select 1, to_timestamp(m), o, h, l, c, v::int8, i::int8
         from unnest($1::float8[], $2::float8[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[])
           as r (m, o, h, l, c, v, i)`,
        [
          column(candles.minute, 60),
          column(candles.open, 0.01),
          column(candles.high, 0.01),
          column(candles.low, 0.01),
          column(candles.close, 0.01),
          column(candles.volume, 1),
          column(candles.openInterest, 1)
        ]
      )
    }
    const inserting = performance.now() - started
    const reading = yield* quickest(
      3,
      sqlRun(
        "select at, open, high, low, close, volume, open_interest from bench_rows where instrument = 1 order by at"
      )
    )
    const [size] = yield* sqlRun("select pg_total_relation_size('bench_rows')::float8 as bytes")
    yield* sqlRun("drop table bench_rows")
    return { inserting, reading, bytes: size?.["bytes"] ?? 0 }
  })

export const archive = (candles: number): Promise<ReadonlyArray<Figure>> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  const work = Effect.gen(function*() {
    const archive = yield* CandleArchive
    const { kind, run } = yield* Database
    let total = 0
    let instruments = 0
    let writing = 0
    let batch: Array<NamedCandles> = []
    let size = 0
    let share: NamedCandles | undefined
    const write = Effect.gen(function*() {
      const started = performance.now()
      yield* archive.writeAll(batch)
      writing += performance.now() - started
      batch = []
      size = 0
    })
    for (const each of archiveMarket(candles)) {
      share ??= each
      batch.push(each)
      size += each.candles.length
      total += each.candles.length
      instruments++
      if (size >= BATCH) yield* write
    }
    yield* write
    const settling = yield* quickest(1, archive.settle())
    // Into the table's own files and out of the log, so that it is not counted against what is read next.
    yield* run(Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe("checkpoint")))
    const [sizes] = yield* run(
      Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql.unsafe<{ months: number; days: number }>(
          `select pg_total_relation_size('archive_months')::float8 as months,
           pg_total_relation_size('archive_days')::float8 as days`
        ))
    )
    const months = sizes?.months ?? 0
    const days = sizes?.days ?? 0
    // There is at least one.
    const { candles: year, symbol } = share!
    const one = yield* quickest(10, archive.history(symbol, 0, FOREVER))
    const plain = plainFile(year)
    const day = new Date(year.minute[year.length >> 1]! * 60_000).toISOString().slice(0, 10)
    const everything = yield* archive.day(day)
    const oneDay = yield* quickest(5, archive.day(day))
    const names = everything.symbols.slice(0, 200)
    const last = yield* quickest(5, archive.latest(names, 200))
    const million = candleColumns(Math.min(total, 500_000))
    for (let row = 0; row + year.length <= million.length; row += year.length) {
      copyColumns(year, million, row)
      // The key wants every minute once.
      for (let i = row; i < row + year.length; i++) million.minute[i]! += row * 10
    }
    const rowCount = Math.floor(million.length / year.length) * year.length
    const rows = yield* asRows({ ...million, length: rowCount })
    const before = process.memoryUsage().arrayBuffers
    const started = performance.now()
    const slab = yield* archive.slab()
    const loading = performance.now() - started
    const held = process.memoryUsage().arrayBuffers - before
    const scanning = fastest(5, () => scan(slab.candles))
    const inC = cScan(total)
    const rowsPerSecond = perSecond(rowCount, rows.inserting)
    const both = perSecond(total, writing + settling)
    const figures: ReadonlyArray<Figure> = [
      {
        what: `Archive on ${kind}: ${total} candles of ${instruments} instruments, packed in both orders`,
        measured: rate(both, "candles"),
        yardstick: `rows with a key, by unnest: ${rate(rowsPerSecond, "rows")}`,
        ratio: ratio(both / rowsPerSecond),
        goal: "≥ 30,00,000 candles/s",
        met: both >= 3_000_000
      },
      {
        what: "Bytes a candle, by month and by day, with indexes",
        measured: `${(months / total).toFixed(2)} + ${(days / total).toFixed(2)} B`,
        yardstick: `as rows: ${(rows.bytes / rowCount).toFixed(1)} B`,
        ratio: ratio((months + days) / total / (rows.bytes / rowCount)),
        goal: "≤ 12 B",
        met: (months + days) / total <= 12
      },
      {
        what: `History of one instrument, ${year.length} candles`,
        measured: ms(one),
        yardstick: `read from a plain file: ${ms(plain)}; as rows: ${ms(rows.reading * year.length / rowCount)}`,
        ratio: ratio(one / plain),
        goal: "≤ 3",
        met: one / plain <= 3
      },
      {
        what: `One day of everything, ${everything.candles.length} candles of ${everything.symbols.length} instruments`,
        measured: ms(oneDay),
        yardstick: "",
        ratio: "",
        goal: "< 30 ms",
        met: oneDay < 30
      },
      {
        what: `Last 200 candles of ${names.length} instruments`,
        measured: ms(last),
        yardstick: "",
        ratio: "",
        goal: "",
        met: undefined
      },
      {
        what: `Everything into memory (${(held / 2 ** 20).toFixed(0)} MiB, ${(held / total).toFixed(1)} B a candle)`,
        measured: `${(loading / 1_000).toFixed(1)} s, ${rate(perSecond(total, loading), "candles")}`,
        yardstick: `${CANDLE_BYTES} B a candle`,
        ratio: ratio(held / total / CANDLE_BYTES),
        goal: "",
        met: undefined
      },
      {
        what: "Scan of all of it in memory, four columns",
        measured: ms(scanning),
        yardstick: inC === undefined ? "no C compiler" : `the loop in C: ${ms(inC)}`,
        ratio: inC === undefined ? "" : ratio(scanning / inC),
        goal: "≤ 3",
        met: inC === undefined ? undefined : scanning / inC <= 3
      }
    ]
    return figures
  }).pipe(
    Effect.provide(
      layer.pipe(Layer.provideMerge(layerConfig(path.join(folder, "database"), { deadline: "2 minutes" })))
    ),
    Effect.ensuring(Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true })))
  )
  return Effect.runPromise(work)
}
