/** Looks through one segment without believing it: what is good in it, and where it is not. */
import { DAY_MS, formatIstDate, IST_OFFSET_MS } from "@keepgaining/core/market/IndianTime.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import type { ReadableFile } from "../storage/ReadFiles.ts"
import type { SegmentEntry } from "./Manifest.ts"
import { SegmentCursor, type Stop } from "./SegmentCursor.ts"

/** Totals of a segment while it grows. */
export class SegmentTotals {
  batches = 0
  rows = 0
  firstSequence = 0
  lastSequence = 0
  from = 0
  to = 0
  readonly #days = new Set<number>()
  #timersOnly = true

  add(batch: TickBatch, sequence: number): void {
    if (this.batches === 0) this.firstSequence = sequence
    if (this.batches === 0 || (this.#timersOnly && batch.length > 0)) this.from = batch.eventTime[0] ?? batch.now
    this.#timersOnly &&= batch.length === 0
    this.batches++
    this.rows += batch.length
    this.lastSequence = sequence
    this.to = batch.now
    this.#addDays(batch)
  }

  entry(file: string, bytes: number): SegmentEntry {
    return {
      file,
      bytes,
      batches: this.batches,
      rows: this.rows,
      firstSequence: this.firstSequence,
      lastSequence: this.lastSequence,
      from: this.from,
      to: this.to,
      dates: Array.from(this.#days).sort((a, b) => a - b).map((day) => formatIstDate(day * DAY_MS - IST_OFFSET_MS))
    }
  }

  #addDays({ eventTime, length }: TickBatch): void {
    // Rows of one day come together: only a row outside the day of the one before it is looked up.
    let start = 1
    let end = 0
    for (let row = 0; row < length; row++) {
      const time = eventTime[row]!
      if (time >= start && time < end) continue
      const day = Math.floor((time + IST_OFFSET_MS) / DAY_MS)
      this.#days.add(day)
      start = day * DAY_MS - IST_OFFSET_MS
      end = start + DAY_MS
    }
  }
}

export interface SegmentSurvey {
  readonly entry: SegmentEntry
  /** `End` for a segment that was closed, `Short` for one that is open or was cut, `Bad` for damage. */
  readonly stop: Stop
  /** Bytes up to which everything is good. */
  readonly goodBytes: number
}

/** Reads a segment up to the first thing that is not good. */
export const surveySegment = (
  name: string,
  file: ReadableFile,
  onBatch: (batch: TickBatch, sequence: number) => void = () => {}
): SegmentSurvey => {
  const cursor = new SegmentCursor(file, true)
  const totals = new SegmentTotals()
  let goodBytes = 0
  while (true) {
    const batch = cursor.next()
    if ("_tag" in batch) return { entry: totals.entry(name, goodBytes), stop: batch, goodBytes }
    goodBytes = cursor.offset
    const sequence = cursor.head?.sequence ?? 0
    totals.add(batch, sequence)
    onBatch(batch, sequence)
  }
}
