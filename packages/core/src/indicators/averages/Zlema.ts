import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Delay from "../windows/Delay.ts"
import * as Ema from "./Ema.ts"

/** Zero-lag exponential moving average (Ehlers and Way 2010). */
export const indicator = defineIndicator({
  name: "ZLEMA",
  title: "Zero-lag exponential moving average",
  group: "average",
  formula: "EMA(period) of 2 * close - close `lag` ago, lag = (period - 1) / 2, whole part. Ehlers and Way 2010.",
  parameters: Schema.Struct({ period: Parameter.period(20, "Candles it looks at", 3) }),
  reads: ["close"],
  outputs: ["zlema"],
  warmup: ({ period }) => Math.floor((period - 1) / 2) + period - 1,
  initial: ({ period }) => ({ past: Delay.initial(Math.floor((period - 1) / 2)), average: Ema.initial(period) }),
  update: (state, { close }, out) => {
    const past = Delay.next(state.past, close)
    out[0] = Number.isNaN(past) ? Number.NaN : Ema.next(state.average, 2 * close - past)
  }
})
