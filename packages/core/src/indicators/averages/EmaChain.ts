/** Exponential averages of exponential averages: each begins when the one before it has a value. */
import * as Ema from "./Ema.ts"

export interface State {
  readonly averages: ReadonlyArray<Ema.State>
  /** Values of the averages after the last candle; 0 where there is none yet. */
  readonly values: Array<number>
}

export const initial = (period: number, count: number): State => ({
  averages: Array.from({ length: count }, () => Ema.initial(period)),
  values: Array.from({ length: count }, () => 0)
})

/** Whether the last average of the chain has a value; then all have. */
export const next = (state: State, value: number): boolean => {
  const { averages, values } = state
  let input = value
  for (let i = 0; i < averages.length; i++) {
    // In range by the loop.
    input = Ema.next(averages[i]!, input)
    if (Number.isNaN(input)) return false
    values[i] = input
  }
  return true
}
