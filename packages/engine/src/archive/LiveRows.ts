/** Candles of the live day, a row of SQL each, until they are packed into blocks. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { ints } from "./BlockTables.ts"

interface LiveRow {
  readonly instrument: number
  readonly minute: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly open_interest: number
}

const selected = `select instrument, minute, open, high, low, close, volume::float8 as volume,
  open_interest::float8 as open_interest from archive_live`

const columnsOf = (rows: ReadonlyArray<LiveRow>): CandleColumns => {
  const columns = candleColumns(rows.length)
  rows.forEach((row, i) => {
    columns.minute[i] = row.minute
    columns.open[i] = row.open
    columns.high[i] = row.high
    columns.low[i] = row.low
    columns.close[i] = row.close
    columns.volume[i] = row.volume
    columns.openInterest[i] = row.open_interest
  })
  return columns
}

const byInstrument = (rows: ReadonlyArray<LiveRow>): ReadonlyMap<number, CandleColumns> =>
  new Map(
    Array.from(Map.groupBy(rows, ({ instrument }) => instrument), ([instrument, of]) => [instrument, columnsOf(of)])
  )

/** Rows of the instruments (of all when none are named) with minutes in `[from, to)`. */
export const read = (from: number, to: number, instruments?: ReadonlyArray<number>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe<LiveRow>(
      `${selected} where minute >= $1::int4 and minute < $2::int4
       ${instruments === undefined ? "" : "and instrument = any($3)"} order by instrument, minute`,
      instruments === undefined ? [from, to] : [from, to, ints(instruments)]
    )).pipe(Effect.map(byInstrument))

export const write = (instrument: number, candles: CandleColumns) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => {
    const { close, high, length, low, minute, open, openInterest, volume } = candles
    const column = (values: Int32Array) => ints(Array.from(values.subarray(0, length)))
    const wide = (values: Uint32Array) =>
      Result.getOrThrow(PgTypes.array(Array.from(values.subarray(0, length)), PgTypes.OID.float8))
    return sql.unsafe(
      `insert into archive_live (instrument, minute, open, high, low, close, volume, open_interest)
       select $1::int4, m, o, h, l, c, v::int8, i::int8
       from unnest($2::int4[], $3::int4[], $4::int4[], $5::int4[], $6::int4[], $7::float8[], $8::float8[])
         as rows (m, o, h, l, c, v, i)
       on conflict (instrument, minute) do update set open = excluded.open, high = excluded.high, low = excluded.low,
         close = excluded.close, volume = excluded.volume, open_interest = excluded.open_interest`,
      [
        instrument,
        column(minute),
        column(open),
        column(high),
        column(low),
        column(close),
        wide(volume),
        wide(openInterest)
      ]
    )
  })

/** Removes rows with minutes in `[from, to)`, of one instrument when it is named. */
export const remove = (from: number, to: number, instrument?: number) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe<{ readonly minute: number }>(
      `delete from archive_live where minute >= $1::int4 and minute < $2::int4
       ${instrument === undefined ? "" : "and instrument = $3::int4"} returning minute`,
      instrument === undefined ? [from, to] : [from, to, instrument]
    )).pipe(Effect.map((rows) => rows.length))
