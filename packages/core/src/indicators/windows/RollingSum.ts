/**
 * Sum of the last `period` values, amortised O(1) and without ever subtracting: what left the window leaves no trace,
 * so rounding does not accumulate and a window of zeros sums to exactly zero.
 *
 * `values` is a ring. Places before `at` hold the values taken since the ring was last full, and `newer` is their sum;
 * each place from `at` on holds the sum of the older values from there to the end. When the last place has been filled
 * all values are turned into such sums, from the end to the front.
 */

export interface RollingSum {
  readonly values: Array<number>
  at: number
  /** Values taken, up to the period. */
  count: number
  newer: number
}

export const initial = (period: number): RollingSum => ({
  values: Array.from({ length: period }, () => 0),
  at: 0,
  count: 0,
  newer: 0
})

/** Takes a value and answers the sum of the window. */
export const push = (state: RollingSum, value: number): number => {
  const { at, values } = state
  const period = values.length
  const newer = state.newer + value
  values[at] = value
  if (state.count < period) state.count += 1
  if (at + 1 < period) {
    state.newer = newer
    state.at = at + 1
    // In range by the condition.
    return newer + values[at + 1]!
  }
  let sum = values[period - 1]!
  for (let i = period - 2; i >= 0; i--) {
    sum += values[i]!
    values[i] = sum
  }
  state.newer = 0
  state.at = 0
  return newer
}

/** The sum as the last {@link push} answered it, but for rounding. */
export const current = (state: RollingSum): number => state.newer + state.values[state.at]!

export const isFull = (state: RollingSum): boolean => state.count === state.values.length
