import * as Schema from "effect/Schema"
import * as Sma from "../averages/Sma.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Delay from "../windows/Delay.ts"

/**
 * Detrended price oscillator, as in TradingView when not centred: the average is the earlier one, nothing looks ahead.
 */
export const indicator = defineIndicator({
  name: "DPO",
  title: "Detrended price oscillator",
  group: "momentum",
  formula:
    "close - SMA(period) as it was period / 2 + 1 candles ago (whole part of the half). TradingView, not centred.",
  parameters: Schema.Struct({ period: Parameter.period(21) }),
  reads: ["close"],
  outputs: ["dpo"],
  warmup: ({ period }) => period - 1 + Math.floor(period / 2) + 1,
  initial: ({ period }) => ({ average: Sma.initial(period), past: Delay.initial(Math.floor(period / 2) + 1) }),
  update: (state, { close }, out) => {
    const average = Sma.next(state.average, close)
    out[0] = Number.isNaN(average) ? average : close - Delay.next(state.past, average)
  }
})
