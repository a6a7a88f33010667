import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { KeyStore, layerFile } from "../../src/server/KeyStore.ts"
import { temporaryDirectory } from "../support/TestServer.ts"

describe("KeyStore", () => {
  it.live("a damaged file is named and left alone", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const file = path.join(directory, "owner.json")
      yield* Effect.promise(() => fs.writeFile(file, "{\"version\": 1, \"ownerHash\""))
      const error = yield* Effect.flip(
        KeyStore.use((store) => store.update((keys) => ["changed", { ...keys, ownerHash: "0" }])).pipe(
          Effect.provide(layerFile(directory))
        )
      )
      assert.strictEqual(error._tag, "KeyStoreError")
      assert.include(error.message, file)
      assert.strictEqual(yield* Effect.promise(() => fs.readFile(file, "utf8")), "{\"version\": 1, \"ownerHash\"")
      assert.deepStrictEqual(yield* Effect.promise(() => fs.readdir(directory)), ["owner.json"])
    }))

  it.live("a lock that a dead process left behind does not lock anybody out", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const lock = path.join(directory, "owner.json.lock")
      yield* Effect.promise(async () => {
        await fs.writeFile(lock, "")
        await fs.utimes(lock, new Date(0), new Date(0))
      })
      const done = yield* KeyStore.use((store) => store.update((keys) => ["done", { ...keys, ownerHash: "0" }])).pipe(
        Effect.provide(layerFile(directory))
      )
      assert.strictEqual(done, "done")
      assert.deepStrictEqual(yield* Effect.promise(() => fs.readdir(directory)), ["owner.json"])
    }))
})
