/**
 * Reads a tick log from any batch on, synchronously and without copying: what a replay at full speed folds. It may be
 * used while the log is being written; it then sees whole batches only, and `undefined` means "no more so far".
 */
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as path from "node:path"
import { nodeReadFiles, type ReadableFile, type ReadFiles } from "../storage/ReadFiles.ts"
import {
  type Manifest,
  readInstruments,
  readManifest,
  type SegmentEntry,
  segmentFiles,
  withSegments
} from "./Manifest.ts"
import { SegmentCursor, type Stop } from "./SegmentCursor.ts"
import { TickLogCorrupt, TickLogRefused } from "./TickLogError.ts"

export interface ReadOptions {
  /** Check the columns' checksums (about a tenth of the time). Heads are always checked. On by default. */
  readonly verify?: boolean
  /** Number of the first batch to read, counting the log's batches from 0. */
  readonly from?: number
  readonly files?: ReadFiles
}

/** What a log holds. Times are epoch ms of event time. */
export interface TickLogSummary {
  readonly manifest: Manifest
  readonly batches: number
  readonly rows: number
  readonly from: number | undefined
  readonly to: number | undefined
  readonly dates: ReadonlyArray<string>
}

const requireManifest = (folder: string, files: ReadFiles): Manifest => {
  const manifest = readManifest(folder, files)
  if (manifest !== undefined) return manifest
  throw new TickLogRefused({
    folder,
    reason: "not a tick log: it has no manifest.json",
    remedy: "Name the folder of a recorded session, or make one with `keepgaining ticks import`"
  })
}

/** Totals of a segment that the manifest does not know yet, from the heads of its batches. */
const scanHeads = (folder: string, name: string, files: ReadFiles): SegmentEntry => {
  const file = files.open(path.join(folder, name))
  try {
    const first = firstTime(file)
    const cursor = new SegmentCursor(file, false)
    let rows = 0
    let firstSequence = 0
    let to = 0
    while (cursor.skip() === undefined && cursor.head !== undefined) {
      if (cursor.batch === 1) firstSequence = cursor.head.sequence
      rows += cursor.head.rows
      to = cursor.head.now
    }
    const lastSequence = cursor.head?.sequence ?? 0
    const from = first?.time ?? to
    const dates = first === undefined ? [] : [first.date]
    return {
      file: name,
      bytes: cursor.offset,
      batches: cursor.batch,
      rows,
      firstSequence,
      lastSequence,
      from,
      to,
      dates
    }
  } finally {
    file.close()
  }
}

const firstTime = (file: ReadableFile): { readonly time: number; readonly date: string } | undefined => {
  const cursor = new SegmentCursor(file, false)
  while (true) {
    const batch = cursor.next()
    if ("_tag" in batch) return undefined
    const time = batch.eventTime[0]
    if (batch.length > 0 && time !== undefined) return { time, date: formatIstDate(time) }
  }
}

/**
 * What the log holds, cheaply: from the manifest, and the batch heads of segments that are not in it (those of an open
 * log). Throws {@link TickLogRefused} or a `StorageError`.
 */
export const summarise = (folder: string, files: ReadFiles = nodeReadFiles): TickLogSummary => {
  const stored = requireManifest(folder, files)
  const known = new Set(stored.segments.map((segment) => segment.file))
  const open = segmentFiles(folder, files).filter((name) => !known.has(name))
    .map((name) => scanHeads(folder, name, files)).filter((segment) => segment.batches > 0)
  const manifest = withSegments(stored, [...stored.segments, ...open])
  const { batches, dates, from, rows, to } = manifest
  return { manifest, batches, rows, from, to, dates }
}

/**
 * A place in a tick log. A batch that it hands out is good until the next call of a method; `copyBatch` keeps one. Methods
 * throw {@link TickLogCorrupt} for damage and a `StorageError` when the disk fails.
 */
export class TickLogCursor implements Iterable<TickBatch> {
  readonly folder: string
  /** Under which it was recorded. */
  readonly hours: TradingHours
  readonly #files: ReadFiles
  readonly #verify: boolean
  #instruments: InstrumentTable
  #segments: ReadonlyArray<string> = []
  #segment = 0
  #file: ReadableFile | undefined
  #cursor: SegmentCursor | undefined
  /** Number of the next batch, counting the log's batches from 0. */
  batch = 0
  /** Input number of the batch handed out last; 0 before the first. */
  sequence = 0

  constructor(folder: string, options: ReadOptions = {}) {
    this.folder = folder
    this.#files = options.files ?? nodeReadFiles
    this.#verify = options.verify ?? true
    this.hours = new TradingHours(requireManifest(folder, this.#files).hours ?? plainHours)
    this.#instruments = readInstruments(folder, this.#files)
    this.seek(options.from ?? 0)
  }

  /** The table the rows refer to. A log that is being written may get more; see {@link refreshInstruments}. */
  get instruments(): InstrumentTable {
    return this.#instruments
  }

  /** Reads the table again; those known already keep their index. */
  refreshInstruments(): InstrumentTable {
    this.#instruments = readInstruments(this.folder, this.#files)
    return this.#instruments
  }

  summary(): TickLogSummary {
    return summarise(this.folder, this.#files)
  }

  /** The next batch; `undefined` at the end of what there is so far. */
  next(): TickBatch | undefined {
    while (true) {
      const cursor = this.#cursor ?? this.#openSegment()
      if (cursor === undefined) return undefined
      const batch = cursor.next()
      if (!("_tag" in batch)) {
        this.batch++
        this.sequence = cursor.head?.sequence ?? this.sequence
        return batch
      }
      if (!this.#advance(cursor, batch)) return undefined
    }
  }

  *[Symbol.iterator](): Iterator<TickBatch> {
    for (let batch = this.next(); batch !== undefined; batch = this.next()) yield batch
  }

  /** Goes to the batch of that number; beyond the end it stays at the end. */
  seek(batch: number): void {
    this.close()
    this.#segments = segmentFiles(this.folder, this.#files)
    const entries = new Map(
      requireManifest(this.folder, this.#files).segments.map((segment) => [segment.file, segment.batches])
    )
    this.#segment = 0
    this.batch = 0
    while (this.batch < batch) {
      const whole = entries.get(this.#segments[this.#segment] ?? "")
      if (whole === undefined || this.batch + whole > batch) break
      this.batch += whole
      this.#segment++
    }
    while (this.batch < batch) {
      const cursor = this.#cursor ?? this.#openSegment()
      if (cursor === undefined) return
      const stop = cursor.skip()
      if (stop === undefined) this.batch++
      else if (!this.#advance(cursor, stop)) return
    }
  }

  /** Closes the open file. The cursor may be used again after `seek`. */
  close(): void {
    this.#file?.close()
    this.#file = undefined
    this.#cursor = undefined
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #openSegment(): SegmentCursor | undefined {
    let name = this.#segments[this.#segment]
    if (name === undefined) {
      this.#segments = segmentFiles(this.folder, this.#files)
      name = this.#segments[this.#segment]
    }
    if (name === undefined) return undefined
    this.#file = this.#files.open(path.join(this.folder, name))
    this.#cursor = new SegmentCursor(this.#file, this.#verify)
    return this.#cursor
  }

  /** Whether there is more to read behind this segment; throws when it stopped at damage. */
  #advance(cursor: SegmentCursor, stop: Stop): boolean {
    const name = this.#segments[this.#segment] ?? ""
    if (stop._tag === "Bad") {
      const { batch, offset, what } = stop
      throw new TickLogCorrupt({ file: path.join(this.folder, name), offset, batch, what })
    }
    if (stop._tag === "Short" && !this.#hasSuccessor(name)) return false
    // A writer finishes a segment before it begins the next one, so that only now it is known to be complete.
    if (stop._tag === "Short" && (this.#file?.size() ?? 0) > cursor.offset) return this.#recheck(cursor, name)
    this.close()
    this.#segment++
    return true
  }

  #hasSuccessor(name: string): boolean {
    if (this.#segments.at(-1) === name) this.#segments = segmentFiles(this.folder, this.#files)
    return this.#segments.indexOf(name) < this.#segments.length - 1
  }

  #recheck(cursor: SegmentCursor, name: string): boolean {
    if (cursor.hasWhole()) return true
    throw new TickLogCorrupt({
      file: path.join(this.folder, name),
      offset: cursor.offset,
      batch: cursor.batch,
      what: "it ends in the middle of a batch although there is a later segment"
    })
  }
}

/**
 * Opens a log for reading. Throws {@link TickLogRefused} when the folder holds none, {@link TickLogCorrupt} for damage and
 * a `StorageError` when the disk fails. Close it (or `using`) when done.
 */
export const openTickLogSync = (folder: string, options: ReadOptions = {}): TickLogCursor =>
  new TickLogCursor(folder, options)
