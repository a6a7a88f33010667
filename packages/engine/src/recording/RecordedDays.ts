/**
 * Days that a session has recorded and packed, and how its candles compare with the broker's official ones, by instrument: what
 * is packed is not written again after a restart, and what was not compared yet is asked for later.
 */
import { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { Database, type DatabaseError } from "../database/Database.ts"
import type { Comparison } from "./compareCandles.ts"

/** Candles of one instrument's day that wait for the official ones. */
export const WaitingDay = Schema.Struct({
  /** Indian, `YYYY-MM-DD`. */
  day: Schema.String,
  symbol: Schema.String,
  segment: Segment
})
export type WaitingDay = typeof WaitingDay.Type

export interface ComparedDay extends Comparison {
  readonly day: string
  /** Instruments that were compared, that nobody has official candles of, and that still wait. */
  readonly compared: number
  readonly refused: number
  readonly waiting: number
}

export class RecordedDays extends Context.Service<RecordedDays, {
  /** The newest day that is packed. */
  readonly newest: Effect.Effect<string | undefined, DatabaseError>
  /** Notes a day as packed; its instruments wait for the official candles from now on. */
  readonly seal: (
    day: string,
    instruments: ReadonlyArray<{ readonly symbol: string; readonly segment: Segment }>
  ) => Effect.Effect<void, DatabaseError>
  /** Those of that day and later that wait, oldest first. */
  readonly waiting: (from: string) => Effect.Effect<ReadonlyArray<WaitingDay>, DatabaseError>
  readonly compared: (of: WaitingDay, comparison: Comparison) => Effect.Effect<void, DatabaseError>
  /** There are no official candles to be had. */
  readonly refused: (of: WaitingDay, problem: string) => Effect.Effect<void, DatabaseError>
  readonly summary: (day: string) => Effect.Effect<ComparedDay, DatabaseError>
}>()("@keepgaining/engine/recording/RecordedDays") {}

const decodeWaiting = Schema.decodeUnknownEffect(Schema.Array(WaitingDay))

export const layer: Layer.Layer<RecordedDays, never, Database> = Layer.effect(
  RecordedDays,
  Effect.map(Database, ({ run }) => {
    const sql = <A extends object>(text: string, parameters: ReadonlyArray<unknown> = []) =>
      run(Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe<A>(text, parameters)))
    return RecordedDays.of({
      newest: Effect.map(
        sql<{ readonly day: string | null }>("select max(day) as day from recorded_candles"),
        ([row]) => row?.day ?? undefined
      ),
      seal: (day, instruments) =>
        Effect.asVoid(sql(
          `insert into recorded_candles (day, symbol, segment)
           select $1, symbol, segment from json_to_recordset($2::text::json) as rows (symbol text, segment text)
           on conflict do nothing`,
          [day, JSON.stringify(instruments.map(({ segment, symbol }) => ({ symbol, segment })))]
        )),
      waiting: (from) =>
        sql(
          "select day, symbol, segment from recorded_candles where state = 'waiting' and day >= $1 order by day, symbol",
          [
            from
          ]
        ).pipe(
          // We wrote them.
          Effect.flatMap((rows) => Effect.orDie(decodeWaiting(rows)))
        ),
      compared: ({ day, symbol }, { onlyHere, onlyThere, otherPrice, otherVolume, same }) =>
        Effect.asVoid(sql(
          `update recorded_candles set state = 'compared', same = $3::int, other_price = $4::int, other_volume = $5::int,
             only_here = $6::int, only_there = $7::int, problem = '', compared_at = now()
           where day = $1 and symbol = $2`,
          [day, symbol, ...[same, otherPrice, otherVolume, onlyHere, onlyThere].map(String)]
        )),
      refused: ({ day, symbol }, problem) =>
        Effect.asVoid(
          sql("update recorded_candles set state = 'refused', problem = $3 where day = $1 and symbol = $2", [
            day,
            symbol,
            problem
          ])
        ),
      summary: (day) =>
        Effect.flatMap(
          sql<ComparedDay>(
            `select $1::text as day,
               count(*) filter (where state = 'compared')::int as compared,
               count(*) filter (where state = 'refused')::int as refused,
               count(*) filter (where state = 'waiting')::int as waiting,
               coalesce(sum(same), 0)::int as same, coalesce(sum(other_price), 0)::int as "otherPrice",
               coalesce(sum(other_volume), 0)::int as "otherVolume", coalesce(sum(only_here), 0)::int as "onlyHere",
               coalesce(sum(only_there), 0)::int as "onlyThere"
             from recorded_candles where day = $1::text`,
            [day]
          ),
          // An aggregate always gives a row.
          ([row]) => row === undefined ? Effect.die("no row of an aggregate") : Effect.succeed(row)
        )
    })
  })
)
