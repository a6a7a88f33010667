import { assert, describe, it } from "@effect/vitest"
import { LONGEST_WAIT_MS, MUTE_MS, MuteWatch } from "../../src/feeds/broker/MuteWatch.ts"

/** Seconds at which it is opened anew while nothing comes. */
const reopenings = (watch: MuteWatch, from: number, seconds: number): Array<number> => {
  const found: Array<number> = []
  for (let second = 0; second <= seconds; second++) if (watch.isDue("kite", from + second * 1_000)) found.push(second)
  return found
}

describe("a mute feed", () => {
  it("is opened anew after its silence, then ever more rarely", () => {
    const watch = new MuteWatch()
    watch.alive("kite", 0)
    assert.deepStrictEqual(reopenings(watch, 0, 150), [20, 60, 140])
  })
  it("waits no longer than the longest wait", () => {
    const watch = new MuteWatch()
    watch.alive("kite", 0)
    const times = reopenings(watch, 0, 3 * 3_600)
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
    assert.strictEqual(gaps.at(-1), LONGEST_WAIT_MS / 1_000)
    assert.isTrue(gaps.every((gap, i) => i === 0 || gap >= (gaps[i - 1] ?? 0)))
  })
  it("is forgiven with the first tick", () => {
    const watch = new MuteWatch()
    watch.alive("kite", 0)
    reopenings(watch, 0, 100)
    watch.alive("kite", 100_000)
    assert.isFalse(watch.isDue("kite", 100_000 + MUTE_MS - 1))
    assert.isTrue(watch.isDue("kite", 100_000 + MUTE_MS))
  })
  it("is not blamed for the time before it was first looked at", () => {
    const watch = new MuteWatch()
    assert.isFalse(watch.isDue("kite", 5_000_000))
    assert.isFalse(watch.isDue("kite", 5_000_000 + MUTE_MS - 1))
  })
})
