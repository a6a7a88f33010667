/** Settings of the installation as JSON values under a key. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as SqlClient from "effect/sql/SqlClient"
import { Database, type DatabaseError } from "./Database.ts"

export class Settings extends Context.Service<Settings, {
  readonly get: (key: string) => Effect.Effect<Option.Option<unknown>, DatabaseError>
  /** The value is whatever JSON can hold. */
  readonly set: (key: string, value: unknown) => Effect.Effect<void, DatabaseError>
  readonly remove: (key: string) => Effect.Effect<void, DatabaseError>
  /** Keys that begin with the prefix, sorted. */
  readonly keys: (prefix: string) => Effect.Effect<ReadonlyArray<string>, DatabaseError>
}>()("@keepgaining/engine/database/Settings") {}

export const layer: Layer.Layer<Settings, never, Database> = Layer.effect(
  Settings,
  Effect.map(Database, ({ run }) =>
    Settings.of({
      get: (key) =>
        run(Effect.flatMap(SqlClient.SqlClient, (sql) =>
          sql<{ readonly value: unknown }>`select value from settings where key = ${key}`)).pipe(
            Effect.map(([row]) =>
              row === undefined ? Option.none() : Option.some(row.value)
            )
          ),
      set: (key, value) =>
        Effect.asVoid(run(Effect.flatMap(SqlClient.SqlClient, (sql) =>
          sql`
            insert into settings (key, value) values (${key}, ${JSON.stringify(value)}::text::jsonb)
            on conflict (key) do update set value = excluded.value, changed_at = now()`))),
      remove: (key) =>
        Effect.asVoid(run(Effect.flatMap(SqlClient.SqlClient, (sql) => sql`delete from settings where key = ${key}`))),
      keys: (prefix) =>
        run(Effect.flatMap(SqlClient.SqlClient, (sql) =>
          sql<{ readonly key: string }>`
            select key from settings where starts_with(key, ${prefix}) order by key collate "C"`)).pipe(
            Effect.map((rows) => rows.map((row) => row.key))
          )
    }))
)
