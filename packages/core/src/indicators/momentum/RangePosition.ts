/** Where a value lies between the lowest low and the highest high of the last candles: the raw stochastic. */
import * as RollingExtreme from "../windows/RollingExtreme.ts"

export interface State {
  readonly high: RollingExtreme.RollingExtreme
  readonly low: RollingExtreme.RollingExtreme
}

export const initial = (period: number): State => ({
  high: RollingExtreme.initial(period, "highest"),
  low: RollingExtreme.initial(period, "lowest")
})

/** 0 to 1 for a value within the range; 0 where there is no range, as in TA-Lib. NaN until the window is full. */
export const next = (state: State, high: number, low: number, value: number): number => {
  const highest = RollingExtreme.push(state.high, high)
  const lowest = RollingExtreme.push(state.low, low)
  if (!RollingExtreme.isFull(state.high)) return Number.NaN
  return highest === lowest ? 0 : (value - lowest) / (highest - lowest)
}
