import * as Schema from "effect/Schema"
import * as Sma from "../averages/Sma.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RangePosition from "./RangePosition.ts"

/** Stochastic oscillator, as in TA-Lib (Lane): %K smoothed, %D the mean of it. */
export const indicator = defineIndicator({
  name: "Stochastic",
  title: "Stochastic oscillator",
  group: "momentum",
  formula:
    "k = SMA(smooth) of 100 * (close - lowest low) / (highest high - lowest low) over `period`, 0 where there is no " +
    "range; d = SMA(signal) of k. smooth = 1 gives the fast stochastic. TA-Lib's STOCH and STOCHF.",
  parameters: Schema.Struct({
    period: Parameter.period(14),
    smooth: Parameter.period(3, "Candles over which %K is smoothed"),
    signal: Parameter.period(3, "Candles of %D")
  }),
  reads: ["high", "low", "close"],
  outputs: ["k", "d"],
  warmup: ({ period, signal, smooth }) => period + smooth + signal - 3,
  initial: ({ period, signal, smooth }) => ({
    position: RangePosition.initial(period),
    k: Sma.initial(smooth),
    d: Sma.initial(signal)
  }),
  update: (state, { close, high, low }, out) => {
    const raw = 100 * RangePosition.next(state.position, high, low, close)
    const k = Number.isNaN(raw) ? raw : Sma.next(state.k, raw)
    out[0] = k
    out[1] = Number.isNaN(k) ? k : Sma.next(state.d, k)
  }
})
