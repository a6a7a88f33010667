import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as TrueRange from "../volatility/TrueRange.ts"
import * as RollingSum from "../windows/RollingSum.ts"

/** Vortex indicator (Botes and Siepman 2010), as in TradingView. */
export const indicator = defineIndicator({
  name: "Vortex",
  title: "Vortex indicator",
  group: "trend",
  formula:
    "plus = sum of |high - low before| over the sum of true ranges of `period` candles, minus = sum of |low - high " +
    "before| over the same; none while nothing moved. TradingView (Botes and Siepman 2010).",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["high", "low", "close"],
  outputs: ["plus", "minus"],
  warmup: ({ period }) => period,
  initial: ({ period }) => ({
    range: TrueRange.initial(),
    high: 0,
    low: 0,
    plus: RollingSum.initial(period),
    minus: RollingSum.initial(period),
    ranges: RollingSum.initial(period)
  }),
  update: (state, { close, high, low }, out) => {
    const range = TrueRange.next(state.range, high, low, close)
    const up = Math.abs(high - state.low)
    const down = Math.abs(low - state.high)
    state.high = high
    state.low = low
    if (Number.isNaN(range)) {
      out.fill(Number.NaN)
      return
    }
    const plus = RollingSum.push(state.plus, up)
    const minus = RollingSum.push(state.minus, down)
    const ranges = RollingSum.push(state.ranges, range)
    const known = RollingSum.isFull(state.ranges) && ranges > 0
    out[0] = known ? plus / ranges : Number.NaN
    out[1] = known ? minus / ranges : Number.NaN
  }
})
