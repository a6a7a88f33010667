/** Candles of the live day, a row of SQL each, until they are packed into blocks. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { ints } from "./BlockTables.ts"

interface LiveRows {
  readonly instrument: number
  readonly rows: Uint8Array
}

/** Rows as one value of SQL, ascending: a row object each would take longer than all else. */
export const packedRows = `string_agg(int4send(minute) || int4send(open) || int4send(high) || int4send(low) ||
  int4send(close) || int8send(volume) || int8send(open_interest), ''::bytea order by minute)`

const ROW_BYTES = 36

/** What {@link packedRows} made, big-endian as SQL sends it. */
export const unpackRows = (rows: Uint8Array): CandleColumns => {
  const columns = candleColumns(rows.byteLength / ROW_BYTES)
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength)
  for (let row = 0, at = 0; row < columns.length; row++, at += ROW_BYTES) {
    columns.minute[row] = view.getInt32(at)
    columns.open[row] = view.getInt32(at + 4)
    columns.high[row] = view.getInt32(at + 8)
    columns.low[row] = view.getInt32(at + 12)
    columns.close[row] = view.getInt32(at + 16)
    // The upper half of these two is 0: they came out of 32-bit columns.
    columns.volume[row] = view.getUint32(at + 24)
    columns.openInterest[row] = view.getUint32(at + 32)
  }
  return columns
}

/** Rows of the instruments (of all when none are named) with minutes in `[from, to)`. */
export const read = (from: number, to: number, instruments?: ReadonlyArray<number>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe<LiveRows>(
      `select instrument, ${packedRows} as rows from archive_live where minute >= $1::int4 and minute < $2::int4
       ${instruments === undefined ? "" : "and instrument = any($3)"} group by instrument order by instrument`,
      instruments === undefined ? [from, to] : [from, to, ints(instruments)]
    )).pipe(
      Effect.map((found): ReadonlyMap<number, CandleColumns> =>
        new Map(found.map(({ instrument, rows }) => [instrument, unpackRows(rows)]))
      )
    )

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
