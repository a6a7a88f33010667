import * as Schema from "effect/Schema"
import * as Ema from "../averages/Ema.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/**
 * Moving average convergence divergence (Appel). Each average begins with its own first period; `seed` "aligned" lets
 * the fast one begin so late that both have their first value at the same candle, as TA-Lib does. The difference fades.
 */
export const indicator = defineIndicator({
  name: "MACD",
  title: "Moving average convergence divergence",
  group: "trend",
  formula:
    "macd = EMA(fast) - EMA(slow) of the close, signal = EMA(signal) of macd, histogram = macd - signal. Seeds as in " +
    "TradingView; with seed = aligned as in TA-Lib, whose fast EMA is seeded `slow - fast` candles later.",
  parameters: Schema.Struct({
    fast: Parameter.period(12, "Candles of the fast average"),
    slow: Parameter.period(26, "Candles of the slow average; more than the fast one's"),
    signal: Parameter.period(9, "Candles of the signal line"),
    seed: Parameter.choice(["own", "aligned"], "own", "Whether the fast average begins by itself or with the slow one")
  }).check(Schema.makeFilter(({ fast, slow }) => fast < slow || "fast must be less than slow")),
  reads: ["close"],
  outputs: ["macd", "signal", "histogram", "fast", "slow"],
  warmup: ({ signal, slow }) => slow - 1 + signal - 1,
  initial: ({ fast, seed, signal, slow }) => ({
    fast: Ema.initial(fast),
    slow: Ema.initial(slow),
    signal: Ema.initial(signal),
    /** Candles that the fast average still has to leave out. */
    skip: seed === "aligned" ? slow - fast : 0
  }),
  update: (state, { close }, out) => {
    let fast = Number.NaN
    if (state.skip > 0) state.skip -= 1
    else fast = Ema.next(state.fast, close)
    const slow = Ema.next(state.slow, close)
    const macd = fast - slow
    const signal = Number.isNaN(macd) ? Number.NaN : Ema.next(state.signal, macd)
    out[0] = macd
    out[1] = signal
    out[2] = macd - signal
    out[3] = fast
    out[4] = slow
  }
})
