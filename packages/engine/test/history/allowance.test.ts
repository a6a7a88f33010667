import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { allowance, rememberSent, reserve } from "../../src/history/allowance.ts"

describe("an allowance", () => {
  it("counts what was sent before", () => {
    const state = allowance(10, 1_000)
    rememberSent(state, [{ at: 400, requests: 3 }, { at: 100, requests: 6 }])
    assert.deepStrictEqual([500, 500, 500].map((now) => reserve(state, now)), [500, 1_100, 1_100])
  })

  const step = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))

  it.prop(
    "is kept in every window, wherever it begins, and nothing waits without need",
    {
      steps: Schema.Array(step).check(Schema.isMinLength(1), Schema.isMaxLength(80)),
      most: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))
    },
    ({ most, steps }) => {
      const state = allowance(most, 1_000)
      const sent: Array<number> = []
      let now = 0
      for (const millis of steps) {
        now += millis
        const at = reserve(state, now)
        const inside = sent.filter((before) => before > at - 1_000).length
        assert.isBelow(inside, most)
        if (at > now) {
          // A moment earlier there would have been too many, or one would have overtaken another.
          const earlier = sent.filter((before) => before > at - 1 - 1_000).length
          assert.isTrue(earlier >= most || sent.at(-1) === at)
        }
        sent.push(at)
      }
    }
  )
})
