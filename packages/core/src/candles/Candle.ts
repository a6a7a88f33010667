import * as Schema from "effect/Schema"
import { Paise } from "../market/Money.ts"
import { Interval } from "./Interval.ts"

/** One candle. Times are epoch ms; it covers `[start, end)`. */
export const Candle = Schema.Struct({
  instrument: Schema.Int,
  interval: Interval,
  start: Schema.Finite,
  /** Nominal end; the last candle of a session ends with the session, so it may be short. */
  end: Schema.Finite,
  open: Paise,
  high: Paise,
  low: Paise,
  close: Paise,
  /** Traded quantity inside the candle, from the cumulative counter. */
  volume: Schema.Finite,
  /** Last known open interest; 0 when the feed gives none. */
  openInterest: Schema.Finite,
  /** Volume-weighted average price of the candle in paise (not rounded); the close when nothing was traded. */
  vwap: Schema.Finite,
  /** Number of ticks folded into it. */
  ticks: Schema.Int
})
export type Candle = typeof Candle.Type
