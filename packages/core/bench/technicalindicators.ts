/**
 * The npm library `technicalindicators` on the same candles: eight indicators that both have, candle by candle. Not a
 * dependency of the product; when it is not installed there is nothing to compare.
 */
import type { BarColumns } from "@keepgaining/core/indicators/definition/Indicator.ts"

interface Running {
  readonly nextValue: (input: never) => unknown
}

/** As much of the library as is used here. */
type Library = Readonly<Record<string, new(options: Readonly<Record<string, unknown>>) => Running>>

/** `undefined` when it is not installed. */
export const loadLibrary = async (): Promise<Library | undefined> => {
  // The name in a variable, so that no types are asked for.
  const name = "technicalindicators"
  try {
    return await import(name)
  } catch {
    return undefined
  }
}

/** Names of the same indicators here. */
export const common = ["SMA", "EMA", "RSI", "MACD", "Bollinger", "ATR", "ADX", "Stochastic"] as const

const close = [
  ["SMA", { period: 20, values: [] }],
  ["EMA", { period: 20, values: [] }],
  ["RSI", { period: 14, values: [] }],
  [
    "MACD",
    { fastPeriod: 12, slowPeriod: 26, signalPeriod: 9, SimpleMAOscillator: false, SimpleMASignal: false, values: [] }
  ],
  ["BollingerBands", { period: 20, stdDev: 2, values: [] }]
] as const
const bars = [
  ["ATR", { period: 14, high: [], low: [], close: [] }],
  ["ADX", { period: 14, high: [], low: [], close: [] }],
  ["Stochastic", { period: 14, signalPeriod: 3, high: [], low: [], close: [] }]
] as const

/** Feeds every candle to all eight. */
export const streamLibrary = (library: Library, columns: BarColumns): number => {
  const make = ([name, options]: (typeof close | typeof bars)[number]): Running => {
    const found = library[name]
    if (found === undefined) throw new Error(`technicalindicators has no ${name}`)
    return new found(options)
  }
  const ofClose = close.map(make)
  const ofBars = bars.map(make)
  let values = 0
  for (let i = 0; i < columns.length; i++) {
    // Every column has `length` rows; `never` stands for whatever input the library's class takes.
    const price = columns.close[i]! as never
    const bar = { high: columns.high[i], low: columns.low[i], close: columns.close[i] } as never
    for (const each of ofClose) if (each.nextValue(price) !== undefined) values++
    for (const each of ofBars) if (each.nextValue(bar) !== undefined) values++
  }
  return values
}
