import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingExtreme from "../windows/RollingExtreme.ts"

/** Aroon and its oscillator, as in TA-Lib: of equal extremes the newest counts. */
export const indicator = defineIndicator({
  name: "Aroon",
  title: "Aroon",
  group: "trend",
  formula:
    "up = 100 * (period - candles since the highest high of the last period + 1 candles) / period, down likewise of " +
    "the lowest low, oscillator = up - down. TA-Lib (Chande 1995).",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["high", "low"],
  outputs: ["up", "down", "oscillator"],
  warmup: ({ period }) => period,
  initial: ({ period }) => ({
    period,
    high: RollingExtreme.initial(period + 1, "highest"),
    low: RollingExtreme.initial(period + 1, "lowest")
  }),
  update: (state, { high, low }, out) => {
    const { period } = state
    RollingExtreme.push(state.high, high)
    RollingExtreme.push(state.low, low)
    if (!RollingExtreme.isFull(state.high)) {
      out.fill(Number.NaN)
      return
    }
    const up = 100 * (period - RollingExtreme.age(state.high)) / period
    const down = 100 * (period - RollingExtreme.age(state.low)) / period
    out[0] = up
    out[1] = down
    out[2] = up - down
  }
})
