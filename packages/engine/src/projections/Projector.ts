/**
 * Keeps the tables in step with a session's journal. It holds no queue: it reads the journal behind its own cursor, which
 * moves in the same transaction as the tables. A database that is slow, stalled or gone makes it lag, which is counted;
 * nothing waits for it, and it catches up by itself.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import { Database, type DatabaseError } from "../database/Database.ts"
import type { JournalError, JournalRecord, JournalShape } from "../journal/Journal.ts"
import { insertRecords } from "../journal/JournalTable.ts"
import { contentOf } from "../journal/RecordLine.ts"
import { project } from "./project.ts"
import { clear, type Cursor, lockCursor, write } from "./ProjectionTables.ts"

/** A few milliseconds of the thread at a time. */
const BATCH = 250

const lagGauge = Metric.gauge("keepgaining_projection_lag_records", {
  description: "Journal records that the SQL tables do not reflect yet"
})

export interface ProjectorOptions {
  readonly session: string
  readonly journal: JournalShape
  /** Symbol of an instrument of the session. */
  readonly symbolOf: (instrument: number) => string
  /** Also copies the records into the table `journal`, for questions; not when that table is the journal. */
  readonly mirror: boolean
  /** How often to look for records of which nobody told. */
  readonly every?: Duration.Input
  /** Records in one transaction. */
  readonly batch?: number
}

export interface Projector {
  /** There may be new records; returns at once. */
  readonly wake: Effect.Effect<void>
  /** Durable records that the tables do not reflect yet, as far as is known. */
  readonly lag: () => number
  /** Attempts that failed since the start. */
  readonly failures: () => number
  /** Records that were passed over because they are no decision that this program knows. */
  readonly unreadable: () => number
  /** Projects what is durable now; fails when the database does. */
  readonly catchUp: Effect.Effect<void, DatabaseError | JournalError>
  /** Empties the session's tables and projects its journal from the beginning. */
  readonly rebuild: Effect.Effect<void, DatabaseError | JournalError>
}

/** Starts a projector that runs until the scope closes. */
export const start = (options: ProjectorOptions): Effect.Effect<Projector, never, Database | Scope.Scope> =>
  Effect.gen(function*() {
    const projector = yield* make(options)
    const pause = options.every ?? "250 millis"
    const retry = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("10 seconds")])
    yield* projector.catchUp.pipe(
      Effect.tapError((error) =>
        Effect.logWarning(`The SQL tables of session ${options.session} lag by ${projector.lag()}: ${error.message}`)
      ),
      Effect.retry(retry),
      Effect.andThen(Effect.raceFirst(projector.woken, Effect.sleep(pause))),
      Effect.forever,
      Effect.forkScoped
    )
    return projector
  })

/** A projector that moves only when it is told to. */
export const make = (options: ProjectorOptions) =>
  Effect.gen(function*() {
    const { journal, mirror, session, symbolOf } = options
    const database = yield* Database
    const turn = yield* Semaphore.make(1)
    const news = Latch.makeUnsafe(false)
    let cursor: Cursor | undefined
    let failures = 0
    let unreadable = 0
    const lag = (): number => Math.max(0, journal.head().number - (cursor?.record ?? 0))
    const setLag = Effect.suspend(() => Metric.update(lagGauge, lag()))

    /** The cursor in the database; the tables are cleared when they do not belong to this journal. */
    const loadCursor: Effect.Effect<Cursor, DatabaseError | JournalError> = Effect.gen(function*() {
      const stored = yield* database.run(inTransaction(lockCursor(session)))
      if (stored.record === 0) return stored
      const [record] = yield* journal.read(stored.record - 1, 1)
      if (record?.hash === stored.hash) return stored
      yield* Effect.logWarning(
        `The SQL tables of session ${session} do not follow from its journal (record ${stored.record} differs); ` +
          "they are built again"
      )
      yield* database.run(inTransaction(clear(session)))
      return none
    })

    const apply = (from: Cursor, records: ReadonlyArray<JournalRecord>) =>
      Effect.gen(function*() {
        const projected = project(records, symbolOf)
        if (projected === undefined) return from
        const moved = yield* database.run(inTransaction(Effect.gen(function*() {
          const stored = yield* lockCursor(session)
          // Somebody else moved it, or an attempt whose outcome was not known succeeded: look again.
          if (stored.record !== from.record) return false
          if (mirror) yield* insertRecords(session, records.map(chained))
          yield* write(session, projected)
          return true
        })))
        if (!moved) return yield* loadCursor
        unreadable += projected.unreadable.length
        return { record: projected.record, hash: projected.hash }
      })

    const projectNew: Effect.Effect<void, DatabaseError | JournalError> = Effect.gen(function*() {
      cursor ??= yield* loadCursor
      while (cursor.record < journal.head().number) {
        cursor = yield* apply(cursor, yield* journal.read(cursor.record, options.batch ?? BATCH))
        yield* setLag
      }
    })
    const counted = <A>(effect: Effect.Effect<A, DatabaseError | JournalError>) =>
      Effect.tapError(turn.withPermits(1)(effect), () => Effect.andThen(Effect.sync(() => failures++), setLag))

    return {
      woken: Effect.andThen(news.await, Effect.sync(() => news.closeUnsafe())),
      wake: Effect.asVoid(news.open),
      lag,
      failures: () => failures,
      unreadable: () => unreadable,
      catchUp: counted(projectNew),
      rebuild: counted(Effect.gen(function*() {
        cursor = undefined
        yield* database.run(inTransaction(clear(session)))
        yield* projectNew
      }))
    }
  })

const none: Cursor = { record: 0, hash: "" }

const inTransaction = <A, E>(effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(effect))

/** As it stands in the journal: JSON that was written from a value reads and writes as the same text. */
const chained = (record: JournalRecord) => {
  const payload = JSON.stringify(record.payload)
  const { at, hash, kind, number, sequence } = record
  return { number, sequence, at, kind, payload, hash, content: contentOf(number, sequence, at, kind, payload) }
}
