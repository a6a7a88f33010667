import * as Schema from "effect/Schema"
import * as Smma from "../averages/Smma.ts"
import { type Bar, defineIndicator, isUsable } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** The larger of the candle's range and its distance from the close before. */
export const trueRange = (high: number, low: number, previousClose: number): number =>
  Math.max(high - low, Math.abs(high - previousClose), Math.abs(low - previousClose))

export interface State {
  readonly average: Smma.State
  seen: boolean
  close: number
}

export const initial = (period: number): State => ({ average: Smma.initial(period), seen: false, close: 0 })

/** NaN for the first `period` candles: the first candle has no close before it, so no true range. */
export const next = (state: State, high: number, low: number, close: number): number => {
  const previous = state.close
  state.close = close
  if (state.seen) return Smma.next(state.average, trueRange(high, low, previous))
  state.seen = true
  return Number.NaN
}

/** Average true range, as in TA-Lib: Wilder's smoothing of the true range, which begins with the second candle. */
export const indicator = defineIndicator({
  name: "ATR",
  title: "Average true range",
  group: "volatility",
  formula: "Wilder's average over `period` of max(high - low, |high - close before|, |low - close before|), from the " +
    "second candle on, seeded with the mean. TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["high", "low", "close"],
  outputs: ["atr"],
  warmup: ({ period }) => period,
  initial: ({ period }) => initial(period),
  update: (state, { close, high, low }: Bar, out) => {
    out[0] = next(state, high, low, close)
  },
  batch: (state, { close, high, length, low }, [out]) => {
    for (let i = 0; i < length; i++) {
      // One output and `length` rows by contract.
      out![i] = isUsable(high[i]!) && isUsable(low[i]!) && isUsable(close[i]!)
        ? next(state, high[i]!, low[i]!, close[i]!)
        : Number.NaN
    }
  }
})
