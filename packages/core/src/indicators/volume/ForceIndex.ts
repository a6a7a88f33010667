import * as Schema from "effect/Schema"
import * as Ema from "../averages/Ema.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** Elder's force index, as in TradingView. */
export const indicator = defineIndicator({
  name: "ForceIndex",
  title: "Force index",
  group: "volume",
  formula: "EMA(period) of (close - close before) * volume, from the second candle on. TradingView (Elder 1993).",
  parameters: Schema.Struct({ period: Parameter.period(13) }),
  reads: ["close", "volume"],
  outputs: ["force"],
  warmup: ({ period }) => period,
  initial: ({ period }) => ({ seen: false, close: 0, average: Ema.initial(period) }),
  update: (state, { close, volume }, out) => {
    const force = (close - state.close) * volume
    state.close = close
    out[0] = state.seen ? Ema.next(state.average, force) : Number.NaN
    state.seen = true
  }
})
