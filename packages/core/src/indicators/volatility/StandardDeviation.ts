import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingMoments from "../windows/RollingMoments.ts"

/** Standard deviation of the close, as in TA-Lib: of the population. */
export const indicator = defineIndicator({
  name: "StdDev",
  title: "Standard deviation",
  group: "volatility",
  formula: "Square root of the mean squared distance of the last `period` closes from their mean. TA-Lib's STDDEV.",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close"],
  outputs: ["stddev"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => RollingMoments.initial(period),
  update: (state, { close }, out) => {
    RollingMoments.push(state, close)
    out[0] = RollingMoments.isFull(state) ? RollingMoments.deviation(state) : Number.NaN
  }
})
