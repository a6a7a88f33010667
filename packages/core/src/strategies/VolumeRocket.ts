/**
 * VolumeRocket: rides a volume-weighted crossover that the trend, the momentum and the volume agree with.
 *
 * 1. The fast VWMA crosses the slow one; the crossover stays open for a few candles.
 * 2. While it is open, at a candle's close: Supertrend must point the same way, RSI must lie in the band that has
 *    strength but is not exhausted, and the candle's volume must exceed its average of the candles before.
 * 3. Entry at that close, stop a multiple of the average true range away, target a multiple of that risk.
 * 4. A position is left when Supertrend turns against it, if neither stop nor target came first.
 */
import * as Schema from "effect/Schema"
import type { Candle } from "../candles/Candle.ts"
import { Interval } from "../candles/Interval.ts"
import * as Sma from "../indicators/averages/Sma.ts"
import * as Vwma from "../indicators/averages/Vwma.ts"
import * as Parameter from "../indicators/definition/Parameter.ts"
import * as Rsi from "../indicators/momentum/Rsi.ts"
import * as Supertrend from "../indicators/trend/Supertrend.ts"
import { type Paise, paise, roundToTick } from "../market/Money.ts"
import { defineStrategy, type StrategyContext } from "./Strategy.ts"

const percent = { minimum: 0, maximum: 100 }

const Parameters = Schema.Struct({
  interval: Parameter.choice(Interval.literals, "1m", "Candles that it looks at"),
  fast: Parameter.int(9, { minimum: 1, maximum: 200 }, "Candles of the fast VWMA"),
  slow: Parameter.int(21, { minimum: 2, maximum: 500 }, "Candles of the slow VWMA; more than the fast one's"),
  openFor: Parameter.int(3, { minimum: 1, maximum: 50 }, "Candles for which a crossover waits to be confirmed"),
  atrPeriod: Parameter.int(10, { minimum: 1, maximum: 200 }, "Candles of Supertrend's average true range"),
  multiplier: Parameter.number(3, { minimum: 0.5, maximum: 20 }, "Average true ranges between price and Supertrend"),
  rsiPeriod: Parameter.int(14, { minimum: 2, maximum: 200 }, "Candles of the RSI"),
  rsiStrong: Parameter.number(52, percent, "RSI from which a long has momentum; a short has it below 100 minus this"),
  rsiExhausted: Parameter.number(78, percent, "RSI above which a long comes too late; a short below 100 minus this"),
  volumePeriod: Parameter.int(20, { minimum: 1, maximum: 500 }, "Candles of the average volume"),
  volumeRatio: Parameter.number(1.2, { minimum: 0, maximum: 50 }, "Volume needed, as a multiple of its average"),
  stopAtr: Parameter.number(2, { minimum: 0.1, maximum: 20 }, "Distance of the stop in average true ranges"),
  rewardRisk: Parameter.number(2, { minimum: 0.1, maximum: 50 }, "Distance of the target in distances of the stop"),
  trailAtr: Parameter.number(0, { minimum: 0, maximum: 20 }, "Trail of the stop in average true ranges; 0 = none"),
  validFor: Parameter.int(30, { minimum: 1, maximum: 3_600 }, "Seconds for which a signal may be acted upon"),
  direction: Parameter.choice(["both", "long", "short"], "both", "Sides that it takes")
}).check(
  Schema.makeFilter(({ fast, slow }) => fast < slow || "fast must be less than slow"),
  Schema.makeFilter(({ rsiExhausted, rsiStrong }) =>
    rsiStrong < rsiExhausted || "rsiStrong must be less than rsiExhausted"
  )
)
type Parameters = typeof Parameters.Type

interface State {
  readonly fast: Vwma.State
  readonly slow: Vwma.State
  readonly trend: Supertrend.State
  readonly rsi: Rsi.State
  readonly volume: Sma.State
  /** Side on which the fast average stood last: 1 above, -1 below, 0 not known yet. */
  side: number
  /** Candles for which the newest crossover is still open. */
  open: number
}

/** What one candle shows. */
interface Picture {
  readonly candle: Candle
  readonly fast: number
  readonly slow: number
  readonly rsi: number
  /** Volume over the average of the candles before; 0 while there is none. */
  readonly volumeRatio: number
}

type Context = StrategyContext<Parameters>

const look = (state: State, candle: Candle): Picture => {
  const average = Sma.current(state.volume)
  Sma.next(state.volume, candle.volume)
  Supertrend.next(state.trend, candle.high, candle.low, candle.close)
  return {
    candle,
    fast: Vwma.next(state.fast, candle.close, candle.volume),
    slow: Vwma.next(state.slow, candle.close, candle.volume),
    rsi: Rsi.next(state.rsi, candle.close),
    volumeRatio: average > 0 ? candle.volume / average : 0
  }
}

/** Follows the two averages; a crossover opens a new window, any other candle uses up one of it. */
const followCrossover = (state: State, { fast, slow }: Picture, openFor: number): void => {
  if (state.open > 0) state.open -= 1
  // NaN, which compares as neither, leaves the side as it was: nothing was traded in a whole window.
  const side = fast > slow ? 1 : fast < slow ? -1 : state.side
  if (side !== state.side && state.side !== 0) state.open = openFor
  state.side = side
}

/** Whether trend, momentum and volume agree with that side. */
const isConfirmed = (state: State, side: number, { rsi, volumeRatio }: Picture, parameters: Parameters): boolean => {
  const momentum = side > 0 ? rsi : 100 - rsi
  return state.trend.direction === side && momentum >= parameters.rsiStrong && momentum <= parameters.rsiExhausted &&
    volumeRatio > 0 && volumeRatio >= parameters.volumeRatio
}

const within01 = (value: number): number => Math.min(1, Math.max(0, value))

/** The mean of three parts of 0 to 1: volume beyond what is needed, momentum, and the averages' distance in ATRs. */
const strengthOf = (side: number, picture: Picture, atr: number, parameters: Parameters): number => {
  const momentum = side > 0 ? picture.rsi : 100 - picture.rsi
  const volume = within01(picture.volumeRatio / (2 * Math.max(parameters.volumeRatio, 1)))
  const distance = atr > 0 ? within01(Math.abs(picture.fast - picture.slow) / atr) : 0
  return within01((volume + within01((momentum - 50) / 50) + distance) / 3)
}

/** Reasons are read by people: prices in rupees, from paise that need not be whole. */
const toRupees = (inPaise: number): number => inPaise / 100

/** A whole number of ticks, at least one. */
const distanceOf = (paiseAway: number, tick: number): Paise => paise(Math.max(tick, roundToTick(paiseAway, tick)))

const enter = (state: State, side: number, picture: Picture, context: Context): void => {
  const { instrument, now, parameters } = context
  const { candle } = picture
  const { atr } = state.trend
  const tick = instrument.tickSize
  const entry = candle.close
  const risk = distanceOf(parameters.stopAtr * atr, tick)
  const reward = distanceOf(parameters.rewardRisk * risk, tick)
  const stop = roundToTick(entry - side * risk, tick)
  const target = roundToTick(entry + side * reward, tick)
  // So near to zero that the bracket of a short or the stop of a long would lie below it.
  if (stop <= 0 || target <= 0) return
  context.signal({
    action: side > 0 ? "long" : "short",
    entry,
    stop,
    target,
    ...(parameters.trailAtr > 0 ? { trail: distanceOf(parameters.trailAtr * atr, tick) } : {}),
    strength: strengthOf(side, picture, atr, parameters),
    validUntil: now + parameters.validFor * 1_000,
    reasons: [
      {
        name: `VWMA ${parameters.fast} against VWMA ${parameters.slow}, ₹`,
        value: toRupees(picture.fast),
        threshold: toRupees(picture.slow)
      },
      {
        name: "close against Supertrend, ₹",
        value: toRupees(entry),
        threshold: toRupees(Supertrend.line(state.trend))
      },
      {
        name: "RSI",
        value: picture.rsi,
        threshold: side > 0 ? parameters.rsiStrong : 100 - parameters.rsiStrong
      },
      { name: "volume against its average", value: picture.volumeRatio, threshold: parameters.volumeRatio },
      { name: "average true range, ₹", value: toRupees(atr) }
    ]
  })
}

const leave = (state: State, { candle }: Picture, context: Context): void =>
  context.signal({
    action: "exit",
    entry: candle.close,
    strength: 1,
    validUntil: context.now + context.parameters.validFor * 1_000,
    reasons: [{
      name: "close against Supertrend, ₹",
      value: toRupees(candle.close),
      threshold: toRupees(Supertrend.line(state.trend))
    }]
  })

export const VolumeRocket = defineStrategy({
  name: "VolumeRocket",
  version: 2,
  summary: "Volume-weighted crossover with Supertrend, RSI and volume confirmation; stop and target in true ranges",
  parameters: Parameters,
  intervals: ({ interval }) => [interval],
  warmup: ({ atrPeriod, rsiPeriod, slow, volumePeriod }) => Math.max(slow, atrPeriod, rsiPeriod, volumePeriod) + 1,
  initial: ({ atrPeriod, fast, multiplier, rsiPeriod, slow, volumePeriod }): State => ({
    fast: Vwma.initial(fast),
    slow: Vwma.initial(slow),
    trend: Supertrend.initial(atrPeriod, multiplier),
    rsi: Rsi.initial(rsiPeriod),
    volume: Sma.initial(volumePeriod),
    side: 0,
    open: 0
  }),
  onCandle: (state, candle, context) => {
    const { parameters, position } = context
    const picture = look(state, candle)
    followCrossover(state, picture, parameters.openFor)
    const { side } = state
    if (position.quantity * state.trend.direction < 0) leave(state, picture, context)
    if (state.open === 0 || Number.isNaN(picture.rsi)) return
    if (position.quantity * side > 0 || (parameters.direction === "long" && side < 0)) return
    if (parameters.direction === "short" && side > 0) return
    if (!isConfirmed(state, side, picture, parameters)) return
    state.open = 0
    enter(state, side, picture, context)
  }
})
