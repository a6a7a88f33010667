/** The databases that the engine is proved on: PGlite always, PostgreSQL when `KEEPGAINING_TEST_POSTGRES` names a server. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as crypto from "node:crypto"
import { describe } from "vitest"

export interface ServedDatabase {
  /** For `DATABASE_URL`; `undefined` means the embedded database. */
  readonly url: string | undefined
  readonly drop: () => Promise<void>
}

const postgres = process.env["KEEPGAINING_TEST_POSTGRES"]

/** Runs statements on the server, one after the other. */
export const administer = (url: string, ...statements: ReadonlyArray<string>): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const sql = yield* PgClient.PgClient
        for (const statement of statements) yield* sql.unsafe(statement)
      }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))
    )
  )

/** A database of its own on the server. */
export const createDatabase = async (server: string): Promise<ServedDatabase & { readonly url: string }> => {
  const name = `keepgaining_proof_${crypto.randomUUID().replaceAll("-", "")}`
  await administer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => administer(server, `drop database ${name} with (force)`) }
}

/** Declares the tests once for each database that is there. */
export const onEachDatabase = (title: string, tests: (create: () => Promise<ServedDatabase>) => void): void => {
  describe(`${title}, PGlite and a journal file`, () =>
    tests(() => Promise.resolve({ url: undefined, drop: () => Promise.resolve() })))
  if (postgres === undefined || postgres === "") {
    describe.skip(`${title}, PostgreSQL (KEEPGAINING_TEST_POSTGRES holds no server's URL)`, () =>
      tests(() => createDatabase("")))
  } else describe(`${title}, PostgreSQL`, () => tests(() => createDatabase(postgres)))
}

/** The PostgreSQL server of the tests, if there is one. */
export const postgresServer = postgres === "" ? undefined : postgres
