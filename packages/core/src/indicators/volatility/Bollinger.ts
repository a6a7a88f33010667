import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingMoments from "../windows/RollingMoments.ts"

/** Bollinger bands, as in TA-Lib: the deviation is that of the population. */
export const indicator = defineIndicator({
  name: "Bollinger",
  title: "Bollinger bands with %B and width",
  group: "volatility",
  formula:
    "SMA(period) of the close -+ `deviations` population standard deviations; percentB = (close - lower) / (upper - " +
    "lower), zScore = (close - middle) / deviation, none while the bands have no width; width = (upper - lower) / " +
    "middle. TA-Lib.",
  parameters: Schema.Struct({
    period: Parameter.period(20),
    deviations: Parameter.number(2, { minimum: 0.1, maximum: 100 }, "Standard deviations between middle and band")
  }),
  reads: ["close"],
  outputs: ["upper", "middle", "lower", "percentB", "width", "zScore"],
  warmup: ({ period }) => period - 1,
  initial: ({ deviations, period }) => ({ deviations, window: RollingMoments.initial(period) }),
  update: ({ deviations, window }, { close }, out) => {
    RollingMoments.push(window, close)
    if (!RollingMoments.isFull(window)) {
      out.fill(Number.NaN)
      return
    }
    const { mean } = window
    const deviation = RollingMoments.deviation(window)
    const upper = mean + deviations * deviation
    const lower = mean - deviations * deviation
    out[0] = upper
    out[1] = mean
    out[2] = lower
    out[3] = upper === lower ? Number.NaN : (close - lower) / (upper - lower)
    out[4] = mean === 0 ? Number.NaN : (upper - lower) / mean
    out[5] = deviation === 0 ? Number.NaN : (close - mean) / deviation
  }
})
