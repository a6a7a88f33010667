/**
 * The databases that every suite runs on: PGlite always, PostgreSQL when `KEEPGAINING_TEST_POSTGRES` holds the URL of a
 * server on which databases may be created.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { describe, layer as sharedLayer, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as crypto from "node:crypto"
import { Database, layerPglite, layerPostgres } from "../../src/database/Database.ts"

export const postgresUrl = process.env["KEEPGAINING_TEST_POSTGRES"]

const admin = <A>(url: string, use: (sql: PgClient.PgClient) => Effect.Effect<A, SqlError>) =>
  Effect.scoped(Effect.flatMap(SqlClient.SqlClient, () => Effect.flatMap(PgClient.PgClient, use))).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
  )

/** A database of its own on the server, dropped with the scope. */
export const layerFreshPostgres = (url: string) =>
  Layer.unwrap(Effect.gen(function*() {
    const name = `keepgaining_test_${crypto.randomUUID().replaceAll("-", "")}`
    yield* Effect.acquireRelease(
      admin(url, (sql) => sql.unsafe(`create database ${name}`)),
      () => Effect.ignore(admin(url, (sql) => sql.unsafe(`drop database ${name} with (force)`)))
    )
    const own = new URL(url)
    own.pathname = `/${name}`
    return layerPostgres(Redacted.make(own.href))
  }))

type Tests = (it: Vitest.MethodsNonLive<Database>) => void

/** Runs the tests on each database; one instance is shared by all tests of a call. */
export const onEveryDatabase = (title: string, tests: Tests): void => {
  describe(`${title}, PGlite`, () => {
    sharedLayer(layerPglite(undefined), { timeout: "2 minutes", excludeTestServices: true })(tests)
  })
  if (postgresUrl === undefined) {
    describe.skip(`${title}, PostgreSQL (KEEPGAINING_TEST_POSTGRES holds no server's URL)`, () => {
      sharedLayer(layerPglite(undefined))(tests)
    })
  } else {
    describe(`${title}, PostgreSQL`, () => {
      sharedLayer(layerFreshPostgres(postgresUrl), { timeout: "2 minutes", excludeTestServices: true })(tests)
    })
  }
}

export const query = <A extends object>(text: string, parameters: ReadonlyArray<unknown> = []) =>
  Effect.flatMap(
    Database,
    (database) => database.run(Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<A>(text, parameters)))
  )
