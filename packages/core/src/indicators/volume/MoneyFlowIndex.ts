import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingSum from "../windows/RollingSum.ts"

/** Money flow index, as in TA-Lib: 0 while nothing flowed. */
export const indicator = defineIndicator({
  name: "MFI",
  title: "Money flow index",
  group: "volume",
  formula:
    "100 * inflow / (inflow + outflow) over `period` candles, the flow being t * volume when t = (high + low + " +
    "close) / 3 rose or fell; 0 while nothing flowed. TA-Lib (Quong and Soudack).",
  parameters: Schema.Struct({ period: Parameter.period(14) }),
  reads: ["high", "low", "close", "volume"],
  outputs: ["mfi"],
  warmup: ({ period }) => period,
  initial: ({ period }) => ({
    seen: false,
    price: 0,
    inflow: RollingSum.initial(period),
    outflow: RollingSum.initial(period)
  }),
  update: (state, { close, high, low, volume }, out) => {
    const price = (high + low + close) / 3
    const change = price - state.price
    state.price = price
    if (!state.seen) {
      state.seen = true
      out[0] = Number.NaN
      return
    }
    const flow = price * volume
    const inflow = RollingSum.push(state.inflow, change > 0 ? flow : 0)
    const all = inflow + RollingSum.push(state.outflow, change < 0 ? flow : 0)
    if (!RollingSum.isFull(state.inflow)) out[0] = Number.NaN
    else out[0] = all === 0 ? 0 : 100 * (inflow / all)
  }
})
