import * as Schema from "effect/Schema"
import * as Sma from "../averages/Sma.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** Awesome oscillator (Williams), as in TradingView. */
export const indicator = defineIndicator({
  name: "AwesomeOscillator",
  title: "Awesome oscillator",
  group: "momentum",
  formula: "SMA(fast) - SMA(slow) of (high + low) / 2. TradingView (Williams).",
  parameters: Schema.Struct({
    fast: Parameter.period(5, "Candles of the fast average"),
    slow: Parameter.period(34, "Candles of the slow average")
  }),
  reads: ["high", "low"],
  outputs: ["ao"],
  warmup: ({ fast, slow }) => Math.max(fast, slow) - 1,
  initial: ({ fast, slow }) => ({ fast: Sma.initial(fast), slow: Sma.initial(slow) }),
  update: (state, { high, low }, out) => {
    const middle = (high + low) / 2
    const fast = Sma.next(state.fast, middle)
    out[0] = fast - Sma.next(state.slow, middle)
  }
})
