import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as EmaChain from "./EmaChain.ts"

/** Triple exponential moving average, as in TA-Lib (Mulloy 1994). */
export const indicator = defineIndicator({
  name: "TEMA",
  title: "Triple exponential moving average",
  group: "average",
  formula: "3 * EMA - 3 * EMA of EMA + EMA of EMA of EMA. TA-Lib (Mulloy 1994).",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close"],
  outputs: ["tema"],
  warmup: ({ period }) => 3 * (period - 1),
  initial: ({ period }) => EmaChain.initial(period, 3),
  update: (state, { close }, out) => {
    const { values } = state
    // The chain has as many values as are read here.
    out[0] = EmaChain.next(state, close) ? 3 * values[0]! - 3 * values[1]! + values[2]! : Number.NaN
  }
})
