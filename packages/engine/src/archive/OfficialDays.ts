/**
 * The brokers' official daily candles, a row a day and instrument, apart from the archive's minutes: their close is the
 * exchange's closing price (the weighted average of the last half hour, or the closing auction's), which no minute has. What
 * an answer says of a day stands until a later one says otherwise; one that says the same changes nothing.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { Database, type DatabaseError } from "../database/Database.ts"

/** Prices in paise. */
export interface OfficialDay {
  /** Indian date of the trading day. */
  readonly date: string
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** At the end of the day; `null` when nobody told, or there is none. */
  readonly openInterest: number | null
}

/** Days of one instrument as they came from somewhere. */
export interface OfficialAnswer {
  /** `NSE:RELIANCE`. */
  readonly symbol: string
  readonly days: ReadonlyArray<OfficialDay>
  /** Whose: `kite:asha`, or the address of a history server. */
  readonly source: string
  /** When, epoch ms. */
  readonly fetchedAt: number
}

export interface StoredDay extends OfficialDay {
  readonly source: string
  /** Epoch ms. */
  readonly fetchedAt: number
}

/** Days that were not there, that were there otherwise, and that were there just so. */
export interface DaysWritten {
  readonly added: number
  readonly replaced: number
  readonly unchanged: number
}

export interface OfficialSummary {
  readonly instruments: number
  readonly days: number
  /** First and last date; `null` while there is none. */
  readonly from: string | null
  readonly to: string | null
}

export interface DaysRange {
  /** Indian dates, both included. */
  readonly from: string
  readonly to: string
  /** Only the newest so many. */
  readonly last?: number | undefined
}

export class OfficialDays extends Context.Service<OfficialDays, {
  /** May be repeated. Open interest that an answer leaves out stays as it was. */
  readonly write: (answers: ReadonlyArray<OfficialAnswer>) => Effect.Effect<DaysWritten, DatabaseError>
  /** Ascending; none of an instrument that nobody asked for. */
  readonly read: (symbol: string, range: DaysRange) => Effect.Effect<ReadonlyArray<StoredDay>, DatabaseError>
  /** Of the instruments whose symbol holds the text; of all without one. */
  readonly summary: (text?: string) => Effect.Effect<OfficialSummary, DatabaseError>
}>()("@keepgaining/engine/archive/OfficialDays") {}

/** Rows of one statement. */
const PAGE = 5_000

const upsert = `
  insert into official_days as was (instrument, day, open, high, low, close, volume, open_interest, source, fetched_at)
  select i.id, new.date, new.open, new.high, new.low, new.close, new.volume, new."openInterest", new.source,
    to_timestamp(new."fetchedAt" / 1000)
  from json_to_recordset($1::text::json) as new (symbol text, date date, open int4, high int4, low int4, close int4,
    volume int8, "openInterest" int8, source text, "fetchedAt" float8)
  join archive_instruments i on i.symbol = new.symbol
  on conflict (instrument, day) do update set open = excluded.open, high = excluded.high, low = excluded.low,
    close = excluded.close, volume = excluded.volume,
    open_interest = coalesce(excluded.open_interest, was.open_interest),
    source = excluded.source, fetched_at = excluded.fetched_at
  where (was.open, was.high, was.low, was.close, was.volume, was.open_interest) is distinct from
    (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume,
      coalesce(excluded.open_interest, was.open_interest))
  returning xmax = 0 as added`

export const layer: Layer.Layer<OfficialDays, never, Database> = Layer.effect(
  OfficialDays,
  Effect.map(Database, ({ run }) => {
    const sql = <A extends object>(text: string, parameters: ReadonlyArray<unknown> = []) =>
      run(Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe<A>(text, parameters)))

    return OfficialDays.of({
      write: (answers) =>
        Effect.gen(function*() {
          // Of two that say something of the same day, the later one: a statement writes a row once.
          const rows = Array.from(
            new Map(answers.flatMap(({ days, fetchedAt, source, symbol }) =>
              days.map((day) => [`${symbol} ${day.date}`, { ...day, symbol, source, fetchedAt }] as const)
            )).values()
          )
          let added = 0
          let replaced = 0
          for (let first = 0; first < rows.length; first += PAGE) {
            const page = rows.slice(first, first + PAGE)
            yield* sql(
              "insert into archive_instruments (symbol) select unnest($1::text[]) on conflict do nothing",
              [Array.from(
                new Set(page.map(({ symbol }) =>
                  symbol
                ))
              )]
            )
            for (const row of yield* sql<{ readonly added: boolean }>(upsert, [JSON.stringify(page)])) {
              if (row.added) added++
              else replaced++
            }
          }
          return { added, replaced, unchanged: rows.length - added - replaced }
        }),
      read: (symbol, { from, last, to }) =>
        Effect.map(
          sql<StoredDay>(
            `select day::text as date, open, high, low, close, volume::float8 as volume,
               open_interest::float8 as "openInterest", source, (extract(epoch from fetched_at) * 1000)::float8 as "fetchedAt"
             from official_days join archive_instruments on id = instrument
             where symbol = $1 and day between $2::text::date and $3::text::date order by day desc limit $4::text::int8`,
            [symbol, from, to, last === undefined ? null : String(last)]
          ),
          (rows) => rows.toReversed()
        ),
      summary: (text = "") =>
        Effect.flatMap(
          sql<OfficialSummary>(
            `select count(distinct instrument)::int as instruments, count(*)::int as days, min(day)::text as "from",
               max(day)::text as "to"
             from official_days join archive_instruments on id = instrument
             where position(lower($1::text) in lower(symbol)) > 0`,
            [text]
          ),
          // An aggregate always gives a row.
          ([row]) => row === undefined ? Effect.die("no row of an aggregate") : Effect.succeed(row)
        )
    })
  })
)
