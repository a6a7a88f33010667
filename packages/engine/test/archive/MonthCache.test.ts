import { assert, describe, it } from "@effect/vitest"
import { MonthCache } from "../../src/archive/MonthCache.ts"

const month = (version: string, words: number) => ({ version, runs: new Uint8Array(words * 4) })

describe("the cache of packed months", () => {
  it("gives what was put last of an instrument, and leaves earlier answers alone", () => {
    const cache = new MonthCache(1_000)
    assert.strictEqual(cache.of("1").size, 0)
    cache.put("1", new Map([[24_000, month("a", 10)]]))
    const before = cache.of("1")
    cache.put("1", new Map([...before, [24_001, month("b", 20)]]))
    assert.deepStrictEqual(Array.from(before.keys()), [24_000])
    assert.deepStrictEqual(Array.from(cache.of("1").keys()), [24_000, 24_001])
    assert.strictEqual(cache.bytes, 120)
  })

  it("lets go of the instruments that were put longest ago when there is no room", () => {
    const cache = new MonthCache(100)
    for (const instrument of ["1", "2", "3"]) cache.put(instrument, new Map([[24_000, month("a", 10)]]))
    assert.deepStrictEqual(["1", "2", "3"].map((instrument) => cache.of(instrument).size), [0, 1, 1])
    assert.strictEqual(cache.bytes, 80)
    cache.put("2", new Map([[24_000, month("b", 10)]]))
    cache.put("4", new Map([[24_000, month("a", 10)]]))
    assert.deepStrictEqual(["2", "3", "4"].map((instrument) => cache.of(instrument).size), [1, 0, 1])
  })

  it("does not keep what is larger than all of it", () => {
    const cache = new MonthCache(100)
    cache.put("1", new Map([[24_000, month("a", 10)]]))
    cache.put("1", new Map([[24_000, month("b", 26)]]))
    assert.strictEqual(cache.of("1").size, 0)
    assert.strictEqual(cache.bytes, 0)
  })
})
