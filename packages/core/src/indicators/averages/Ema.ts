import * as Schema from "effect/Schema"
import { defineIndicator, isUsable, LARGEST } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

export interface State {
  readonly period: number
  /** Weight of the newest value. */
  readonly alpha: number
  count: number
  /** Sum of the seed until it is complete, the average from then on. */
  value: number
}

/** `alpha` is 2 / (period + 1) unless given. */
export const initial = (period: number, alpha = 2 / (period + 1)): State => ({ period, alpha, count: 0, value: 0 })

/** Exponential average, seeded with the mean of the first `period` values; NaN before that. */
export const next = (state: State, value: number): number => {
  if (state.count === state.period) {
    state.value = (value - state.value) * state.alpha + state.value
    return state.value
  }
  state.value += value
  state.count += 1
  if (state.count < state.period) return Number.NaN
  state.value /= state.period
  return state.value
}

/** Exponential moving average, as in TA-Lib: weight 2 / (period + 1), seeded with the SMA of the first period. */
export const indicator = defineIndicator({
  name: "EMA",
  title: "Exponential moving average",
  group: "average",
  formula: "ema += (close - ema) * 2 / (period + 1), seeded with the mean of the first `period` closes. TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close"],
  outputs: ["ema"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => initial(period),
  update: (state, { close }, out) => {
    out[0] = next(state, close)
  },
  batch: (state, { close, length }, [out]) => {
    let i = 0
    // One output and `length` rows by contract.
    for (; i < length && state.count < state.period; i++) {
      out![i] = isUsable(close[i]!) ? next(state, close[i]!) : Number.NaN
    }
    if (i < length) state.value = average(state.alpha, state.value, close, out!, i, length)
  }
})

/** The loop of {@link next} after its seed, with the average in a variable; answers the last. */
const average = (
  alpha: number,
  seed: number,
  close: Float64Array,
  out: Float64Array,
  from: number,
  length: number
): number => {
  let value = seed
  for (let i = from; i < length; i++) {
    // In range by the loop; written so that NaN counts as too large.
    const price = close[i]!
    if (Math.abs(price) <= LARGEST) {
      value = (price - value) * alpha + value
      out[i] = value
    } else out[i] = Number.NaN
  }
  return value
}
