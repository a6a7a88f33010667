import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"

/** Balance of power, as in TA-Lib. */
export const indicator = defineIndicator({
  name: "BOP",
  title: "Balance of power",
  group: "momentum",
  formula: "(close - open) / (high - low); 0 where there is no range. TA-Lib.",
  parameters: Schema.Struct({}),
  reads: ["open", "high", "low", "close"],
  outputs: ["bop"],
  warmup: () => 0,
  initial: () => ({}),
  update: (_, { close, high, low, open }, out) => {
    out[0] = high > low ? (close - open) / (high - low) : 0
  }
})
