import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** Volume-weighted average price since a moment, over all sessions after it. */
export const indicator = defineIndicator({
  name: "AnchoredVWAP",
  title: "Volume-weighted average price since an anchor",
  group: "session",
  formula:
    "Sum of (high + low + close) / 3 * volume over the sum of volume of the candles that start at `anchor` or later; " +
    "none before, and while nothing was traded. TradingView.",
  parameters: Schema.Struct({
    anchor: Parameter.number(0, { minimum: 0, maximum: 1e13 }, "Start, epoch milliseconds; 0 = with the first candle")
  }),
  reads: ["start", "high", "low", "close", "volume"],
  outputs: ["vwap"],
  warmup: () => 0,
  initial: ({ anchor }) => ({ anchor, value: 0, volume: 0 }),
  update: (state, { close, high, low, start, volume }, out) => {
    if (start >= state.anchor) {
      state.value += (high + low + close) / 3 * volume
      state.volume += volume
    }
    out[0] = state.volume > 0 ? state.value / state.volume : Number.NaN
  }
})
