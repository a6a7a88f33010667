/**
 * Linearly weighted sum of the last `period` values: the oldest counts once, the newest `period` times. Amortised O(1)
 * and without subtraction; see `RollingSum` for the layout of the ring.
 */

export interface RollingWeightedSum {
  /**
   * Plain sums of the older values from here to the end of the ring; weighted sums likewise, the first counting once.
   */
  readonly sums: Array<number>
  readonly weighted: Array<number>
  at: number
  count: number
  newerSum: number
  newerWeighted: number
}

export const initial = (period: number): RollingWeightedSum => ({
  sums: Array.from({ length: period }, () => 0),
  weighted: Array.from({ length: period }, () => 0),
  at: 0,
  count: 0,
  newerSum: 0,
  newerWeighted: 0
})

/** Takes a value and answers the weighted sum; meaningful once the window is full. */
export const push = (state: RollingWeightedSum, value: number): number => {
  const { at, sums, weighted } = state
  const period = sums.length
  const newerSum = state.newerSum + value
  const newerWeighted = state.newerWeighted + (at + 1) * value
  sums[at] = value
  if (state.count < period) state.count += 1
  // Indices below are smaller than the period by their conditions.
  if (at + 1 < period) {
    state.newerSum = newerSum
    state.newerWeighted = newerWeighted
    state.at = at + 1
    return weighted[at + 1]! + newerWeighted + (period - at - 1) * newerSum
  }
  weighted[period - 1] = sums[period - 1]!
  for (let i = period - 2; i >= 0; i--) {
    sums[i]! += sums[i + 1]!
    weighted[i] = weighted[i + 1]! + sums[i]!
  }
  state.newerSum = 0
  state.newerWeighted = 0
  state.at = 0
  return newerWeighted
}

export const isFull = (state: RollingWeightedSum): boolean => state.count === state.sums.length
