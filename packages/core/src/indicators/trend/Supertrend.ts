import * as Schema from "effect/Schema"
import { defineIndicator, isUsable } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Atr from "../volatility/Atr.ts"

export interface State {
  readonly multiplier: number
  readonly range: Atr.State
  close: number
  /** 1 = up (the line is the lower band), -1 = down, 0 = not known yet. */
  direction: number
  upper: number
  lower: number
  /** Average true range that the bands were made of. */
  atr: number
}

export const initial = (period: number, multiplier: number): State => ({
  multiplier,
  range: Atr.initial(period, "first"),
  close: 0,
  direction: 0,
  upper: 0,
  lower: 0,
  atr: 0
})

/** Takes a candle; afterwards `direction`, `upper`, `lower` and `atr` of the state are those of this candle. */
export const next = (state: State, high: number, low: number, close: number): void => {
  const previous = state.close
  state.close = close
  const atr = Atr.next(state.range, high, low, close)
  if (Number.isNaN(atr)) return
  state.atr = atr
  const middle = (high + low) / 2
  let upper = middle + state.multiplier * atr
  let lower = middle - state.multiplier * atr
  if (state.direction === 0) state.direction = -1
  else {
    // A band only moves towards the price, until the price has closed beyond it.
    if (upper > state.upper && previous <= state.upper) upper = state.upper
    if (lower < state.lower && previous >= state.lower) lower = state.lower
    if (state.direction < 0) {
      if (close > upper) state.direction = 1
    } else if (close < lower) state.direction = -1
  }
  state.upper = upper
  state.lower = lower
}

/** The band that the price would have to cross; NaN during warm-up. */
export const line = (state: State): number =>
  state.direction > 0 ? state.lower : state.direction < 0 ? state.upper : Number.NaN

/** Supertrend, as in TradingView, except that `direction` is 1 when the trend is up and -1 when it is down. */
export const indicator = defineIndicator({
  name: "Supertrend",
  title: "Supertrend",
  group: "trend",
  formula:
    "Bands at (high + low) / 2 -+ multiplier * ATR(period) that only tighten until the close crosses them. The ATR " +
    "counts the first candle's range and the trend begins down, as in TradingView's ta.supertrend; direction is 1 up " +
    "and -1 down (TradingView has them the other way round).",
  parameters: Schema.Struct({
    period: Parameter.period(10, "Candles of the average true range"),
    multiplier: Parameter.number(3, { minimum: 0.1, maximum: 100 }, "Average true ranges between middle and band")
  }),
  reads: ["high", "low", "close"],
  outputs: ["supertrend", "direction"],
  warmup: ({ period }) => period - 1,
  initial: ({ multiplier, period }) => initial(period, multiplier),
  update: (state, { close, high, low }, out) => {
    next(state, high, low, close)
    out[0] = line(state)
    out[1] = state.direction === 0 ? Number.NaN : state.direction
  },
  batch: (state, { close, high, length, low }, [lines, directions]) => {
    for (let i = 0; i < length; i++) {
      // Two outputs and `length` rows by contract.
      if (isUsable(high[i]!) && isUsable(low[i]!) && isUsable(close[i]!)) {
        next(state, high[i]!, low[i]!, close[i]!)
        lines![i] = line(state)
        directions![i] = state.direction === 0 ? Number.NaN : state.direction
      } else {
        lines![i] = Number.NaN
        directions![i] = Number.NaN
      }
    }
  }
})
