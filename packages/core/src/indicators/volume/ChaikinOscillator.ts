import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import { moneyFlowVolume } from "./AccumulationDistribution.ts"

/** Chaikin oscillator, as in TA-Lib: both averages begin with the first value of the line, not with a mean. */
export const indicator = defineIndicator({
  name: "ChaikinOscillator",
  title: "Chaikin oscillator",
  group: "volume",
  formula: "Fast - slow exponential average of the accumulation/distribution line, both begun with its first value. " +
    "TA-Lib's ADOSC (Chaikin).",
  parameters: Schema.Struct({
    fast: Parameter.period(3, "Candles of the fast average"),
    slow: Parameter.period(10, "Candles of the slow average")
  }),
  reads: ["high", "low", "close", "volume"],
  outputs: ["oscillator"],
  warmup: ({ fast, slow }) => Math.max(fast, slow) - 1,
  initial: ({ fast, slow }) => ({
    fastWeight: 2 / (fast + 1),
    slowWeight: 2 / (slow + 1),
    /** Candles that have no value yet. */
    silent: Math.max(fast, slow) - 1,
    seen: false,
    line: 0,
    fast: 0,
    slow: 0
  }),
  update: (state, { close, high, low, volume }, out) => {
    state.line += moneyFlowVolume(high, low, close, volume)
    const { line } = state
    state.fast = state.seen ? state.fastWeight * line + (1 - state.fastWeight) * state.fast : line
    state.slow = state.seen ? state.slowWeight * line + (1 - state.slowWeight) * state.slow : line
    state.seen = true
    out[0] = state.silent > 0 ? Number.NaN : state.fast - state.slow
    if (state.silent > 0) state.silent -= 1
  }
})
