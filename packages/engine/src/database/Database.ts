/**
 * The SQL database as the engine uses it: PGlite inside the process or a PostgreSQL server, through one driver and one
 * set of tables. Nothing that trades may wait for it, so every use has a deadline and goes through a circuit breaker; who
 * writes to it must be able to lag and catch up.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { type DirectoryInUse, lockDirectory } from "./DirectoryLock.ts"
import { migrate } from "./Migrations.ts"
import { PgliteHost } from "./pglite/PgliteHost.ts"

/**
 * The database did not do what it was asked. `refused`: it is there and said no, asking again will not help. Otherwise it
 * may work later: it was busy with something that got in the way (`conflict`), cannot be reached, did not answer in time,
 * or was not asked because it failed a moment ago.
 */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  database: Schema.String,
  reason: Schema.Literals(["unreachable", "stalled", "resting", "conflict", "refused"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.database} ${texts[this.reason]}: ${this.detail}`
  }
}

const texts = {
  unreachable: "cannot be reached",
  stalled: "does not answer",
  resting: "is not asked for the moment, after repeated failures",
  conflict: "could not do it at the same time as something else",
  refused: "refused"
} as const

export class Database extends Context.Service<Database, {
  /** For people; never holds a password. */
  readonly name: string
  readonly kind: "pglite" | "postgres"
  /**
   * Runs the effect against the connected and migrated database. One call is one deadline: when it passes, the call fails
   * and the effect is interrupted in the background, so what it wrote outside a transaction may or may not be there.
   */
  readonly run: <A, R>(
    effect: Effect.Effect<A, SqlError, R>
  ) => Effect.Effect<A, DatabaseError, Exclude<R, SqlClient.SqlClient>>
  /** Whether the breaker lets calls through. */
  readonly available: Effect.Effect<boolean>
  /** Calls that failed because the database could not be reached or did not answer. */
  readonly failures: () => number
}>()("@keepgaining/engine/database/Database") {}

export interface DatabaseOptions {
  /** For one call. */
  readonly deadline?: Duration.Input
  /** For the first calls, while the database starts and is migrated. */
  readonly startDeadline?: Duration.Input
  /** Failures in a row that open the breaker. */
  readonly tripAfter?: number
}

const breakerKey = "database"

/** Bytes; bounds the largest snapshot that can be read back. */
const maxMessageSize = 256 * 1024 * 1024

/** Not enough resources, operator intervention, system error, internal error: classes of SQLSTATE. */
const outages = ["53", "57", "58", "XX"]

/** Of a server that is there. */
const answered: ReadonlySet<DatabaseError["reason"]> = new Set(["conflict", "refused"])

const reasonOf = ({ reason }: SqlError): DatabaseError["reason"] => {
  switch (reason._tag) {
    case "ConnectionError":
    case "AuthenticationError":
    case "StatementTimeoutError":
      return "unreachable"
    case "DeadlockError":
    case "SerializationError":
    case "LockTimeoutError":
      return "conflict"
    case "UnknownError": {
      const cause: unknown = reason.cause
      const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
      return outages.includes(code.slice(0, 2)) ? "unreachable" : "refused"
    }
    default:
      return "refused"
  }
}

const make = (setup: {
  readonly name: string
  readonly kind: "pglite" | "postgres"
  readonly client: PgClient.PgClient
  /** After a call was not answered in time. */
  readonly onStall: Effect.Effect<void>
  readonly options: DatabaseOptions
}) =>
  Effect.gen(function*() {
    const { client, kind, name, options } = setup
    // A simulated market may run by a clock of its own; how long a database may take is measured by the one it was opened with.
    const own = yield* Clock.Clock
    const breaker = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(options.tripAfter ?? 3),
      openDuration: Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")])
    })
    let failures = 0
    let migrated = false

    const failed = (error: SqlError): DatabaseError =>
      new DatabaseError({
        database: name,
        reason: reasonOf(error),
        detail: describe(error)
      })
    const turn = yield* Semaphore.make(1)
    const migrateOnce: Effect.Effect<void, DatabaseError> = turn.withPermits(1)(Effect.suspend(() =>
      migrated ? Effect.void : migrate.pipe(
        Effect.provideService(SqlClient.SqlClient, client),
        Effect.mapError((error) =>
          error._tag === "SqlError"
            ? failed(error)
            : new DatabaseError({ database: name, reason: "refused", detail: error.message })
        ),
        Effect.andThen(Effect.sync(() => (migrated = true)))
      )
    ))

    const withinDeadline = <A, R>(effect: Effect.Effect<A, DatabaseError, R>): Effect.Effect<A, DatabaseError, R> =>
      Effect.suspend(() => {
        const duration = Duration.fromInputUnsafe(
          migrated ? options.deadline ?? "15 seconds" : options.startDeadline ?? "2 minutes"
        )
        const stalled = new DatabaseError({
          database: name,
          reason: "stalled",
          detail: `no answer within ${Duration.format(duration)}`
        })
        // Interrupting a statement waits for the server, which may be the one thing that does not answer.
        return Effect.flatMap(Effect.forkDetach(effect, { startImmediately: true }), (fiber) =>
          Effect.timeoutOrElse(Fiber.join(fiber), {
            duration,
            orElse: () =>
              Effect.andThen(setup.onStall, Effect.fail(stalled))
          }).pipe(Effect.onExit(() =>
            Effect.sync(() =>
              fiber.interruptUnsafe()
            )
          )))
      })

    const run = <A, R>(
      effect: Effect.Effect<A, SqlError, R>
    ): Effect.Effect<A, DatabaseError, Exclude<R, SqlClient.SqlClient>> =>
      Effect.flatMap(Clock.Clock, (clock) =>
        Effect.provideService(timed(Effect.provideService(effect, Clock.Clock, clock)), Clock.Clock, own))

    const timed = <A, R>(
      effect: Effect.Effect<A, SqlError, R>
    ): Effect.Effect<A, DatabaseError, Exclude<R, SqlClient.SqlClient>> =>
      migrateOnce.pipe(
        Effect.andThen(Effect.mapError(Effect.provideService(effect, SqlClient.SqlClient, client), failed)),
        withinDeadline,
        breaker.execute({
          key: breakerKey,
          classify: (exit) => {
            if (Exit.isSuccess(exit)) {
              return CircuitBreaker.success
            }
            const error = Exit.findErrorOption(exit)
            if (Option.isSome(error) && answered.has(error.value.reason)) {
              return CircuitBreaker.success
            }
            failures++
            return CircuitBreaker.failure()
          }
        }),
        Effect.catchTag(
          "CircuitBreakerError",
          (error) =>
            Effect.fail(new DatabaseError({ database: name, reason: "resting", detail: error.message }))
        )
      )

    // First use should not have to wait for what can be done before.
    yield* Effect.forkScoped(Effect.ignore(run(Effect.void)))

    return Database.of({
      name,
      kind,
      run,
      available: breaker.state(breakerKey).pipe(
        Effect.map((state) => state._tag === "Closed"),
        Effect.orElseSucceed(() => false)
      ),
      failures: () => failures
    })
  })

/** What went wrong, down to the system's own words. */
const describe = (error: SqlError): string => {
  const cause = error.reason.cause
  const detail = cause instanceof Error ? cause.message : ""
  return detail === "" || error.message.includes(detail) ? error.message : `${error.message} (${detail})`
}

const layerOf = <E, R>(
  setup: Effect.Effect<Parameters<typeof make>[0], E, R>
) =>
  Layer.effect(Database, Effect.flatMap(setup, make)).pipe(
    Layer.provide([CircuitBreaker.layerStoreMemory(), Reactivity.layer])
  )

/**
 * PGlite in a worker thread of this process, kept in the folder (created when missing), or in memory without one. It
 * survives `kill -9` but, as it never syncs, not a power cut: nothing in it may be the only copy. Starts in the background.
 */
export const layerPglite = (
  directory: string | undefined,
  options: DatabaseOptions = {}
): Layer.Layer<Database, DirectoryInUse | SqlError> =>
  layerOf(Effect.gen(function*() {
    if (directory !== undefined) yield* lockDirectory(directory)
    const host = new PgliteHost({ directory })
    yield* Effect.addFinalizer(() => Effect.promise(() => host.stop()))
    const client = yield* PgClient.make({
      stream: () => host.connect(),
      username: "postgres",
      database: "postgres",
      // PGlite has a single session: two connections would share one transaction.
      maxConnections: 1,
      idleTimeout: "1 day",
      // A connection waits for PGlite to start, and the first start creates the database.
      connectTimeout: "2 minutes",
      maxMessageSize
    })
    return {
      name: directory === undefined ? "PGlite in memory" : `PGlite in ${directory}`,
      kind: "pglite" as const,
      client,
      // It has one thread: if that is stuck, only another one helps.
      onStall: Effect.promise(() => host.kill()),
      options
    }
  }))

export const layerPostgres = (
  url: Redacted.Redacted,
  options: DatabaseOptions = {}
): Layer.Layer<Database, SqlError> =>
  layerOf(Effect.gen(function*() {
    const client = yield* PgClient.make({
      url,
      applicationName: "keepgaining",
      maxConnections: 4,
      connectTimeout: "5 seconds",
      keepAlive: "10 seconds",
      maxMessageSize
    })
    return {
      name: nameOf(url),
      kind: "postgres" as const,
      client,
      onStall: Effect.void,
      options
    }
  }))

/** The URL without what is secret in it. */
const nameOf = (url: Redacted.Redacted): string => {
  const parsed = URL.parse(Redacted.value(url))
  return parsed === null ? "PostgreSQL" : `PostgreSQL at ${parsed.host}${parsed.pathname}`
}

/** The server of `DATABASE_URL` when it is set, otherwise PGlite in the folder. */
export const layerConfig = (
  directory: string,
  options: DatabaseOptions = {}
): Layer.Layer<Database, DirectoryInUse | SqlError | Config.ConfigError> =>
  Layer.unwrap(Effect.map(Config.option(Config.Redacted("DATABASE_URL")), (url) =>
    Option.match(url, {
      onNone: () => layerPglite(directory, options),
      onSome: (some): Layer.Layer<Database, DirectoryInUse | SqlError> => layerPostgres(some, options)
    })))
