import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"

/** Heikin-Ashi candles, as in TradingView: the first opens at (open + close) / 2. */
export const indicator = defineIndicator({
  name: "HeikinAshi",
  title: "Heikin-Ashi candles",
  group: "candle",
  formula:
    "close = (open + high + low + close) / 4; open = mean of open and close of the Heikin-Ashi candle before; high " +
    "and low include both. TradingView.",
  parameters: Schema.Struct({}),
  reads: ["open", "high", "low", "close"],
  outputs: ["open", "high", "low", "close"],
  warmup: () => 0,
  initial: () => ({ seen: false, open: 0, close: 0 }),
  update: (state, { close, high, low, open }, out) => {
    state.open = state.seen ? (state.open + state.close) / 2 : (open + close) / 2
    state.close = (open + high + low + close) / 4
    state.seen = true
    out[0] = state.open
    out[1] = Math.max(high, state.open, state.close)
    out[2] = Math.min(low, state.open, state.close)
    out[3] = state.close
  }
})
