/**
 * The yardstick: the same arithmetic as candles of eight intervals and a quote board, in one loop over typed arrays,
 * without actors, supervision, strategies, log or journal. It is what a program would do that does nothing else.
 */
import { intervalMillis, intervals } from "@keepgaining/core/candles/Interval.ts"
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import type { Market } from "./market.ts"

const FIELDS = 8

/** Folds the market into quotes and candles of every interval; answers a sum, so that nothing can be optimised away. */
export const bareLoop = (market: Market): number => {
  const size = market.instruments.size
  const lengths = intervals.map((interval) => intervalMillis[interval])
  const count = lengths.length
  const open = new TradingHours(plainHours).of("cash").day(market.frames[0]?.now ?? 0)?.open ?? 0
  const last = new Int32Array(size)
  const high = new Int32Array(size)
  const low = new Int32Array(size)
  const bid = new Int32Array(size)
  const ask = new Int32Array(size)
  const cumulative = new Float64Array(size)
  const candles = new Float64Array(size * count * FIELDS)
  let closed = 0
  for (const frame of market.frames) {
    for (let row = 0; row < frame.length; row++) {
      // Every column of a frame has `length` rows, and the arrays above have a place for every instrument.
      const i = frame.instrument[row]!
      const price = frame.price[row]!
      const time = frame.eventTime[row]!
      const volume = frame.volume[row]!
      const traded = cumulative[i]! > 0 ? volume - cumulative[i]! : 0
      cumulative[i] = volume
      last[i] = price
      if (price > high[i]!) high[i] = price
      if (low[i] === 0 || price < low[i]!) low[i] = price
      bid[i] = frame.bid[row]!
      ask[i] = frame.ask[row]!
      for (let k = 0; k < count; k++) {
        const at = (i * count + k) * FIELDS
        const start = time - ((time - open) % lengths[k]!)
        if (candles[at] !== start) {
          if (candles[at]! > 0) closed += candles[at + 4]!
          candles[at] = start
          candles[at + 1] = price
          candles[at + 2] = price
          candles[at + 3] = price
          candles[at + 5] = 0
          candles[at + 6] = 0
        } else {
          if (price > candles[at + 2]!) candles[at + 2] = price
          if (price < candles[at + 3]!) candles[at + 3] = price
        }
        candles[at + 4] = price
        candles[at + 5]! += traded
        candles[at + 6]! += traded * price
        candles[at + 7]! += 1
      }
    }
  }
  return closed + last.reduce((sum, price) => sum + price, 0)
}
