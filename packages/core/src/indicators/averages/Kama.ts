import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Delay from "../windows/Delay.ts"
import * as RollingSum from "../windows/RollingSum.ts"

/** Kaufman's adaptive moving average, as in TA-Lib: begins at the close before its first value. */
export const indicator = defineIndicator({
  name: "KAMA",
  title: "Kaufman's adaptive moving average",
  group: "average",
  formula:
    "kama += (close - kama) * (ratio * (fast - slow) + slow)^2, where ratio = |close - close `period` ago| over the " +
    "sum of the |changes| between, and fast and slow are 2 / (n + 1) of 2 and 30 candles. TA-Lib (Kaufman 1995).",
  parameters: Schema.Struct({
    period: Parameter.period(10, "Candles of the efficiency ratio"),
    fast: Parameter.period(2, "Candles of the average when the price runs"),
    slow: Parameter.period(30, "Candles of the average when the price goes nowhere")
  }),
  reads: ["close"],
  outputs: ["kama"],
  warmup: ({ period }) => period,
  initial: ({ fast, period, slow }) => ({
    fast: 2 / (fast + 1),
    slow: 2 / (slow + 1),
    past: Delay.initial(period),
    changes: RollingSum.initial(period),
    last: 0,
    value: 0,
    running: false
  }),
  update: (state, { close }, out) => {
    const first = state.past.count === 0
    const past = Delay.next(state.past, close)
    const last = state.last
    state.last = close
    const path = first ? 0 : RollingSum.push(state.changes, Math.abs(close - last))
    if (Number.isNaN(past)) {
      out[0] = Number.NaN
      return
    }
    if (!state.running) {
      state.running = true
      state.value = last
    }
    const way = close - past
    // As TA-Lib has it: no path, or a straight one upwards, is full efficiency.
    const ratio = path <= way || path === 0 ? 1 : Math.abs(way / path)
    const weight = ratio * (state.fast - state.slow) + state.slow
    state.value = (close - state.value) * (weight * weight) + state.value
    out[0] = state.value
  }
})
