import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingWeightedSum from "../windows/RollingWeightedSum.ts"

export type State = RollingWeightedSum.RollingWeightedSum

export const initial = (period: number): State => RollingWeightedSum.initial(period)

/** NaN until there are `period` values. */
export const next = (state: State, value: number): number => {
  const sum = RollingWeightedSum.push(state, value)
  const period = state.sums.length
  return RollingWeightedSum.isFull(state) ? sum / (period * (period + 1) / 2) : Number.NaN
}

/** Weighted moving average, as in TA-Lib: the newest close counts `period` times, the oldest once. */
export const indicator = defineIndicator({
  name: "WMA",
  title: "Weighted moving average",
  group: "average",
  formula: "Mean of the last `period` closes with the weights 1 (oldest) to `period` (newest). TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close"],
  outputs: ["wma"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => initial(period),
  update: (state, { close }, out) => {
    out[0] = next(state, close)
  }
})
