/**
 * Plain formulas over whole series, each value from its window anew; NaN where there is none. The yardstick for what no
 * published reference covers.
 */

export type Series = ReadonlyArray<number>

const known = (value: number): boolean => !Number.isNaN(value)

/** `of` each window of that many values, where the window is full and wholly known. */
const rolling = (values: Series, period: number, of: (window: Series) => number): Array<number> =>
  values.map((_, i) => {
    const window = values.slice(Math.max(0, i - period + 1), i + 1)
    return window.length === period && window.every(known) ? of(window) : Number.NaN
  })

export const sum = (values: Series): number => values.reduce((total, value) => total + value, 0)
export const sums = (values: Series, period: number) => rolling(values, period, sum)
export const sma = (values: Series, period: number) => rolling(values, period, (window) => sum(window) / period)
export const highest = (values: Series, period: number) => rolling(values, period, (window) => Math.max(...window))
export const lowest = (values: Series, period: number) => rolling(values, period, (window) => Math.min(...window))
export const wma = (values: Series, period: number) =>
  rolling(values, period, (window) => sum(window.map((value, i) => value * (i + 1))) / (period * (period + 1) / 2))
export const deviation = (values: Series, period: number) =>
  rolling(values, period, (window) => {
    const mean = sum(window) / period
    return Math.sqrt(sum(window.map((value) => (value - mean) ** 2)) / period)
  })

/** Exponential with that weight, seeded with the mean of the first `period` known values. */
const exponential = (values: Series, period: number, weight: number): Array<number> => {
  const first = values.findIndex(known)
  let value = 0
  return values.map((each, i) => {
    if (first < 0 || i < first + period - 1) return Number.NaN
    value = i === first + period - 1
      ? sum(values.slice(first, first + period)) / period
      : value + weight * (each - value)
    return value
  })
}

export const ema = (values: Series, period: number) => exponential(values, period, 2 / (period + 1))
export const smma = (values: Series, period: number) => exponential(values, period, 1 / period)

export const shift = (values: Series, by: number): Array<number> => values.map((_, i) => values[i - by] ?? Number.NaN)
export const change = (values: Series): Array<number> => values.map((value, i) => value - (values[i - 1] ?? Number.NaN))
export const zip = (a: Series, b: Series, of: (a: number, b: number) => number): Array<number> =>
  a.map((value, i) => of(value, b[i] ?? Number.NaN))
export const subtract = (a: Series, b: Series) => zip(a, b, (x, y) => x - y)
