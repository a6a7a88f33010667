import * as Schema from "effect/Schema"
import * as Sma from "../averages/Sma.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RangePosition from "./RangePosition.ts"
import * as Rsi from "./Rsi.ts"

/** Stochastic RSI, as in TA-Lib; `smooth` 3 makes it TradingView's. */
export const indicator = defineIndicator({
  name: "StochRSI",
  title: "Stochastic RSI",
  group: "momentum",
  formula:
    "k = SMA(smooth) of 100 * (rsi - lowest) / (highest - lowest) of the last `period` values of RSI(rsiPeriod), 0 " +
    "where there is no range; d = SMA(signal) of k. TA-Lib's STOCHRSI with smooth = 1, TradingView's with smooth = " +
    "3.",
  parameters: Schema.Struct({
    rsiPeriod: Parameter.period(14, "Candles of the RSI"),
    period: Parameter.period(14, "Values of the RSI it looks at"),
    smooth: Parameter.period(1, "Candles over which %K is smoothed"),
    signal: Parameter.period(3, "Candles of %D")
  }),
  reads: ["close"],
  outputs: ["k", "d"],
  warmup: ({ period, rsiPeriod, signal, smooth }) => rsiPeriod + period + smooth + signal - 3,
  initial: ({ period, rsiPeriod, signal, smooth }) => ({
    rsi: Rsi.initial(rsiPeriod),
    position: RangePosition.initial(period),
    k: Sma.initial(smooth),
    d: Sma.initial(signal)
  }),
  update: (state, { close }, out) => {
    const rsi = Rsi.next(state.rsi, close)
    const raw = Number.isNaN(rsi) ? rsi : 100 * RangePosition.next(state.position, rsi, rsi, rsi)
    const k = Number.isNaN(raw) ? raw : Sma.next(state.k, raw)
    out[0] = k
    out[1] = Number.isNaN(k) ? k : Sma.next(state.d, k)
  }
})
