import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

export interface State {
  readonly period: number
  count: number
  /** Sum of the seed until it is complete, the average from then on. */
  value: number
}

export const initial = (period: number): State => ({ period, count: 0, value: 0 })

/** Wilder's smoothing: weight 1 / period, seeded with the mean of the first `period` values; NaN before that. */
export const next = (state: State, value: number): number => {
  const { period } = state
  if (state.count === period) {
    state.value = (state.value * (period - 1) + value) / period
    return state.value
  }
  state.value += value
  state.count += 1
  if (state.count < period) return Number.NaN
  state.value /= period
  return state.value
}

/** Smoothed moving average (Wilder's, `ta.rma` of TradingView), the smoothing inside TA-Lib's RSI and ATR. */
export const indicator = defineIndicator({
  name: "SMMA",
  title: "Smoothed moving average (Wilder, RMA)",
  group: "average",
  formula:
    "smma = (smma * (period - 1) + close) / period, seeded with the mean of the first `period` closes. TradingView's " +
    "ta.rma; Wilder's smoothing of TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close"],
  outputs: ["smma"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => initial(period),
  update: (state, { close }, out) => {
    out[0] = next(state, close)
  }
})
