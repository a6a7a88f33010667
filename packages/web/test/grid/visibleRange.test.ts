import { assert, describe, it } from "vitest"
import { overscan, scrollToShow, visibleRange } from "../../src/grid/visibleRange.ts"

describe("visibleRange", () => {
  it("holds every row that is in view, for any position, and not many more", () => {
    const rowHeight = 24
    for (const count of [0, 1, 5, 200, 10_000]) {
      for (const height of [0, 23, 240, 900]) {
        for (let scrollTop = 0; scrollTop < count * rowHeight; scrollTop += 97) {
          const { end, start } = visibleRange(scrollTop, height, rowHeight, count)
          assert.isAtLeast(start, 0)
          assert.isAtMost(end, count)
          assert.isAtMost(end - start, Math.ceil(height / rowHeight) + 1 + 2 * overscan)
          for (let row = 0; row < count; row++) {
            const inView = (row + 1) * rowHeight > scrollTop && row * rowHeight < scrollTop + height
            if (inView && !(row >= start && row < end)) assert.fail(`row ${row} of ${count} at ${scrollTop}`)
            if (row * rowHeight > scrollTop + height) break
          }
        }
      }
    }
  })
  it("is empty without rows and survives a position beyond the end", () => {
    assert.deepStrictEqual(visibleRange(500, 100, 24, 0), { start: 0, end: 0 })
    const beyond = visibleRange(100_000, 240, 24, 10)
    assert.isAtMost(beyond.start, beyond.end)
    assert.strictEqual(beyond.end, 10)
  })
})

describe("scrollToShow", () => {
  it("moves no further than it must", () => {
    assert.strictEqual(scrollToShow(5, 0, 240, 24), 0)
    assert.strictEqual(scrollToShow(10, 0, 240, 24), 24)
    assert.strictEqual(scrollToShow(2, 100, 240, 24), 48)
  })
})
