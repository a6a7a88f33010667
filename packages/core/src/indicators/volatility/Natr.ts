import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Atr from "./Atr.ts"

/** Normalised average true range, as in TA-Lib: in percent of the close; 0 where the close is. */
export const indicator = defineIndicator({
  name: "NATR",
  title: "Normalised average true range",
  group: "volatility",
  formula: "100 * ATR(period) / close; 0 where the close is 0. TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["high", "low", "close"],
  outputs: ["natr"],
  warmup: ({ period }) => period,
  initial: ({ period }) => Atr.initial(period),
  update: (state, { close, high, low }, out) => {
    const atr = Atr.next(state, high, low, close)
    out[0] = close === 0 && !Number.isNaN(atr) ? 0 : 100 * (atr / close)
  }
})
