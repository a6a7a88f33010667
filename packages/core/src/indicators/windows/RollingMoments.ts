/**
 * Mean, squared deviations and covariance with time of the last `period` values, amortised O(1). Two parts of the
 * window are joined by the pairwise update of Chan, Golub and LeVeque (1983), so nothing is ever subtracted from a
 * large sum and equal values have exactly no deviation; see `RollingSum` for the layout of the ring.
 */

export interface RollingMoments {
  /** The values taken since the ring was last full; then, from `at` on, of the older values from there to the end: */
  readonly means: Array<number>
  readonly squares: Array<number>
  readonly covariances: Array<number>
  at: number
  count: number
  newerMean: number
  newerSquares: number
  newerCovariance: number
  /** Of the whole window after the last push. */
  mean: number
  /** Sum of (value - mean)^2. */
  sumSquares: number
  /** Sum of (place - mean place) * (value - mean), places counting from the oldest. */
  sumProducts: number
}

export const initial = (period: number): RollingMoments => ({
  means: Array.from({ length: period }, () => 0),
  squares: Array.from({ length: period }, () => 0),
  covariances: Array.from({ length: period }, () => 0),
  at: 0,
  count: 0,
  newerMean: 0,
  newerSquares: 0,
  newerCovariance: 0,
  mean: 0,
  sumSquares: 0,
  sumProducts: 0
})

/** Takes a value; `mean`, `sumSquares` and `sumProducts` are those of the window once it is full. */
export const push = (state: RollingMoments, value: number): void => {
  const { at, means } = state
  const period = means.length
  // The newer part grows by a value at its end.
  const delta = value - state.newerMean
  const mean = state.newerMean + delta / (at + 1)
  const squares = state.newerSquares + delta * (value - mean)
  const covariance = state.newerCovariance + at / 2 * delta
  means[at] = value
  if (state.count < period) state.count += 1
  if (at + 1 === period) {
    state.mean = mean
    state.sumSquares = squares
    state.sumProducts = covariance
    turnOver(state)
    return
  }
  state.newerMean = mean
  state.newerSquares = squares
  state.newerCovariance = covariance
  state.at = at + 1
  if (state.count < period) return
  // Index at + 1 is below the period by the condition above.
  const older = period - at - 1
  const newer = at + 1
  const apart = mean - means[at + 1]!
  state.mean = means[at + 1]! + apart * newer / period
  state.sumSquares = state.squares[at + 1]! + squares + apart * apart * older * newer / period
  state.sumProducts = state.covariances[at + 1]! + covariance + apart * older * newer / 2
}

/** Turns the values into moments of what lies from each place to the end. All indices are below the period. */
const turnOver = (state: RollingMoments): void => {
  const { covariances, means, squares } = state
  const period = means.length
  let mean = means[period - 1]!
  let sumSquares = 0
  let sumProducts = 0
  squares[period - 1] = 0
  covariances[period - 1] = 0
  for (let i = period - 2; i >= 0; i--) {
    const after = period - 1 - i
    const value = means[i]!
    const delta = value - mean
    mean += delta / (after + 1)
    sumSquares += delta * (value - mean)
    sumProducts -= after / 2 * delta
    means[i] = mean
    squares[i] = sumSquares
    covariances[i] = sumProducts
  }
  state.at = 0
  state.newerMean = 0
  state.newerSquares = 0
  state.newerCovariance = 0
}

export const isFull = (state: RollingMoments): boolean => state.count === state.means.length

/** Standard deviation of the whole population (divided by `period`). */
export const deviation = (state: RollingMoments): number => Math.sqrt(state.sumSquares / state.means.length)
