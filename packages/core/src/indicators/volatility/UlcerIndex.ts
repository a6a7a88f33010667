import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingExtreme from "../windows/RollingExtreme.ts"
import * as RollingSum from "../windows/RollingSum.ts"

/** Ulcer index, as in TradingView (Martin 1987). */
export const indicator = defineIndicator({
  name: "UlcerIndex",
  title: "Ulcer index",
  group: "volatility",
  formula:
    "Square root of the mean over `period` of the squared drawdown, 100 * (close - highest close of `period`) / that " +
    "highest; 0 where the highest is 0. TradingView (Martin 1987).",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["close"],
  outputs: ["ulcer"],
  warmup: ({ period }) => 2 * (period - 1),
  initial: ({ period }) => ({
    high: RollingExtreme.initial(period, "highest"),
    squares: RollingSum.initial(period)
  }),
  update: (state, { close }, out) => {
    const { high, squares } = state
    const highest = RollingExtreme.push(high, close)
    if (!RollingExtreme.isFull(high)) {
      out[0] = Number.NaN
      return
    }
    const drawdown = highest === 0 ? 0 : 100 * (close - highest) / highest
    const sum = RollingSum.push(squares, drawdown * drawdown)
    out[0] = RollingSum.isFull(squares) ? Math.sqrt(sum / squares.values.length) : Number.NaN
  }
})
