import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as TrueRange from "../volatility/TrueRange.ts"
import * as RollingSum from "../windows/RollingSum.ts"

interface Span {
  readonly pressure: RollingSum.RollingSum
  readonly ranges: RollingSum.RollingSum
}

const span = (period: number): Span => ({
  pressure: RollingSum.initial(period),
  ranges: RollingSum.initial(period)
})

/** Share of the true ranges that was buying; 0 where nothing moved. */
const nextShare = (state: Span, pressure: number, range: number): number => {
  const bought = RollingSum.push(state.pressure, pressure)
  const moved = RollingSum.push(state.ranges, range)
  return moved === 0 ? 0 : bought / moved
}

/** Ultimate oscillator, as in TA-Lib (Williams 1985). */
export const indicator = defineIndicator({
  name: "UltimateOscillator",
  title: "Ultimate oscillator",
  group: "momentum",
  formula:
    "100 * (4 a + 2 b + c) / 7, each the sum of close - min(low, close before) over the sum of true ranges of the " +
    "short, middle and long span. TA-Lib (Williams 1985).",
  parameters: Schema.Struct({
    short: Parameter.period(7, "Candles of the short span"),
    middle: Parameter.period(14, "Candles of the middle span"),
    long: Parameter.period(28, "Candles of the long span")
  }),
  reads: ["high", "low", "close"],
  outputs: ["uo"],
  warmup: ({ long, middle, short }) => Math.max(short, middle, long),
  initial: ({ long, middle, short }) => ({
    range: TrueRange.initial(),
    short: span(short),
    middle: span(middle),
    long: span(long)
  }),
  update: (state, { close, high, low }, out) => {
    const before = state.range.close
    const range = TrueRange.next(state.range, high, low, close)
    if (Number.isNaN(range)) {
      out[0] = Number.NaN
      return
    }
    const pressure = close - Math.min(low, before)
    const sum = 4 * nextShare(state.short, pressure, range) + 2 * nextShare(state.middle, pressure, range) +
      nextShare(state.long, pressure, range)
    const known = RollingSum.isFull(state.short.ranges) && RollingSum.isFull(state.middle.ranges) &&
      RollingSum.isFull(state.long.ranges)
    out[0] = known ? 100 * (sum / 7) : Number.NaN
  }
})
