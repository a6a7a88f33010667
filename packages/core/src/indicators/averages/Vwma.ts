import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingSum from "../windows/RollingSum.ts"

export interface State {
  readonly value: RollingSum.RollingSum
  readonly volume: RollingSum.RollingSum
}

export const initial = (period: number): State => ({
  value: RollingSum.initial(period),
  volume: RollingSum.initial(period)
})

/**
 * Mean of the last `period` prices weighted by volume; NaN until there are as many, and while nothing was traded in the
 * whole window.
 */
export const next = (state: State, price: number, volume: number): number => {
  const value = RollingSum.push(state.value, price * volume)
  const traded = RollingSum.push(state.volume, volume)
  return RollingSum.isFull(state.volume) && traded > 0 ? value / traded : Number.NaN
}

/** Volume-weighted moving average, as in TradingView. No value while the whole window has no volume. */
export const indicator = defineIndicator({
  name: "VWMA",
  title: "Volume-weighted moving average",
  group: "average",
  formula: "Sum of close * volume over the sum of volume of the last `period` candles; none when nothing was traded. " +
    "TradingView's ta.vwma.",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close", "volume"],
  outputs: ["vwma"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => initial(period),
  update: (state, { close, volume }, out) => {
    out[0] = next(state, close, volume)
  }
})
