import * as Schema from "effect/Schema"
import { defineIndicator, isUsable, LARGEST } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingSum from "../windows/RollingSum.ts"

export type State = RollingSum.RollingSum

export const initial = (period: number): State => RollingSum.initial(period)

/** Mean of the last `period` values; NaN until there are as many. */
export const next = (state: State, value: number): number => {
  const sum = RollingSum.push(state, value)
  return state.count === state.values.length ? sum / state.values.length : Number.NaN
}

/** The mean as it stands; NaN until there are as many values. */
export const current = (state: State): number =>
  RollingSum.isFull(state) ? RollingSum.current(state) / state.values.length : Number.NaN

/** Simple moving average, as in TA-Lib: the mean of the last `period` closes. */
export const indicator = defineIndicator({
  name: "SMA",
  title: "Simple moving average",
  group: "average",
  formula: "Mean of the last `period` closes. TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(20) }),
  reads: ["close"],
  outputs: ["sma"],
  warmup: ({ period }) => period - 1,
  initial: ({ period }) => initial(period),
  update: (state, { close }, out) => {
    out[0] = next(state, close)
  },
  batch: (state, { close, length }, [out]) => {
    // One output and `length` rows by contract.
    let i = 0
    for (; i < length && (state.at !== 0 || !RollingSum.isFull(state)); i++) out![i] = usableNext(state, close[i]!)
    for (i = wholePeriods(state, close, length, out!, i); i < length; i++) out![i] = usableNext(state, close[i]!)
  }
})

const usableNext = (state: State, value: number): number => isUsable(value) ? next(state, value) : Number.NaN

/**
 * The same sums as {@link next} makes of a full ring that begins anew, a whole period at a time and without writing
 * what the next values overwrite. Stops at an unusable value; answers the first row that is still to do.
 */
const wholePeriods = (state: State, close: Float64Array, length: number, out: Float64Array, from: number): number => {
  const { values } = state
  const period = values.length
  const usable = usableUntil(close, from, length)
  const older = Float64Array.from(values)
  let i = from
  while (i + period <= usable) {
    let newer = 0
    // Rows stay below `usable` and places below the period.
    for (let k = 1; k < period; k++, i++) {
      newer += close[i]!
      out[i] = (newer + older[k]!) / period
    }
    newer += close[i]!
    out[i] = newer / period
    let sum = close[i]!
    older[period - 1] = sum
    for (let k = period - 2; k >= 0; k--) {
      sum += close[i - period + 1 + k]!
      older[k] = sum
    }
    i += 1
  }
  older.forEach((sum, k) => values[k] = sum)
  return i
}

const usableUntil = (values: Float64Array, from: number, length: number): number => {
  for (let i = from; i < length; i++) {
    // In range by the loop; written so that NaN counts as too large.
    if (!(Math.abs(values[i]!) <= LARGEST)) return i
  }
  return length
}
