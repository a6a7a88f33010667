import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Database, DatabaseError } from "../../src/database/Database.ts"
import type { JournalShape } from "../../src/journal/Journal.ts"
import * as JournalFile from "../../src/journal/JournalFile.ts"
import * as JournalTable from "../../src/journal/JournalTable.ts"
import * as Projector from "../../src/projections/Projector.ts"
import { SimulatedDisk } from "../../src/storage/SimulatedDisk.ts"
import { onEveryDatabase, query } from "../database/databases.ts"
import { path } from "../journal/journals.ts"
import { decisions, journalled, morning, symbolOf } from "./decisions.ts"

const openJournal = (disk = new SimulatedDisk()) => Effect.provide(JournalFile.open(path), disk.layer)

const projectorOf = (session: string, journal: JournalShape, batch = 500) =>
  Projector.make({ session, journal, symbolOf, mirror: true, batch })

const tables: Readonly<Record<string, string>> = {
  orders: "id",
  fills: "id",
  positions: "book, instrument",
  deployments: "id",
  alerts: "record",
  daily_totals: "book, instrument, day",
  daily_pnl: "book, day",
  journal: "number",
  projection_cursors: "record"
}

/** Every row of every table of the session, without its name. */
const contents = (session: string) =>
  Effect.gen(function*() {
    const all: Record<string, unknown> = {}
    for (const [table, order] of Object.entries(tables)) {
      const rows = yield* query<{ row: Record<string, unknown> }>(
        `select to_jsonb(t) - 'session' as row from ${table} as t where session = $1 order by ${order}`,
        [session]
      )
      all[table] = rows.map(({ row }) => row)
    }
    all["sessions"] = yield* query("select first_at, last_at, records, kill_stage from sessions where id = $1", [
      session
    ])
    return all
  })

onEveryDatabase("Projector", (it) => {
  it.effect("projects the journal into the tables", () =>
    Effect.gen(function*() {
      const journal = yield* openJournal()
      yield* journal.append(journalled)
      const projector = yield* projectorOf("whole", journal)
      assert.strictEqual(projector.lag(), journalled.length)
      yield* projector.catchUp
      assert.strictEqual(projector.lag(), 0)
      assert.strictEqual(projector.unreadable(), 0)

      const [order] = yield* query<Record<string, unknown>>(
        "select * from orders where session = 'whole' and id = 'O4'"
      )
      assert.strictEqual(order?.["status"], "rejected")
      assert.strictEqual(order?.["reason"], "no 'margin'")
      assert.strictEqual(order?.["symbol"], "NSE:TEST1")
      assert.strictEqual(order?.["limit_price"], 1_234_505n)
      assert.isNull(order?.["trigger_price"])
      assert.deepStrictEqual(order?.["created_at"], new Date(morning))
      const [fill] = yield* query<Record<string, unknown>>("select * from fills where session = 'whole' and id = 'F1'")
      assert.strictEqual(fill?.["stt_rupees"], 1 / 3)
      assert.deepStrictEqual(fill?.["at"], new Date(morning + 1_020))
      const [deployment] = yield* query<Record<string, unknown>>("select * from deployments where session = 'whole'")
      assert.strictEqual(deployment?.["state"], "stopped")
      assert.deepStrictEqual(deployment?.["parameters"], { period: 14, "₹": [1, null] })
      const alerts = yield* query<{ kind: string }>("select kind from alerts where session = 'whole' order by record")
      assert.deepStrictEqual(
        alerts.map(({ kind }) => kind),
        ["kill-switch", "kill-switch", "stale-feed", "risk:daily-loss", "kill-switch"]
      )
      const [session] = yield* query<Record<string, unknown>>("select * from sessions where id = 'whole'")
      assert.strictEqual(session?.["kill_stage"], "flatten")
      assert.strictEqual(session?.["records"], BigInt(journalled.length))
    }))

  it.effect("tells the profit of each day of running totals", () =>
    Effect.gen(function*() {
      const journal = yield* openJournal()
      yield* journal.append(journalled)
      yield* (yield* projectorOf("days", journal)).catchUp
      const days = yield* query<{ book: string; day: string; realised: number; charges_rupees: number }>(
        "select book, day::text as day, realised, charges_rupees from daily_pnl where session = 'days' order by book, day"
      )
      assert.deepStrictEqual(days.map(({ book, day }) => `${book} ${day}`), [
        "manual 2021-06-09",
        "manual 2021-06-10",
        "rocket 2021-06-09",
        "rocket 2021-06-10"
      ])
      // Expected from the decisions: the last total of each position on each day, less that of the day before.
      const totals = new Map<string, number>()
      for (const decision of decisions) {
        if (decision._tag !== "Filled") continue
        const first = decision.fill.at < morning + 43_200_000
        totals.set(
          `${decision.position.book} ${decision.position.instrument} ${first ? 1 : 2}`,
          decision.position.realised
        )
      }
      const ofDay = (book: string, day: number): number =>
        [0, 1, 2].reduce((sum, instrument) => sum + (totals.get(`${book} ${instrument} ${day}`) ?? 0), 0)
      days.forEach(({ book, day, realised }) => {
        const expected = day.endsWith("09") ? ofDay(book, 1) : ofDay(book, 2) - ofDay(book, 1)
        assert.closeTo(realised, expected, 1e-6)
      })
    }))

  it.effect("gives the same tables whatever the batches, after restarts, and built again from nothing", () =>
    Effect.gen(function*() {
      const journal = yield* openJournal()
      yield* journal.append(journalled)
      yield* (yield* projectorOf("all", journal)).catchUp
      const expected = yield* contents("all")

      const growing = yield* openJournal()
      for (let from = 0; from < journalled.length; from += 29) {
        yield* growing.append(journalled.slice(from, from + 29))
        // A projector that starts anew each time, with nothing but the cursor in the database.
        yield* (yield* projectorOf("pieces", growing, 7)).catchUp
      }
      assert.deepStrictEqual(yield* contents("pieces"), expected)

      const again = yield* projectorOf("pieces", growing, 13)
      yield* again.catchUp
      assert.deepStrictEqual(yield* contents("pieces"), expected)
      yield* again.rebuild
      assert.deepStrictEqual(yield* contents("pieces"), expected)
    }))

  it.effect("lets two projectors of one session work against each other without harm", () =>
    Effect.gen(function*() {
      const journal = yield* openJournal()
      yield* journal.append(journalled)
      const both = yield* Effect.all([projectorOf("both", journal, 5), projectorOf("both", journal, 8)])
      yield* Effect.forEach(both, (projector) => projector.catchUp, { concurrency: "unbounded" })
      const expected = yield* Effect.gen(function*() {
        yield* (yield* projectorOf("one", journal)).catchUp
        return yield* contents("one")
      })
      assert.deepStrictEqual(yield* contents("both"), expected)
    }))

  it.effect("builds the tables again when they belong to another journal", () =>
    Effect.gen(function*() {
      const other = yield* openJournal()
      yield* other.append(journalled.slice(40, 90))
      yield* (yield* projectorOf("reused", other)).catchUp
      // The mirror of a journal is never overwritten, so it must go by hand.
      yield* query("delete from journal where session = 'reused'")
      const journal = yield* openJournal()
      yield* journal.append(journalled.slice(0, 60))
      yield* (yield* projectorOf("reused", journal)).catchUp
      yield* (yield* projectorOf("fresh", journal)).catchUp
      assert.deepStrictEqual(yield* contents("reused"), yield* contents("fresh"))
    }))

  it.effect("reads a journal that is a table of the same database", () =>
    Effect.gen(function*() {
      const journal = yield* JournalTable.open("table")
      yield* journal.append(journalled)
      const projector = yield* Projector.make({ session: "table", journal, symbolOf, mirror: false })
      yield* projector.catchUp
      assert.strictEqual(projector.lag(), 0)
      const [{ n } = { n: 0n }] = yield* query<{ n: bigint }>(
        "select count(*) as n from orders where session = 'table'"
      )
      assert.strictEqual(n, 40n)
    }))

  it.effect("passes over what it cannot read, and counts it", () =>
    Effect.gen(function*() {
      const journal = yield* openJournal()
      yield* journal.append([
        { sequence: 1, at: morning, kind: "decision", payload: { number: 1, decision: { _tag: "FromTheFuture" } } },
        { sequence: 1, at: morning, kind: "note", payload: "a note" },
        ...journalled
      ])
      const projector = yield* projectorOf("future", journal)
      yield* projector.catchUp
      assert.strictEqual(projector.unreadable(), 1)
      assert.strictEqual(projector.lag(), 0)
    }))

  it.effect("lags while the database is away, takes no memory for it, and catches up by itself", () =>
    Effect.gen(function*() {
      const real = yield* Database
      const outage = new DatabaseError({ database: "test", reason: "unreachable", detail: "pulled out" })
      let away = true
      let calls = 0
      const flaky = Database.of({
        ...real,
        run: (effect) => Effect.suspend(() => (calls++, away ? Effect.fail(outage) : real.run(effect)))
      })
      const journal = yield* openJournal()
      let reads = 0
      const watched: JournalShape = {
        ...journal,
        read: (after, limit) => Effect.suspend(() => (reads++, journal.read(after, limit)))
      }
      const projector = yield* Projector.start({
        session: "away",
        journal: watched,
        symbolOf,
        mirror: true,
        every: "10 millis"
      }).pipe(Effect.provideService(Database, flaky))
      for (let round = 0; round < 20; round++) {
        yield* journal.append(journalled)
        yield* projector.wake
        yield* Effect.sleep("5 millis")
      }
      assert.strictEqual(projector.lag(), 20 * journalled.length)
      assert.isAbove(projector.failures(), 0)
      assert.isBelow(calls, 20, "an outage must not be hammered")
      assert.strictEqual(reads, 0, "nothing may be taken from the journal that cannot be put away")
      away = false
      while (projector.lag() > 0) yield* Effect.sleep("20 millis")
      const [{ n } = { n: 0n }] = yield* query<{ n: bigint }>(
        "select count(*) as n from journal where session = 'away'"
      )
      assert.strictEqual(n, BigInt(20 * journalled.length))
    }))
})
