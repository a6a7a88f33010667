/**
 * Lengths of candles that are downloaded: minutes, of which the archive makes all others, and the exchange's own days, whose
 * close no minute has.
 */
import * as Schema from "effect/Schema"

export const DownloadInterval = Schema.Literals(["1m", "1d"])
export type DownloadInterval = typeof DownloadInterval.Type

/** Each once, in the order above. */
export const intervalsOf = (some: ReadonlyArray<DownloadInterval>): ReadonlyArray<DownloadInterval> =>
  DownloadInterval.literals.filter((interval) => some.includes(interval))
