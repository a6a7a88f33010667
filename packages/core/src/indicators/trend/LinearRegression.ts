import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingMoments from "../windows/RollingMoments.ts"

/** Least-squares line through the last closes, as in TA-Lib. */
export const indicator = defineIndicator({
  name: "LinearRegression",
  title: "Linear regression with slope, intercept, angle and R2",
  group: "trend",
  formula:
    "Least-squares line through the last `period` closes: value = the line at the newest candle, slope a candle, " +
    "intercept = the line at the oldest, angle = atan(slope) in degrees; r2 = share of the variance explained, none " +
    "while the close does not move. TA-Lib's LINEARREG family.",
  parameters: Schema.Struct({ period: Parameter.period(14, "Candles it looks at", 2) }),
  reads: ["close"],
  outputs: ["value", "slope", "intercept", "angle", "r2"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => RollingMoments.initial(period),
  update: (state, { close }, out) => {
    RollingMoments.push(state, close)
    if (!RollingMoments.isFull(state)) {
      out.fill(Number.NaN)
      return
    }
    const period = state.means.length
    // Sum of (place - mean place)^2 of 0 .. period - 1.
    const places = period * (period * period - 1) / 12
    const slope = state.sumProducts / places
    const half = slope * (period - 1) / 2
    out[0] = state.mean + half
    out[1] = slope
    out[2] = state.mean - half
    out[3] = Math.atan(slope) * 180 / Math.PI
    out[4] = state.sumSquares > 0 ? slope * state.sumProducts / state.sumSquares : Number.NaN
  }
})
