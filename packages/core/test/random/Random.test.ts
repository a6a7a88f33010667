import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/random/Random.ts"

const draw = (n: number, f: () => number): ReadonlyArray<number> => Array.from({ length: n }, f)

const moments = (values: ReadonlyArray<number>): { readonly mean: number; readonly deviation: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance) }
}

describe("Random", () => {
  it("draws what sfc32 draws from a known state", () => {
    // Worked by hand from the definition: out = a + b + counter, then the shifts.
    const random: Random.Random = { a: 1, b: 2, c: 3, counter: 4, spare: null }
    assert.strictEqual(Random.uint32(random), 7)
    assert.deepStrictEqual(random, { a: 2, b: 27, c: (3 << 21) + 7, counter: 5, spare: null })
    assert.strictEqual(Random.uint32(random), 34)
  })

  it("is plain data: a copy through JSON goes on with the same draws", () => {
    const random = Random.fromSeed(42)
    draw(101, () => Random.normal(random))
    const copy: Random.Random = JSON.parse(JSON.stringify(random))
    assert.deepStrictEqual(draw(500, () => Random.normal(copy)), draw(500, () => Random.normal(random)))
  })

  it("gives unrelated draws for near seeds and for streams of one seed", () => {
    const first = (random: Random.Random): string => draw(8, () => Random.uint32(random)).join()
    const all = [0, 1, 2, -1, 2 ** 32, 2 ** 33].map((seed) => first(Random.fromSeed(seed)))
    all.push(first(Random.fromSeed(1, 1)), first(Random.fromSeed(1, 2)))
    assert.strictEqual(new Set(all).size, all.length)
  })

  it("has the moments of its distributions", () => {
    const random = Random.fromSeed(7)
    const n = 200_000
    const uniform = moments(draw(n, () => Random.uniform(random)))
    assert.closeTo(uniform.mean, 0.5, 0.003)
    assert.closeTo(uniform.deviation, Math.sqrt(1 / 12), 0.003)
    const normal = moments(draw(n, () => Random.normal(random)))
    assert.closeTo(normal.mean, 0, 0.01)
    assert.closeTo(normal.deviation, 1, 0.01)
    const exponential = moments(draw(n, () => Random.exponential(random)))
    assert.closeTo(exponential.mean, 1, 0.01)
    assert.closeTo(exponential.deviation, 1, 0.02)
  })

  it("keeps whole numbers and ranges within their bounds", () => {
    const random = Random.fromSeed(3)
    const dice = draw(6_000, () => Random.integer(random, 6))
    assert.deepStrictEqual([...new Set(dice)].toSorted(), [0, 1, 2, 3, 4, 5])
    for (let i = 0; i < 1_000; i++) {
      const value = Random.between(random, -2, 5)
      assert.isTrue(value >= -2 && value < 5)
    }
  })
})
