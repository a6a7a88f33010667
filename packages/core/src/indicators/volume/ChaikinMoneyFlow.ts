import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingSum from "../windows/RollingSum.ts"
import { moneyFlowVolume } from "./AccumulationDistribution.ts"

/** Chaikin money flow, as in TradingView; no value while the whole window has no volume. */
export const indicator = defineIndicator({
  name: "CMF",
  title: "Chaikin money flow",
  group: "volume",
  formula:
    "Sum of ((close - low) - (high - close)) / (high - low) * volume over the sum of volume of `period` candles; " +
    "none when nothing was traded. TradingView (Chaikin).",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["high", "low", "close", "volume"],
  outputs: ["cmf"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => ({ flow: RollingSum.initial(period), volume: RollingSum.initial(period) }),
  update: (state, { close, high, low, volume }, out) => {
    const flow = RollingSum.push(state.flow, moneyFlowVolume(high, low, close, volume))
    const traded = RollingSum.push(state.volume, volume)
    out[0] = RollingSum.isFull(state.volume) && traded > 0 ? flow / traded : Number.NaN
  }
})
