/**
 * What a tick log's folder says about itself: `manifest.json` and `instruments.json`. Both are replaced in one step. The
 * manifest describes *closed* segments; one that is open, or was open in a crash, is found by looking at the folder.
 */
import { HoursRules } from "@keepgaining/core/candles/TradingHours.ts"
import { Instrument, InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import type { ReadFiles } from "../storage/ReadFiles.ts"
import { SCHEMA_VERSION } from "./SegmentFormat.ts"
import { TickLogRefused } from "./TickLogError.ts"

export const MANIFEST = "manifest.json"
export const INSTRUMENTS = "instruments.json"

export const SegmentEntry = Schema.Struct({
  file: Schema.String,
  bytes: Schema.Int,
  batches: Schema.Int,
  rows: Schema.Int,
  /** Input numbers of the first and the last batch. */
  firstSequence: Schema.Int,
  lastSequence: Schema.Int,
  /** Event time of the first row (of the first timer when there are no rows), epoch ms. */
  from: Schema.Finite,
  /** Watermark after the last batch, epoch ms. */
  to: Schema.Finite,
  /** IST dates of its rows, ascending. */
  dates: Schema.Array(Schema.String)
})
export type SegmentEntry = typeof SegmentEntry.Type

/** A file that was imported. */
export const SourceEntry = Schema.Struct({
  /** Name without folders. */
  file: Schema.String,
  rows: Schema.Int,
  accepted: Schema.Int
})
export type SourceEntry = typeof SourceEntry.Type

export const Manifest = Schema.Struct({
  schemaVersion: Schema.Literal(SCHEMA_VERSION),
  origin: Schema.Literals(["recording", "import"]),
  /** When the log was begun; absent for imports, whose bytes depend on nothing but the rows. */
  created: Schema.optionalKey(Schema.String),
  /** Trading hours of what was recorded; `plainHours` when it says none. */
  hours: Schema.optionalKey(HoursRules),
  sources: Schema.Array(SourceEntry),
  /** IST dates with rows, ascending. */
  dates: Schema.Array(Schema.String),
  /** Absent while there is no closed segment. */
  from: Schema.optionalKey(Schema.Finite),
  to: Schema.optionalKey(Schema.Finite),
  rows: Schema.Int,
  batches: Schema.Int,
  segments: Schema.Array(SegmentEntry)
})
export type Manifest = typeof Manifest.Type

const InstrumentFile = Schema.Struct({ instruments: Schema.Array(Instrument) })

/** Totals recomputed from the segments. */
export const withSegments = (
  manifest: Pick<Manifest, "origin" | "created" | "hours" | "sources">,
  segments: ReadonlyArray<SegmentEntry>
): Manifest => {
  const [first] = segments
  const last = segments.at(-1)
  return {
    schemaVersion: SCHEMA_VERSION,
    origin: manifest.origin,
    ...(manifest.created === undefined ? {} : { created: manifest.created }),
    ...(manifest.hours === undefined ? {} : { hours: manifest.hours }),
    sources: manifest.sources,
    dates: Array.from(new Set(segments.flatMap((segment) => segment.dates))).sort(),
    ...(first === undefined || last === undefined ? {} : { from: first.from, to: last.to }),
    rows: segments.reduce((sum, segment) => sum + segment.rows, 0),
    batches: segments.reduce((sum, segment) => sum + segment.batches, 0),
    segments
  }
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, undefined, 1)}\n`)

export const encodeManifest = (manifest: Manifest): Uint8Array => json(manifest)

export const encodeInstruments = (instruments: ReadonlyArray<Instrument>): Uint8Array => json({ instruments })

const decode = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  folder: string,
  file: string,
  bytes: Uint8Array
): S["Type"] => {
  const text = new TextDecoder().decode(bytes)
  const decoded = Schema.decodeUnknownResult(Schema.fromJsonString(schema))(text)
  if (Result.isSuccess(decoded)) return decoded.success
  throw new TickLogRefused({
    folder,
    reason: `${file} is damaged or of another version: ${String(decoded.failure)}`,
    remedy: "Restore it from a copy, or import the ticks again"
  })
}

/** The manifest, `undefined` when the folder has none. Throws {@link TickLogRefused} or a `StorageError`. */
export const readManifest = (folder: string, files: ReadFiles): Manifest | undefined => {
  const bytes = files.read(path.join(folder, MANIFEST))
  return bytes === undefined ? undefined : decode(Manifest, folder, MANIFEST, bytes)
}

/** The instrument table, empty when there is none. Throws {@link TickLogRefused} or a `StorageError`. */
export const readInstruments = (folder: string, files: ReadFiles): InstrumentTable => {
  const bytes = files.read(path.join(folder, INSTRUMENTS))
  if (bytes === undefined) return new InstrumentTable()
  return InstrumentTable.from(decode(InstrumentFile, folder, INSTRUMENTS, bytes).instruments)
}

const SEGMENT = /^ticks-\d{6}\.arrow$/

export const segmentName = (number: number): string => `ticks-${String(number).padStart(6, "0")}.arrow`

/** Number in a segment's name. */
export const segmentNumber = (name: string): number => Number(name.slice(6, 12))

/** Segment files of the folder, in order. */
export const segmentFiles = (folder: string, files: ReadFiles): ReadonlyArray<string> =>
  files.list(folder).filter((name) => SEGMENT.test(name)).sort()
