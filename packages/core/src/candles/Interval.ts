/** Candle intervals. All are aligned to the session's open (09:15 IST), not to the clock's hour; see `CandleBuilder`. */
import * as Schema from "effect/Schema"

export const intervals = ["1s", "1m", "3m", "5m", "15m", "30m", "1h", "1d"] as const

export const Interval = Schema.Literals(intervals)
export type Interval = typeof Interval.Type

/** Length in ms; `1d` is the whole session, whatever its length. */
export const intervalMillis: Readonly<Record<Interval, number>> = {
  "1s": 1_000,
  "1m": 60_000,
  "3m": 180_000,
  "5m": 300_000,
  "15m": 900_000,
  "30m": 1_800_000,
  "1h": 3_600_000,
  "1d": 86_400_000
}
