import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { progressOf } from "../../src/history/downloadProgress.ts"
import { atRandom, misbehaviours } from "../../src/history/simulator/Misbehaviour.ts"
import { readAnswer, readDays } from "../../src/history/simulator/SimulatedHistory.ts"

const proper = [1_735_789_500, 1_234.55, 1_240, 1_230.05, 1_239.95, 4_294_967_295, 75]

const read = (row: ReadonlyArray<unknown>) => readAnswer(JSON.stringify({ candles: [proper, row] }))

describe("an answer of the simulated server", () => {
  it("becomes columns of paise and minutes", () => {
    const columns = read(proper)
    if (typeof columns === "string") return assert.fail(columns)
    assert.deepStrictEqual(
      [columns.minute, columns.open, columns.high, columns.low, columns.close, columns.volume, columns.openInterest]
        .map((column) => column[1]),
      [28_929_825, 123_455, 124_000, 123_005, 123_995, 4_294_967_295, 75]
    )
  })

  it("is refused, with the row and the reason, when a number cannot be", () => {
    const withField = (at: number, value: unknown) => read(proper.map((field, i) => i === at ? value : field))
    assert.strictEqual(withField(0, 1_735_789_501), "row 1 does not begin with a minute: 1735789501")
    assert.strictEqual(withField(1, 1.005), "row 1 has a price that is no amount of paise: 1.005")
    assert.strictEqual(withField(2, 1e9), "row 1 has a price that is no amount of paise: 1000000000")
    assert.strictEqual(withField(5, -1), "row 1 has a volume or open interest that cannot be: -1")
    assert.strictEqual(withField(6, 0.5), "row 1 has a volume or open interest that cannot be: 0.5")
    assert.match(String(withField(3, null)), /row 1 is not seven numbers/)
    assert.match(String(read(proper.slice(1))), /row 1 is not seven numbers/)
    assert.strictEqual(readAnswer("{}"), "it has no candles")
    assert.match(String(readAnswer("<html>")), /it is not JSON/)
  })

  it("becomes days by the date that holds their instant in India", () => {
    const at = (text: string) => [Date.parse(text) / 1_000, ...proper.slice(1)]
    // Midnight in India, midnight UTC, the last minute of the day.
    const rows = ["2025-01-02T00:00+05:30", "2025-01-03T00:00Z", "2025-01-06T23:59+05:30"].map(at)
    const days = readDays(JSON.stringify({ candles: rows }))
    const prices = { open: 123_455, high: 124_000, low: 123_005, close: 123_995 }
    assert.deepStrictEqual(
      days,
      ["2025-01-02", "2025-01-03", "2025-01-06"].map((date) => ({
        date,
        ...prices,
        volume: 4_294_967_295,
        openInterest: 75
      }))
    )
    assert.match(String(readDays("<html>")), /it is not JSON/)
  })

  it.prop("is refused when it was cut anywhere", { part: Schema.Finite }, ({ part }) => {
    const text = JSON.stringify({ candles: [proper, proper] })
    const at = Math.floor(Math.abs(part) % text.length)
    assert.isString(readAnswer(text.slice(0, at)))
  })
})

describe("trouble at random", () => {
  it("is the same for the same seed, as often as asked, and of every kind", () => {
    const one = atRandom(1, 0.1)
    const again = atRandom(1, 0.1)
    const seen = Array.from({ length: 10_000 }, (_, i) => {
      assert.strictEqual(one(i), again(i))
      return one(i)
    }).filter((each) => each !== undefined)
    assert.isAbove(seen.length, 900)
    assert.isBelow(seen.length, 1_100)
    assert.deepStrictEqual(new Set(seen), new Set(misbehaviours))
  })
})

describe("progress", () => {
  const input = {
    chunks: 100,
    finishedBefore: 20,
    finished: 0,
    incomplete: 0,
    failed: 0,
    candles: 0,
    requests: 0,
    rateLimited: 0,
    elapsed: 0
  }

  it("estimates from this run only, and not before something is finished", () => {
    assert.deepInclude(progressOf(input), { finished: 20, remaining: undefined, candlesPerSecond: 0 })
    assert.deepInclude(progressOf({ ...input, finished: 20, candles: 50_000, elapsed: 10_000 }), {
      finished: 40,
      remaining: 30_000,
      candlesPerSecond: 5_000
    })
    assert.strictEqual(progressOf({ ...input, finished: 80, elapsed: 10_000 }).remaining, 0)
  })
})
