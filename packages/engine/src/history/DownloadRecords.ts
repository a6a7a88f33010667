/** What downloads have done and what is left of them, in SQL: a download that was killed goes on from here. */
import { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { Database, type DatabaseError } from "../database/Database.ts"
import type { Repairs } from "./AnswerForm.ts"
import { DownloadInterval } from "./DownloadInterval.ts"
import type { Chunk } from "./planChunks.ts"

export const ChunkState = Schema.Literals(["planned", "done", "incomplete", "failed"])
export type ChunkState = typeof ChunkState.Type

export interface NumberedChunk extends Chunk {
  readonly number: number
}

export interface DownloadInfo {
  readonly id: string
  readonly source: string
  readonly intervals: ReadonlyArray<DownloadInterval>
  readonly from: string
  readonly to: string
  readonly symbols: number
}

/** Chunks by state, and what was brought in. */
export interface DownloadStatus extends DownloadInfo {
  readonly chunks: number
  readonly planned: number
  readonly done: number
  readonly incomplete: number
  readonly failed: number
  readonly candles: number
  readonly requests: number
  readonly repairs: Repairs
  /** Something is to be done yet, and the engine does it when it runs again. */
  readonly goesOn: boolean
}

export interface FinishedChunk {
  readonly number: number
  readonly state: ChunkState
  readonly requests: number
  readonly candles: number
  readonly checksum: string
  readonly repairs: Repairs
  readonly empty: ReadonlyArray<string>
  readonly missing: ReadonlyArray<string>
  readonly problem: string
}

export interface ChunkProblem {
  readonly symbol: string
  readonly interval: DownloadInterval
  readonly from: string
  readonly to: string
  readonly state: ChunkState
  readonly missing: ReadonlyArray<string>
  readonly problem: string
}

/** A chunk that was answered before: its days need not be asked for, but the missing ones. */
export interface KnownChunk {
  readonly from: string
  readonly to: string
  readonly empty: ReadonlyArray<string>
  readonly missing: ReadonlyArray<string>
}

export class DownloadRecords extends Context.Service<DownloadRecords, {
  readonly find: (id: string) => Effect.Effect<DownloadStatus | undefined, DatabaseError>
  /** The newest first. */
  readonly list: Effect.Effect<ReadonlyArray<DownloadStatus>, DatabaseError>
  /** A download and its chunks; of one with the same id, what is done stays. When it fails, there is none of that id. */
  readonly plan: (info: DownloadInfo, chunks: ReadonlyArray<Chunk>) => Effect.Effect<void, DatabaseError>
  /** Chunks to be done, with a number above `after`, ascending. */
  readonly open: (id: string, after: number, most: number) => Effect.Effect<ReadonlyArray<NumberedChunk>, DatabaseError>
  /** Says whether the engine goes on with it after a restart. Answers whether it would have until now. */
  readonly setGoesOn: (id: string, goesOn: boolean) => Effect.Effect<boolean, DatabaseError>
  readonly finish: (id: string, chunks: ReadonlyArray<FinishedChunk>) => Effect.Effect<void, DatabaseError>
  /** Of its chunks, each once. */
  readonly symbols: (id: string) => Effect.Effect<ReadonlyArray<string>, DatabaseError>
  /** Chunks that failed or are incomplete. */
  readonly problems: (id: string) => Effect.Effect<ReadonlyArray<ChunkProblem>, DatabaseError>
  /** Plans what failed or is incomplete once more. Answers how many chunks. */
  readonly retry: (id: string) => Effect.Effect<number, DatabaseError>
  /** Takes missing days of incomplete chunks as days without candles. Answers how many chunks. */
  readonly accept: (id: string) => Effect.Effect<number, DatabaseError>
  /** What this source was asked before of an instrument. */
  readonly known: (
    source: string,
    symbol: string,
    interval: DownloadInterval
  ) => Effect.Effect<ReadonlyArray<KnownChunk>, DatabaseError>
  /** Answers of a source that were noted in the last `millis`, and when. */
  readonly answered: (
    source: string,
    millis: number
  ) => Effect.Effect<ReadonlyArray<{ readonly at: number; readonly requests: number }>, DatabaseError>
}>()("@keepgaining/engine/history/DownloadRecords") {}

/** Rows of one statement. */
const PAGE = 5_000

const statusSelect = `
  select d.id, d.source, string_to_array(d.interval, ',') as intervals, d.from_day as "from", d.to_day as "to", d.symbols,
    count(c.number)::int as chunks,
    count(*) filter (where c.state = 'planned')::int as planned,
    count(*) filter (where c.state = 'done')::int as done,
    count(*) filter (where c.state = 'incomplete')::int as incomplete,
    count(*) filter (where c.state = 'failed')::int as failed,
    d.goes_on and count(*) filter (where c.state = 'planned') > 0 as "goesOn",
    coalesce(sum(c.candles), 0)::float8 as candles,
    coalesce(sum(c.requests), 0)::float8 as requests,
    coalesce(sum((c.repairs->>'unsorted')::int), 0)::float8 as unsorted,
    coalesce(sum((c.repairs->>'repeated')::int), 0)::float8 as repeated,
    coalesce(sum((c.repairs->>'outside')::int), 0)::float8 as outside
  from history_downloads d left join history_chunks c on c.download = d.id`

type StatusRow = Omit<DownloadStatus, "repairs"> & Repairs

const statusOf = ({ outside, repeated, unsorted, ...rest }: StatusRow): DownloadStatus => ({
  ...rest,
  repairs: { unsorted, repeated, outside }
})

const OpenRow = Schema.Struct({
  number: Schema.Int,
  symbol: Schema.String,
  segment: Segment,
  interval: DownloadInterval,
  from: Schema.String,
  to: Schema.String
})
const decodeOpen = Schema.decodeUnknownEffect(Schema.Array(OpenRow))

export const layer: Layer.Layer<DownloadRecords, never, Database> = Layer.effect(
  DownloadRecords,
  Effect.map(Database, ({ run }) => {
    const sql = <A extends object>(text: string, parameters: ReadonlyArray<unknown> = []) =>
      run(Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe<A>(text, parameters)))

    return DownloadRecords.of({
      find: (id) =>
        Effect.map(
          sql<StatusRow>(`${statusSelect} where d.id = $1 group by d.id`, [id]),
          ([row]) => row === undefined ? undefined : statusOf(row)
        ),
      list: Effect.map(
        sql<StatusRow>(`${statusSelect} group by d.id order by d.created_at desc, d.id`),
        (rows) => rows.map(statusOf)
      ),
      // The download itself comes last: without it, chunks of a plan that was cut short are nobody's and are removed. One
      // transaction would have to fit into one deadline.
      plan: ({ from, id, intervals, source, symbols, to }, chunks) =>
        Effect.gen(function*() {
          yield* sql("delete from history_downloads where id = $1", [id])
          // What is done stays: it says which days need not be asked for.
          yield* sql("delete from history_chunks where download = $1 and state <> 'done'", [id])
          const [kept] = yield* sql<{ readonly next: number }>(
            "select coalesce(max(number) + 1, 0)::int as next from history_chunks where download = $1",
            [id]
          )
          const next = kept?.next ?? 0
          for (let first = 0; first < chunks.length; first += PAGE) {
            const rows = chunks.slice(first, first + PAGE).map((chunk, i) => ({ ...chunk, number: next + first + i }))
            yield* sql(
              `insert into history_chunks (download, number, source, symbol, segment, interval, from_day, to_day)
               select $1, number, $2, symbol, segment, interval, "from", "to"
               from json_to_recordset($3::text::json)
               as rows(number int, symbol text, segment text, interval text, "from" text, "to" text)`,
              [id, source, JSON.stringify(rows)]
            )
          }
          yield* sql(
            `insert into history_downloads (id, source, interval, from_day, to_day, symbols)
             values ($1, $2, $3, $4, $5, $6::int)`,
            [id, source, intervals.join(","), from, to, String(symbols)]
          )
        }),
      open: (id, after, most) =>
        Effect.flatMap(
          sql(
            `select number, symbol, segment, interval, from_day as "from", to_day as "to" from history_chunks
             where download = $1 and number > $2::int and state = 'planned' order by number limit $3::int`,
            [id, String(after), String(most)]
          ),
          // We wrote them.
          (rows) => Effect.orDie(decodeOpen(rows))
        ),
      finish: (id, chunks) =>
        Effect.asVoid(sql(
          `update history_chunks as c set state = rows.state, requests = c.requests + rows.requests, last_requests = rows.requests,
             candles = rows.candles, checksum = rows.checksum, repairs = rows.repairs, empty_days = rows.empty,
             missing_days = rows.missing, problem = rows.problem, finished_at = now()
           from json_to_recordset($2::text::json) as rows(number int, state text, requests int, candles int,
             checksum text, repairs jsonb, empty jsonb, missing jsonb, problem text)
           where c.download = $1 and c.number = rows.number`,
          [id, JSON.stringify(chunks)]
        )),
      setGoesOn: (id, goesOn) =>
        Effect.map(
          sql<{ readonly before: boolean }>(
            `update history_downloads as d set goes_on = $2::text::boolean from history_downloads as before
             where d.id = $1 and before.id = $1 returning before.goes_on and exists (
               select from history_chunks as c where c.download = $1 and c.state = 'planned'
             ) as before`,
            [id, String(goesOn)]
          ),
          ([row]) => row?.before ?? false
        ),
      symbols: (id) =>
        Effect.map(
          sql<{ readonly symbol: string }>(
            "select distinct symbol from history_chunks where download = $1 order by symbol",
            [
              id
            ]
          ),
          (rows) => rows.map(({ symbol }) => symbol)
        ),
      problems: (id) =>
        sql<ChunkProblem>(
          `select symbol, interval, from_day as "from", to_day as "to", state, missing_days as missing, problem
           from history_chunks where download = $1 and state in ('failed', 'incomplete') order by number`,
          [id]
        ),
      retry: (id) =>
        Effect.map(
          sql(
            `update history_chunks set state = 'planned', problem = ''
             where download = $1 and state in ('failed', 'incomplete') returning number`,
            [id]
          ),
          (rows) => rows.length
        ),
      accept: (id) =>
        Effect.map(
          sql(
            `update history_chunks set state = 'done', empty_days = empty_days || missing_days, missing_days = '[]',
               problem = ''
             where download = $1 and state = 'incomplete' returning number`,
            [id]
          ),
          (rows) => rows.length
        ),
      known: (source, symbol, interval) =>
        sql<KnownChunk>(
          `select from_day as "from", to_day as "to", empty_days as empty, missing_days as missing from history_chunks
           where symbol = $1 and interval = $2 and source = $3 and state in ('done', 'incomplete')`,
          [symbol, interval, source]
        ),
      answered: (source, millis) =>
        sql(
          `select extract(epoch from finished_at)::float8 * 1000 as at, sum(last_requests)::int as requests
           from history_chunks
           where source = $1 and finished_at > now() - make_interval(secs => $2::float8) group by finished_at`,
          [source, String(millis / 1_000)]
        )
    })
  })
)
