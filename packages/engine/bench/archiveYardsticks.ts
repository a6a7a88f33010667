/** What the archive is measured against: a table of rows, files of the same candles, a loop in C over the same bytes. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { Database } from "@keepgaining/engine/database/Database.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const inTemporaryFolder = <A>(use: (folder: string) => A): A => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  try {
    return use(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** A statement on its own. */
export const sql = <A extends object>(text: string) =>
  Effect.flatMap(
    Database,
    ({ run }) => run(Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe<A>(text)))
  )

/** The fastest of some runs of an effect, ms. */
export const quickest = <A, E, R>(times: number, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    let best = Infinity
    for (let i = 0; i < times; i++) {
      const started = performance.now()
      yield* work
      best = Math.min(best, performance.now() - started)
    }
    return best
  })

/** What each takes in every round, ms: all one after the other, then all again. */
export const inTurn = <E, R>(rounds: number, all: ReadonlyArray<Effect.Effect<unknown, E, R>>) =>
  Effect.gen(function*() {
    const took = all.map((): Array<number> => [])
    for (let round = 0; round < rounds; round++) {
      for (const [i, each] of all.entries()) took[i]?.push(yield* quickest(1, each))
    }
    return took
  })

/** Others use the machine too, and an interruption costs more than what is measured; the fastest could be luck. */
export const lowerQuartile = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 2] ?? NaN

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
  for (int r = 0; r < 10; r++) {
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

/** Sums of closes and volumes, highest high and lowest low of so many candles in C, ms; nothing without a compiler. */
export const cScan = (candles: number): number | undefined =>
  inTemporaryFolder((folder) => {
    try {
      const source = path.join(folder, "scan.c")
      fs.writeFileSync(source, cLoop)
      execFileSync("cc", ["-O3", "-march=native", "-o", path.join(folder, "scan"), source], { stdio: "ignore" })
      return Number(execFileSync(path.join(folder, "scan"), [String(candles)], { encoding: "utf8" }))
    } catch {
      return undefined
    }
  })

const columnsOf = ({ close, high, low, minute, open, openInterest, volume }: CandleColumns) => [
  minute,
  open,
  high,
  low,
  close,
  volume,
  openInterest
]

/** The candles as plain columns in a file, 28 bytes each. */
export const writeColumnFile = (name: string, candles: CandleColumns): void => {
  const file = fs.openSync(name, "w")
  for (const column of columnsOf(candles)) fs.writeSync(file, column.subarray(0, candles.length))
  fs.fsyncSync(file)
  fs.closeSync(file)
}

/** Opens and reads a file of so many candles into columns of its own. */
export const readColumnFile = (name: string, length: number): CandleColumns => {
  const into = candleColumns(length)
  const file = fs.openSync(name, "r")
  let at = 0
  for (const column of columnsOf(into)) at += fs.readSync(file, column, 0, column.byteLength, at)
  fs.closeSync(file)
  return into
}

/**
 * Takes files that are written to the disk out of the page cache, so that the next read is one of the disk; `false` where that
 * cannot be done.
 */
export const dropFromCache = (files: ReadonlyArray<string>): boolean => {
  try {
    // GNU dd's way to say that the whole file is not needed.
    for (const file of files) execFileSync("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"])
    return true
  } catch {
    return false
  }
}

/** The same candles as a row each, as most write them, ms to insert and to read, and bytes of all. */
export const asRows = (candles: CandleColumns) =>
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
