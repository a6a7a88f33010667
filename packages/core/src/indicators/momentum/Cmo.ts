import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Rsi from "./Rsi.ts"

/** Chande momentum oscillator, as in TA-Lib: over Wilder's averages (TradingView takes plain sums). */
export const indicator = defineIndicator({
  name: "CMO",
  title: "Chande momentum oscillator",
  group: "momentum",
  formula:
    "100 * (gain - loss) / (gain + loss) of the averages that RSI(period) uses; 0 while nothing moved. TA-Lib, with " +
    "Wilder's smoothing.",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["close"],
  outputs: ["cmo"],
  warmup: ({ period }) => period,
  initial: ({ period }) => Rsi.initial(period),
  update: (state, { close }, out) => {
    const known = !Number.isNaN(Rsi.next(state, close))
    const moved = state.gain + state.loss
    out[0] = known ? moved === 0 ? 0 : 100 * ((state.gain - state.loss) / moved) : Number.NaN
  }
})
