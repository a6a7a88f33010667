import type { CandleColumns } from "../../candles/CandleColumns.ts"
import { MINUTE_MS } from "../../market/IndianTime.ts"
import { barColumns } from "./compute.ts"
import type { BarColumns } from "./Indicator.ts"

/** Archived candles as indicators take them: prices in rupees. */
export const candleBars = (candles: CandleColumns): BarColumns => {
  const bars = barColumns(candles.length)
  for (let row = 0; row < candles.length; row++) {
    // Below the length of every column.
    bars.start[row] = candles.minute[row]! * MINUTE_MS
    bars.open[row] = candles.open[row]! / 100
    bars.high[row] = candles.high[row]! / 100
    bars.low[row] = candles.low[row]! / 100
    bars.close[row] = candles.close[row]! / 100
    bars.volume[row] = candles.volume[row]!
  }
  return bars
}
