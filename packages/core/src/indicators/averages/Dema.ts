import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as EmaChain from "./EmaChain.ts"

/** Double exponential moving average, as in TA-Lib (Mulloy 1994). */
export const indicator = defineIndicator({
  name: "DEMA",
  title: "Double exponential moving average",
  group: "average",
  formula: "2 * EMA - EMA of EMA. TA-Lib (Mulloy 1994).",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close"],
  outputs: ["dema"],
  warmup: ({ period }) => 2 * (period - 1),
  initial: ({ period }) => EmaChain.initial(period, 2),
  update: (state, { close }, out) => {
    // The chain has as many values as are read here.
    out[0] = EmaChain.next(state, close) ? 2 * state.values[0]! - state.values[1]! : Number.NaN
  }
})
