/**
 * Imports tick files into a tick log: all of them or nothing. The log is written into a folder beside the target and takes
 * its place when it is complete and durable, so an import that fails or is cancelled leaves the target as it was.
 */
import { type HoursRules, plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { formatIstDate, istDay, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { DurableFiles, type StorageError } from "../storage/DurableFile.ts"
import { encodeInstruments, encodeManifest, INSTRUMENTS, MANIFEST } from "../ticklog/Manifest.ts"
import { readInstruments, readManifest, type SourceEntry, withSegments } from "../ticklog/Manifest.ts"
import { segmentName } from "../ticklog/Manifest.ts"
import { reading, recover } from "../ticklog/Recovery.ts"
import type { BatchRefused, TickLogCorrupt, TickLogRefused } from "../ticklog/TickLogError.ts"
import * as TickLogWriter from "../ticklog/TickLogWriter.ts"
import { Admission } from "./Admission.ts"
import type { ColumnMapping } from "./CsvHeader.ts"
import { CsvReader } from "./CsvReader.ts"
import { ImportRefused, type SourceUnreadable } from "./ImportError.ts"
import { type ImportReport, Tally } from "./ImportReport.ts"
import { openSource } from "./SourceFile.ts"
import { SymbolIndex } from "./SymbolIndex.ts"

export interface ImportProgress {
  readonly file: string
  /** Of all files together. */
  readonly rows: number
  readonly bytes: number
  readonly totalBytes: number
}

export interface ImportOptions {
  readonly files: ReadonlyArray<string>
  /** Folder of the log. */
  readonly folder: string
  /** What to do when there is a log already. Appended days must follow the ones in it. */
  readonly existing: "refuse" | "append" | "overwrite"
  readonly mapping?: ColumnMapping
  /** Trading hours of what is imported, kept with the log; a log that is appended to keeps its own. */
  readonly hours?: HoursRules
  /** Called after every piece of about 256 KB. */
  readonly onProgress?: (progress: ImportProgress) => void
}

export type ImportError =
  | ImportRefused
  | SourceUnreadable
  | TickLogRefused
  | TickLogCorrupt
  | BatchRefused
  | StorageError

/** Runs synchronous code that refuses by throwing. */
const refusing = <A>(run: () => A): Effect.Effect<A, ImportRefused> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (cause) {
      return cause instanceof ImportRefused ? Effect.fail(cause) : Effect.die(cause)
    }
  })

/** The log that new rows follow; empty unless something is appended. */
const previous = Effect.fnUntraced(function*({ existing, folder, hours }: ImportOptions) {
  const files = yield* DurableFiles
  const manifest = yield* reading(() => readManifest(folder, files.reading))
  if (manifest === undefined) {
    const names = yield* files.list(folder)
    if (names.length === 0) {
      return { instruments: new InstrumentTable(), segments: [], sources: [], hours, lastDay: -Infinity }
    }
    return yield* new ImportRefused({
      file: folder,
      line: 0,
      reason: `the folder holds ${names[0]} and no tick log`,
      remedy: "Choose a new folder for --out"
    })
  }
  if (existing === "refuse") {
    return yield* new ImportRefused({
      file: folder,
      line: 0,
      reason: `there is a tick log already, with ${manifest.rows} rows`,
      remedy: "Add --append to continue it, --overwrite to replace it, or choose another folder for --out"
    })
  }
  if (existing === "overwrite") {
    return { instruments: new InstrumentTable(), segments: [], sources: [], hours, lastDay: -Infinity }
  }
  const { segments } = yield* recover(folder, manifest)
  const instruments = yield* reading(() => readInstruments(folder, files.reading))
  const lastDate = segments.flatMap((segment) => segment.dates).sort().at(-1)
  const lastDay = lastDate === undefined ? -Infinity : istDay(parseIst(`${lastDate} 00:00:00`) ?? 0)
  return { instruments, segments, sources: manifest.sources, hours: manifest.hours, lastDay }
})

type Previous = Effect.Success<ReturnType<typeof previous>>

const hoursOf = ({ hours }: Previous) => hours === undefined ? {} : { hours }

/** Time of a file's first row that is one; `Infinity` when none is found in its first megabytes. */
const firstTime = (file: string, mapping: ColumnMapping) =>
  Effect.scoped(Effect.gen(function*() {
    const source = yield* openSource(file)
    const found = { first: Infinity }
    const reader = new CsvReader(file, mapping, new SymbolIndex(), {
      row: ({ time }) => {
        if (found.first === Infinity) found.first = time
      },
      malformed: () => {}
    })
    for (let n = 0; n < 16 && found.first === Infinity; n++) {
      const piece = yield* source.next
      if (piece === undefined) {
        yield* refusing(() => reader.end())
        break
      }
      yield* refusing(() => reader.push(piece))
    }
    if (!reader.begun) {
      return yield* new ImportRefused({
        file,
        line: 0,
        reason: "the file is empty",
        remedy: "A tick file begins with a header such as timestamp,symbol,ltp,volume"
      })
    }
    return { file, first: found.first, total: source.total }
  }))

/** Needs nothing but the disk. Cancel it by interrupting. */
export const importTicks = (options: ImportOptions): Effect.Effect<ImportReport, ImportError, DurableFiles> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const { folder } = options
    const mapping = options.mapping ?? {}
    const before = yield* previous(options)
    const sources = yield* Effect.forEach(options.files, (file) => firstTime(file, mapping))
    sources.sort((a, b) => a.first - b.first || (a.file < b.file ? -1 : 1))
    const draft = `${path.resolve(folder)}.partial`
    yield* files.remove(draft)
    const tally = new Tally()
    return yield* Effect.gen(function*() {
      const done = yield* Effect.scoped(write({ options, draft, sources, before, tally }))
      yield* Effect.uninterruptible(publish(options, draft, before))
      return report(options.folder, tally, done, before)
    }).pipe(Effect.onError(() => Effect.ignore(files.remove(draft))))
  })

interface Job {
  readonly options: ImportOptions
  readonly draft: string
  readonly sources: ReadonlyArray<{ readonly file: string; readonly total: number }>
  readonly before: Previous
  readonly tally: Tally
}

interface Written {
  readonly sources: ReadonlyArray<SourceEntry>
  readonly instruments: number
  readonly dates: ReadonlyArray<string>
  readonly from: number | undefined
  readonly to: number | undefined
}

const write = Effect.fnUntraced(function*({ before, draft, options, sources, tally }: Job) {
  const instruments = InstrumentTable.from(before.instruments.all())
  const log = yield* TickLogWriter.open({
    folder: draft,
    mode: "create",
    origin: "import",
    instruments,
    ...hoursOf(before)
  })
  const symbols = new SymbolIndex()
  const admission = new Admission(
    tally,
    symbols,
    instruments,
    new TradingHours(before.hours ?? plainHours),
    before.lastDay
  )
  const totalBytes = sources.reduce((sum, { total }) => sum + total, 0)
  const entries: Array<SourceEntry> = []
  const dates = new Set<string>()
  let from: number | undefined
  let to: number | undefined
  let sequence = before.segments.at(-1)?.lastSequence ?? 0

  const drain = Effect.gen(function*() {
    for (const batch of admission.takeReady()) {
      from ??= batch.eventTime[0] ?? batch.now
      to = batch.now
      dates.add(formatIstDate(batch.now))
      sequence = yield* log.append(batch, sequence + 1)
      admission.recycle(batch)
    }
  })

  let bytesBefore = 0
  for (const { file, total } of sources) {
    const rowsBefore = tally.rows
    const acceptedBefore = tally.accepted
    yield* refusing(() => admission.beginFile(file))
    yield* Effect.scoped(Effect.gen(function*() {
      const source = yield* openSource(file)
      const reader = new CsvReader(file, options.mapping ?? {}, symbols, {
        row: (row) => admission.offer(row),
        malformed: (line, detail) => tally.reject("malformed", file, line, detail)
      })
      while (true) {
        const piece = yield* source.next
        yield* refusing(() => (piece === undefined ? reader.end() : reader.push(piece)))
        tally.rows = rowsBefore + reader.rows
        yield* drain
        options.onProgress?.({ file, rows: tally.rows, bytes: bytesBefore + source.read(), totalBytes })
        if (piece === undefined) break
      }
    }))
    yield* refusing(() => admission.endFile())
    yield* drain
    bytesBefore += total
    entries.push({
      file: path.basename(file),
      rows: tally.rows - rowsBefore,
      accepted: tally.accepted - acceptedBefore
    })
  }
  // Saved even when nothing was accepted.
  log.addSources(entries)
  const written: Written = { sources: entries, instruments: instruments.size, dates: Array.from(dates), from, to }
  return written
})

/** Puts the finished draft in the place of the log, or its segments behind those of the log. */
const publish = Effect.fnUntraced(function*({ existing, folder }: ImportOptions, draft: string, before: Previous) {
  const files = yield* DurableFiles
  if (existing !== "append" || before.segments.length === 0) {
    yield* files.remove(folder)
    yield* files.makeDirectory(path.dirname(path.resolve(folder)))
    return yield* files.rename(draft, path.resolve(folder))
  }
  const drafted = yield* reading(() => readManifest(draft, files.reading))
  const instruments = yield* reading(() => readInstruments(draft, files.reading))
  const segments = [...before.segments]
  if (instruments.size > before.instruments.size) {
    yield* files.replace(path.join(folder, INSTRUMENTS), encodeInstruments(instruments.all()))
  }
  for (const segment of drafted?.segments ?? []) {
    const file = segmentName(segments.length + 1)
    yield* files.rename(path.join(draft, segment.file), path.join(folder, file))
    segments.push({ ...segment, file })
  }
  const manifest = withSegments(
    { origin: "import", ...hoursOf(before), sources: [...before.sources, ...(drafted?.sources ?? [])] },
    segments
  )
  yield* files.replace(path.join(folder, MANIFEST), encodeManifest(manifest))
  yield* files.remove(draft)
})

const report = (folder: string, tally: Tally, written: Written, before: Previous): ImportReport => ({
  folder,
  rows: tally.rows,
  accepted: tally.accepted,
  rejected: tally.rejected,
  examples: tally.examples,
  files: written.sources,
  instruments: Math.max(written.instruments, before.instruments.size),
  dates: written.dates,
  ...(written.from === undefined ? {} : { from: written.from }),
  ...(written.to === undefined ? {} : { to: written.to })
})
