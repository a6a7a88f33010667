import * as Schema from "effect/Schema"
import * as Ema from "../averages/Ema.ts"
import * as EmaChain from "../averages/EmaChain.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RateOfChange from "./RateOfChange.ts"

/** TRIX, as in TA-Lib: the change in percent of a triple exponential average, with an EMA as signal line. */
export const indicator = defineIndicator({
  name: "TRIX",
  title: "TRIX",
  group: "momentum",
  formula:
    "100 * (e / e before - 1) of the EMA of EMA of EMA of the close; signal = EMA(signal) of it. TA-Lib (Hutson).",
  parameters: Schema.Struct({
    period: Parameter.period(18),
    signal: Parameter.period(9, "Candles of the signal line")
  }),
  reads: ["close"],
  outputs: ["trix", "signal"],
  warmup: ({ period, signal }) => 3 * (period - 1) + 1 + signal - 1,
  initial: ({ period, signal }) => ({
    chain: EmaChain.initial(period, 3),
    change: RateOfChange.initial(1),
    signal: Ema.initial(signal)
  }),
  update: (state, { close }, out) => {
    // The chain has three values.
    const trix = EmaChain.next(state.chain, close)
      ? RateOfChange.next(state.change, state.chain.values[2]!)
      : Number.NaN
    out[0] = trix
    out[1] = Number.isNaN(trix) ? trix : Ema.next(state.signal, trix)
  }
})
