import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Delay from "../windows/Delay.ts"

/** Momentum, as in TA-Lib. */
export const indicator = defineIndicator({
  name: "Momentum",
  title: "Momentum",
  group: "momentum",
  formula: "close - close `period` ago. TA-Lib's MOM.",
  parameters: Schema.Struct({ period: Parameter.period(10) }),
  reads: ["close"],
  outputs: ["momentum"],
  warmup: ({ period }) => period,
  initial: ({ period }) => Delay.initial(period),
  update: (state, { close }, out) => {
    out[0] = close - Delay.next(state, close)
  }
})
