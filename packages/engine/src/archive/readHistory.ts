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
import { verifiedMonth } from "./BlockTables.ts"
import { unpackRuns } from "./kernel/unpackRuns.ts"
import { packedRows, unpackRows } from "./LiveRows.ts"
import type { CachedMonth, MonthCache } from "./MonthCache.ts"

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
    where instrument = $1::int4 and last_minute >= $2::int4 and first_minute < $3::int4
  ) as months
  union all
  select null, count(*)::int4, 0, '', ${packedRows} from archive_live
  where instrument = $1::int4 and minute >= $2::int4 and minute < $3::int4 having count(*) > 0
  order by month`

export interface StoredHistory {
  /** Ascending. */
  readonly months: ReadonlyArray<CachedMonth>
  readonly live: CandleColumns
}

/** Months with the last candle at `from` or later and the first before `to`, whole; live rows in `[from, to)`. */
export const readHistory = (
  cache: MonthCache,
  instrument: number,
  from: number,
  to: number
): Effect.Effect<StoredHistory, SqlError | ArchiveDamaged, SqlClient.SqlClient> =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const known = cache.of(instrument)
    const versions = Array.from(known.values(), ({ version }) => version)
    const rows = yield* sql.unsafe<HistoryRow>(question, [instrument, from, to, versions])
    const months: Array<CachedMonth> = []
    let fresh: Map<number, CachedMonth> | undefined
    let live = candleColumns(0)
    for (const { candles, crc32, month, runs, version } of rows) {
      if (month === null) {
        // There are rows, so there are bytes of them.
        live = unpackRows(runs!)
        continue
      }
      if (runs === null) {
        // SQL left it out because it was named, out of this very map.
        months.push(known.get(month)!)
        continue
      }
      const { words } = yield* verifiedMonth({ instrument, month, candles, crc32, runs })
      const read = { version, candles, words }
      months.push(read)
      fresh ??= new Map(known)
      fresh.set(month, read)
    }
    if (fresh !== undefined) cache.put(instrument, fresh)
    return { months, live }
  })

/** Both together, in columns of their own; a live row stands over a packed one of the same minute. */
export const historyColumns = ({ live, months }: StoredHistory): CandleColumns => {
  const count = months.reduce((sum, { candles }) => sum + candles, 0)
  const all = candleColumns(count + live.length)
  let row = 0
  for (const { words } of months) row = unpackRuns(words, all, row)
  if (live.length === 0) return all
  const last = count === 0 ? -1 : all.minute[count - 1] ?? -1
  if ((live.minute[0] ?? -1) <= last) return mergeColumns(sliceColumns(all, 0, count), live)
  // As nearly always: the live day is behind what is packed.
  copyColumns(live, all, count)
  return all
}
