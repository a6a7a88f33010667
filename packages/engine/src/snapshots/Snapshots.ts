/**
 * Snapshots of sessions, so that a restart need not fold the whole journal again. They only ever save time: one that is
 * missing, damaged or of another version is passed over, and recovery starts from an earlier one or from the beginning.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as zlib from "node:zlib"
import { Database, type DatabaseError } from "../database/Database.ts"

export interface Snapshot {
  /** Number of the last input that it holds. */
  readonly sequence: number
  readonly bytes: Uint8Array
}

export interface LatestSnapshot {
  readonly snapshot: Snapshot | undefined
  /** Sequences of snapshots that were newer but damaged. */
  readonly damaged: ReadonlyArray<number>
}

/** Snapshots kept of a session and version. */
const KEPT = 3

export class Snapshots extends Context.Service<Snapshots, {
  /** Replaces one of the same sequence; removes all but the newest few, and those of other versions. */
  readonly save: (
    session: string,
    sequence: number,
    version: number,
    bytes: Uint8Array
  ) => Effect.Effect<void, DatabaseError>
  /** The newest intact snapshot of that version, at or before `upTo` when that is given. */
  readonly latest: (session: string, version: number, upTo?: number) => Effect.Effect<LatestSnapshot, DatabaseError>
}>()("@keepgaining/engine/snapshots/Snapshots") {}

export const layer: Layer.Layer<Snapshots, never, Database> = Layer.effect(
  Snapshots,
  Effect.map(Database, (database) => {
    const save = (session: string, sequence: number, version: number, bytes: Uint8Array) =>
      database.run(Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql.withTransaction(Effect.gen(function*() {
          yield* sql`
            insert into snapshots (session, version, sequence, crc32, bytes)
            values (${session}, ${version}::integer, ${sequence}::bigint, ${zlib.crc32(bytes)}::bigint, ${bytes})
            on conflict (session, version, sequence) do update set
              crc32 = excluded.crc32, bytes = excluded.bytes, saved_at = now()`
          yield* sql`
            delete from snapshots where session = ${session} and (version <> ${version}::integer or sequence not in (
              select sequence from snapshots where session = ${session} and version = ${version}::integer
              order by sequence desc limit ${KEPT}::bigint
            ))`
        }))))

    const latest = (session: string, version: number, upTo = Number.MAX_SAFE_INTEGER) =>
      Effect.gen(function*() {
        const damaged: Array<number> = []
        let below = upTo
        while (true) {
          const [row] = yield* database.run(Effect.flatMap(SqlClient.SqlClient, (sql) =>
            sql<{ readonly sequence: bigint; readonly crc32: bigint; readonly bytes: Uint8Array }>`
              select sequence, crc32, bytes from snapshots
              where session = ${session} and version = ${version}::integer and sequence <= ${below}::bigint
              order by sequence desc limit 1`))
          if (row === undefined) {
            return { snapshot: undefined, damaged }
          }
          const sequence = Number(row.sequence)
          if (zlib.crc32(row.bytes) === Number(row.crc32)) {
            return { snapshot: { sequence, bytes: row.bytes }, damaged }
          }
          yield* Effect.logWarning(
            `Snapshot ${sequence} of session ${session} is damaged and passed over; the restart takes longer`
          )
          damaged.push(sequence)
          below = sequence - 1
        }
      })

    return Snapshots.of({ save, latest })
  })
)
