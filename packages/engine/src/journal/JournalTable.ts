/**
 * The journal as a table of a PostgreSQL server, whose commit is what makes it durable. Not for PGlite, which never syncs.
 *
 * A commit whose outcome is not known (the connection broke) is made again: the same record at the same place is the same
 * commit, another one means that somebody else writes to this session.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { Database, type DatabaseError } from "../database/Database.ts"
import { CommitQueue } from "./CommitQueue.ts"
import {
  emptyHash,
  Journal,
  JournalDamaged,
  type JournalError,
  type JournalHead,
  type JournalRecord,
  type JournalShape,
  JournalUnavailable,
  type RecordKind
} from "./Journal.ts"
import { type ChainedRecord, chainHash, contentOf } from "./RecordLine.ts"

const PAGE = 5_000

interface Row {
  readonly number: bigint
  readonly sequence: bigint
  readonly at: number
  readonly kind: RecordKind
  readonly payload: string
  readonly hash: string
}

/** Inserts what is not there yet and answers the hash that is stored under the last number. */
export const insertRecords = (session: string, records: ReadonlyArray<ChainedRecord>) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    // One JSON parameter instead of a column each: it carries every type without inference.
    const rows = JSON.stringify(records.map(({ at, hash, kind, number, payload, sequence }) => ({
      at,
      hash,
      kind,
      number,
      payload,
      sequence
    })))
    yield* sql`
      insert into journal (session, number, sequence, at, kind, payload, hash)
      select ${session}::text, number, sequence, at, kind, payload, hash
      from jsonb_to_recordset(${rows}::text::jsonb) as given(
        number bigint, sequence bigint, at double precision, kind text, payload text, hash text
      )
      on conflict (session, number) do nothing`
    const last = records.at(-1)?.number ?? 0
    const stored = yield* sql<{ readonly hash: string }>`
      select hash from journal where session = ${session} and number = ${last}::bigint`
    return stored[0]?.hash
  })

/** Opens the journal of a session; reads and checks nothing but its newest record, `verify` does the rest. */
export const open = (session: string): Effect.Effect<JournalShape, JournalError, Database | Scope.Scope> =>
  Effect.gen(function*() {
    const database = yield* Database
    const name = `${session} in ${database.name}`
    const unavailable = (operation: "open" | "append" | "read") => (error: DatabaseError) =>
      new JournalUnavailable({ journal: name, operation, detail: error.message })

    const newest = database.run(
      Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql<{ readonly number: bigint; readonly hash: string }>`
        select number, hash from journal where session = ${session} order by number desc limit 1`)
    )
    const [last] = yield* Effect.mapError(newest, unavailable("open"))
    const head: JournalHead = last === undefined
      ? { number: 0, hash: emptyHash }
      : { number: Number(last.number), hash: last.hash }

    const commit = (records: ReadonlyArray<ChainedRecord>): Effect.Effect<void, JournalError> =>
      Effect.gen(function*() {
        const insert = Effect.flatMap(
          SqlClient.SqlClient,
          (sql) => sql.withTransaction(insertRecords(session, records))
        )
        const hash = yield* database.run(insert).pipe(
          Effect.retry({
            schedule: Schedule.exponential("50 millis"),
            times: 8,
            while: (error) => error.reason !== "refused"
          }),
          Effect.mapError(unavailable("append"))
        )
        const last = records.at(-1)
        if (last === undefined || hash === last.hash) return
        return yield* new JournalDamaged({
          journal: name,
          record: last.number,
          byte: -1,
          detail: "was written by somebody else: two processes run the same session"
        })
      })

    const queue = new CommitQueue(name, head, commit)
    yield* queue.start

    const page = (after: number, limit: number): Effect.Effect<ReadonlyArray<Row>, JournalError> =>
      database.run(Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql<Row>`
          select number, sequence, at, kind, payload, hash from journal
          where session = ${session} and number > ${after}::bigint and number <= ${queue.head.number}::bigint
          order by number limit ${limit}::bigint`)).pipe(Effect.mapError(unavailable("read")))

    const damaged = (record: number, detail: string): JournalDamaged =>
      new JournalDamaged({ journal: name, record, byte: -1, detail })

    const verify: Effect.Effect<JournalHead, JournalError> = Effect.gen(function*() {
      const durable = queue.head
      let { hash, number } = { number: 0, hash: emptyHash }
      while (number < durable.number) {
        const rows = yield* page(number, PAGE)
        if (rows.length === 0) return yield* damaged(number + 1, "is missing")
        for (const row of rows) {
          number++
          if (Number(row.number) !== number) return yield* damaged(number, "is missing")
          hash = chainHash(hash, contentOf(number, Number(row.sequence), row.at, row.kind, row.payload))
          if (hash !== row.hash) {
            return yield* damaged(number, "was changed after it was written (its hash does not follow)")
          }
        }
      }
      return { number, hash }
    })

    return Journal.of({
      name,
      append: (entries) => queue.append(entries),
      read: (after, limit) =>
        Effect.flatMap(page(after, limit), (rows) =>
          Effect.try({
            try: () => rows.map(recordOf),
            catch: () => damaged(after + 1, "or one of the following holds no JSON any more")
          })),
      head: () => queue.head,
      waiting: () => queue.waiting,
      verify,
      tornTail: undefined
    })
  })

export const layer = (session: string): Layer.Layer<Journal, JournalError, Database> =>
  Layer.effect(Journal, open(session))

const recordOf = (row: Row): JournalRecord => ({
  number: Number(row.number),
  sequence: Number(row.sequence),
  at: row.at,
  kind: row.kind,
  payload: JSON.parse(row.payload),
  hash: row.hash
})
