import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { emptyHash, JournalDamaged, type JournalShape } from "../../src/journal/Journal.ts"
import * as JournalFile from "../../src/journal/JournalFile.ts"
import { chain, recordLine, sealLine } from "../../src/journal/RecordLine.ts"
import { SimulatedDisk, type Survivor, tearTail } from "../../src/storage/SimulatedDisk.ts"
import { entries, entry, path, syncsThenHangs, withoutHash } from "./journals.ts"

/** Opens the journal on the disk for as long as `use` runs. */
const withJournal = <A, E>(disk: SimulatedDisk, use: (journal: JournalShape) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.flatMap(JournalFile.open(path), use)).pipe(Effect.provide(disk.layer))

const all = (journal: JournalShape) => journal.read(0, 1_000_000)

const contentOf = (disk: SimulatedDisk): Buffer => Buffer.from(disk.contentOf(path) ?? new Uint8Array(0))

/** A journal of `acknowledged` records, with `unacknowledged` more written but not synced when the power goes. */
const cutPower = (acknowledged: number, unacknowledged: number, survivor: Survivor) =>
  Effect.gen(function*() {
    const disk = new SimulatedDisk()
    const scope = yield* Scope.make()
    const journal = yield* JournalFile.open(path).pipe(
      Scope.provide(scope),
      // One sync a commit; a fresh journal needs none to open.
      Effect.provide(syncsThenHangs(disk, acknowledged > 0 ? 1 : 0))
    )
    if (acknowledged > 0) yield* journal.append(entries(1, acknowledged))
    const waiting = yield* Effect.forkDetach(journal.append(entries(acknowledged + 1, acknowledged + unacknowledged)))
    for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow
    assert.strictEqual(journal.head().number, acknowledged)
    disk.powerCut(survivor)
    yield* Fiber.interrupt(waiting)
    return disk
  })

/** Opens what a power cut left and checks everything that must hold of it. */
const survives = (disk: SimulatedDisk, acknowledged: number, written: number) =>
  withJournal(disk, (journal) =>
    Effect.gen(function*() {
      const records = yield* all(journal)
      assert.isAtLeast(records.length, acknowledged, "an acknowledged record is lost")
      assert.isAtMost(records.length, written)
      assert.deepStrictEqual(records.map(withoutHash), entries(1, records.length))
      assert.strictEqual((yield* journal.verify).number, records.length)
      const next = yield* journal.append([entry(records.length + 1)])
      assert.strictEqual(next, records.length + 1)
      assert.deepStrictEqual(yield* journal.verify, journal.head())
      return records.length
    }))

describe("JournalFile", () => {
  it.effect("gives back what was appended, also after it was opened again", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      const head = yield* withJournal(disk, (journal) =>
        Effect.gen(function*() {
          assert.deepStrictEqual(journal.head(), { number: 0, hash: emptyHash })
          assert.strictEqual(yield* journal.append(entries(1, 3)), 3)
          assert.strictEqual(yield* journal.append([entry(4)]), 4)
          assert.strictEqual(yield* journal.append([]), 4)
          assert.deepStrictEqual((yield* all(journal)).map(withoutHash), entries(1, 4))
          return journal.head()
        }))
      yield* withJournal(disk, (journal) =>
        Effect.gen(function*() {
          assert.deepStrictEqual(journal.head(), head)
          assert.isUndefined(journal.tornTail)
          assert.deepStrictEqual((yield* all(journal)).map(withoutHash), entries(1, 4))
          assert.strictEqual(yield* journal.append([entry(5)]), 5)
          assert.deepStrictEqual((yield* journal.read(2, 2)).map((record) => record.number), [3, 4])
          assert.deepStrictEqual(yield* journal.read(5, 10), [])
        }))
    }))

  it.effect("reads from any place of a long journal", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      const check = (journal: JournalShape) =>
        Effect.gen(function*() {
          for (const after of [0, 1, 254, 255, 256, 257, 511, 512, 1_998, 1_999, 2_000]) {
            const numbers = (yield* journal.read(after, 3)).map((record) => record.number)
            assert.deepStrictEqual(numbers, [after + 1, after + 2, after + 3].filter((number) => number <= 2_000))
          }
        })
      yield* withJournal(disk, (journal) =>
        Effect.gen(function*() {
          for (let from = 1; from <= 2_000; from += 50) yield* journal.append(entries(from, from + 49))
          yield* check(journal)
        }))
      yield* withJournal(disk, check)
    }))

  it.effect("lets concurrent appends share a sync and keeps each caller's entries together", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      yield* withJournal(disk, (journal) =>
        Effect.gen(function*() {
          yield* journal.append([entry(0)])
          const before = disk.syncs
          const lasts = yield* Effect.forEach(
            Array.from({ length: 100 }, (_, caller) => caller),
            (caller) => journal.append([1, 2, 3].map((n) => ({ ...entry(n), payload: { caller, n } }))),
            { concurrency: "unbounded" }
          )
          assert.isAtMost(disk.syncs - before, 3)
          const records = yield* journal.read(1, 1_000)
          assert.strictEqual(records.length, 300)
          lasts.forEach((last, caller) =>
            assert.deepStrictEqual(
              records.slice(last - 4, last - 1).map((record) => record.payload),
              [1, 2, 3].map((n) => ({ caller, n }))
            )
          )
        }))
    }))

  it.effect("keeps every acknowledged record wherever a power cut tears the commit under way", () =>
    Effect.gen(function*() {
      const whole = yield* cutPower(2, 3, (_file, _durable, content) => content)
      const durable = (yield* cutPower(2, 3, (_file, durable) => durable)).contentOf(path)?.byteLength ?? 0
      const tail = contentOf(whole).byteLength - durable
      assert.isAbove(tail, 300)
      const seen = new Set<number>()
      for (let bytes = 0; bytes <= tail; bytes++) {
        const disk = yield* cutPower(2, 3, tearTail(bytes))
        seen.add(yield* survives(disk, 2, 5))
      }
      assert.deepStrictEqual(Array.from(seen).sort(), [2, 3, 4, 5])
    }))

  it.effect.prop(
    "keeps every acknowledged record when later sectors of a commit survive without earlier ones",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 8 })),
      Schema.Array(Schema.Tuple([
        Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_500 })),
        Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 512 }))
      ]))
    ],
    ([acknowledged, unacknowledged, holes]) =>
      Effect.gen(function*() {
        const disk = yield* cutPower(acknowledged, unacknowledged, (_file, durable, content) => {
          const left = content.slice()
          for (const [at, length] of holes) left.fill(0, durable.byteLength + at, durable.byteLength + at + length)
          return left
        })
        yield* survives(disk, acknowledged, acknowledged + unacknowledged)
      })
  )

  it.effect("cuts a torn tail, says how much, and keeps it beside the journal", () =>
    Effect.gen(function*() {
      const disk = yield* cutPower(2, 1, tearTail(40))
      const before = contentOf(disk)
      const torn = yield* withJournal(disk, (journal) => Effect.succeed(journal.tornTail))
      assert.deepStrictEqual(torn, { byte: before.byteLength - 40, bytes: 40 })
      assert.deepStrictEqual(Buffer.from(disk.contentOf(`${path}.torn`) ?? []), before.subarray(-40))
      assert.isUndefined(yield* withJournal(disk, (journal) => Effect.succeed(journal.tornTail)))
    }))

  it.effect("finds every single changed byte of a journal that ended cleanly", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      yield* withJournal(disk, (journal) => journal.append(entries(1, 3)))
      const content = contentOf(disk)
      const sealStart = content.lastIndexOf("\n", content.byteLength - 2) + 1
      for (let at = 0; at < sealStart; at++) {
        const changed = Buffer.from(content)
        changed[at] = (changed[at] ?? 0) ^ 1
        disk.overwrite(path, changed)
        const error = yield* Effect.flip(withJournal(disk, all))
        assert.instanceOf(error, JournalDamaged)
        const record = content.subarray(0, at).toString().split("\n").length
        assert.strictEqual(error.record, record, `byte ${at}`)
        assert.strictEqual(error.byte, content.subarray(0, at).lastIndexOf("\n") + 1)
        assert.deepStrictEqual(contentOf(disk), changed, "a damaged journal must be left as it is")
      }
    }))

  it.effect("finds records that were changed, left out or moved with their checksums put right", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      yield* withJournal(disk, (journal) => journal.append(entries(1, 4)))
      const lines = contentOf(disk).toString().trimEnd().split("\n").map((line) => `${line}\n`)
      const second = chain({ ...entry(2), payload: "forged" }, 2, emptyHash)
      const honest = chain(entry(2), 2, chain(entry(1), 1, emptyHash).hash)
      const at = (index: number): string => lines[index] ?? ""
      const forgeries: ReadonlyArray<readonly [number, ReadonlyArray<string>]> = [
        [2, [at(0), recordLine(second, 1), at(2), at(3), at(4)]],
        [2, [at(0), recordLine({ ...second, hash: honest.hash }, 1), at(2), at(3), at(4)]],
        [2, [at(0), at(2), at(3), at(4)]],
        [1, [at(1), at(2), at(3), at(4)]],
        [2, [at(0), at(2), at(1), at(3), at(4)]],
        [3, [at(0), at(1), at(1), at(2), at(3), at(4)]],
        [3, [at(0), at(1), at(2), at(4)]],
        [4, [at(0), at(1), at(2), at(3), sealLine(4, emptyHash)]]
      ]
      for (const [record, forged] of forgeries) {
        disk.overwrite(path, Buffer.from(forged.join("")))
        const error = yield* Effect.flip(withJournal(disk, all))
        assert.instanceOf(error, JournalDamaged)
        assert.strictEqual(error.record, record)
        assert.include(error.message, path)
      }
    }))

  it.effect("finds damage done while it is open", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      yield* withJournal(disk, (journal) =>
        Effect.gen(function*() {
          yield* journal.append(entries(1, 3))
          const content = contentOf(disk)
          content[10] = 0x39
          disk.overwrite(path, content)
          assert.strictEqual((yield* Effect.flip(journal.verify))._tag, "JournalDamaged")
          assert.strictEqual((yield* Effect.flip(journal.read(0, 3)))._tag, "JournalDamaged")
        }))
    }))

  for (const operation of ["append", "sync"] as const) {
    it.effect(`acknowledges nothing after a failed ${operation}, and goes on when it is opened again`, () =>
      Effect.gen(function*() {
        const disk = new SimulatedDisk()
        yield* withJournal(disk, (journal) =>
          Effect.gen(function*() {
            yield* journal.append(entries(1, 2))
            disk.failNext(operation, "ENOSPC")
            const error = yield* Effect.flip(journal.append([entry(3)]))
            assert.strictEqual(error._tag, "JournalUnavailable")
            assert.include(error.message, "free space")
            assert.strictEqual((yield* Effect.flip(journal.append([entry(4)])))._tag, "JournalUnavailable")
            assert.strictEqual(journal.head().number, 2)
            assert.strictEqual((yield* all(journal)).length, 2)
          }))
        yield* survives(disk, 2, 3)
      }))
  }

  it.effect("makes what was taken over durable when it is closed", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      const waiting = yield* withJournal(disk, (journal) =>
        Effect.forkDetach(journal.append(entries(1, 10)), { startImmediately: true }))
      assert.deepStrictEqual(yield* Fiber.await(waiting), Exit.succeed(10))
      disk.powerCut()
      assert.strictEqual(yield* survives(disk, 10, 10), 10)
    }))

  it.effect("holds appends back when the disk does not keep up, instead of taking memory for them", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      // Never closed: closing waits for the disk.
      const journal = yield* JournalFile.open(path).pipe(
        Scope.provide(yield* Scope.make()),
        Effect.provide(syncsThenHangs(disk, 0))
      )
      const megabyte = { ...entry(1), payload: "x".repeat(1_000_000) }
      const callers = yield* Effect.forEach(
        Array.from({ length: 100 }),
        () => Effect.forkDetach(journal.append([megabyte]), { startImmediately: true })
      )
      for (let turn = 0; turn < 50; turn++) yield* Effect.yieldNow
      assert.isBelow(journal.waiting(), 40)
      assert.strictEqual(journal.head().number, 0)
      yield* Effect.forEach(callers, Fiber.interrupt, { discard: true })
    }))

  it.effect("takes a very large append without holding the thread, and finds every record of it", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      yield* withJournal(disk, (journal) =>
        Effect.gen(function*() {
          let turns = 0
          const others = yield* Effect.forkChild(
            Effect.forever(Effect.andThen(Effect.yieldNow, Effect.sync(() => turns++)))
          )
          yield* journal.append(entries(1, 10_000))
          yield* Fiber.interrupt(others)
          assert.isAtLeast(turns, 5)
          for (const after of [0, 4_095, 4_096, 9_998]) {
            assert.deepStrictEqual((yield* journal.read(after, 2)).map(withoutHash), entries(after + 1, after + 2))
          }
        }))
      assert.strictEqual(yield* survives(disk, 10_000, 10_000), 10_000)
    }))
})
