import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingExtreme from "../windows/RollingExtreme.ts"

/** Williams %R, as in TA-Lib. */
export const indicator = defineIndicator({
  name: "WilliamsR",
  title: "Williams %R",
  group: "momentum",
  formula:
    "-100 * (highest high - close) / (highest high - lowest low) over `period`; 0 where there is no range. TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["high", "low", "close"],
  outputs: ["williamsR"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => ({
    high: RollingExtreme.initial(period, "highest"),
    low: RollingExtreme.initial(period, "lowest")
  }),
  update: (state, { close, high, low }, out) => {
    const highest = RollingExtreme.push(state.high, high)
    const lowest = RollingExtreme.push(state.low, low)
    if (!RollingExtreme.isFull(state.high)) out[0] = Number.NaN
    else out[0] = highest === lowest ? 0 : -100 * ((highest - close) / (highest - lowest))
  }
})
