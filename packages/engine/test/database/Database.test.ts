import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as SqlClient from "effect/sql/SqlClient"
import { Database } from "../../src/database/Database.ts"
import * as Settings from "../../src/database/Settings.ts"
import { onEveryDatabase, query } from "./databases.ts"

onEveryDatabase("Database", (it) => {
  it.effect("is migrated, once", () =>
    Effect.gen(function*() {
      const steps = yield* query<{ name: string }>("select name from keepgaining_migrations order by migration_id")
      assert.deepStrictEqual(steps.map((step) => step.name), [
        "journal",
        "snapshots",
        "settings",
        "projections",
        "instruments",
        "archive",
        "history",
        "archive_candles",
        "archive_differences",
        "recorded_candles",
        "official_days",
        "archive_differences_by_age",
        "closing_auctions",
        "share_groups"
      ])
    }))

  it.effect("gives values back as they were", () =>
    Effect.gen(function*() {
      const [row] = yield* query<Record<string, unknown>>(
        `select $1::bigint as n, $2::double precision as x, $3::text as t, $4::text::jsonb as j,
          to_timestamp($5::double precision / 1000) as at, $6::bytea as b`,
        [9_007_199_254_740_991, -1 / 3, "₹ ' \"", "{\"a\":[1,null]}", 1_623_210_300_123, new Uint8Array([0, 255, 10])]
      )
      assert.strictEqual(row?.["n"], 9_007_199_254_740_991n)
      assert.strictEqual(row?.["x"], -1 / 3)
      assert.strictEqual(row?.["t"], "₹ ' \"")
      assert.deepStrictEqual(row?.["j"], { a: [1, null] })
      assert.deepStrictEqual(row?.["at"], new Date(1_623_210_300_123))
      const bytes = row?.["b"]
      assert.deepStrictEqual(bytes instanceof Uint8Array ? Array.from(bytes) : bytes, [0, 255, 10])
    }))

  it.effect("moves megabytes both ways", () =>
    Effect.gen(function*() {
      const bytes = new Uint8Array(24 * 1024 * 1024).map((_, index) => (index * 31) & 255)
      const [row] = yield* query<{ b: Uint8Array }>("select $1::bytea as b", [bytes])
      assert.strictEqual(Buffer.compare(Buffer.from(row?.b ?? []), Buffer.from(bytes)), 0)
    }))

  it.effect("rolls a failed transaction back and says what was refused", () =>
    Effect.gen(function*() {
      const database = yield* Database
      const error = yield* Effect.flip(database.run(Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql.withTransaction(Effect.andThen(
          sql`insert into settings (key, value) values ('lost', '1')`,
          sql`select 1 / 0`
        )))))
      assert.strictEqual(error.reason, "refused")
      assert.include(error.message, "division by zero")
      assert.deepStrictEqual(yield* query("select key from settings where key = 'lost'"), [])
      assert.isTrue(yield* database.available)
    }))

  it.effect("stays available however often it refuses", () =>
    Effect.gen(function*() {
      const database = yield* Database
      for (let n = 0; n < 10; n++) {
        const error = yield* Effect.flip(query("select * from no_such_table"))
        assert.strictEqual(error.reason, "refused")
      }
      assert.isTrue(yield* database.available)
    }))

  it.effect("serves many fibers at once", () =>
    Effect.gen(function*() {
      const answers = yield* Effect.forEach(
        Array.from({ length: 50 }, (_, n) => n),
        (n) => query<{ n: number }>("select $1::integer as n", [n]),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(answers.map(([row]) => row?.n), Array.from({ length: 50 }, (_, n) => n))
    }))

  it.effect("keeps settings as JSON", () =>
    Effect.gen(function*() {
      const settings = yield* Settings.Settings
      assert.deepStrictEqual(yield* settings.get("tokens/1"), Option.none())
      const values = [{ hash: "ab", scopes: ["view"], at: 1.5 }, null, "text", 0, [false]]
      for (const value of values) {
        yield* settings.set("tokens/1", value)
        assert.deepStrictEqual(yield* settings.get("tokens/1"), Option.some(value))
      }
      yield* settings.set("tokens/2", 1)
      yield* settings.set("owner", 1)
      assert.deepStrictEqual(yield* settings.keys("tokens/"), ["tokens/1", "tokens/2"])
      yield* settings.remove("tokens/1")
      assert.deepStrictEqual(yield* settings.keys("tokens/"), ["tokens/2"])
    }).pipe(Effect.provide(Settings.layer)))
})
