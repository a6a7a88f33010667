import { assert, describe, it } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { DurableFiles } from "@keepgaining/engine/storage/DurableFile.ts"
import { SimulatedDisk, tearTail } from "@keepgaining/engine/storage/SimulatedDisk.ts"
import { inspectTickLog } from "@keepgaining/engine/ticklog/Inspect.ts"
import { TickLogCorrupt, TickLogRefused } from "@keepgaining/engine/ticklog/TickLogError.ts"
import { openTickLogSync, summarise } from "@keepgaining/engine/ticklog/TickLogReader.ts"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { batchesOf, batchOf, folder, open, openWriter, plain, readAll, segments, withWriter } from "./logs.ts"

const reading = (disk: SimulatedDisk) => Effect.map(Effect.provide(DurableFiles, disk.layer), (files) => files.reading)

const append = (disk: SimulatedDisk, count: number, segmentBytes?: number) =>
  withWriter(
    disk,
    (log) => Effect.forEach(batchesOf(count), (batch) => log.append(batch), { discard: true }),
    segmentBytes === undefined ? {} : { segmentBytes }
  )

describe("the tick log", () => {
  it.effect.prop(
    "gives back every column, timer and watermark, wherever reading starts and however small segments are",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 })),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 })),
      Schema.Literals([3_000, 20_000, 1_000_000])
    ],
    ([count, from, segmentBytes]) =>
      Effect.gen(function*() {
        const disk = new SimulatedDisk()
        yield* append(disk, count, segmentBytes)
        const expected = batchesOf(count).map(plain)
        assert.deepStrictEqual(yield* readAll(disk), expected)
        assert.deepStrictEqual(yield* readAll(disk, from), expected.slice(from))
        const summary = summarise(folder, yield* reading(disk))
        assert.strictEqual(summary.batches, count)
        assert.strictEqual(summary.rows, expected.reduce((sum, { ticks }) => sum + ticks.length, 0))
        assert.strictEqual(inspectTickLog(folder, yield* reading(disk)).corruptions, 0)
      }),
    { arbitrary: { runs: 25 } }
  )

  it.effect("goes on where it was left", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      yield* append(disk, 20)
      yield* withWriter(disk, (log) =>
        Effect.gen(function*() {
          assert.strictEqual(log.lastSequence(), 20)
          assert.strictEqual(log.batches(), 20)
          assert.strictEqual(yield* log.append(batchOf(21)), 21)
        }))
      assert.deepStrictEqual(yield* readAll(disk), batchesOf(21).map(plain))
    }))

  it.effect("shows whole batches to a reader while it is written", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      const files = yield* reading(disk)
      yield* withWriter(disk, (log) =>
        Effect.gen(function*() {
          yield* log.append(batchOf(1))
          yield* log.flush
          using cursor = openTickLogSync(folder, { files })
          assert.deepStrictEqual(plain(cursor.next()!), plain(batchOf(1)))
          assert.isUndefined(cursor.next())
          for (let n = 2; n <= 40; n++) {
            yield* log.append(batchOf(n))
            yield* log.flush
            assert.deepStrictEqual(plain(cursor.next()!), plain(batchOf(n)))
            assert.isUndefined(cursor.next())
          }
        }), { segmentBytes: 8_000 })
      assert.isAbove(segments(disk).length, 2)
    }))

  it.effect("says when an input is durable, and commits many batches with few syncs", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      yield* withWriter(disk, (log) =>
        Effect.gen(function*() {
          const before = disk.syncs
          yield* Effect.forEach(batchesOf(200), (batch) => log.append(batch), { discard: true })
          assert.strictEqual(log.durableSequence(), 0)
          yield* log.flush
          assert.strictEqual(log.durableSequence(), 200)
          assert.isBelow(disk.syncs - before, 10)
        }))
    }))

  it.effect("refuses what does not fit, and takes what follows", () =>
    withWriter(new SimulatedDisk(), (log) =>
      Effect.gen(function*() {
        yield* log.append(batchOf(3))
        const back = yield* Effect.flip(log.append(batchOf(2)))
        assert.match(back.message, /event time goes back/)
        const tick = { instrument: 9, eventTime: open + 60_000, price: paise(100), volume: 1 }
        const unknown = yield* Effect.flip(log.append(TickBatch.fromTicks([tick])))
        assert.match(unknown.message, /no instrument at index 9 of 3/)
        const repeated = yield* Effect.flip(log.append(batchOf(4), 1))
        assert.match(repeated.message, /input 1 does not follow 1/)
        assert.strictEqual(yield* log.append(batchOf(4)), 2)
      })))

  it.effect("refuses a folder that holds no log", () =>
    Effect.gen(function*() {
      const files = yield* reading(new SimulatedDisk())
      assert.throws(() => openTickLogSync(folder, { files }), TickLogRefused)
    }))
})

describe("a power cut", () => {
  /** `durable` batches flushed, `more` appended, then the power goes and leaves `bytes` of what was not synced. */
  const cutPower = (durable: number, more: number, bytes: number) =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      const scope = yield* Scope.make()
      const log = yield* openWriter().pipe(Scope.provide(scope), Effect.provide(disk.layer))
      for (let n = 1; n <= durable; n++) yield* log.append(batchOf(n))
      yield* log.flush
      const file = segments(disk)[0]!
      const synced = disk.contentOf(file)!.byteLength
      for (let n = durable + 1; n <= durable + more; n++) yield* log.append(batchOf(n))
      yield* log.flush
      // As if the last sync had not happened.
      const written = disk.contentOf(file)!
      disk.powerCut((name, kept) =>
        name === file ? written.slice(0, Math.min(synced + bytes, written.byteLength)) : kept
      )
      yield* Scope.close(scope, Exit.void)
      return disk
    })

  it.effect.prop(
    "loses nothing that was durable and never leaves half a batch",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12_000 }))
    ],
    ([durable, more, bytes]) =>
      Effect.gen(function*() {
        const disk = yield* cutPower(durable, more, bytes)
        const [kept, cut] = yield* withWriter(disk, (log) => Effect.succeed([log.batches(), log.cut] as const))
        assert.isAtLeast(kept, durable)
        assert.isAtMost(kept, durable + more)
        assert.deepStrictEqual(yield* readAll(disk), batchesOf(kept).map(plain))
        if (cut !== undefined) assert.isAbove(cut.bytes, 0)
        yield* withWriter(disk, (log) => log.append(batchOf(kept + 1)))
        assert.deepStrictEqual(yield* readAll(disk), batchesOf(kept + 1).map(plain))
      }),
    { arbitrary: { runs: 60 } }
  )

  it.effect("that tore a batch is told, and the torn bytes are kept", () =>
    Effect.gen(function*() {
      const disk = yield* cutPower(4, 3, 100)
      const cut = yield* withWriter(disk, (log) => Effect.succeed(log.cut))
      assert.strictEqual(cut?.bytes, 100)
      assert.strictEqual(disk.contentOf(cut?.keptAs ?? "")?.byteLength, 100)
    }))

  it.effect("leaves a writer that takes nothing more", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      const failure = yield* Effect.flip(withWriter(disk, (log) =>
        Effect.gen(function*() {
          yield* log.append(batchOf(1))
          disk.failNext("sync", "ENOSPC")
          const failed = yield* Effect.exit(log.flush)
          assert.isTrue(Exit.isFailure(failed))
          yield* log.append(batchOf(2))
        })))
      assert.match(failure.message, /disk is full/)
    }))

  it.effect("can also tear what was appended without a sync", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      yield* append(disk, 6)
      disk.powerCut(tearTail(5))
      assert.deepStrictEqual(yield* readAll(disk), batchesOf(6).map(plain))
    }))
})

describe("damage", () => {
  it.effect.prop(
    "of any byte of a closed log is found, with its place",
    [
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 255 }))
    ],
    ([where, flip]) =>
      Effect.gen(function*() {
        const disk = new SimulatedDisk()
        yield* append(disk, 12)
        const file = segments(disk)[0]!
        const bytes = disk.contentOf(file)!.slice()
        const at = Math.floor(where * bytes.byteLength)
        bytes[at]! ^= flip
        disk.overwrite(file, bytes)
        const files = yield* reading(disk)
        const inspection = inspectTickLog(folder, files)
        assert.isAbove(inspection.corruptions, 0)
        assert.isAtMost(inspection.corruption[0]!.offset, at)
        const seen: Array<unknown> = []
        let failure: unknown
        try {
          using cursor = openTickLogSync(folder, { files })
          for (const batch of cursor) seen.push(plain(batch))
        } catch (error) {
          failure = error
        }
        // Damage to the end mark costs no batch; all other damage stops the reader before it, never after.
        if (failure !== undefined) assert.instanceOf(failure, TickLogCorrupt)
        assert.deepStrictEqual(seen, batchesOf(seen.length).map(plain))
        assert.isTrue(failure !== undefined || seen.length === 12)
      }),
    { arbitrary: { runs: 80 } }
  )

  it.effect("in the middle does not hide the good batches behind it from an inspection", () =>
    Effect.gen(function*() {
      const disk = new SimulatedDisk()
      yield* append(disk, 30)
      const file = segments(disk)[0]!
      const bytes = disk.contentOf(file)!.slice()
      const at = Math.floor(bytes.byteLength / 2)
      bytes.fill(0xaa, at, at + 3)
      disk.overwrite(file, bytes)
      const { batches, corruptions, segments: [segment] } = inspectTickLog(folder, yield* reading(disk))
      assert.isAtLeast(corruptions, 1)
      assert.isAtLeast(batches, 27)
      assert.strictEqual(segment?.state, "damaged")
    }))
})
