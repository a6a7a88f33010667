import * as Schema from "effect/Schema"
import * as Ema from "../averages/Ema.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Atr from "./Atr.ts"

/** Keltner channels, as in TradingView: an EMA with bands of average true ranges. */
export const indicator = defineIndicator({
  name: "Keltner",
  title: "Keltner channels",
  group: "volatility",
  formula:
    "EMA(period) of the close -+ multiplier * ATR(atrPeriod), whose first true range is the first candle's own; " +
    "width = (upper - lower) / middle. TradingView.",
  parameters: Schema.Struct({
    period: Parameter.period(20, "Candles of the middle line"),
    multiplier: Parameter.number(2, { minimum: 0.1, maximum: 100 }, "Average true ranges between middle and band"),
    atrPeriod: Parameter.period(10, "Candles of the average true range")
  }),
  reads: ["high", "low", "close"],
  outputs: ["upper", "middle", "lower", "width"],
  warmup: ({ atrPeriod, period }) => Math.max(period, atrPeriod) - 1,
  initial: ({ atrPeriod, multiplier, period }) => ({
    multiplier,
    average: Ema.initial(period),
    range: Atr.initial(atrPeriod, "first")
  }),
  update: (state, { close, high, low }, out) => {
    const middle = Ema.next(state.average, close)
    const band = state.multiplier * Atr.next(state.range, high, low, close)
    out[0] = middle + band
    out[1] = middle
    out[2] = middle - band
    out[3] = middle === 0 ? Number.NaN : 2 * band / middle
  }
})
