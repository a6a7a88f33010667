import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingExtreme from "../windows/RollingExtreme.ts"
import * as RollingSum from "../windows/RollingSum.ts"
import * as TrueRange from "./TrueRange.ts"

/** Choppiness index, as in TradingView: the first candle counts with its own range. */
export const indicator = defineIndicator({
  name: "Choppiness",
  title: "Choppiness index",
  group: "volatility",
  formula:
    "100 * log10(sum of true ranges / (highest high - lowest low)) / log10(period), over `period` candles; none " +
    "while there is no range. TradingView.",
  parameters: Schema.Struct({ period: Parameter.period(14, "Candles it looks at", 2) }),
  reads: ["high", "low", "close"],
  outputs: ["choppiness"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => ({
    scale: Math.log10(period),
    range: TrueRange.initial("first"),
    ranges: RollingSum.initial(period),
    high: RollingExtreme.initial(period, "highest"),
    low: RollingExtreme.initial(period, "lowest")
  }),
  update: (state, { close, high, low }, out) => {
    const travelled = RollingSum.push(state.ranges, TrueRange.next(state.range, high, low, close))
    const span = RollingExtreme.push(state.high, high) - RollingExtreme.push(state.low, low)
    out[0] = RollingSum.isFull(state.ranges) && span > 0
      ? 100 * Math.log10(travelled / span) / state.scale
      : Number.NaN
  }
})
