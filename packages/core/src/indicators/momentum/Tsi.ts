import * as Schema from "effect/Schema"
import * as Ema from "../averages/Ema.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** True strength index (Blau 1991), as in TradingView. */
export const indicator = defineIndicator({
  name: "TSI",
  title: "True strength index",
  group: "momentum",
  formula:
    "100 * EMA(short) of EMA(long) of the change of the close over the same of |change|, 0 while nothing moved; " +
    "signal = EMA(signal) of it. TradingView (Blau 1991).",
  parameters: Schema.Struct({
    long: Parameter.period(25, "Candles of the first smoothing"),
    short: Parameter.period(13, "Candles of the second smoothing"),
    signal: Parameter.period(13, "Candles of the signal line")
  }),
  reads: ["close"],
  outputs: ["tsi", "signal"],
  warmup: ({ long, short, signal }) => long + short - 1 + signal - 1,
  initial: ({ long, short, signal }) => ({
    seen: false,
    last: 0,
    change: Ema.initial(long),
    changeTwice: Ema.initial(short),
    path: Ema.initial(long),
    pathTwice: Ema.initial(short),
    signal: Ema.initial(signal)
  }),
  update: (state, { close }, out) => {
    const change = close - state.last
    state.last = close
    out.fill(Number.NaN)
    if (!state.seen) {
      state.seen = true
      return
    }
    const once = Ema.next(state.change, change)
    const pathOnce = Ema.next(state.path, Math.abs(change))
    if (Number.isNaN(once)) return
    const twice = Ema.next(state.changeTwice, once)
    const pathTwice = Ema.next(state.pathTwice, pathOnce)
    if (Number.isNaN(twice)) return
    const tsi = pathTwice === 0 ? 0 : 100 * (twice / pathTwice)
    out[0] = tsi
    out[1] = Ema.next(state.signal, tsi)
  }
})
