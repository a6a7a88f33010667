import { assert, describe, it } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Guard from "@keepgaining/core/orders/Guard.ts"
import * as Schema from "effect/Schema"

type Prices = Partial<Record<"stop" | "target" | "trail", number>>

const guardOf = (quantity: number, prices: Prices, reference = 10_000, effectiveAt = 0): Guard.GuardInstruction => ({
  _tag: "Set",
  book: "d1",
  instrument: 3,
  quantity,
  stop: prices.stop === undefined ? undefined : paise(prices.stop),
  target: prices.target === undefined ? undefined : paise(prices.target),
  trail: prices.trail === undefined ? undefined : paise(prices.trail),
  reference: paise(reference),
  effectiveAt
})

/** What triggers, tick by tick. */
const watch = (state: Guard.GuardState, prices: ReadonlyArray<number>, from = 1) => {
  const triggers: Array<Guard.GuardTrigger> = []
  prices.forEach((price, i) =>
    Guard.onTick(state, 3, { time: from + i, price: paise(price) }, (trigger) => triggers.push(trigger))
  )
  return triggers.map(({ at, price, purpose }) => [purpose, price, at])
}

const set = (quantity: number, prices: Prices) => {
  const state = Guard.initial()
  Guard.instruct(state, guardOf(quantity, prices))
  return state
}

describe("guards", () => {
  it.each(
    [
      ["long stop", 10, { stop: 9_900, target: 10_200 }, [9_950, 9_900, 9_800], ["stop", 9_900, 2]],
      ["long target", 10, { stop: 9_900, target: 10_200 }, [10_150, 10_250, 9_000], ["target", 10_250, 2]],
      ["short stop", -10, { stop: 10_100, target: 9_800 }, [10_050, 10_150, 9_000], ["stop", 10_150, 2]],
      ["short target", -10, { stop: 10_100, target: 9_800 }, [9_850, 9_800, 10_500], ["target", 9_800, 2]],
      ["long trail", 10, { stop: 9_900, trail: 100 }, [10_080, 10_050, 9_980, 9_000], ["trail", 9_980, 3]],
      ["short trail", -10, { stop: 10_100, trail: 100 }, [9_900, 9_950, 10_000], ["trail", 10_000, 3]],
      ["trail alone protects from the start", 10, { trail: 100 }, [9_901, 9_900], ["trail", 9_900, 2]]
    ] as const
  )("trigger once: %s", (_, quantity, prices, ticks, expected) => {
    const state = set(quantity, prices)
    assert.deepStrictEqual(watch(state, ticks), [[...expected]])
    assert.isTrue(Guard.isIdle(state))
  })

  it("take the stop when one tick crosses both", () => {
    assert.deepStrictEqual(watch(set(10, { stop: 10_000, target: 10_000 }), [10_000]), [["stop", 10_000, 1]])
  })

  it("do not look at ticks before they take effect", () => {
    const state = Guard.initial()
    Guard.instruct(state, guardOf(10, { stop: 9_900 }, 10_000, 5))
    assert.deepStrictEqual(watch(state, [9_000, 9_000], 3), [])
    assert.deepStrictEqual(watch(state, [9_000], 5), [["stop", 9_000, 5]])
  })

  it("take instructions by their time, then by arrival", () => {
    const state = Guard.initial()
    Guard.instruct(state, { _tag: "Clear", book: "d1", instrument: 3, effectiveAt: 9 })
    Guard.instruct(state, guardOf(10, { stop: 9_900 }, 10_000, 5))
    assert.deepStrictEqual(watch(state, [9_000], 10), [])
    assert.isTrue(Guard.isIdle(state))
  })

  it("keep what the trail has won when the position grows, and forget it when it turns", () => {
    const state = set(10, { stop: 9_900, trail: 100 })
    assert.deepStrictEqual(watch(state, [10_300]), [])
    Guard.instruct(state, guardOf(20, { stop: 9_900, trail: 100 }, 10_300, 2))
    assert.deepStrictEqual(watch(state, [10_250], 2), [])
    assert.strictEqual(state.guards[0]?.stop, 10_200)
    Guard.instruct(state, guardOf(-20, { stop: 10_400 }, 10_250, 3))
    assert.deepStrictEqual(watch(state, [10_100], 3), [])
    assert.strictEqual(state.guards[0]?.stop, 10_400)
  })

  it("watch each book apart", () => {
    const state = set(10, { stop: 9_900 })
    Guard.instruct(state, { ...guardOf(-5, { stop: 10_500 }), book: "d2" })
    assert.deepStrictEqual(watch(state, [9_900, 10_500]), [["stop", 9_900, 1], ["stop", 10_500, 2]])
  })

  const price = Schema.Int.check(Schema.isBetween({ minimum: 9_000, maximum: 11_000 }))

  it.prop(
    "trail no further than the trail and never back",
    [Schema.NonEmptyArray(price), Schema.Boolean],
    ([ticks, long]) => {
      const side = long ? 1 : -1
      const state = set(10 * side, { stop: 10_000 - 600 * side, trail: 500 })
      let best = 10_000
      let stop = -Infinity
      for (const [i, at] of ticks.entries()) {
        const triggered = watch(state, [at], i + 1)
        const guard = state.guards[0]
        if (guard === undefined) {
          assert.strictEqual(triggered.length, 1)
          assert.isAtMost(at * side, (best - 500 * side) * side)
          return
        }
        best = long ? Math.max(best, at) : Math.min(best, at)
        assert.strictEqual(guard.stop, best - 500 * side)
        assert.isAtLeast(Number(guard.stop) * side, stop)
        stop = Number(guard.stop) * side
      }
    }
  )
})
