import * as Schema from "effect/Schema"
import * as Sma from "../averages/Sma.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/**
 * Commodity channel index, as in TA-Lib (Lambert 1980). Every candle costs `period` steps: the mean absolute deviation
 * has no recurrence.
 */
export const indicator = defineIndicator({
  name: "CCI",
  title: "Commodity channel index",
  group: "momentum",
  formula:
    "(t - SMA(period) of t) / (0.015 * mean absolute deviation of t from it), t = (high + low + close) / 3; 0 where " +
    "either is 0. TA-Lib (Lambert 1980).",
  parameters: Schema.Struct({ period: Parameter.period(20, "Candles it looks at", 2) }),
  reads: ["high", "low", "close"],
  outputs: ["cci"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => ({
    prices: Array.from({ length: period }, () => 0),
    at: 0,
    mean: Sma.initial(period)
  }),
  update: (state, { close, high, low }, out) => {
    const { prices } = state
    const price = (high + low + close) / 3
    prices[state.at] = price
    state.at = (state.at + 1) % prices.length
    const mean = Sma.next(state.mean, price)
    if (Number.isNaN(mean)) {
      out[0] = Number.NaN
      return
    }
    let away = 0
    let flat = true
    for (const each of prices) {
      away += Math.abs(each - mean)
      if (each !== price) flat = false
    }
    out[0] = flat || price === mean ? 0 : (price - mean) / (0.015 * (away / prices.length))
  }
})
