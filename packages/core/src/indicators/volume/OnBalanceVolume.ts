import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"

/** On-balance volume, as in TA-Lib: begins with the first candle's volume. */
export const indicator = defineIndicator({
  name: "OBV",
  title: "On-balance volume",
  group: "volume",
  formula:
    "Running sum of the volume, added when the close rises and taken away when it falls; begins with the first " +
    "candle's volume. TA-Lib (Granville).",
  parameters: Schema.Struct({}),
  reads: ["close", "volume"],
  outputs: ["obv"],
  warmup: () => 0,
  initial: () => ({ seen: false, close: 0, sum: 0 }),
  update: (state, { close, volume }, out) => {
    if (!state.seen) state.sum = volume
    else if (close > state.close) state.sum += volume
    else if (close < state.close) state.sum -= volume
    state.seen = true
    state.close = close
    out[0] = state.sum
  }
})
