/** A value as it was `period` values ago. */

export interface Delay {
  readonly values: Array<number>
  at: number
  count: number
}

export const initial = (period: number): Delay => ({
  values: Array.from({ length: period }, () => 0),
  at: 0,
  count: 0
})

/** Takes a value and answers the one of `period` values before; NaN while there is none. */
export const next = (state: Delay, value: number): number => {
  const { at, values } = state
  // In range: `at` is below `period`.
  const before = values[at]!
  values[at] = value
  state.at = at + 1 < values.length ? at + 1 : 0
  if (state.count === values.length) return before
  state.count += 1
  return Number.NaN
}

/** The value taken `back` values before the newest one; `back` is below the number of values held. */
export const before = (state: Delay, back: number): number => {
  const at = state.at - 1 - back
  return state.values[at < 0 ? at + state.values.length : at]!
}
