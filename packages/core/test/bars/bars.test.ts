import { assert, describe, it } from "@effect/vitest"
import type { Bar, BarTick } from "@keepgaining/core/bars/Bar.ts"
import * as Renko from "@keepgaining/core/bars/renko.ts"
import * as ThresholdBars from "@keepgaining/core/bars/thresholdBars.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"

const Steps = Schema.Array(Schema.Tuple([
  Schema.Int.check(Schema.isBetween({ minimum: -300, maximum: 300 })),
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 }))
]))

const walk = (steps: ReadonlyArray<readonly [number, number]>): ReadonlyArray<BarTick> => {
  let price = 100_000
  return steps.map(([step, traded], i) => {
    price += step
    return { time: 1_000 * i, price: paise(price), traded }
  })
}

const build = (kind: ThresholdBars.Threshold, threshold: number, ticks: ReadonlyArray<BarTick>) => {
  let state = ThresholdBars.initial(kind, threshold)
  const bars: Array<Bar> = []
  for (const tick of ticks) {
    const bar = ThresholdBars.onTick(state, tick)
    if (bar !== undefined) bars.push(bar)
    // The state is plain data: through JSON nothing changes.
    state = JSON.parse(JSON.stringify(state)) as ThresholdBars.ThresholdBars
  }
  const rest = ThresholdBars.onSessionEnd(state)
  return { bars, rest }
}

const measure = (kind: ThresholdBars.Threshold, bar: Bar): number => kind === "range" ? bar.high - bar.low : bar[kind]

describe("threshold bars", () => {
  it.prop(
    "hold every tick once, reach their threshold, and only with their last tick",
    [
      Steps,
      Schema.Literals(["ticks", "volume", "value", "range"]),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 900 }))
    ],
    ([steps, kind, size]) => {
      const ticks = walk(steps)
      const threshold = kind === "value" ? size * 100_000 : size
      const { bars, rest } = build(kind, threshold, ticks)
      const all = rest === undefined ? bars : [...bars, rest]
      let at = 0
      for (const bar of all) {
        const own = ticks.slice(at, at + bar.ticks)
        at += bar.ticks
        assert.strictEqual(bar.open, own[0]!.price)
        assert.strictEqual(bar.close, own.at(-1)!.price)
        assert.strictEqual(bar.high, Math.max(...own.map(({ price }) => price)))
        assert.strictEqual(bar.low, Math.min(...own.map(({ price }) => price)))
        assert.strictEqual(bar.volume, own.reduce((sum, { traded }) => sum + traded, 0))
        assert.strictEqual(bar.start, own[0]!.time)
        assert.strictEqual(bar.end, own.at(-1)!.time)
      }
      assert.strictEqual(at, ticks.length)
      for (const bar of bars) assert.isAtLeast(measure(kind, bar), threshold)
      if (rest !== undefined) assert.isBelow(measure(kind, rest), threshold)
    },
    { arbitrary: { runs: 200, size: 60 } }
  )

  it("need a threshold", () => {
    assert.throws(() => ThresholdBars.initial("volume", 0), RangeError)
  })
})

describe("Renko", () => {
  it.prop(
    "bricks join end to end, turn only over two heights, and end within one height of the price",
    [Steps, Schema.Int.check(Schema.isBetween({ minimum: 5, maximum: 400 }))],
    ([steps, height]) => {
      const state = Renko.initial(height)
      const bricks: Array<Renko.Brick> = []
      let last = 0
      for (const { price, time } of walk(steps)) {
        bricks.push(...Renko.onTick(state, time, price))
        last = price
        assert.isBelow(last, state.top + height)
        assert.isAbove(last, state.bottom - height)
      }
      bricks.forEach((brick, i) => {
        assert.strictEqual(Math.abs(brick.close - brick.open), height)
        const before = bricks[i - 1]
        if (before === undefined) return
        const turns = before.close > before.open !== brick.close > brick.open
        assert.strictEqual(brick.open, turns ? before.open : before.close)
      })
    },
    { arbitrary: { runs: 200, size: 80 } }
  )

  it("of one jump are several", () => {
    const state = Renko.initial(100)
    Renko.onTick(state, 0, paise(10_050))
    assert.deepStrictEqual(Renko.onTick(state, 1, paise(10_310)).map(({ close }) => close), [10_100, 10_200, 10_300])
    assert.deepStrictEqual(Renko.onTick(state, 2, paise(10_150)), [])
    assert.deepStrictEqual(Renko.onTick(state, 3, paise(10_100)).map(({ close }) => close), [10_100])
    assert.throws(() => Renko.initial(0.5), RangeError)
  })
})
