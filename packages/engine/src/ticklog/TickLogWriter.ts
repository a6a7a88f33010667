/**
 * Appends to a tick log.
 *
 * **Group commit.** `append` encodes into memory and returns; a commit writes and syncs what has gathered as soon as
 * 8,192 rows wait, or 50 ms after the first of them, or when somebody flushes. While one commit is under way the next one
 * gathers, at most {@link BUFFER} bytes (70,000 rows) of it; then `append` waits. A crash therefore loses at most the rows
 * of the last 50 ms and of one commit, none of which were reported durable.
 *
 * **Segments** end when they would exceed 256 MB, or 15 minutes of *event* time: equal batches give equal files.
 *
 * **Failure.** After a failed write or sync the state of the disk is unknown: the writer fails everything from then on
 * with that error. Opening the log again recovers it.
 */
import type { HoursRules } from "@keepgaining/core/candles/TradingHours.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { type InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import { DurableFiles, type StorageError } from "../storage/DurableFile.ts"
import { GroupCommit } from "./GroupCommit.ts"
import {
  encodeInstruments,
  encodeManifest,
  INSTRUMENTS,
  MANIFEST,
  type Manifest,
  readInstruments,
  readManifest,
  type SegmentEntry,
  segmentFiles,
  segmentName,
  segmentNumber,
  type SourceEntry,
  withSegments
} from "./Manifest.ts"
import { type Cut, reading, recover } from "./Recovery.ts"
import { encodedLength, endOfStream, MAX_ROWS, schemaMessage } from "./SegmentFormat.ts"
import { SegmentTotals } from "./SegmentSurvey.ts"
import { BatchRefused, type TickLogCorrupt, TickLogRefused } from "./TickLogError.ts"

const SEGMENT_BYTES = 256 * 1024 * 1024
const SEGMENT_MILLIS = 15 * MINUTE_MS

export interface WriterOptions {
  readonly folder: string
  /** `create` refuses a folder that holds a log already. `append` makes the log when there is none. */
  readonly mode: "create" | "append"
  readonly origin: Manifest["origin"]
  /**
   * The session's table; the log's own is used when absent. It must agree with the log on the instruments that are
   * there already. Instruments added to it later are saved before the first batch that follows.
   */
  readonly instruments?: InstrumentTable
  /** Trading hours of what is recorded; of a log that goes on they must say the same of what is there. */
  readonly hours?: HoursRules
  /** Ends segments earlier than the defaults; for tests. */
  readonly segmentBytes?: number
}

export interface TickLog {
  readonly folder: string
  readonly instruments: InstrumentTable
  /** What recovery had to cut when the log was opened. */
  readonly cut: Cut | undefined
  /**
   * Appends a batch, with or without rows, and answers its input number: the one given, which must be larger than the
   * last, or the next. The batch may be used again at once. Waits while too much is not durable.
   */
  readonly append: (batch: TickBatch, sequence?: number) => Effect.Effect<number, BatchRefused | StorageError>
  /** Everything appended so far is durable when it returns. */
  readonly flush: Effect.Effect<void, StorageError>
  /** Waits, without hurrying the commit, until that input is durable. */
  readonly awaitDurable: (sequence: number) => Effect.Effect<void, StorageError>
  /** Input number of the newest durable batch, 0 when there is none. */
  readonly durableSequence: () => number
  /** Input number of the newest batch appended. */
  readonly lastSequence: () => number
  /** Batches in the log, appended ones included: the number the next one gets. */
  readonly batches: () => number
  /** Adds imported files to the manifest, which is written when the log is closed. */
  readonly addSources: (sources: ReadonlyArray<SourceEntry>) => void
}

export class TickLogWriter extends Context.Service<TickLogWriter, TickLog>()(
  "@keepgaining/engine/ticklog/TickLogWriter"
) {}

export const layer = (
  options: WriterOptions
): Layer.Layer<TickLogWriter, TickLogRefused | TickLogCorrupt | StorageError, DurableFiles> =>
  Layer.effect(TickLogWriter, open(options))

/** Opens a log for appending, recovering it first; closed with the scope, durable and listed in its manifest. */
export const open = (
  options: WriterOptions
): Effect.Effect<TickLog, TickLogRefused | TickLogCorrupt | StorageError, DurableFiles | Scope.Scope> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const { folder } = options
    const stored = yield* reading(() => readManifest(folder, files.reading))
    if (stored !== undefined && options.mode === "create") return yield* exists(folder)
    const begun = stored ?? (yield* begin(options))
    const manifest = options.hours === undefined ? begun : { ...begun, hours: options.hours }
    const { cut, segments } = yield* recover(folder, manifest)
    const isChanged = JSON.stringify(manifest.hours) !== JSON.stringify(begun.hours)
    if (isChanged || segments.length > manifest.segments.length) {
      yield* files.replace(path.join(folder, MANIFEST), encodeManifest(withSegments(manifest, segments)))
    }
    const saved = yield* reading(() => readInstruments(folder, files.reading))
    const instruments = options.instruments ?? saved
    yield* agree(folder, saved, instruments)
    const writer = new Writer(options, files, instruments, saved.size, manifest, segments, cut)
    yield* writer.commit.start
    yield* Effect.addFinalizer(() => Effect.ignore(writer.close, { log: "Error" }))
    return writer
  })

const exists = (folder: string) =>
  new TickLogRefused({
    folder,
    reason: "there is a tick log already",
    remedy: "Append to it, overwrite it, or choose another folder"
  })

const begin = Effect.fnUntraced(function*({ folder, hours, origin }: WriterOptions) {
  const files = yield* DurableFiles
  yield* files.makeDirectory(folder)
  const segments = yield* reading(() => segmentFiles(folder, files.reading))
  if (segments.length > 0) {
    return yield* new TickLogRefused({
      folder,
      reason: `there is ${segments[0]}, but no manifest.json`,
      remedy: "Restore manifest.json from a copy, or choose another folder"
    })
  }
  // An import's bytes depend on its rows alone.
  const created = origin === "import" ? {} : { created: new Date(yield* Clock.currentTimeMillis).toISOString() }
  const manifest = withSegments({ origin, ...created, ...(hours === undefined ? {} : { hours }), sources: [] }, [])
  yield* files.replace(path.join(folder, INSTRUMENTS), encodeInstruments([]))
  yield* files.replace(path.join(folder, MANIFEST), encodeManifest(manifest))
  return manifest
})

const agree = (folder: string, saved: InstrumentTable, given: InstrumentTable) => {
  const other = saved.all().find(({ symbol }, index) => given.indexOf(symbol) !== index)
  if (other === undefined) return Effect.void
  return new TickLogRefused({
    folder,
    reason: `${other.symbol} has index ${saved.indexOf(other.symbol)} in the log, but ${
      given.indexOf(other.symbol) ?? "none"
    } in the session`,
    remedy: "Start the session from the log's own instrument table, or record into a new folder"
  })
}

/** The open segment and everything about the log that is not in its manifest yet. */
class Writer implements TickLog {
  readonly folder: string
  readonly instruments: InstrumentTable
  readonly cut: Cut | undefined
  readonly commit: GroupCommit
  readonly #files: DurableFiles["Service"]
  readonly #segmentBytes: number
  #savedInstruments: number
  #manifest: Manifest
  #segments: Array<SegmentEntry>
  #sources: Array<SourceEntry>
  #totals = new SegmentTotals()
  #bytes = 0
  #startedAt = 0
  #last: number
  #now: number
  #batches: number

  constructor(
    options: WriterOptions,
    files: DurableFiles["Service"],
    instruments: InstrumentTable,
    savedInstruments: number,
    manifest: Manifest,
    segments: ReadonlyArray<SegmentEntry>,
    cut: Cut | undefined
  ) {
    this.folder = options.folder
    this.instruments = instruments
    this.cut = cut
    this.#files = files
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES
    this.#savedInstruments = savedInstruments
    this.#manifest = manifest
    this.#segments = [...segments]
    this.#sources = [...manifest.sources]
    this.#last = segments.at(-1)?.lastSequence ?? 0
    this.#now = segments.at(-1)?.to ?? 0
    this.#batches = segments.reduce((sum, segment) => sum + segment.batches, 0)
    this.commit = new GroupCommit(this.#last)
  }

  readonly durableSequence = (): number => this.commit.durable
  readonly lastSequence = (): number => this.#last
  readonly batches = (): number => this.#batches
  readonly addSources = (sources: ReadonlyArray<SourceEntry>): void => void this.#sources.push(...sources)
  readonly awaitDurable = (sequence: number): Effect.Effect<void, StorageError> => this.commit.awaitDurable(sequence)

  get flush(): Effect.Effect<void, StorageError> {
    return this.commit.flush
  }

  readonly append = (batch: TickBatch, sequence?: number): Effect.Effect<number, BatchRefused | StorageError> =>
    this.commit.exclusively(Effect.suspend((): Effect.Effect<number, BatchRefused | StorageError> => {
      const number = sequence ?? this.#last + 1
      const reason = this.#refusal(batch, number)
      if (reason !== undefined) return Effect.fail(new BatchRefused({ reason }))
      const bytes = encodedLength(batch.length)
      // Ending one file and beginning the next must not be left half done.
      const ready = this.#isReady(batch, bytes) ? Effect.void : Effect.uninterruptible(this.#prepare(batch, bytes))
      return Effect.flatMap(ready, () => this.#encode(batch, number, bytes))
    }))

  /** Makes everything durable, ends the segment and lists it. */
  get close(): Effect.Effect<void, StorageError> {
    return this.commit.exclusively(Effect.andThen(this.#endSegment, this.#writeManifest))
  }

  #encode(batch: TickBatch, sequence: number, bytes: number): Effect.Effect<number, StorageError> {
    return Effect.map(this.commit.add(batch, sequence, bytes), () => {
      this.#totals.add(batch, sequence)
      this.#bytes += bytes
      this.#last = sequence
      this.#now = batch.now
      this.#batches++
      return sequence
    })
  }

  #refusal(batch: TickBatch, sequence: number): string | undefined {
    if (sequence <= this.#last) return `input ${sequence} does not follow ${this.#last}`
    if (batch.length > MAX_ROWS) return `${batch.length} rows are more than ${MAX_ROWS}`
    if (!(batch.now >= this.#now)) return `event time goes back from ${this.#now} to ${batch.now}`
    const known = this.instruments.size
    for (let row = 0; row < batch.length; row++) {
      if (batch.instrument[row]! >= known) {
        return `row ${row}: no instrument at index ${batch.instrument[row]} of ${known}`
      }
    }
    return undefined
  }

  #isReady(batch: TickBatch, bytes: number): boolean {
    return this.#bytes > 0 && this.instruments.size === this.#savedInstruments && !this.#isFull(batch, bytes)
  }

  #isFull(batch: TickBatch, bytes: number): boolean {
    if (this.#totals.batches === 0) return false
    return this.#bytes + bytes + endOfStream.byteLength > this.#segmentBytes ||
      batch.now - this.#startedAt >= SEGMENT_MILLIS
  }

  #prepare(batch: TickBatch, bytes: number): Effect.Effect<void, StorageError> {
    return Effect.gen({ self: this }, function*() {
      if (this.instruments.size !== this.#savedInstruments) {
        const all = this.instruments.all()
        yield* this.#files.replace(path.join(this.folder, INSTRUMENTS), encodeInstruments(all))
        this.#savedInstruments = all.length
      }
      if (this.#isFull(batch, bytes)) {
        yield* this.#endSegment
        yield* this.#writeManifest
      }
      if (this.#bytes === 0) yield* this.#beginSegment(batch.now)
    })
  }

  #beginSegment(now: number): Effect.Effect<void, StorageError> {
    return Effect.gen({ self: this }, function*() {
      const previous = this.#segments.at(-1)
      const name = segmentName(previous === undefined ? 1 : segmentNumber(previous.file) + 1)
      yield* this.commit.begin(this.#files, path.join(this.folder, name), schemaMessage)
      this.#totals = new SegmentTotals()
      this.#bytes = schemaMessage.byteLength
      this.#startedAt = now
    })
  }

  get #endSegment(): Effect.Effect<void, StorageError> {
    return Effect.gen({ self: this }, function*() {
      if (this.#bytes === 0) return
      const file = yield* this.commit.end(endOfStream)
      this.#segments.push(this.#totals.entry(path.basename(file), this.#bytes + endOfStream.byteLength))
      this.#bytes = 0
    })
  }

  get #writeManifest(): Effect.Effect<void, StorageError> {
    return Effect.suspend(() => {
      this.#manifest = withSegments({ ...this.#manifest, sources: this.#sources }, this.#segments)
      return this.#files.replace(path.join(this.folder, MANIFEST), encodeManifest(this.#manifest))
    })
  }
}
