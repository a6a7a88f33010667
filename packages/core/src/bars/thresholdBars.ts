/**
 * Tick, volume, value and range bars: a bar closes with the tick that reaches the threshold. A tick is never cut in two, so
 * a large trade can carry a bar beyond it; the next bar begins with the tick that follows.
 */
import { paise } from "../market/Money.ts"
import { type Bar, type BarTick, extend, type FormingBar } from "./Bar.ts"

/** What is counted: ticks, units traded, paise of value traded, or paise between high and low. */
export type Threshold = "ticks" | "volume" | "value" | "range"

/** Plain data. */
export interface ThresholdBars {
  readonly kind: Threshold
  readonly threshold: number
  forming: FormingBar
}

const empty = (): FormingBar => ({
  start: 0,
  end: 0,
  open: paise(0),
  high: paise(0),
  low: paise(0),
  close: paise(0),
  volume: 0,
  value: 0,
  ticks: 0
})

/** Throws a `RangeError` when the threshold is not above 0. */
export const initial = (kind: Threshold, threshold: number): ThresholdBars => {
  if (!(threshold > 0)) throw new RangeError(`A ${kind} bar needs a threshold above 0, not ${threshold}`)
  return { kind, threshold, forming: empty() }
}

const reached = ({ forming, kind, threshold }: ThresholdBars): boolean =>
  (kind === "range" ? forming.high - forming.low : forming[kind]) >= threshold

/** The bar that the tick closed, if it did. */
export const onTick = (state: ThresholdBars, tick: BarTick): Bar | undefined => {
  extend(state.forming, tick)
  return reached(state) ? take(state) : undefined
}

/** What was forming when the session ended. */
export const onSessionEnd = (state: ThresholdBars): Bar | undefined =>
  state.forming.ticks === 0 ? undefined : take(state)

const take = (state: ThresholdBars): Bar => {
  const bar = state.forming
  state.forming = empty()
  return bar
}
