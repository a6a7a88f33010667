import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

interface State {
  readonly step: number
  readonly limit: number
  /** Candles taken, up to 2. */
  count: number
  rising: boolean
  /** The stop for the next candle. */
  sar: number
  /** Best price of the move, and how fast the stop follows it. */
  extreme: number
  speed: number
  high: number
  low: number
}

/** The trend begins down when the second candle's low fell by more than its high rose. */
const begin = (state: State, high: number, low: number): void => {
  const fall = state.low - low
  state.rising = !(fall > 0 && high - state.high < fall)
  state.sar = state.rising ? state.low : state.high
  state.extreme = state.rising ? high : low
  state.speed = state.step
  // The first comparison is with the second candle itself.
  state.high = high
  state.low = low
}

/** Never inside the range of the last two candles, on the side of the trend. */
const outside = (state: State, sar: number, high: number, low: number): number =>
  state.rising ? Math.min(sar, state.low, low) : Math.max(sar, state.high, high)

const next = (state: State, high: number, low: number): number => {
  if (state.count === 0) {
    state.count = 1
    state.high = high
    state.low = low
    return Number.NaN
  }
  if (state.count === 1) {
    state.count = 2
    begin(state, high, low)
  }
  let { sar } = state
  if (state.rising ? low <= sar : high >= sar) {
    state.rising = !state.rising
    sar = outside(state, state.extreme, high, low)
    state.speed = state.step
    state.extreme = state.rising ? high : low
  } else if (state.rising ? high > state.extreme : low < state.extreme) {
    state.extreme = state.rising ? high : low
    state.speed = Math.min(state.speed + state.step, state.limit)
  }
  state.sar = outside(state, sar + state.speed * (state.extreme - sar), high, low)
  state.high = high
  state.low = low
  return sar
}

/**
 * Parabolic stop and reverse, as in TA-Lib (Wilder 1978). `direction` is 1 when the trend is up, -1 when it is down.
 */
export const indicator = defineIndicator({
  name: "PSAR",
  title: "Parabolic stop and reverse",
  group: "trend",
  formula:
    "sar += speed * (extreme - sar); the speed grows by `step` with each new extreme up to `limit`; the stop stays " +
    "outside the last two candles and turns when the price touches it. TA-Lib (Wilder 1978).",
  parameters: Schema.Struct({
    step: Parameter.number(0.02, { minimum: 0.0001, maximum: 1 }, "Start and growth of the speed"),
    limit: Parameter.number(0.2, { minimum: 0.0001, maximum: 1 }, "Largest speed")
  }),
  reads: ["high", "low"],
  outputs: ["sar", "direction"],
  warmup: () => 1,
  initial: ({ limit, step }): State => ({
    step: Math.min(step, limit),
    limit,
    count: 0,
    rising: true,
    sar: 0,
    extreme: 0,
    speed: step,
    high: 0,
    low: 0
  }),
  update: (state, { high, low }, out) => {
    out[0] = next(state, high, low)
    out[1] = state.count < 2 ? Number.NaN : state.rising ? 1 : -1
  }
})
