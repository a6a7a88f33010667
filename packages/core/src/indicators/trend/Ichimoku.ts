import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Delay from "../windows/Delay.ts"
import * as RollingExtreme from "../windows/RollingExtreme.ts"

interface Middle {
  readonly high: RollingExtreme.RollingExtreme
  readonly low: RollingExtreme.RollingExtreme
}

const middle = (period: number): Middle => ({
  high: RollingExtreme.initial(period, "highest"),
  low: RollingExtreme.initial(period, "lowest")
})

/** Middle of the highest high and the lowest low; NaN until the window is full. */
const nextMiddle = (state: Middle, high: number, low: number): number => {
  const sum = RollingExtreme.push(state.high, high) + RollingExtreme.push(state.low, low)
  return RollingExtreme.isFull(state.high) ? sum / 2 : Number.NaN
}

/** A NaN does not enter the delay: it begins with the first value. */
const nextDelayed = (state: Delay.Delay, value: number): number =>
  Number.isNaN(value) ? Number.NaN : state.values.length === 0 ? value : Delay.next(state, value)

/**
 * Ichimoku Kinko Hyo, as TradingView draws it: the spans of a candle are those computed `displacement` - 1 before it.
 */
export const indicator = defineIndicator({
  name: "Ichimoku",
  title: "Ichimoku cloud",
  group: "trend",
  formula:
    "conversion and base are the middles of the highest high and lowest low of their periods; spanA = (conversion + " +
    "base) / 2 and spanB = the middle of `span` candles, both shifted displacement - 1 candles forward, so a row " +
    "holds the cloud over its own candle; lagging is the close, which a chart draws displacement - 1 candles back. " +
    "TradingView.",
  parameters: Schema.Struct({
    conversion: Parameter.period(9, "Candles of the conversion line (tenkan)"),
    base: Parameter.period(26, "Candles of the base line (kijun)"),
    span: Parameter.period(52, "Candles of the second leading span (senkou B)"),
    displacement: Parameter.period(26, "Shift of the cloud, the newest candle counting as the first")
  }),
  reads: ["high", "low", "close"],
  outputs: ["conversion", "base", "spanA", "spanB", "lagging"],
  warmup: ({ base, conversion, displacement, span }) => Math.max(conversion, base, span) - 1 + displacement - 1,
  initial: ({ base, conversion, displacement, span }) => ({
    conversion: middle(conversion),
    base: middle(base),
    span: middle(span),
    shiftedA: Delay.initial(displacement - 1),
    shiftedB: Delay.initial(displacement - 1)
  }),
  update: (state, { close, high, low }, out) => {
    const conversion = nextMiddle(state.conversion, high, low)
    const base = nextMiddle(state.base, high, low)
    out[0] = conversion
    out[1] = base
    out[2] = nextDelayed(state.shiftedA, (conversion + base) / 2)
    out[3] = nextDelayed(state.shiftedB, nextMiddle(state.span, high, low))
    out[4] = close
  }
})
