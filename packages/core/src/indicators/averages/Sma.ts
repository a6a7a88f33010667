import * as Schema from "effect/Schema"
import { defineIndicator, isUsable } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingSum from "../windows/RollingSum.ts"

export type State = RollingSum.RollingSum

export const initial = (period: number): State => RollingSum.initial(period)

/** Mean of the last `period` values; NaN until there are as many. */
export const next = (state: State, value: number): number => {
  const sum = RollingSum.push(state, value)
  return state.count === state.values.length ? sum / state.values.length : Number.NaN
}

/** Simple moving average, as in TA-Lib: the mean of the last `period` closes. */
export const indicator = defineIndicator({
  name: "SMA",
  title: "Simple moving average",
  group: "average",
  formula: "Mean of the last `period` closes. TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close"],
  outputs: ["sma"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => initial(period),
  update: (state, { close }, out) => {
    out[0] = next(state, close)
  },
  batch: (state, { close, length }, [out]) => {
    // One output and `length` rows by contract.
    for (let i = 0; i < length; i++) out![i] = isUsable(close[i]!) ? next(state, close[i]!) : Number.NaN
  }
})
