import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layer, Snapshots } from "../../src/snapshots/Snapshots.ts"
import { onEveryDatabase, query } from "../database/databases.ts"

const bytesOf = (n: number): Uint8Array => new Uint8Array(1_000).fill(n)

onEveryDatabase("Snapshots", (it) => {
  it.effect("gives the newest back, and the newest up to a sequence", () =>
    Effect.gen(function*() {
      const snapshots = yield* Snapshots
      assert.deepStrictEqual(yield* snapshots.latest("a", 1), { snapshot: undefined, damaged: [] })
      for (const sequence of [256, 512, 768]) yield* snapshots.save("a", sequence, 1, bytesOf(sequence & 255))
      yield* snapshots.save("b", 4_096, 1, bytesOf(9))
      const newest = (yield* snapshots.latest("a", 1)).snapshot
      assert.strictEqual(newest?.sequence, 768)
      assert.strictEqual((yield* snapshots.latest("a", 1, 700)).snapshot?.sequence, 512)
      assert.isUndefined((yield* snapshots.latest("a", 1, 255)).snapshot)
    }).pipe(Effect.provide(layer)))

  it.effect("replaces one of the same sequence and keeps the newest few", () =>
    Effect.gen(function*() {
      const snapshots = yield* Snapshots
      for (let sequence = 1; sequence <= 10; sequence++) yield* snapshots.save("few", sequence, 1, bytesOf(sequence))
      yield* snapshots.save("few", 10, 1, bytesOf(77))
      assert.deepStrictEqual((yield* snapshots.latest("few", 1)).snapshot, {
        sequence: 10,
        bytes: Buffer.from(bytesOf(77))
      })
      const kept = yield* query<{ sequence: bigint }>(
        "select sequence from snapshots where session = 'few' order by sequence"
      )
      assert.deepStrictEqual(kept.map((row) => row.sequence), [8n, 9n, 10n])
    }).pipe(Effect.provide(layer)))

  it.effect("passes over another version and removes it with the next save", () =>
    Effect.gen(function*() {
      const snapshots = yield* Snapshots
      yield* snapshots.save("versions", 5, 1, bytesOf(1))
      assert.isUndefined((yield* snapshots.latest("versions", 2)).snapshot)
      yield* snapshots.save("versions", 6, 2, bytesOf(2))
      assert.strictEqual((yield* snapshots.latest("versions", 2)).snapshot?.sequence, 6)
      assert.isUndefined((yield* snapshots.latest("versions", 1)).snapshot)
    }).pipe(Effect.provide(layer)))

  it.effect("passes over a damaged one, says so, and falls back to an earlier one", () =>
    Effect.gen(function*() {
      const snapshots = yield* Snapshots
      for (const sequence of [1, 2, 3]) yield* snapshots.save("damaged", sequence, 1, bytesOf(sequence))
      yield* query("update snapshots set bytes = set_byte(bytes, 500, 99) where session = 'damaged' and sequence = 3")
      const fallback = yield* snapshots.latest("damaged", 1)
      assert.deepStrictEqual(fallback.damaged, [3])
      assert.strictEqual(fallback.snapshot?.sequence, 2)
      yield* query("update snapshots set bytes = ''::bytea where session = 'damaged'")
      assert.deepStrictEqual(yield* snapshots.latest("damaged", 1), { snapshot: undefined, damaged: [3, 2, 1] })
    }).pipe(Effect.provide(layer)))
})
