import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RangePosition from "./RangePosition.ts"

/** Fisher transform (Ehlers 2002), as in TradingView; a window without range counts as its middle. */
export const indicator = defineIndicator({
  name: "Fisher",
  title: "Fisher transform",
  group: "momentum",
  formula:
    "x = 0.66 * (position of (high + low) / 2 in its range of `period` - 0.5) + 0.67 * x before, beyond +-0.99 taken " +
    "as +-0.999; fisher = 0.5 * ln((1 + x) / (1 - x)) + 0.5 * fisher before; trigger = fisher before. TradingView " +
    "(Ehlers 2002).",
  parameters: Schema.Struct({ period: Parameter.period(9) }),
  reads: ["high", "low"],
  outputs: ["fisher", "trigger"],
  warmup: ({ period }) => period,
  initial: ({ period }) => ({ position: RangePosition.initial(period), x: 0, fisher: 0, running: false }),
  update: (state, { high, low }, out) => {
    const middle = (high + low) / 2
    const raw = RangePosition.next(state.position, middle, middle, middle)
    if (Number.isNaN(raw)) {
      out.fill(Number.NaN)
      return
    }
    const flat = state.position.high.values[state.position.high.head] ===
      state.position.low.values[state.position.low.head]
    const x = 0.66 * ((flat ? 0.5 : raw) - 0.5) + 0.67 * state.x
    state.x = Math.abs(x) > 0.99 ? 0.999 * Math.sign(x) : x
    out[1] = state.running ? state.fisher : Number.NaN
    state.running = true
    state.fisher = 0.5 * Math.log((1 + state.x) / (1 - state.x)) + 0.5 * state.fisher
    out[0] = state.fisher
  }
})
