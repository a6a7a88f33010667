import type { Digest } from "../digest/Digest.ts"
import type { Candle } from "./Candle.ts"
import { intervals } from "./Interval.ts"

/** Folds every number of a closed candle into the digest, in a fixed order. */
export const foldCandle = (digest: Digest, candle: Candle): void => {
  digest.int(intervals.indexOf(candle.interval))
  digest.number(candle.start)
  digest.int(candle.open)
  digest.int(candle.high)
  digest.int(candle.low)
  digest.int(candle.close)
  digest.number(candle.volume)
  digest.number(candle.openInterest)
  digest.number(candle.vwap)
  digest.int(candle.ticks)
}
