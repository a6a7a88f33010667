import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Database, DatabaseError } from "../../src/database/Database.ts"
import type { JournalShape } from "../../src/journal/Journal.ts"
import * as JournalFile from "../../src/journal/JournalFile.ts"
import * as JournalTable from "../../src/journal/JournalTable.ts"
import { SimulatedDisk } from "../../src/storage/SimulatedDisk.ts"
import { onEveryDatabase, query } from "../database/databases.ts"
import { entries, entry, path, withoutHash } from "./journals.ts"

const withJournal = <A, E, R>(session: string, use: (journal: JournalShape) => Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.flatMap(JournalTable.open(session), use))

onEveryDatabase("JournalTable", (it) => {
  it.effect("gives back what was appended, also after it was opened again, apart from other sessions", () =>
    Effect.gen(function*() {
      yield* withJournal("a", (journal) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* journal.append(entries(1, 7)), 7)
          assert.strictEqual(yield* journal.append([entry(8)]), 8)
        }))
      yield* withJournal("b", (journal) => journal.append(entries(1, 2)))
      yield* withJournal("a", (journal) =>
        Effect.gen(function*() {
          assert.strictEqual(journal.head().number, 8)
          assert.deepStrictEqual((yield* journal.read(0, 100)).map(withoutHash), entries(1, 8))
          assert.deepStrictEqual((yield* journal.read(3, 2)).map((record) => record.number), [4, 5])
          assert.strictEqual(yield* journal.append([entry(9)]), 9)
          assert.deepStrictEqual(yield* journal.verify, journal.head())
        }))
    }))

  it.effect("chains as the file does", () =>
    Effect.gen(function*() {
      const table = yield* withJournal("same", (journal) =>
        Effect.as(journal.append(entries(1, 5)), undefined).pipe(Effect.map(() => journal.head())))
      const file = yield* Effect.scoped(Effect.flatMap(JournalFile.open(path), (journal) =>
        Effect.map(journal.append(entries(1, 5)), () =>
          journal.head()))).pipe(
          Effect.provide(new SimulatedDisk().layer)
        )
      assert.deepStrictEqual(table, file)
    }))

  it.effect("lets concurrent appends share commits", () =>
    Effect.gen(function*() {
      yield* withJournal("many", (journal) =>
        Effect.gen(function*() {
          yield* Effect.forEach(
            Array.from({ length: 200 }, (_, n) => n),
            (n) => journal.append([entry(n), entry(n)]),
            { concurrency: "unbounded" }
          )
          const records = yield* journal.read(0, 1_000)
          assert.strictEqual(records.length, 400)
          assert.strictEqual((yield* journal.verify).number, 400)
        }))
    }))

  it.effect("finds changed and missing records", () =>
    Effect.gen(function*() {
      for (
        const [name, change] of [
          ["changed", "update journal set payload = '{}' where session = $1 and number = 3"],
          ["moved", "update journal set at = at + 1 where session = $1 and number = 3"],
          ["missing", "delete from journal where session = $1 and number = 3"]
        ] as const
      ) {
        yield* withJournal(name, (journal) => journal.append(entries(1, 5)))
        yield* query(change, [name])
        const error = yield* Effect.flip(withJournal(name, (journal) => journal.verify))
        assert.strictEqual(error._tag, "JournalDamaged")
        if (error._tag === "JournalDamaged") assert.strictEqual(error.record, 3)
      }
    }))

  it.effect("refuses a second writer of the same session", () =>
    Effect.gen(function*() {
      yield* withJournal("two", (first) =>
        withJournal("two", (second) =>
          Effect.gen(function*() {
            yield* first.append([entry(1)])
            const error = yield* Effect.flip(second.append([entry(2)]))
            assert.include(error.message, "somebody else")
            assert.strictEqual(second.head().number, 0)
            assert.strictEqual(yield* first.append([entry(2)]), 2)
          })))
    }))

  it.effect("takes a commit that is made twice for one", () =>
    Effect.gen(function*() {
      yield* withJournal("twice", (first) =>
        withJournal("twice", (second) =>
          Effect.gen(function*() {
            // What a repeated commit looks like: the same records at the same place.
            yield* first.append(entries(1, 3))
            assert.strictEqual(yield* second.append(entries(1, 3)), 3)
            assert.deepStrictEqual(second.head(), first.head())
          })))
    }))

  it.effect("commits again when it is not known whether a commit happened", () =>
    Effect.gen(function*() {
      const real = yield* Database
      const lost = new DatabaseError({ database: "test", reason: "unreachable", detail: "the answer was lost" })
      let answersLost = 0
      const forgetful = Database.of({
        ...real,
        run: (effect) =>
          Effect.flatMap(real.run(effect), (answer) => answersLost-- > 0 ? Effect.fail(lost) : Effect.succeed(answer))
      })
      yield* withJournal("unknown", (journal) =>
        Effect.gen(function*() {
          yield* journal.append(entries(1, 3))
          answersLost = 2
          assert.strictEqual(yield* journal.append(entries(4, 6)), 6)
          assert.deepStrictEqual((yield* journal.read(0, 100)).map(withoutHash), entries(1, 6))
          assert.deepStrictEqual(yield* journal.verify, journal.head())
        })).pipe(Effect.provideService(Database, forgetful))
    }))
})
