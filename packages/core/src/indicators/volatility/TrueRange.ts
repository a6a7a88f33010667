import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"

export interface State {
  /** Whether a candle without one before it has its own range. */
  readonly fromFirst: boolean
  seen: boolean
  close: number
}

export const initial = (from: "first" | "second" = "second"): State => ({
  fromFirst: from === "first",
  seen: false,
  close: 0
})

/** The larger of the candle's range and its distances from the close before. */
export const next = (state: State, high: number, low: number, close: number): number => {
  const previous = state.close
  state.close = close
  if (state.seen) return Math.max(high - low, Math.abs(high - previous), Math.abs(low - previous))
  state.seen = true
  return state.fromFirst ? high - low : Number.NaN
}

/** True range, as in TA-Lib: none for the first candle. */
export const indicator = defineIndicator({
  name: "TrueRange",
  title: "True range",
  group: "volatility",
  formula: "max(high - low, |high - close before|, |low - close before|). TA-Lib (Wilder 1978).",
  parameters: Schema.Struct({}),
  reads: ["high", "low", "close"],
  outputs: ["tr"],
  warmup: () => 1,
  initial: () => initial(),
  update: (state, { close, high, low }, out) => {
    out[0] = next(state, high, low, close)
  }
})
