import * as Schema from "effect/Schema"
import * as Sma from "../averages/Sma.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** Ease of movement (Arms), as in TradingView; a candle without volume counts as none. */
export const indicator = defineIndicator({
  name: "EaseOfMovement",
  title: "Ease of movement",
  group: "volume",
  formula:
    "SMA(period) of divisor * (change of (high + low) / 2) * (high - low) / volume, from the second candle on; 0 for " +
    "a candle without volume. TradingView (Arms).",
  parameters: Schema.Struct({
    period: Parameter.period(14),
    divisor: Parameter.number(10_000, { minimum: 1, maximum: 1e12 }, "Scale of the volume")
  }),
  reads: ["high", "low", "volume"],
  outputs: ["eom"],
  warmup: ({ period }) => period,
  initial: ({ divisor, period }) => ({ divisor, seen: false, middle: 0, average: Sma.initial(period) }),
  update: (state, { high, low, volume }, out) => {
    const middle = (high + low) / 2
    const moved = middle - state.middle
    state.middle = middle
    const ease = volume > 0 ? state.divisor * moved * (high - low) / volume : 0
    out[0] = state.seen ? Sma.next(state.average, ease) : Number.NaN
    state.seen = true
  }
})
