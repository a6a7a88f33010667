import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as TrueRange from "../volatility/TrueRange.ts"

/** Average directional index with +DI and -DI, as in TA-Lib (Wilder 1978). */
export const indicator = defineIndicator({
  name: "ADX",
  title: "Average directional index",
  group: "trend",
  formula:
    "+DM is the rise of the high where it exceeds the fall of the low, -DM the opposite. Their sums and the true " +
    "range's are Wilder's (sum - sum / period + newest, seeded with period - 1 candles); +DI and -DI are 100 * DM / " +
    "TR, dx = 100 * |+DI - -DI| / (+DI + -DI), adx Wilder's average of dx. 0 where nothing moved, and such a candle " +
    "leaves adx as it was. TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(14, "Candles it looks at", 2) }),
  reads: ["high", "low", "close"],
  outputs: ["adx", "plusDI", "minusDI", "dx"],
  warmup: ({ period }) => 2 * period - 1,
  initial: ({ period }) => ({
    period,
    range: TrueRange.initial(),
    high: 0,
    low: 0,
    /** Movements taken. */
    count: 0,
    plus: 0,
    minus: 0,
    ranges: 0,
    adx: 0
  }),
  update: (state, { close, high, low }, out) => {
    const { period } = state
    const range = TrueRange.next(state.range, high, low, close)
    const up = high - state.high
    const down = state.low - low
    state.high = high
    state.low = low
    if (Number.isNaN(range)) {
      out.fill(Number.NaN)
      return
    }
    const plus = up > 0 && up > down ? up : 0
    const minus = down > 0 && down > up ? down : 0
    state.count += 1
    const { count } = state
    // The sums are seeded with one candle less than the period, and lose their share from then on.
    const keep = count < period ? 0 : 1 / period
    state.plus += plus - state.plus * keep
    state.minus += minus - state.minus * keep
    state.ranges += range - state.ranges * keep
    if (count < period) {
      out.fill(Number.NaN)
      return
    }
    const plusDI = state.ranges === 0 ? 0 : 100 * (state.plus / state.ranges)
    const minusDI = state.ranges === 0 ? 0 : 100 * (state.minus / state.ranges)
    const both = plusDI + minusDI
    const dx = both === 0 ? 0 : 100 * (Math.abs(plusDI - minusDI) / both)
    if (count < 2 * period) state.adx += dx / period
    else if (both !== 0) state.adx = (state.adx * (period - 1) + dx) / period
    out[0] = count < 2 * period - 1 ? Number.NaN : state.adx
    out[1] = plusDI
    out[2] = minusDI
    out[3] = dx
  }
})
