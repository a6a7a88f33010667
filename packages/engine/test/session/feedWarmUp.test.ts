/** What a session on a feed begins with: asked once for each instrument, kept, and never its own candles again. */
import { assert, describe, it } from "@effect/vitest"
import { candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { MINUTE_MS, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as path from "node:path"
import { feedWarmUp } from "../../src/session/feedWarmUp.ts"
import { openFolder, readManifest, type SessionManifest } from "../../src/session/SessionFolder.ts"
import { layer as NodeDurableFiles } from "../../src/storage/NodeDurableFiles.ts"
import { stocks } from "../kernel/scenario.ts"
import { temporaryFolder } from "./sessions.ts"

const all = stocks(3).all()
const [first, second, third] = all.map(({ symbol }) => symbol)

/** An archive whose candles tell when they were asked for. */
const archive = () => {
  const asked: Array<{ readonly symbols: ReadonlyArray<string>; readonly before: number }> = []
  const ask = (symbols: ReadonlyArray<string>, before: number) =>
    Effect.sync(() => {
      asked.push({ symbols, before })
      return symbols.filter((symbol) => symbol !== second).map((symbol) => {
        const candles = candleColumns(1)
        candles.minute[0] = before / MINUTE_MS - 600
        candles.close[0] = 100 + asked.length
        return { symbol, candles }
      })
    })
  return { asked, ask }
}

const manifestOf = (folder: string) =>
  Effect.map(readManifest(folder), (manifest): SessionManifest => {
    if (manifest === undefined) throw new Error(`${folder} holds no session`)
    return manifest
  })

describe("a session on a feed", () => {
  it.effect("asks for what joins it, once, and keeps it", () =>
    Effect.gen(function*() {
      const folder = path.join(yield* temporaryFolder, "market")
      const { ask, asked } = archive()
      yield* TestClock.setTime(parseIst("2026-06-08 11:20:00")!)
      yield* openFolder(folder, { mode: "paper", seed: 1 })
      const begun = yield* feedWarmUp({
        folder,
        manifest: yield* manifestOf(folder),
        instruments: all.slice(0, 2),
        recorded: [],
        ask
      })
      assert.deepStrictEqual(begun.map(({ candles, symbol }) => [symbol, candles.length]), [[first, 1], [second, 0]])
      // Up to the day that the session begins on, which it records itself.
      assert.deepStrictEqual(asked, [{ symbols: [first!, second!], before: parseIst("2026-06-08 00:00:00")! }])

      // Killed before anything was recorded: what was asked stays.
      const again = yield* feedWarmUp({
        folder,
        manifest: yield* manifestOf(folder),
        instruments: all.slice(0, 2),
        recorded: [],
        ask
      })
      assert.deepStrictEqual(again, begun)
      assert.lengthOf(asked, 1)

      // Two days later, with one instrument more: the others have days of their own by now.
      yield* TestClock.setTime(parseIst("2026-06-10 09:00:00")!)
      const joined = yield* feedWarmUp({
        folder,
        manifest: yield* manifestOf(folder),
        instruments: all,
        recorded: all.slice(0, 2),
        ask
      })
      assert.deepStrictEqual(joined.slice(0, 2), begun)
      assert.deepStrictEqual(asked[1], { symbols: [third!], before: parseIst("2026-06-10 00:00:00")! })
      assert.strictEqual(joined[2]?.candles.close[0], 102)
    }).pipe(Effect.provide(NodeDurableFiles)))

  it.effect("that was recorded before there was any of this gets nothing of its own days", () =>
    Effect.gen(function*() {
      const folder = path.join(yield* temporaryFolder, "market")
      const { ask, asked } = archive()
      yield* openFolder(folder, { mode: "paper", seed: 1 })
      const manifest = yield* manifestOf(folder)
      assert.deepStrictEqual(yield* feedWarmUp({ folder, manifest, instruments: all, recorded: all, ask }), [])
      assert.lengthOf(asked, 0)
      assert.deepStrictEqual(yield* manifestOf(folder), manifest)
    }).pipe(Effect.provide(NodeDurableFiles)))
})
