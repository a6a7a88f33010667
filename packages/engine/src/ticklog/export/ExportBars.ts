/** Builds bars of a tick log that do not end with the clock, and writes them as CSV or Parquet, in the order of their ends. */
import type { Bar } from "@keepgaining/core/bars/Bar.ts"
import * as Renko from "@keepgaining/core/bars/renko.ts"
import * as ThresholdBars from "@keepgaining/core/bars/thresholdBars.ts"
import { FEED_GAP } from "@keepgaining/core/candles/CandleBuilder.ts"
import type { SegmentHours } from "@keepgaining/core/candles/TradingHours.ts"
import { istDay } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Effect from "effect/Effect"
import { DurableFiles, type StorageError } from "../../storage/DurableFile.ts"
import { hoursByInstrument } from "../hoursByInstrument.ts"
import { reading } from "../Recovery.ts"
import type { TickLogCorrupt, TickLogRefused } from "../TickLogError.ts"
import { openTickLogSync } from "../TickLogReader.ts"
import { type Exported, type ExportRefused, type ExportTarget, writeTable } from "./ExportFile.ts"
import type { ExportColumn, RowBlock } from "./Table.ts"

/** `size`: ticks, units, rupees of value, or rupees of height for range and Renko. */
export interface BarRule {
  readonly by: ThresholdBars.Threshold | "renko"
  readonly size: number
}

const columns: ReadonlyArray<ExportColumn> = [
  { name: "start", kind: "time" },
  { name: "end", kind: "time" },
  { name: "symbol", kind: "text" },
  { name: "open", kind: "price" },
  { name: "high", kind: "price" },
  { name: "low", kind: "price" },
  { name: "close", kind: "price" },
  { name: "volume", kind: "count" },
  { name: "ticks", kind: "count" }
]

interface InstrumentBars {
  readonly threshold: ThresholdBars.ThresholdBars | undefined
  readonly renko: Renko.Renko | undefined
  day: number
  /** Cumulative volume of the tick before; -1 = none of this day, or none since the feed was silent. */
  counter: number
}

type Closed = Bar & { readonly instrument: number }

class BarFold {
  readonly #rule: BarRule
  readonly #hoursOf: (instrument: number) => SegmentHours
  readonly #instruments: Array<InstrumentBars | undefined> = []
  #newest = 0
  #closed: Array<Closed> = []

  constructor(rule: BarRule, hoursOf: (instrument: number) => SegmentHours) {
    this.#rule = rule
    this.#hoursOf = hoursOf
  }

  fold(batch: TickBatch): ReadonlyArray<Closed> {
    const { eventTime, instrument, length, price, volume } = batch
    // All columns have at least `length` entries.
    for (let row = 0; row < length; row++) this.#tick(instrument[row]!, eventTime[row]!, price[row]!, volume[row]!)
    return this.#take()
  }

  /** What was still forming when the log ended. */
  end(): ReadonlyArray<Closed> {
    this.#instruments.forEach((bars, index) => bars !== undefined && this.#endSession(bars, index))
    return this.#take()
  }

  #tick(index: number, time: number, price: number, cumulative: number): void {
    const session = this.#hoursOf(index).day(time)
    if (session?.spans.some(({ close, open }) => time >= open && time < close) !== true) return
    if (time - this.#newest >= FEED_GAP) {
      for (const bars of this.#instruments) if (bars !== undefined) bars.counter = -1
    }
    if (time > this.#newest) this.#newest = time
    const bars = this.#instruments[index] ??= this.#begin()
    const day = istDay(time)
    if (day !== bars.day) {
      this.#endSession(bars, index)
      bars.day = day
      bars.counter = -1
    }
    const traded = bars.counter >= 0 && cumulative > bars.counter ? cumulative - bars.counter : 0
    bars.counter = Math.max(cumulative, bars.counter)
    if (bars.threshold !== undefined) {
      this.#push(index, ThresholdBars.onTick(bars.threshold, { time, price: paise(price), traded }))
    }
    if (bars.renko === undefined) return
    for (const { at, close, open } of Renko.onTick(bars.renko, time, paise(price))) {
      const high = paise(Math.max(open, close))
      const low = paise(Math.min(open, close))
      this.#push(index, { start: at, end: at, open, high, low, close, volume: 0, value: 0, ticks: 0 })
    }
  }

  #begin(): InstrumentBars {
    const { by, size } = this.#rule
    const inPaise = Math.round(size * 100)
    if (by === "renko") return { threshold: undefined, renko: Renko.initial(inPaise), day: 0, counter: -1 }
    const threshold = ThresholdBars.initial(by, by === "value" || by === "range" ? inPaise : size)
    return { threshold, renko: undefined, day: 0, counter: -1 }
  }

  #endSession(bars: InstrumentBars, index: number): void {
    if (bars.threshold !== undefined) this.#push(index, ThresholdBars.onSessionEnd(bars.threshold))
  }

  #push(instrument: number, bar: Bar | undefined): void {
    if (bar !== undefined) this.#closed.push({ ...bar, instrument })
  }

  #take(): ReadonlyArray<Closed> {
    const closed = this.#closed
    this.#closed = []
    return closed.sort((a, b) => a.end - b.end || a.instrument - b.instrument)
  }
}

const blockOf = (bars: ReadonlyArray<Closed>, symbols: ReadonlyArray<string>): RowBlock => ({
  length: bars.length,
  values: [
    bars.map(({ start }) => start),
    bars.map(({ end }) => end),
    bars.map(({ instrument }) => symbols[instrument] ?? `#${instrument}`),
    bars.map(({ open }) => open),
    bars.map(({ high }) => high),
    bars.map(({ low }) => low),
    bars.map(({ close }) => close),
    bars.map(({ volume }) => volume),
    bars.map(({ ticks }) => ticks)
  ]
})

/** A rule whose size is not above 0 is a defect of the caller. */
export const exportBars = (
  folder: string,
  rule: BarRule,
  target: ExportTarget
): Effect.Effect<Exported, ExportRefused | TickLogRefused | TickLogCorrupt | StorageError, DurableFiles> =>
  Effect.scoped(Effect.gen(function*() {
    const files = yield* DurableFiles
    const log = yield* Effect.acquireRelease(
      reading(() => openTickLogSync(folder, { files: files.reading })),
      (open) => Effect.sync(() => open.close())
    )
    const symbols = log.instruments.all().map(({ symbol }) => symbol)
    const fold = new BarFold(rule, hoursByInstrument(log))
    let ended = false
    const next = reading(() => {
      const batch = log.next()
      if (batch !== undefined) return blockOf(fold.fold(batch), symbols)
      if (ended) return undefined
      ended = true
      return blockOf(fold.end(), symbols)
    })
    return yield* writeTable(target, columns, next)
  }))
