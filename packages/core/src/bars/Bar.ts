/**
 * Bars that do not end with the clock: after so many ticks, so much volume or value, so far a price has gone. All are built
 * from ticks within one session, from plain state, one builder an instrument; a session's last bar ends with the session.
 */
import type { Paise } from "../market/Money.ts"

/** What a builder is told of a tick. */
export interface BarTick {
  /** Event time, epoch ms. */
  readonly time: number
  readonly price: Paise
  /** Quantity traded since the tick before, 0 when none or not known. */
  readonly traded: number
}

export interface Bar {
  /** Event times of its first and last tick, epoch ms. */
  readonly start: number
  readonly end: number
  readonly open: Paise
  readonly high: Paise
  readonly low: Paise
  readonly close: Paise
  readonly volume: number
  /** Quantity times price, paise. */
  readonly value: number
  readonly ticks: number
}

/** A bar that is still growing; plain data. `ticks` 0 = none. */
export type FormingBar = { -readonly [K in keyof Bar]: Bar[K] }

/** Adds a tick to a forming bar. */
export const extend = (bar: FormingBar, { price, time, traded }: BarTick): void => {
  if (bar.ticks === 0) {
    bar.start = time
    bar.open = price
    bar.high = price
    bar.low = price
  }
  bar.end = time
  if (price > bar.high) bar.high = price
  if (price < bar.low) bar.low = price
  bar.close = price
  bar.volume += traded
  bar.value += traded * price
  bar.ticks += 1
}
