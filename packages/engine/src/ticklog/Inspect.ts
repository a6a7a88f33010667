/** Reads a whole tick log and says what is in it, what is missing and what is damaged. Changes nothing. */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { segmentsOf } from "@keepgaining/core/candles/segmentOf.ts"
import { type Hours, plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import { nodeReadFiles, type ReadableFile, type ReadFiles } from "../storage/ReadFiles.ts"
import { type Manifest, readInstruments, readManifest, SegmentEntry, segmentFiles, withSegments } from "./Manifest.ts"
import { SegmentCursor } from "./SegmentCursor.ts"
import { endOfStream } from "./SegmentFormat.ts"
import { SegmentTotals } from "./SegmentSurvey.ts"
import { TickLogRefused } from "./TickLogError.ts"

/** A session is silent when it has no row for longer than this, ms. */
export const FEED_GAP = 60_000

/** Longest of each list; the counts beside them are complete. */
const LISTED = 200

export const Corruption = Schema.Struct({
  file: Schema.String,
  /** Byte of the file. */
  offset: Schema.Int,
  /** Number of the batch within the segment, from 0. */
  batch: Schema.Int,
  what: Schema.String
})
export type Corruption = typeof Corruption.Type

export const Inspection = Schema.Struct({
  folder: Schema.String,
  origin: Schema.Literals(["recording", "import"]),
  created: Schema.optionalKey(Schema.String),
  dates: Schema.Array(Schema.String),
  /** Epoch ms of event time. */
  from: Schema.optionalKey(Schema.Finite),
  to: Schema.optionalKey(Schema.Finite),
  /** Good ones. */
  rows: Schema.Int,
  batches: Schema.Int,
  /** Batches without rows. */
  timers: Schema.Int,
  instruments: Schema.Int,
  segments: Schema.Array(Schema.Struct({
    ...SegmentEntry.fields,
    /** `closed` ends with its end mark; `open` ends after a whole batch, without one; `damaged` has corruption. */
    state: Schema.Literals(["closed", "open", "damaged"])
  })),
  corruptions: Schema.Int,
  corruption: Schema.Array(Corruption),
  /** Input numbers that the log does not hold: those of commands, or a loss. */
  sequenceGaps: Schema.Int,
  missingSequences: Schema.Array(Schema.Struct({ after: Schema.Int, next: Schema.Int })),
  /** Spans inside a session without any row for more than a minute. Epoch ms. */
  feedGaps: Schema.Array(Schema.Struct({ from: Schema.Finite, to: Schema.Finite, seconds: Schema.Finite })),
  /** In index order. */
  rowsPerInstrument: Schema.Array(Schema.Struct({ symbol: Schema.String, rows: Schema.Int }))
})
export type Inspection = typeof Inspection.Type

interface Listed<A> {
  count: number
  readonly first: Array<A>
}

const listed = <A>(): Listed<A> => ({ count: 0, first: [] })

const note = <A>(list: Listed<A>, item: A): void => {
  list.count++
  if (list.first.length < LISTED) list.first.push(item)
}

class Inspector {
  readonly corruption = listed<Corruption>()
  readonly gaps = listed<{ readonly after: number; readonly next: number }>()
  readonly feedGaps: Array<{ from: number; to: number; seconds: number }> = []
  timers = 0
  readonly rowsOf: Float64Array
  readonly #table: InstrumentTable
  readonly #hours: TradingHours
  readonly #segments: ReadonlySet<Segment>
  #sequence = 0
  #now = -Infinity
  #session: Hours | undefined
  #lastRow = 0

  constructor(table: InstrumentTable, hours: TradingHours) {
    this.#table = table
    this.#hours = hours
    this.#segments = new Set(segmentsOf(table))
    this.rowsOf = new Float64Array(table.size)
  }

  segment(name: string, file: ReadableFile, isLast: boolean, expected: SegmentEntry | undefined) {
    const found = this.corruption.count
    const cursor = new SegmentCursor(file, true)
    const totals = new SegmentTotals()
    let closed = false
    while (true) {
      const { batch: number, offset } = cursor
      const batch = cursor.next()
      if (!("_tag" in batch)) {
        const sequence = cursor.head?.sequence ?? 0
        totals.add(batch, sequence)
        this.#batch(batch, sequence, { file: name, offset, batch: number })
      } else if (batch._tag === "Bad") {
        note(this.corruption, { file: name, offset: batch.offset, batch: batch.batch, what: batch.what })
        // A bad body was passed over; behind a bad head the next sound one has to be found.
        if (cursor.offset === batch.offset && !cursor.resync()) break
      } else {
        closed = batch._tag === "End"
        break
      }
    }
    const size = file.size()
    const end = cursor.offset + (closed ? endOfStream.byteLength : 0)
    const at = { file: name, offset: cursor.offset, batch: cursor.batch }
    if (closed && size > end) note(this.corruption, { ...at, what: `${size - end} bytes behind the end mark` })
    if (!closed && found === this.corruption.count) this.#unclosed(at, size, isLast)
    if (expected !== undefined && found === this.corruption.count) this.#compare(at, expected, totals, size)
    const state = found < this.corruption.count ? "damaged" as const : closed ? "closed" as const : "open" as const
    return { ...totals.entry(name, size), state }
  }

  #unclosed(at: Omit<Corruption, "what">, size: number, isLast: boolean): void {
    if (size > at.offset) note(this.corruption, { ...at, what: `${size - at.offset} bytes of an incomplete batch` })
    else if (!isLast) note(this.corruption, { ...at, what: "the end mark is missing, and there is a later segment" })
  }

  #compare(at: Omit<Corruption, "what">, expected: SegmentEntry, totals: SegmentTotals, size: number): void {
    if (expected.bytes === size && expected.batches === totals.batches && expected.rows === totals.rows) return
    const what = `${size} bytes, ${totals.batches} batches and ${totals.rows} rows, but the manifest says ` +
      `${expected.bytes}, ${expected.batches} and ${expected.rows}`
    note(this.corruption, { ...at, what })
  }

  #batch(batch: TickBatch, sequence: number, at: Omit<Corruption, "what">): void {
    if (batch.length === 0) this.timers++
    if (sequence <= this.#sequence) {
      note(this.corruption, { ...at, what: `input ${sequence} follows ${this.#sequence}` })
    } else if (sequence !== this.#sequence + 1) note(this.gaps, { after: this.#sequence, next: sequence })
    this.#sequence = Math.max(sequence, this.#sequence)
    if (batch.now < this.#now) note(this.corruption, { ...at, what: `event time goes back to ${batch.now}` })
    this.#now = Math.max(batch.now, this.#now)
    const { eventTime, instrument, length } = batch
    let unknown = 0
    // Both columns have at least `length` entries.
    for (let row = 0; row < length; row++) {
      const index = instrument[row]!
      if (index < this.rowsOf.length) this.rowsOf[index]! += 1
      else unknown++
      this.#row(eventTime[row]!)
    }
    if (unknown > 0) {
      note(this.corruption, { ...at, what: `${unknown} rows of instruments that are not in instruments.json` })
    }
    if (length === 0 && this.#session !== undefined && batch.now >= this.#session.close) this.endSession()
  }

  #row(time: number): void {
    const session = this.#session
    if (session === undefined || time >= session.close) this.#openSession(time)
    if (this.#session === undefined || time < this.#session.open) return
    if (time - this.#lastRow > FEED_GAP) this.#gap(this.#lastRow, time)
    if (time > this.#lastRow) this.#lastRow = time
  }

  #openSession(time: number): void {
    this.endSession()
    const session = this.#hours.day(time, this.#segments)
    if (session === undefined || time >= session.close) return
    this.#session = session
    this.#lastRow = session.open
  }

  /** The time from the last row to the close counts only when the log goes on to the close. */
  endSession(): void {
    const session = this.#session
    if (session !== undefined && this.#now >= session.close && session.close - this.#lastRow > FEED_GAP) {
      this.#gap(this.#lastRow, session.close)
    }
    this.#session = undefined
  }

  #gap(from: number, to: number): void {
    if (this.feedGaps.length < LISTED) this.feedGaps.push({ from, to, seconds: (to - from) / 1_000 })
  }

  get symbols(): ReadonlyArray<{ readonly symbol: string; readonly rows: number }> {
    return this.#table.all().map(({ symbol }, index) => ({ symbol, rows: this.rowsOf[index] ?? 0 }))
  }
}

/** Throws {@link TickLogRefused} when the folder holds no tick log, and a `StorageError` when the disk fails. */
export const inspectTickLog = (folder: string, files: ReadFiles = nodeReadFiles): Inspection => {
  const manifest = readManifest(folder, files)
  if (manifest === undefined) {
    throw new TickLogRefused({
      folder,
      reason: "not a tick log: it has no manifest.json",
      remedy: "Name the folder of a recorded session or of an import"
    })
  }
  const table = readInstruments(folder, files)
  const inspector = new Inspector(table, new TradingHours(manifest.hours ?? plainHours))
  const names = segmentFiles(folder, files)
  const expected = new Map(manifest.segments.map((entry) => [entry.file, entry]))
  for (const entry of manifest.segments) {
    if (names.includes(entry.file)) continue
    note(inspector.corruption, { file: entry.file, offset: 0, batch: 0, what: "the segment is missing" })
  }
  const segments = names.map((name) => {
    const file = files.open(path.join(folder, name))
    try {
      return inspector.segment(name, file, name === names.at(-1), expected.get(name))
    } finally {
      file.close()
    }
  })
  inspector.endSession()
  return inspectionOf(folder, manifest, segments, inspector, table.size)
}

const inspectionOf = (
  folder: string,
  manifest: Manifest,
  segments: Inspection["segments"],
  inspector: Inspector,
  instruments: number
): Inspection => {
  const whole = withSegments(manifest, segments.filter((segment) => segment.batches > 0))
  return {
    folder,
    origin: manifest.origin,
    ...(manifest.created === undefined ? {} : { created: manifest.created }),
    dates: whole.dates,
    ...(whole.from === undefined ? {} : { from: whole.from }),
    ...(whole.to === undefined ? {} : { to: whole.to }),
    rows: whole.rows,
    batches: whole.batches,
    timers: inspector.timers,
    instruments,
    segments,
    corruptions: inspector.corruption.count,
    corruption: inspector.corruption.first,
    sequenceGaps: inspector.gaps.count,
    missingSequences: inspector.gaps.first,
    feedGaps: inspector.feedGaps,
    rowsPerInstrument: inspector.symbols
  }
}
