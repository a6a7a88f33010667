import * as Schema from "effect/Schema"
import * as Ema from "../averages/Ema.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** Elder's bull and bear power. */
export const indicator = defineIndicator({
  name: "ElderRay",
  title: "Elder ray",
  group: "momentum",
  formula: "bull = high - EMA(period) of the close, bear = low - the same. Elder 1989, with TA-Lib's EMA.",
  parameters: Schema.Struct({ period: Parameter.period(13) }),
  reads: ["high", "low", "close"],
  outputs: ["bull", "bear"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => Ema.initial(period),
  update: (state, { close, high, low }, out) => {
    const average = Ema.next(state, close)
    out[0] = high - average
    out[1] = low - average
  }
})
