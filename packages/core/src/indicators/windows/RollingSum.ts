/**
 * Sum of the last `period` values in O(1). Each time the ring is full anew the sum is taken afresh from its values, so
 * that rounding never accumulates and a huge value leaves no trace once it has left the window.
 */

export interface RollingSum {
  readonly values: Array<number>
  /** Where the next value goes, and so the oldest one once the ring is full. */
  at: number
  count: number
  sum: number
}

export const initial = (period: number): RollingSum => ({
  values: Array.from({ length: period }, () => 0),
  at: 0,
  count: 0,
  sum: 0
})

/** Takes a value and answers the sum of the window. */
export const push = (state: RollingSum, value: number): number => {
  const { at, values } = state
  // Slots that were never filled hold 0, so nothing needs to be known about the count. In range: `at` is below `period`.
  state.sum += value - values[at]!
  values[at] = value
  if (state.count < values.length) state.count += 1
  if (at + 1 < values.length) state.at = at + 1
  else {
    state.at = 0
    state.sum = total(values)
  }
  return state.sum
}

const total = (values: ReadonlyArray<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}

export const isFull = (state: RollingSum): boolean => state.count === state.values.length

/** The value that the next one will push out; 0 while the ring is not full. */
export const oldest = (state: RollingSum): number => state.values[state.at]!
