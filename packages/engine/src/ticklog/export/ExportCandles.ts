/** Builds the candles of a tick log and writes them as CSV or Parquet, ordered by time, then by place in the table. */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { CandleBuilder, FEED_GAP } from "@keepgaining/core/candles/CandleBuilder.ts"
import { type Interval, intervals } from "@keepgaining/core/candles/Interval.ts"
import type { SegmentHours } from "@keepgaining/core/candles/TradingHours.ts"
import { DECISION_GRID } from "@keepgaining/core/desk/DeskState.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Effect from "effect/Effect"
import { DurableFiles, type StorageError } from "../../storage/DurableFile.ts"
import { hoursByInstrument } from "../hoursByInstrument.ts"
import { reading } from "../Recovery.ts"
import type { TickLogCorrupt, TickLogRefused } from "../TickLogError.ts"
import { openTickLogSync } from "../TickLogReader.ts"
import { type Exported, type ExportRefused, type ExportTarget, writeTable } from "./ExportFile.ts"
import type { ExportColumn, RowBlock } from "./Table.ts"

const columns: ReadonlyArray<ExportColumn> = [
  { name: "time", kind: "time" },
  { name: "symbol", kind: "text" },
  { name: "open", kind: "price" },
  { name: "high", kind: "price" },
  { name: "low", kind: "price" },
  { name: "close", kind: "price" },
  { name: "volume", kind: "count" },
  { name: "oi", kind: "count", optional: true },
  { name: "vwap", kind: "average" }
]

/** Folds batches into the candles of one interval. */
export class CandleFold {
  readonly #interval: Interval
  readonly #bit: number
  readonly #hoursOf: (instrument: number) => SegmentHours
  readonly #builders: Array<CandleBuilder> = []
  /** Event time of the newest tick of any instrument. */
  #newest = 0
  /** Event time so far. */
  #now = 0
  /** When candles were closed last, and when there are some to close next, or earlier. */
  #closedTo = 0
  #bound = Infinity
  #closed: Array<Candle> = []

  constructor(interval: Interval, hoursOf: (instrument: number) => SegmentHours) {
    this.#interval = interval
    this.#hoursOf = hoursOf
    this.#bit = 1 << intervals.indexOf(interval)
  }

  /**
   * The candles that the batch closed, ordered by time, then instrument. Time passes as it does in a session, in steps of the
   * grid of decisions and for all instruments at once: what comes too late for a candle there comes too late here.
   */
  fold(batch: TickBatch): ReadonlyArray<Candle> {
    const { eventTime, instrument, length, openInterest, price, volume } = batch
    let row = 0
    // All columns have at least `length` entries.
    while (row < length) {
      this.#advance(eventTime[row]!)
      const edge = (Math.floor(this.#now / DECISION_GRID) + 1) * DECISION_GRID
      for (; row < length && eventTime[row]! < edge; row++) {
        const builder = this.#builder(instrument[row]!)
        const time = eventTime[row]!
        if (time - this.#newest >= FEED_GAP) { for (const each of this.#builders) each.passGap() }
        if (time > this.#newest) this.#newest = time
        if (time > this.#now) this.#now = time
        builder.onTick(time, price[row]!, volume[row]!, openInterest[row]!)
        if (builder.nextClose < this.#bound) this.#bound = builder.nextClose
      }
    }
    this.#advance(batch.now)
    const closed = this.#closed
    this.#closed = []
    return closed.sort((a, b) => a.start - b.start || a.instrument - b.instrument)
  }

  /** Candles that the log does not go on long enough to close. */
  get unfinished(): number {
    return this.#builders.filter((builder) => builder.forming(this.#interval) !== undefined).length
  }

  /** Each candle closes at its own time; one that a late tick began anew closes as soon as time passes. */
  #advance(to: number): void {
    if (to <= this.#now) return
    for (let due; (due = Math.max(this.#bound, this.#closedTo + 1)) <= to;) {
      this.#bound = Infinity
      for (const builder of this.#builders) {
        if (builder.nextClose <= due && (builder.closeUntil(due) & this.#bit) !== 0) {
          this.#closed.push(builder.closed(this.#interval))
        }
        if (builder.nextClose < this.#bound) this.#bound = builder.nextClose
      }
      this.#closedTo = due
    }
    this.#now = to
  }

  #builder(index: number): CandleBuilder {
    for (let n = this.#builders.length; n <= index; n++) {
      this.#builders.push(new CandleBuilder(new Float64Array(CandleBuilder.stateSize), 0, n, this.#hoursOf(n)))
    }
    return this.#builders[index]!
  }
}

const blockOf = (candles: ReadonlyArray<Candle>, symbols: ReadonlyArray<string>): RowBlock => ({
  length: candles.length,
  values: [
    candles.map(({ start }) => start),
    candles.map(({ instrument }) => symbols[instrument] ?? `#${instrument}`),
    candles.map(({ open }) => open),
    candles.map(({ high }) => high),
    candles.map(({ low }) => low),
    candles.map(({ close }) => close),
    candles.map(({ volume }) => volume),
    candles.map(({ openInterest }) => openInterest),
    candles.map(({ vwap }) => vwap)
  ]
})

export interface ExportedCandles extends Exported {
  readonly unfinished: number
}

/** Only closed candles are written; `unfinished` counts those that the log's end leaves open. */
export const exportCandles = (
  folder: string,
  interval: Interval,
  target: ExportTarget
): Effect.Effect<ExportedCandles, ExportRefused | TickLogRefused | TickLogCorrupt | StorageError, DurableFiles> =>
  Effect.scoped(Effect.gen(function*() {
    const files = yield* DurableFiles
    const log = yield* Effect.acquireRelease(
      reading(() => openTickLogSync(folder, { files: files.reading })),
      (open) => Effect.sync(() => open.close())
    )
    const symbols = log.instruments.all().map(({ symbol }) => symbol)
    const fold = new CandleFold(interval, hoursByInstrument(log))
    const next = reading(() => {
      const batch = log.next()
      return batch === undefined ? undefined : blockOf(fold.fold(batch), symbols)
    })
    const exported = yield* writeTable(target, columns, next)
    return { ...exported, unfinished: fold.unfinished }
  }))
