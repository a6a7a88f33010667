import * as Schema from "effect/Schema"
import * as Ema from "../averages/Ema.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** Percentage volume oscillator, as in TradingView; 0 while the slow average is 0. */
export const indicator = defineIndicator({
  name: "PVO",
  title: "Percentage volume oscillator",
  group: "volume",
  formula:
    "pvo = 100 * (EMA(fast) - EMA(slow)) / EMA(slow) of the volume, 0 where the slow one is 0; signal = EMA(signal) " +
    "of it, histogram = pvo - signal. TradingView.",
  parameters: Schema.Struct({
    fast: Parameter.period(12, "Candles of the fast average"),
    slow: Parameter.period(26, "Candles of the slow average; more than the fast one's"),
    signal: Parameter.period(9, "Candles of the signal line")
  }).check(Schema.makeFilter(({ fast, slow }) => fast < slow || "fast must be less than slow")),
  reads: ["volume"],
  outputs: ["pvo", "signal", "histogram"],
  warmup: ({ signal, slow }) => slow - 1 + signal - 1,
  initial: ({ fast, signal, slow }) => ({
    fast: Ema.initial(fast),
    slow: Ema.initial(slow),
    signal: Ema.initial(signal)
  }),
  update: (state, { volume }, out) => {
    const fast = Ema.next(state.fast, volume)
    const slow = Ema.next(state.slow, volume)
    const pvo = slow === 0 ? 0 : 100 * ((fast - slow) / slow)
    const signal = Number.isNaN(pvo) ? pvo : Ema.next(state.signal, pvo)
    out[0] = pvo
    out[1] = signal
    out[2] = pvo - signal
  }
})
