import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

interface Point {
  price: number
  /** Candles since it. */
  age: number
}

interface State {
  readonly share: number
  seen: boolean
  /** 1 = the leg rises, -1 = it falls, 0 = not known yet. */
  direction: number
  /** Best price of the leg under way; while the direction is not known, `high` and `low` are the extremes so far. */
  readonly extreme: Point
  readonly high: Point
  readonly low: Point
  /** The turn before the leg under way. */
  readonly pivot: Point
}

const put = (point: Point, price: number, age: number): void => {
  point.price = price
  point.age = age
}

/** A move by the share of the price that it starts from. */
const isTurn = (state: State, from: number, to: number): boolean => Math.abs(to - from) >= state.share * Math.abs(from)

/** Until the first move that is large enough. */
const start = (state: State, newHigh: number, newLow: number): void => {
  const { extreme, high, low, pivot } = state
  high.age += 1
  low.age += 1
  if (!state.seen || newHigh > high.price) put(high, newHigh, 0)
  if (!state.seen || newLow < low.price) put(low, newLow, 0)
  state.seen = true
  // In one and the same candle nobody knows which came first.
  if (high.age === low.age) return
  const [from, to] = low.age > high.age ? [low, high] : [high, low]
  if (!isTurn(state, from.price, to.price)) return
  state.direction = from === low ? 1 : -1
  put(pivot, from.price, from.age)
  put(extreme, to.price, to.age)
}

const next = (state: State, high: number, low: number): void => {
  if (state.direction === 0) return start(state, high, low)
  const { extreme, pivot } = state
  pivot.age += 1
  extreme.age += 1
  const rising = state.direction > 0
  const forth = rising ? high : low
  if (rising ? forth > extreme.price : forth < extreme.price) return put(extreme, forth, 0)
  const back = rising ? low : high
  if ((rising ? back >= extreme.price : back <= extreme.price) || !isTurn(state, extreme.price, back)) return
  state.direction = -state.direction
  put(pivot, extreme.price, extreme.age)
  put(extreme, back, 0)
}

/** Zig zag over highs and lows that never repaints: a turn is told when it is confirmed, with how long ago it was. */
export const indicator = defineIndicator({
  name: "ZigZag",
  title: "Zig zag",
  group: "trend",
  formula: "A leg ends at its extreme once the price has moved back from it by `percent`. pivot = price of the last " +
    "confirmed turn, pivotAge = candles since it, extreme = best price of the leg under way, direction 1 up and -1 " +
    "down. TradingView's rule by percentage, told only when known (nothing is drawn back into the past).",
  parameters: Schema.Struct({
    percent: Parameter.number(
      5,
      { minimum: 0.001, maximum: 100 },
      "Move back from the extreme that makes a turn, percent"
    )
  }),
  reads: ["high", "low"],
  outputs: ["pivot", "pivotAge", "extreme", "direction"],
  warmup: () => 1,
  initial: ({ percent }): State => ({
    share: percent / 100,
    seen: false,
    direction: 0,
    extreme: { price: 0, age: 0 },
    high: { price: 0, age: 0 },
    low: { price: 0, age: 0 },
    pivot: { price: 0, age: 0 }
  }),
  update: (state, { high, low }, out) => {
    next(state, high, low)
    if (state.direction === 0) {
      out.fill(Number.NaN)
      return
    }
    out[0] = state.pivot.price
    out[1] = state.pivot.age
    out[2] = state.extreme.price
    out[3] = state.direction
  }
})
