/** Lengths of candles that the archive answers with: all are made of its minutes. */
import * as Schema from "effect/Schema"
import { WHOLE_DAY } from "./resample.ts"

export const archiveIntervals = ["1m", "2m", "3m", "5m", "10m", "15m", "30m", "1h", "2h", "1d"] as const

export const ArchiveInterval = Schema.Literals(archiveIntervals)
export type ArchiveInterval = typeof ArchiveInterval.Type

/** Minutes of a candle, {@link WHOLE_DAY} for the whole session. */
export const intervalMinutes: Readonly<Record<ArchiveInterval, number>> = {
  "1m": 1,
  "2m": 2,
  "3m": 3,
  "5m": 5,
  "10m": 10,
  "15m": 15,
  "30m": 30,
  "1h": 60,
  "2h": 120,
  "1d": WHOLE_DAY
}
