import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"

/** Volume signed by where the candle closed in its range: all of it at the high, minus all of it at the low. */
export const moneyFlowVolume = (high: number, low: number, close: number, volume: number): number =>
  high > low ? (((close - low) - (high - close)) / (high - low)) * volume : 0

/** Accumulation/distribution line, as in TA-Lib (Chaikin). */
export const indicator = defineIndicator({
  name: "ADL",
  title: "Accumulation/distribution line",
  group: "volume",
  formula:
    "Running sum of ((close - low) - (high - close)) / (high - low) * volume; 0 for a candle without range. TA-Lib's " +
    "AD (Chaikin).",
  parameters: Schema.Struct({}),
  reads: ["high", "low", "close", "volume"],
  outputs: ["adl"],
  warmup: () => 0,
  initial: () => ({ sum: 0 }),
  update: (state, { close, high, low, volume }, out) => {
    state.sum += moneyFlowVolume(high, low, close, volume)
    out[0] = state.sum
  }
})
