import * as Schema from "effect/Schema"
import { defineIndicator, isUsable } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

export interface State {
  readonly period: number
  /** Values seen, up to period + 1. */
  count: number
  last: number
  /** Average rise and fall; their sums while the seed grows. */
  gain: number
  loss: number
}

export const initial = (period: number): State => ({ period, count: 0, last: 0, gain: 0, loss: 0 })

/** 0 to 100; 0 when nothing moved in the whole memory, as in TA-Lib. NaN for the first `period` values. */
export const next = (state: State, value: number): number => {
  const { count, period } = state
  const change = value - state.last
  state.last = value
  if (count > period) {
    state.gain = (state.gain * (period - 1) + (change > 0 ? change : 0)) / period
    state.loss = (state.loss * (period - 1) + (change < 0 ? -change : 0)) / period
  } else {
    state.count = count + 1
    if (count === 0) return Number.NaN
    if (change > 0) state.gain += change
    else state.loss -= change
    if (count < period) return Number.NaN
    state.gain /= period
    state.loss /= period
  }
  const moved = state.gain + state.loss
  return moved === 0 ? 0 : 100 * (state.gain / moved)
}

/** Relative strength index, as in TA-Lib: Wilder's smoothing of rises and falls, seeded with their means. */
export const indicator = defineIndicator({
  name: "RSI",
  title: "Relative strength index",
  group: "momentum",
  formula:
    "100 * gain / (gain + loss), Wilder's averages of the rises and falls of the close over `period`, seeded with " +
    "their means; 0 when nothing moved. TA-Lib (Wilder 1978).",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["close"],
  outputs: ["rsi"],
  warmup: ({ period }) => period,
  initial: ({ period }) => initial(period),
  update: (state, { close }, out) => {
    out[0] = next(state, close)
  },
  batch: (state, { close, length }, [out]) => {
    // One output and `length` rows by contract.
    for (let i = 0; i < length; i++) out![i] = isUsable(close[i]!) ? next(state, close[i]!) : Number.NaN
  }
})
