import * as Schema from "effect/Schema"
import * as Ema from "../averages/Ema.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** Klinger's volume force: the volume weighted by how much of the trend's travelled range the candle made. */
interface Force {
  /** Candles taken, up to 2. */
  count: number
  trend: number
  /** Range of the candle before, and sum of the ranges since the trend last turned. */
  range: number
  travelled: number
  force: number
}

/** NaN for the first two candles: the trend needs one before, its range two. */
const nextForce = (state: Force, rose: boolean, range: number, volume: number): number => {
  const trend = rose ? 1 : -1
  if (state.count < 2) {
    state.count += 1
    if (state.count === 2) state.trend = trend
    state.range = range
    return Number.NaN
  }
  state.travelled = range + (trend === state.trend ? state.travelled : state.range)
  state.trend = trend
  state.range = range
  if (range === state.travelled || volume === 0) state.force = 0
  else if (state.travelled !== 0) state.force = 100 * trend * volume * Math.abs(2 * (range / state.travelled - 1))
  return state.force
}

/** Klinger volume oscillator: over plain signed volume as in TradingView, or over Klinger's own volume force. */
export const indicator = defineIndicator({
  name: "KVO",
  title: "Klinger volume oscillator",
  group: "volume",
  formula:
    "EMA(fast) - EMA(slow) of the volume, negative unless t = (high + low + close) / 3 rose or stayed, so for the first " +
    "candle too; signal = EMA(signal) of it. TradingView. With force = klinger of Klinger's volume force instead: 100 * " +
    "volume * trend * |2 (range / travelled - 1)|, trend the side to which t moved (down when it stayed), travelled the " +
    "sum of ranges since the candle before the last turn, from the third candle on.",
  parameters: Schema.Struct({
    fast: Parameter.period(34, "Candles of the fast average"),
    slow: Parameter.period(55, "Candles of the slow average"),
    signal: Parameter.period(13, "Candles of the signal line"),
    force: Parameter.choice(
      ["volume", "klinger"],
      "volume",
      "What is averaged: signed volume or Klinger's volume force"
    )
  }),
  reads: ["high", "low", "close", "volume"],
  outputs: ["kvo", "signal"],
  warmup: ({ fast, force, signal, slow }) => Math.max(fast, slow) - 1 + signal - 1 + (force === "klinger" ? 2 : 0),
  initial: ({ fast, force, signal, slow }) => ({
    klinger: force === "klinger",
    seen: false,
    price: 0,
    force: { count: 0, trend: 0, range: 0, travelled: 0, force: 0 },
    fast: Ema.initial(fast),
    slow: Ema.initial(slow),
    signal: Ema.initial(signal)
  }),
  update: (state, { close, high, low, volume }, out) => {
    const price = (high + low + close) / 3
    const { klinger, seen } = state
    // The first candle has nothing to have risen from.
    const rose = seen && (klinger ? price > state.price : price >= state.price)
    state.seen = true
    state.price = price
    const flow = klinger ? nextForce(state.force, rose, high - low, volume) : rose ? volume : -volume
    if (Number.isNaN(flow)) {
      out.fill(Number.NaN)
      return
    }
    const fast = Ema.next(state.fast, flow)
    const kvo = fast - Ema.next(state.slow, flow)
    out[0] = kvo
    out[1] = Number.isNaN(kvo) ? kvo : Ema.next(state.signal, kvo)
  }
})
