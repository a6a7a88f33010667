/** Writes projected rows into the tables, replacing what they supersede. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Projected, Row } from "./project.ts"

type Written = Effect.Effect<void, SqlError, SqlClient.SqlClient>

export interface Cursor {
  /** Number of the last journal record that the tables reflect. */
  readonly record: number
  readonly hash: string
}

/** The cursor, locked until the transaction ends; record 0 when there is none yet. */
export const lockCursor = (session: string): Effect.Effect<Cursor, SqlError, SqlClient.SqlClient> =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    // A row that does not exist cannot be locked.
    yield* sql`
      insert into projection_cursors (session, record, hash) values (${session}, 0, '')
      on conflict (session) do nothing`
    const [row] = yield* sql<{ readonly record: bigint; readonly hash: string }>`
      select record, hash from projection_cursors where session = ${session} for update`
    return { record: Number(row?.record ?? 0), hash: row?.hash ?? "" }
  })

/** Removes everything that is projected of a session. Its journal and its snapshots stay. */
export const clear = (session: string): Written =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    for (const table of ["orders", "fills", "positions", "deployments", "alerts", "daily_totals"]) {
      yield* sql`delete from ${sql(table)} where session = ${session}`
    }
    yield* sql`delete from sessions where id = ${session}`
    yield* sql`delete from projection_cursors where session = ${session}`
  })

/** One statement a table; the caller's transaction makes them one step with the cursor. */
export const write = (session: string, projected: Projected): Written =>
  Effect.gen(function*() {
    yield* orders(session, projected.orders)
    yield* fills(session, projected.fills)
    yield* positions(session, projected.positions)
    yield* dailyTotals(session, projected.dailyTotals)
    yield* deployments(session, projected.deployments)
    yield* alerts(session, projected.alerts)
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      insert into sessions (id, first_at, last_at, records, kill_stage)
      select ${session}::text, to_timestamp(given.first_at / 1000), to_timestamp(given.last_at / 1000),
        given.record, coalesce(given.kill_stage, 'none')
      from jsonb_to_record(${
      JSON.stringify({
        first_at: projected.firstAt,
        last_at: projected.lastAt,
        record: projected.record,
        kill_stage: projected.killStage ?? null
      })
    }::text::jsonb) as given(first_at double precision, last_at double precision, record bigint, kill_stage text)
      on conflict (id) do update set
        first_at = least(sessions.first_at, excluded.first_at),
        last_at = greatest(sessions.last_at, excluded.last_at),
        records = excluded.records,
        kill_stage = coalesce(${projected.killStage ?? null}::text, sessions.kill_stage)`
    yield* sql`
      insert into projection_cursors (session, record, hash)
      values (${session}, ${projected.record}::bigint, ${projected.hash})
      on conflict (session) do update set record = excluded.record, hash = excluded.hash`
  })

/** The rows travel as one JSON parameter: it carries every type, and absent keys as nulls, without inference. */
const writing = (
  rows: ReadonlyArray<Row>,
  statement: (sql: SqlClient.SqlClient, json: string) => Effect.Effect<unknown, SqlError>
): Written =>
  rows.length === 0
    ? Effect.void
    : Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.asVoid(statement(sql, JSON.stringify(rows))))

const orders = (session: string, rows: ReadonlyArray<Row>): Written =>
  writing(rows, (sql, json) =>
    sql`
      insert into orders
      select ${session}::text, o.id, o.book, o."clientTag", o.instrument, o.symbol, o.side, o.quantity, o.type,
        o."limitPrice", o."triggerPrice", o.validity, o.product, o.purpose, o."reduceOnly", o.status,
        o."filledQuantity", o."averagePrice", to_timestamp(o."createdAt" / 1000), to_timestamp(o."updatedAt" / 1000),
        o.cause, o.reason
      from jsonb_to_recordset(${json}::text::jsonb) as o(
        id text, book text, "clientTag" text, instrument integer, symbol text, side text, quantity bigint, type text,
        "limitPrice" bigint, "triggerPrice" bigint, validity text, product text, purpose text, "reduceOnly" boolean,
        status text, "filledQuantity" bigint, "averagePrice" double precision, "createdAt" double precision,
        "updatedAt" double precision, cause bigint, reason text
      )
      on conflict (session, id) do update set
        quantity = excluded.quantity, limit_price = excluded.limit_price, trigger_price = excluded.trigger_price,
        status = excluded.status, filled_quantity = excluded.filled_quantity,
        average_price = excluded.average_price, updated_at = excluded.updated_at, cause = excluded.cause,
        reason = excluded.reason`)

const fills = (session: string, rows: ReadonlyArray<Row>): Written =>
  writing(rows, (sql, json) =>
    sql`
      insert into fills
      select ${session}::text, f.id, f."orderId", f.book, f.instrument, f.symbol, f.side, f.quantity, f.price,
        f.product, f.purpose, to_timestamp(f.at / 1000), f.brokerage, f.stt, f.exchange, f.ipft, f.sebi, f.stamp,
        f.gst, f.total
      from jsonb_to_recordset(${json}::text::jsonb) as f(
        id text, "orderId" text, book text, instrument integer, symbol text, side text, quantity bigint,
        price bigint, product text, purpose text, at double precision, brokerage double precision,
        stt double precision, exchange double precision, ipft double precision, sebi double precision,
        stamp double precision, gst double precision, total double precision
      )
      on conflict (session, id) do nothing`)

const positions = (session: string, rows: ReadonlyArray<Row>): Written =>
  writing(rows, (sql, json) =>
    sql`
      insert into positions
      select ${session}::text, p.book, p.instrument, p.symbol, p.quantity, p."averagePrice", p.realised, p.charges,
        p."buyQuantity", p."sellQuantity", to_timestamp(p.at / 1000)
      from jsonb_to_recordset(${json}::text::jsonb) as p(
        book text, instrument integer, symbol text, quantity bigint, "averagePrice" double precision,
        realised double precision, charges double precision, "buyQuantity" bigint, "sellQuantity" bigint,
        at double precision
      )
      on conflict (session, book, instrument) do update set
        quantity = excluded.quantity, average_price = excluded.average_price, realised = excluded.realised,
        charges_rupees = excluded.charges_rupees, buy_quantity = excluded.buy_quantity,
        sell_quantity = excluded.sell_quantity, updated_at = excluded.updated_at`)

const dailyTotals = (session: string, rows: ReadonlyArray<Row>): Written =>
  writing(rows, (sql, json) =>
    sql`
      insert into daily_totals
      select ${session}::text, t.book, t.instrument, t.day, t.realised, t.charges
      from jsonb_to_recordset(${json}::text::jsonb) as t(
        book text, instrument integer, day date, realised double precision, charges double precision
      )
      on conflict (session, book, instrument, day) do update set
        realised = excluded.realised, charges_rupees = excluded.charges_rupees`)

const deployments = (session: string, rows: ReadonlyArray<Row>): Written =>
  writing(rows, (sql, json) =>
    sql`
      insert into deployments
      select ${session}::text, d.id, d.strategy, d.parameters, d.instruments, d.lots, d.mode, d.state, d.reason,
        to_timestamp(d.at / 1000)
      from jsonb_to_recordset(${json}::text::jsonb) as d(
        id text, strategy text, parameters jsonb, instruments jsonb, lots integer, mode text, state text,
        reason text, at double precision
      )
      on conflict (session, id) do update set
        strategy = excluded.strategy, parameters = excluded.parameters, instruments = excluded.instruments,
        lots = excluded.lots, mode = excluded.mode, state = excluded.state, reason = excluded.reason,
        changed_at = excluded.changed_at`)

const alerts = (session: string, rows: ReadonlyArray<Row>): Written =>
  writing(rows, (sql, json) =>
    sql`
      insert into alerts
      select ${session}::text, a.record, a.kind, a.subject, a.raised, a.detail,
        to_timestamp(a.since / 1000), to_timestamp(a.at / 1000)
      from jsonb_to_recordset(${json}::text::jsonb) as a(
        record bigint, kind text, subject text, raised boolean, detail text, since double precision,
        at double precision
      )
      on conflict (session, record) do nothing`)
