/**
 * One instrument's packed months and live rows, in one question. It names the blocks that are in the cache and at which
 * version; SQL answers with the bytes of the others only. So an answer is never older than the database, whoever wrote to
 * it, and a history that is asked for again costs a round trip and the unpacking.
 */
import {
  type CandleColumns,
  candleColumns,
  copyColumns,
  mergeColumns,
  sliceColumns
} from "@keepgaining/core/candles/CandleColumns.ts"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ArchiveDamaged } from "./ArchiveError.ts"
import { candlesIn } from "./Block.ts"
import { damagedMonth, isWhole } from "./BlockTables.ts"
import { unpackRuns } from "./kernel/unpackRuns.ts"
import { packedRows, unpackRows } from "./LiveRows.ts"
import type { CachedMonth, MonthCache } from "./MonthCache.ts"
import { unwrittenColumns } from "./unwrittenColumns.ts"

/** A block, or (without a month) the live rows. */
interface HistoryRow {
  readonly month: number | null
  readonly candles: number
  readonly crc32: number
  readonly version: string
  /** `null` when it is the version that is known. */
  readonly runs: Uint8Array | null
}

// `xmin` is the transaction that wrote the row; with the checksum it is another one even in a database put back from a copy.
const question = `
  select month, candles, crc32::float8 as crc32, version, case when version = any($4::text[]) then null else runs end as runs
  from (
    select month, candles, crc32, concat_ws(' ', month, xmin, crc32) as version, runs from archive_months
    where instrument = (select id from archive_instruments where symbol = $1::text)
      and last_minute >= $2::int4 and first_minute < $3::int4
  ) as months
  union all
  select null, count(*)::int4, 0, '', ${packedRows} from archive_live
  where instrument = (select id from archive_instruments where symbol = $1::text)
    and minute >= $2::int4 and minute < $3::int4 having count(*) > 0
  order by month`

/** The bytes in memory of their own: as the driver gives them they are part of more. */
const kept = (runs: Uint8Array): Uint8Array => {
  const own = Buffer.allocUnsafeSlow(runs.byteLength)
  own.set(runs)
  return own
}

/** Months with the last candle at `from` or later and the first before `to`, whole, and live rows in `[from, to)`. */
export const readHistory = (
  cache: MonthCache,
  symbol: string,
  from: number,
  to: number
): Effect.Effect<CandleColumns, SqlError | ArchiveDamaged, SqlClient.SqlClient> =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const known = cache.of(symbol)
    const versions = Array.from(known.values(), ({ version }) => version)
    const rows = yield* sql.unsafe<HistoryRow>(question, [symbol, from, to, versions])
    const all = unwrittenColumns(rows.reduce((sum, { candles }) => sum + candles, 0))
    let end = 0
    let fresh: Map<number, CachedMonth> | undefined
    let live = candleColumns(0)
    for (const { candles, crc32, month, runs, version } of rows) {
      if (month === null) {
        // There are rows, so there are bytes of them.
        live = unpackRows(runs!)
        continue
      }
      if (runs !== null) {
        // Every row of the columns is written only if the block has as many as it says.
        if (!isWhole({ crc32, runs }) || candlesIn(runs) !== candles) return yield* damagedMonth(symbol, month)
        fresh ??= new Map(known)
        fresh.set(month, { version, runs: kept(runs) })
      }
      // SQL left it out because it was named, out of this very map.
      end = unpackRuns(runs ?? known.get(month)!.runs, all, end)
    }
    if (fresh !== undefined) cache.put(symbol, fresh)
    // A live row stands over a packed one of the same minute.
    if (end > 0 && live.length > 0 && (live.minute[0] ?? 0) <= (all.minute[end - 1] ?? 0)) {
      return mergeColumns(sliceColumns(all, 0, end), live)
    }
    // As nearly always: the live day is behind what is packed.
    copyColumns(live, all, end)
    return all
  })
