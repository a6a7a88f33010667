import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Wma from "./Wma.ts"

/** Hull moving average, as in TradingView. */
export const indicator = defineIndicator({
  name: "HMA",
  title: "Hull moving average",
  group: "average",
  formula: "WMA over the whole part of sqrt(period) of 2 * WMA(period / 2, whole part) - WMA(period). TradingView.",
  parameters: Schema.Struct({ period: Parameter.period(9, "Candles it looks at", 2) }),
  reads: ["close"],
  outputs: ["hma"],
  warmup: ({ period }) => period - 1 + Math.floor(Math.sqrt(period)) - 1,
  initial: ({ period }) => ({
    half: Wma.initial(Math.floor(period / 2)),
    whole: Wma.initial(period),
    smooth: Wma.initial(Math.floor(Math.sqrt(period)))
  }),
  update: (state, { close }, out) => {
    const half = Wma.next(state.half, close)
    const whole = Wma.next(state.whole, close)
    out[0] = Number.isNaN(whole) ? Number.NaN : Wma.next(state.smooth, 2 * half - whole)
  }
})
