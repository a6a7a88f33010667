/**
 * Candles out of a user's own PostgreSQL or TimescaleDB table, an instrument at a time, which an index on (instrument, time)
 * makes cheap. Only reads. Afterwards each instrument's count and sums are asked of the table and compared.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import { type CandleMapping, findColumns, type SymbolOf } from "./candleMapping.ts"
import type { CandleRows } from "./CandleRows.ts"
import { type CandleSource, SourceRefused } from "./ImportCandles.ts"

export interface TableOptions {
  readonly url: Redacted.Redacted
  /** `candles`, or `schema.candles`. */
  readonly table: string
  readonly mapping: CandleMapping
  readonly symbolOf: SymbolOf
}

/** Rows of one instrument fetched at once. */
const ROWS = 50_000

interface TableRow {
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly oi: number
}

const quoted = (name: string): string => name.split(".").map((part) => `"${part.replaceAll("\"", "\"\"")}"`).join(".")

export const databaseCandles = (
  { mapping, symbolOf, table, url }: TableOptions
): Effect.Effect<CandleSource, SourceRefused, Scope.Scope> =>
  Effect.gen(function*() {
    const { host, pathname } = new URL(Redacted.value(url))
    const source = `postgres ${host}${pathname} ${table}`
    const refused = (problem: string) => new SourceRefused({ source, problem })
    const failed = (error: SqlError) => {
      const { cause } = error.reason
      return refused(cause instanceof Error ? cause.message : error.message)
    }
    const sql = yield* PgClient.make({ url, applicationName: "keepgaining import", maxConnections: 1 }).pipe(
      Effect.provide(Reactivity.layer),
      Effect.mapError(failed)
    )
    const ask = <A extends object>(text: string, parameters: ReadonlyArray<unknown> = []) =>
      Effect.mapError(sql.unsafe<A>(text, parameters), failed)

    const columns = yield* ask<{ readonly name: string; readonly type: string }>(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [table]
    )
    const found = findColumns(columns.map(({ name }) => name), mapping, undefined)
    if (Result.isFailure(found)) return yield* refused(found.failure)
    const { close, high, low, oi, open, symbol, time, volume } = found.success
    // They were found.
    const [of, at] = [quoted(symbol!), quoted(time!)]
    const isInstant = columns.find(({ name }) => name === time)?.type.startsWith("timestamp with time zone") === true
    const isLocal = columns.find(({ name }) => name === time)?.type.startsWith("timestamp without") === true
    // Without a zone it is what a clock in India showed.
    const epoch = isInstant
      ? `extract(epoch from ${at})::float8`
      : isLocal
      ? `extract(epoch from ${at} at time zone 'Asia/Kolkata')::float8`
      : `${at}::float8`
    const number = (name: string | undefined) =>
      name === undefined ? "0::float8" : `coalesce(${quoted(name)}, 0)::float8`
    // Every instrument by one step of the index each, where `select distinct` would read the whole table.
    const names = yield* ask<{ readonly name: string }>(
      `with recursive names as (
         (select ${of} as name from ${quoted(table)} order by ${of} limit 1)
         union all
         select (select ${of} from ${quoted(table)} where ${of} > names.name order by ${of} limit 1)
         from names where names.name is not null
       ) select name::text as name from names where name is not null`
    )
    const prices = [open, high, low, close].map(number)
    return {
      name: source,
      items: names.map(({ name }) => ({
        name,
        open: Effect.sync(() => {
          let after = -Infinity
          return (rows: CandleRows) =>
            Effect.map(
              ask<TableRow>(
                `select * from (
                   select ${epoch} as time, ${prices[0]} as open, ${prices[1]} as high, ${prices[2]} as low,
                     ${prices[3]} as close, ${number(volume)} as volume, ${number(oi)} as oi
                   from ${quoted(table)} where ${of}::text = $1 ${
                  isInstant ? `and ${at} > to_timestamp($2::float8)` : ""
                }
                 ) as rows where time > $2::float8 order by time limit ${ROWS}`,
                [name, after]
              ),
              (page) => {
                for (const row of page) {
                  const { oi: openInterest, time: seconds, ...rest } = row
                  rows.add(
                    { ...rest, symbol: symbolOf(name), openInterest, time: Math.round(seconds * 1_000) },
                    () => `${name} at ${new Date(seconds * 1_000).toISOString()}`
                  )
                }
                after = page.at(-1)?.time ?? after
                return page.length === ROWS
              }
            )
        }),
        totals: Effect.map(
          ask<{ readonly candles: number; readonly closes: number; readonly volume: number }>(
            `select count(*)::float8 as candles, sum(round(${quoted(close!)}::numeric * 100))::float8 as closes,
               sum(${number(volume)}) as volume from ${quoted(table)} where ${of}::text = $1`,
            [name]
          ),
          ([totals]) => ({ symbol: symbolOf(name), totals: totals ?? { candles: 0, closes: 0, volume: 0 } })
        )
      }))
    }
  })
