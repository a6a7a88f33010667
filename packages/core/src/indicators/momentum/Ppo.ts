import * as Schema from "effect/Schema"
import * as Ema from "../averages/Ema.ts"
import * as Sma from "../averages/Sma.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

interface Averages {
  readonly kind: "sma" | "ema"
  readonly sma: Sma.State
  readonly ema: Ema.State
}

const averages = (kind: "sma" | "ema", period: number): Averages => ({
  kind,
  sma: Sma.initial(kind === "sma" ? period : 1),
  ema: Ema.initial(period)
})

const nextAverage = ({ ema, kind, sma }: Averages, value: number): number =>
  kind === "ema" ? Ema.next(ema, value) : Sma.next(sma, value)

/** Percentage price oscillator. TA-Lib's averages are simple unless told otherwise; TradingView's are exponential. */
export const indicator = defineIndicator({
  name: "PPO",
  title: "Percentage price oscillator",
  group: "momentum",
  formula:
    "ppo = 100 * (fast - slow) / slow of two averages of the close, 0 where the slow one is 0; signal = EMA(signal) " +
    "of it, histogram = ppo - signal. TA-Lib, whose averages are simple by default; average = ema is TradingView's.",
  parameters: Schema.Struct({
    fast: Parameter.period(12, "Candles of the fast average"),
    slow: Parameter.period(26, "Candles of the slow average; more than the fast one's"),
    signal: Parameter.period(9, "Candles of the signal line"),
    average: Parameter.choice(["sma", "ema"], "sma", "Kind of the two averages")
  }).check(Schema.makeFilter(({ fast, slow }) => fast < slow || "fast must be less than slow")),
  reads: ["close"],
  outputs: ["ppo", "signal", "histogram"],
  warmup: ({ signal, slow }) => slow - 1 + signal - 1,
  initial: ({ average, fast, signal, slow }) => ({
    fast: averages(average, fast),
    slow: averages(average, slow),
    signal: Ema.initial(signal)
  }),
  update: (state, { close }, out) => {
    const fast = nextAverage(state.fast, close)
    const slow = nextAverage(state.slow, close)
    const ppo = slow === 0 ? 0 : 100 * ((fast - slow) / slow)
    const signal = Number.isNaN(ppo) ? ppo : Ema.next(state.signal, ppo)
    out[0] = ppo
    out[1] = signal
    out[2] = ppo - signal
  }
})
