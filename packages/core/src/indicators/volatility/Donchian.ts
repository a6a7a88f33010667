import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingExtreme from "../windows/RollingExtreme.ts"

/** Donchian channels, as in TradingView: the candle itself is part of its window. */
export const indicator = defineIndicator({
  name: "Donchian",
  title: "Donchian channels",
  group: "volatility",
  formula:
    "Highest high and lowest low of the last `period` candles, the newest included, and their mean. TradingView.",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["high", "low"],
  outputs: ["upper", "middle", "lower"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => ({
    high: RollingExtreme.initial(period, "highest"),
    low: RollingExtreme.initial(period, "lowest")
  }),
  update: (state, { high, low }, out) => {
    const upper = RollingExtreme.push(state.high, high)
    const lower = RollingExtreme.push(state.low, low)
    if (RollingExtreme.isFull(state.high)) {
      out[0] = upper
      out[1] = (upper + lower) / 2
      out[2] = lower
    } else out.fill(Number.NaN)
  }
})
