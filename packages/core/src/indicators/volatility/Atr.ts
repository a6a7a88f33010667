import * as Schema from "effect/Schema"
import * as Smma from "../averages/Smma.ts"
import { defineIndicator, isUsable } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as TrueRange from "./TrueRange.ts"

export interface State {
  readonly average: Smma.State
  readonly range: TrueRange.State
}

/** `from` says whether the first candle, which has no close before it, counts with its own range or not at all. */
export const initial = (period: number, from: "first" | "second" = "second"): State => ({
  average: Smma.initial(period),
  range: TrueRange.initial(from)
})

/** NaN until there are `period` true ranges. */
export const next = (state: State, high: number, low: number, close: number): number => {
  const range = TrueRange.next(state.range, high, low, close)
  return Number.isNaN(range) ? range : Smma.next(state.average, range)
}

/** Average true range, as in TA-Lib: Wilder's smoothing of the true range, which begins with the second candle. */
export const indicator = defineIndicator({
  name: "ATR",
  title: "Average true range",
  group: "volatility",
  formula: "Wilder's average over `period` of the true range from the second candle on, seeded with the mean. TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["high", "low", "close"],
  outputs: ["atr"],
  warmup: ({ period }) => period,
  initial: ({ period }) => initial(period),
  update: (state, { close, high, low }, out) => {
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
