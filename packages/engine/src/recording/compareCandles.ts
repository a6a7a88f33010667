/** A day's candles built from ticks beside the official ones. Pure. */
import { type CandleColumns, candleColumns, copyColumns } from "@keepgaining/core/candles/CandleColumns.ts"

/** Minutes by what became of them. */
export interface Comparison {
  readonly same: number
  /** Open, high, low or close differ. */
  readonly otherPrice: number
  /** Prices agree, volume or open interest does not. */
  readonly otherVolume: number
  /** There is no official candle of them. */
  readonly onlyHere: number
  /** We built none. */
  readonly onlyThere: number
}

// Rows are read below the lengths of their columns throughout.

/** Both ascending, each minute once. */
export const compareCandles = (ours: CandleColumns, theirs: CandleColumns): Comparison => {
  let same = 0
  let otherPrice = 0
  let otherVolume = 0
  let a = 0
  for (let b = 0; b < theirs.length; b++) {
    while (a < ours.length && ours.minute[a]! < theirs.minute[b]!) a++
    if (a === ours.length || ours.minute[a] !== theirs.minute[b]) continue
    if (
      ours.open[a] !== theirs.open[b] || ours.high[a] !== theirs.high[b] || ours.low[a] !== theirs.low[b] ||
      ours.close[a] !== theirs.close[b]
    ) otherPrice++
    else if (ours.volume[a] !== theirs.volume[b] || ours.openInterest[a] !== theirs.openInterest[b]) otherVolume++
    else same++
  }
  const both = same + otherPrice + otherVolume
  return { same, otherPrice, otherVolume, onlyHere: ours.length - both, onlyThere: theirs.length - both }
}

/** The official candles, with the open interest that we saw where they do not say any: some brokers leave it out. */
export const withOwnInterest = (theirs: CandleColumns, ours: CandleColumns): CandleColumns => {
  const whole = candleColumns(theirs.length)
  copyColumns(theirs, whole, 0)
  let a = 0
  for (let b = 0; b < theirs.length; b++) {
    while (a < ours.length && ours.minute[a]! < theirs.minute[b]!) a++
    if (whole.openInterest[b] === 0 && ours.minute[a] === theirs.minute[b]) {
      whole.openInterest[b] = ours.openInterest[a] ?? 0
    }
  }
  return whole
}
