/**
 * Renko bricks of a fixed height, from ticks. A brick in the direction of the last one needs one height beyond its end, one
 * against it two (from its other end): what a trader calls "close" Renko without wicks. Bricks go on over sessions.
 */
import { type Paise, paise } from "../market/Money.ts"

export interface Brick {
  /** Event time of the tick that completed it, epoch ms. */
  readonly at: number
  readonly open: Paise
  readonly close: Paise
}

/** Plain data. */
export interface Renko {
  /** Height of a brick, paise. */
  readonly height: number
  /** Ends of the last brick; equal before the first one: the price it is measured from. */
  top: number
  bottom: number
  begun: boolean
}

/** Throws a `RangeError` when the height is not a whole number of paise above 0. */
export const initial = (height: number): Renko => {
  if (!Number.isInteger(height) || height <= 0) {
    throw new RangeError(`A brick's height is a whole number of paise above 0, not ${height}`)
  }
  return { height, top: 0, bottom: 0, begun: false }
}

/** Bricks that the tick completed, in their order: a jump completes several. */
export const onTick = (state: Renko, time: number, price: Paise): ReadonlyArray<Brick> => {
  if (!state.begun) {
    // On the grid of the height, so that bricks do not depend on which tick came first.
    const base = Math.floor(price / state.height) * state.height
    Object.assign(state, { top: base, bottom: base, begun: true })
    return none
  }
  const bricks: Array<Brick> = []
  while (price >= state.top + state.height) {
    bricks.push({ at: time, open: paise(state.top), close: paise(state.top + state.height) })
    state.bottom = state.top
    state.top += state.height
  }
  while (price <= state.bottom - state.height) {
    bricks.push({ at: time, open: paise(state.bottom), close: paise(state.bottom - state.height) })
    state.top = state.bottom
    state.bottom -= state.height
  }
  return bricks
}

const none: ReadonlyArray<Brick> = []
