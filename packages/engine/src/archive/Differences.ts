/**
 * What the archive had of a minute before another candle took its place: built from ticks, say, before the broker's official
 * one came. The new candle stands; the old one is kept here, so that somebody can see how far a feed can be trusted.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { ints } from "./BlockTables.ts"

export interface ReplacedCandle {
  readonly symbol: string
  /** Minutes since 1970-01-01T00:00Z. */
  readonly minute: number
  /** Paise; what was there before. */
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly openInterest: number
  readonly replacedAt: Date
}

/** Of one instrument's month at most: a history that is brought in anew in other numbers is no comparison of a day. */
const KEPT = 2_000

/** Keeps rows of `old` (instrument and columns alike in number). */
export const keep = (instrument: number, old: CandleColumns) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => {
    const length = Math.min(old.length, KEPT)
    const column = (values: Int32Array) => ints(Array.from(values.subarray(0, length)))
    const wide = (values: Uint32Array) =>
      Result.getOrThrow(PgTypes.array(Array.from(values.subarray(0, length)), PgTypes.OID.float8))
    return length === 0 ? Effect.void : Effect.asVoid(sql.unsafe(
      `insert into archive_differences (instrument, minute, open, high, low, close, volume, open_interest)
       select $1::int4, m, o, h, l, c, v::int8, i::int8
       from unnest($2::int4[], $3::int4[], $4::int4[], $5::int4[], $6::int4[], $7::float8[], $8::float8[])
         as rows (m, o, h, l, c, v, i)
       on conflict do nothing`,
      [
        instrument,
        column(old.minute),
        column(old.open),
        column(old.high),
        column(old.low),
        column(old.close),
        wide(old.volume),
        wide(old.openInterest)
      ]
    ))
  })

/** Forgets what gave way longer ago than so many days. Answers how many minutes. */
export const forget = (days: number) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe<{ readonly minutes: number }>(
      `with old as (
         delete from archive_differences where replaced_at < now() - make_interval(days => $1::int4) returning 1
       ) select count(*)::int4 as minutes from old`,
      [days]
    )).pipe(Effect.map(([row]) => row?.minutes ?? 0))

/** Newest first; of one symbol when it is named. */
export const read = (limit: number, symbol?: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe<ReplacedCandle>(
      `select i.symbol, d.minute, d.open, d.high, d.low, d.close, d.volume::float8 as volume,
         d.open_interest::float8 as "openInterest", d.replaced_at as "replacedAt"
       from archive_differences d join archive_instruments i on i.id = d.instrument
       where $2::text is null or i.symbol = $2 order by d.replaced_at desc, i.symbol, d.minute limit $1::int4`,
      [limit, symbol ?? null]
    ))
