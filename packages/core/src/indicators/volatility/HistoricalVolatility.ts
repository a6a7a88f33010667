import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingMoments from "../windows/RollingMoments.ts"

/** Historical volatility, as in TradingView, whose year has 365 candles unless told otherwise. */
export const indicator = defineIndicator({
  name: "HistoricalVolatility",
  title: "Historical volatility",
  group: "volatility",
  formula:
    "100 * population standard deviation of the last `period` log returns * sqrt(perYear). A close that is not " +
    "positive gives no value and no return. TradingView.",
  parameters: Schema.Struct({
    period: Parameter.period(10, "Returns it looks at"),
    perYear: Parameter.number(365, { minimum: 1, maximum: 1e8 }, "Candles a year; 252 for daily ones of an exchange")
  }),
  reads: ["close"],
  outputs: ["volatility"],
  warmup: ({ period }) => period,
  initial: ({ perYear, period }) => ({
    scale: 100 * Math.sqrt(perYear),
    window: RollingMoments.initial(period),
    last: 0
  }),
  update: (state, { close }, out) => {
    const { last, window } = state
    state.last = Math.max(0, close)
    if (last > 0 && close > 0) RollingMoments.push(window, Math.log(close / last))
    out[0] = close > 0 && RollingMoments.isFull(window) ? state.scale * RollingMoments.deviation(window) : Number.NaN
  }
})
