/** Builds the candles of one instrument. All its state is one slice of numbers. */
import { CandleBuilder } from "@keepgaining/core/candles/CandleBuilder.ts"
import type { SegmentHours } from "@keepgaining/core/candles/TradingHours.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { initialRecord, type SupervisionRecord } from "../actors/Supervision.ts"
import type { CellTick } from "./InputRing.ts"
import type { Outbox } from "./Outbox.ts"

export class InstrumentActor {
  readonly kind = "instrument"
  readonly path: string
  readonly instrument: Instrument
  readonly index: number
  readonly builder: CandleBuilder
  record: SupervisionRecord = initialRecord()
  /** Bits of the intervals that the latest close closed. */
  justClosed = 0
  readonly #hours: SegmentHours
  readonly #saved = new Float64Array(CandleBuilder.stateSize)

  constructor(path: string, instrument: Instrument, index: number, hours: SegmentHours) {
    this.path = path
    this.instrument = instrument
    this.index = index
    this.#hours = hours
    this.builder = new CandleBuilder(new Float64Array(CandleBuilder.stateSize), 0, index, hours)
    this.builder.save(this.#saved, 0)
  }

  speakInto(_outbox: Outbox | undefined, _now: number): void {
    this.justClosed = 0
  }

  tick(tick: CellTick): void {
    this.builder.onTick(tick.time, tick.price, tick.volume, tick.openInterest)
  }

  close(now: number): void {
    this.justClosed = this.builder.closeUntil(now)
  }

  save(): void {
    this.builder.save(this.#saved, 0)
  }

  restore(): void {
    this.builder.load(this.#saved, 0)
    this.justClosed = 0
  }

  /** A second builder on which inputs can be run again without touching the live one. */
  shadowBuilder(): CandleBuilder {
    return new CandleBuilder(new Float64Array(CandleBuilder.stateSize), 0, this.index, this.#hours)
  }

  loadSavedInto(shadow: CandleBuilder): void {
    shadow.load(this.#saved, 0)
  }

  /** The numbers of its state, for a snapshot that leaves the process. */
  dump(): Float64Array {
    const numbers = new Float64Array(CandleBuilder.stateSize)
    this.builder.save(numbers, 0)
    return numbers
  }

  load(numbers: Float64Array): void {
    this.builder.load(numbers, 0)
    this.save()
  }
}
