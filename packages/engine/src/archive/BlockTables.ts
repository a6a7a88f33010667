/** The archive's tables in SQL: whole blocks in and out, verified by their checksums. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as zlib from "node:zlib"
import { ArchiveDamaged } from "./ArchiveError.ts"
import { firstDayOf, wordsOf } from "./Block.ts"

/** A block of one instrument's month; `bytes` is where its runs lie in the writer's buffer. */
export interface MonthBlock {
  readonly instrument: number
  readonly month: number
  readonly candles: number
  readonly firstMinute: number
  readonly lastMinute: number
  readonly from: number
  readonly to: number
}

export interface StoredMonth {
  readonly instrument: number
  readonly month: number
  readonly candles: number
  readonly words: Uint32Array
}

export interface StoredPart {
  readonly candles: number
  readonly words: Uint32Array
}

/** Whole numbers as an array of SQL; they fit, for they came out of 32-bit columns. */
export const ints = (values: ReadonlyArray<number>) => Result.getOrThrow(PgTypes.array(values, PgTypes.OID.int4))
const wide = (values: ReadonlyArray<number>) => Result.getOrThrow(PgTypes.array(values, PgTypes.OID.float8))

interface BlockRow {
  readonly candles: number
  readonly crc32: number
  readonly runs: Uint8Array
}

interface MonthRow extends BlockRow {
  readonly instrument: number
  readonly month: number
}

const monthColumns = "instrument, month, candles, crc32::float8 as crc32, runs"

/** Whether the runs are what was stored. */
export const isWhole = ({ crc32, runs }: Pick<BlockRow, "crc32" | "runs">): boolean => zlib.crc32(runs) === crc32

export const damagedMonth = (instrument: string, month: number): ArchiveDamaged =>
  new ArchiveDamaged({
    block: `${instrument}, ${Math.floor(month / 12)}-${String(month % 12 + 1).padStart(2, "0")}`,
    remedy: "Remove the month (keepgaining archive remove) and import or download it again"
  })

const verifiedMonth = (row: MonthRow): Effect.Effect<StoredMonth, ArchiveDamaged> =>
  isWhole(row)
    ? Effect.succeed({
      instrument: row.instrument,
      month: row.month,
      candles: row.candles,
      words: wordsOf(row.runs)
    })
    : Effect.fail(damagedMonth(`instrument ${row.instrument}`, row.month))

/** Blocks of the instruments with the last candle at `from` or later and the first before `to`, ascending. */
export const readMonths = (instruments: ReadonlyArray<number>, from: number, to: number) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<MonthRow>(
      `select ${monthColumns} from archive_months
       where instrument = any($1) and last_minute >= $2::int4 and first_minute < $3::int4 order by instrument, month`,
      [ints(instruments), from, to]
    )
    return yield* Effect.forEach(rows, verifiedMonth)
  })

/** Exactly those blocks, where they exist. */
export const readMonthsOf = (keys: ReadonlyArray<{ readonly instrument: number; readonly month: number }>) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<MonthRow>(
      `select ${monthColumns} from archive_months
       join unnest($1::int4[], $2::int4[]) as wanted (i, m) on instrument = i and month = m`,
      [ints(keys.map(({ instrument }) => instrument)), ints(keys.map(({ month }) => month))]
    )
    return yield* Effect.forEach(rows, verifiedMonth)
  })

/** The newest blocks of each instrument, ascending, until they hold `candles` (or there are no more). */
export const readNewest = (instruments: ReadonlyArray<number>, candles: number) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<MonthRow>(
      `select ${monthColumns} from (
         select *, sum(candles) over (partition by instrument order by month desc) - candles as newer
         from archive_months where instrument = any($1)
       ) as blocks where newer < $2::int4 order by instrument, month`,
      [ints(instruments), candles]
    )
    return yield* Effect.forEach(rows, verifiedMonth)
  })

/** A page of a month's blocks in the order of their instruments, those behind `after`. */
export const readPageOfMonth = (month: number, after: number, limit: number) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<MonthRow>(
      `select ${monthColumns} from archive_months
       where month = $1::int4 and instrument > $2::int4 order by instrument limit $3::int4`,
      [month, after, limit]
    )
    return yield* Effect.forEach(rows, verifiedMonth)
  })

export const readDay = (day: number) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<BlockRow & { readonly part: number }>(
      `select part, candles, crc32::float8 as crc32, runs from archive_days where day = $1::int4 order by part`,
      [day]
    )
    return yield* Effect.forEach(rows, (row): Effect.Effect<StoredPart, ArchiveDamaged> =>
      isWhole(row)
        ? Effect.succeed({ candles: row.candles, words: wordsOf(row.runs) })
        : Effect.fail(
          new ArchiveDamaged({
            block: `part ${row.part} of day ${new Date(day * 86_400_000).toISOString().slice(0, 10)}`,
            remedy: "Put the days together again: keepgaining archive settle --all"
          })
        ))
  })

const checksums = (blocks: ReadonlyArray<{ readonly from: number; readonly to: number }>, bytes: Uint8Array) =>
  blocks.map(({ from, to }) => zlib.crc32(bytes.subarray(from, to)))

/** Stores the blocks whose runs lie in `bytes`, in place of those that were there. */
export const writeMonths = (blocks: ReadonlyArray<MonthBlock>, bytes: Uint8Array) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe(
      `insert into archive_months (instrument, month, candles, first_minute, last_minute, crc32, runs)
       select i, m, n, first, last, c::int8, substring($9::bytea from start + 1 for size)
       from unnest($1::int4[], $2::int4[], $3::int4[], $4::int4[], $5::int4[], $6::float8[], $7::int4[], $8::int4[])
         as blocks (i, m, n, first, last, c, start, size)
       on conflict (instrument, month) do update set candles = excluded.candles, first_minute = excluded.first_minute,
         last_minute = excluded.last_minute, crc32 = excluded.crc32, runs = excluded.runs`,
      [
        ints(blocks.map(({ instrument }) => instrument)),
        ints(blocks.map(({ month }) => month)),
        ints(blocks.map(({ candles }) => candles)),
        ints(blocks.map(({ firstMinute }) => firstMinute)),
        ints(blocks.map(({ lastMinute }) => lastMinute)),
        wide(checksums(blocks, bytes)),
        ints(blocks.map(({ from }) => from)),
        ints(blocks.map(({ from, to }) => to - from)),
        bytes
      ]
    ))

/** Notes that the months hold something else of these days than the days' own blocks. */
export const markUnsettled = (days: ReadonlyArray<number>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe(
      `insert into archive_unsettled (day, writes) select day, 1 from unnest($1::int4[]) as days (day)
       on conflict (day) do update set writes = archive_unsettled.writes + 1`,
      [ints(days)]
    ))

export interface UnsettledDay {
  readonly day: number
  /** Counts on with every write: who settles the day settled it as of this. */
  readonly writes: number
}

export const unsettledDays = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql<UnsettledDay>`select day, writes::float8 as writes from archive_unsettled order by day`
)

/** Every day that the archive has or had. */
export const markAllUnsettled = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const months = yield* sql<{ readonly month: number }>`select distinct month from archive_months`
  const days = months.flatMap(({ month }) => {
    const first = firstDayOf(month)
    return Array.from({ length: firstDayOf(month + 1) - first }, (_, i) => first + i)
  })
  const stored = yield* sql<{ readonly day: number }>`select distinct day from archive_days`
  yield* markUnsettled(Array.from(new Set([...days, ...stored.map(({ day }) => day)])))
})

export const isUnsettled = (day: number) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql`select 1 from archive_unsettled where day = ${day}::int4`).pipe(
    Effect.map((rows) => rows.length > 0)
  )

export const deleteMonths = (instrument: number, months: ReadonlyArray<number>) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) =>
      sql.unsafe("delete from archive_months where instrument = $1::int4 and month = any($2)", [
        instrument,
        ints(months)
      ])
  )

/** What is packed of each instrument whose symbol holds the text. */
export const summary = (text: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql<{
      readonly symbol: string
      readonly candles: number
      readonly firstMinute: number
      readonly lastMinute: number
      readonly bytes: number
    }>`
      select symbol, sum(candles)::float8 as candles, min(first_minute) as "firstMinute",
        max(last_minute) as "lastMinute", sum(length(runs))::float8 as bytes
      from archive_instruments join archive_months on instrument = id
      where position(lower(${text}) in lower(symbol)) > 0
      group by symbol order by symbol`)

/** What a day's blocks are; `bytes` of a part is where its runs lie in the writer's buffer. */
export interface SettledDay extends UnsettledDay {
  readonly parts: ReadonlyArray<{ readonly candles: number; readonly from: number; readonly to: number }>
}

/**
 * Replaces the blocks of days, and forgets that they were unsettled, except those that were written to since. It does not wait
 * for the disk: what a power cut takes back are unsettled days once more.
 */
export const writeDays = (days: ReadonlyArray<SettledDay>, bytes: Uint8Array) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.withTransaction(Effect.gen(function*() {
      const parts = days.flatMap(({ day, parts }) => parts.map((part, i) => ({ ...part, day, number: i + 1 })))
      const numbers = ints(days.map(({ day }) => day))
      yield* sql`set local synchronous_commit = off`
      yield* sql.unsafe("delete from archive_days where day = any($1)", [numbers])
      yield* sql.unsafe(
        `insert into archive_days (day, part, candles, crc32, runs)
         select d, p, n, c::int8, substring($7::bytea from start + 1 for size)
         from unnest($1::int4[], $2::int4[], $3::int4[], $4::float8[], $5::int4[], $6::int4[])
           as parts (d, p, n, c, start, size)`,
        [
          ints(parts.map(({ day }) => day)),
          ints(parts.map(({ number }) => number)),
          ints(parts.map(({ candles }) => candles)),
          wide(checksums(parts, bytes)),
          ints(parts.map(({ from }) => from)),
          ints(parts.map(({ from, to }) => to - from)),
          bytes
        ]
      )
      yield* sql.unsafe(
        `delete from archive_unsettled as unsettled using unnest($1::int4[], $2::float8[]) as settled (day, writes)
         where unsettled.day = settled.day and unsettled.writes = settled.writes::int8`,
        [numbers, wide(days.map(({ writes }) => writes))]
      )
    })))
