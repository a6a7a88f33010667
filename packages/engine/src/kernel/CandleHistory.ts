/**
 * The newest closed candles of every instrument and interval: for charts, for whoever asks, and for strategies that are deployed
 * while the session runs. Part of the fold: the same inputs give the same history.
 *
 * Bounded per interval; columns grow on demand, so quiet instruments cost nothing.
 */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { type Interval, intervals } from "@keepgaining/core/candles/Interval.ts"
import { paise } from "@keepgaining/core/market/Money.ts"

/** Candles kept: a quarter of an hour of seconds, about three days of minutes, and more of what is longer. */
const kept: Readonly<Record<Interval, number>> = {
  "1s": 900,
  "1m": 1_200,
  "3m": 1_000,
  "5m": 1_000,
  "15m": 1_000,
  "30m": 500,
  "1h": 500,
  "1d": 500
}

const FIELDS = 10

interface Track {
  /** Rows of {@link FIELDS} numbers; a ring once it reached its limit. */
  columns: Float64Array
  capacity: number
  /** All candles ever appended; the newest `min(total, limit)` are kept. */
  total: number
}

export interface CandleTrackDump {
  readonly instrument: number
  readonly interval: number
  readonly total: number
  readonly columns: Float64Array
}

export class CandleHistory {
  readonly #tracks: Array<Track | undefined> = []

  append(candle: Candle): void {
    const at = candle.instrument * intervals.length + intervals.indexOf(candle.interval)
    const track = this.#tracks[at] ??= { columns: new Float64Array(16 * FIELDS), capacity: 16, total: 0 }
    const limit = kept[candle.interval]
    if (track.total >= track.capacity && track.capacity < limit) {
      track.capacity = Math.min(track.capacity * 2, limit)
      const grown = new Float64Array(track.capacity * FIELDS)
      grown.set(track.columns)
      track.columns = grown
    }
    const columns = track.columns
    let i = (track.total % track.capacity) * FIELDS
    columns[i++] = candle.start
    columns[i++] = candle.end
    columns[i++] = candle.open
    columns[i++] = candle.high
    columns[i++] = candle.low
    columns[i++] = candle.close
    columns[i++] = candle.volume
    columns[i++] = candle.openInterest
    columns[i++] = candle.vwap
    columns[i] = candle.ticks
    track.total++
  }

  /** The newest `limit`, oldest first. */
  newest(instrument: number, interval: Interval, limit: number): Array<Candle> {
    const track = this.#tracks[instrument * intervals.length + intervals.indexOf(interval)]
    if (track === undefined) return []
    const count = Math.min(limit, track.total, track.capacity)
    const candles: Array<Candle> = []
    for (let n = track.total - count; n < track.total; n++) {
      const i = (n % track.capacity) * FIELDS
      // Rows below `total` were written whole.
      const at = (field: number): number => track.columns[i + field]!
      candles.push({
        instrument,
        interval,
        start: at(0),
        end: at(1),
        open: paise(at(2)),
        high: paise(at(3)),
        low: paise(at(4)),
        close: paise(at(5)),
        volume: at(6),
        openInterest: at(7),
        vwap: at(8),
        ticks: at(9)
      })
    }
    return candles
  }

  /** How many of that interval are kept at most. */
  kept(interval: Interval): number {
    return kept[interval]
  }

  /** How many candles of that kind were ever closed. */
  total(instrument: number, interval: Interval): number {
    return this.#tracks[instrument * intervals.length + intervals.indexOf(interval)]?.total ?? 0
  }

  dump(): Array<CandleTrackDump> {
    const dumps: Array<CandleTrackDump> = []
    this.#tracks.forEach((track, at) => {
      if (track === undefined) return
      dumps.push({
        instrument: Math.floor(at / intervals.length),
        interval: at % intervals.length,
        total: track.total,
        columns: track.columns.slice()
      })
    })
    return dumps
  }

  /** What the dump says nothing of stays: an instrument that joined after it has only candles from before the session. */
  load(dumps: ReadonlyArray<CandleTrackDump>): void {
    for (const dump of dumps) {
      this.#tracks[dump.instrument * intervals.length + dump.interval] = {
        columns: dump.columns.slice(),
        capacity: dump.columns.length / FIELDS,
        total: dump.total
      }
    }
  }
}
