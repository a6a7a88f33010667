/**
 * The yardstick of the indicators: each as one loop written for nothing but itself, over typed arrays, in the
 * conventions of TA-Lib and without a state that could be resumed. Rows before warm-up are NaN. Typed arrays are read
 * in range throughout: every column has the same length.
 */
import type { BarColumns } from "@keepgaining/core/indicators/definition/Indicator.ts"

export const sma = ({ close, length }: BarColumns, period: number): Float64Array => {
  const out = new Float64Array(length).fill(Number.NaN)
  let sum = 0
  for (let i = 0; i < period - 1; i++) sum += close[i]!
  for (let i = period - 1; i < length; i++) {
    sum += close[i]!
    out[i] = sum / period
    sum -= close[i - period + 1]!
  }
  return out
}

export const ema = ({ close, length }: BarColumns, period: number): Float64Array => {
  const out = new Float64Array(length).fill(Number.NaN)
  const weight = 2 / (period + 1)
  let value = 0
  for (let i = 0; i < period; i++) value += close[i]!
  value /= period
  out[period - 1] = value
  for (let i = period; i < length; i++) {
    value = (close[i]! - value) * weight + value
    out[i] = value
  }
  return out
}

export const rsi = ({ close, length }: BarColumns, period: number): Float64Array => {
  const out = new Float64Array(length).fill(Number.NaN)
  let gain = 0
  let loss = 0
  for (let i = 1; i <= period; i++) {
    const change = close[i]! - close[i - 1]!
    if (change > 0) gain += change
    else loss -= change
  }
  gain /= period
  loss /= period
  out[period] = 100 * gain / (gain + loss)
  for (let i = period + 1; i < length; i++) {
    const change = close[i]! - close[i - 1]!
    gain = (gain * (period - 1) + (change > 0 ? change : 0)) / period
    loss = (loss * (period - 1) + (change < 0 ? -change : 0)) / period
    const both = gain + loss
    out[i] = both === 0 ? 0 : 100 * gain / both
  }
  return out
}

const trueRange = (high: number, low: number, before: number): number =>
  Math.max(high - low, Math.abs(high - before), Math.abs(low - before))

export const atr = ({ close, high, length, low }: BarColumns, period: number): Float64Array => {
  const out = new Float64Array(length).fill(Number.NaN)
  let value = 0
  for (let i = 1; i <= period; i++) value += trueRange(high[i]!, low[i]!, close[i - 1]!)
  value /= period
  out[period] = value
  for (let i = period + 1; i < length; i++) {
    value = (value * (period - 1) + trueRange(high[i]!, low[i]!, close[i - 1]!)) / period
    out[i] = value
  }
  return out
}

/** The line and the direction. */
export const supertrend = (
  { close, high, length, low }: BarColumns,
  period: number,
  multiplier: number
): readonly [Float64Array, Float64Array] => {
  const lines = new Float64Array(length).fill(Number.NaN)
  const directions = new Float64Array(length).fill(Number.NaN)
  let range = high[0]! - low[0]!
  for (let i = 1; i < period; i++) range += trueRange(high[i]!, low[i]!, close[i - 1]!)
  range /= period
  let upper = 0
  let lower = 0
  let direction = -1
  for (let i = period - 1; i < length; i++) {
    const before = i === 0 ? 0 : close[i - 1]!
    if (i >= period) range = (range * (period - 1) + trueRange(high[i]!, low[i]!, before)) / period
    const middle = (high[i]! + low[i]!) / 2
    let top = middle + multiplier * range
    let bottom = middle - multiplier * range
    if (i >= period) {
      if (top > upper && before <= upper) top = upper
      if (bottom < lower && before >= lower) bottom = lower
      if (direction < 0) {
        if (close[i]! > top) direction = 1
      } else if (close[i]! < bottom) direction = -1
    }
    upper = top
    lower = bottom
    lines[i] = direction > 0 ? lower : upper
    directions[i] = direction
  }
  return [lines, directions]
}
