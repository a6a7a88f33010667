import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Sma from "./Sma.ts"

/** Triangular moving average, as in TA-Lib: the mean of means, so that the middle of the window counts most. */
export const indicator = defineIndicator({
  name: "TRIMA",
  title: "Triangular moving average",
  group: "average",
  formula:
    "SMA of SMA: both of (period + 1) / 2 when the period is odd, of period / 2 and period / 2 + 1 when it is even. " +
    "TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close"],
  outputs: ["trima"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => ({
    first: Sma.initial(Math.ceil(period / 2)),
    second: Sma.initial(Math.floor(period / 2) + 1)
  }),
  update: (state, { close }, out) => {
    const mean = Sma.next(state.first, close)
    out[0] = Number.isNaN(mean) ? Number.NaN : Sma.next(state.second, mean)
  }
})
