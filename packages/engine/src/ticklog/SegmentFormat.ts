/**
 * A segment of the tick log as bytes: an Arrow IPC stream (format version 5, little endian, uncompressed), so anything
 * that reads Arrow reads it.
 *
 * ```
 * schema message | record batch | record batch | ... | end of stream (8 bytes, only when closed properly)
 * ```
 *
 * Every record batch has the same metadata but for its row count and four values in its custom metadata: `seq` (number of
 * the input), `now` (event-time watermark, epoch ms), `crc32` (of the body: the columns with their padding) and
 * `head_crc32` (of the metadata before its own value). Therefore the metadata is built once and patched. All messages are
 * multiples of 8 bytes long, so columns can be read in place.
 */
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { crc32 } from "node:zlib"
import { FlatBufferWriter, getInt64, type Reference, type Scalar, setInt64 } from "./FlatBuffer.ts"
import { bodyLength, type ColumnType, eachColumn, tickColumns, writeBody } from "./TickColumns.ts"

/** Changes whenever a log of the old form could be misread. */
export const SCHEMA_VERSION = 1

/** The largest batch that is written or believed. */
export const MAX_ROWS = 1_048_576

const CONTINUATION = 0xffff_ffff
const PREFIX = 8
const VERSION_5 = 4
const HEADER_SCHEMA = 1
const HEADER_RECORD_BATCH = 3
const TYPE_INT = 2
const TYPE_FLOAT = 3
const PRECISION_DOUBLE = 2

const keyValue = (key: string, value: string, mark?: (position: number) => void): Reference => (out) =>
  out.table([(inner) => inner.string(key), (inner) => inner.string(value, mark)])

const int = (width: Scalar["width"], value: number): Scalar => ({ width, value })

const fieldType = (type: ColumnType): readonly [Scalar, Reference] =>
  type === "float64"
    ? [int(1, TYPE_FLOAT), (out) => out.table([int(2, PRECISION_DOUBLE)])]
    : [int(1, TYPE_INT), (out) => out.table([int(4, 32), int(1, type === "int32" ? 1 : 0)])]

const message = (kind: number, header: Reference, body: Scalar, metadata?: Reference): Uint8Array =>
  FlatBufferWriter.build((out) => out.table([int(2, VERSION_5), int(1, kind), header, body, metadata]))

const framed = (metadata: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(PREFIX + metadata.byteLength)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, CONTINUATION, true)
  view.setUint32(4, metadata.byteLength, true)
  bytes.set(metadata, PREFIX)
  return bytes
}

const UNITS =
  "eventTime, receiveTime: ms since the Unix epoch (UTC); price, bid, ask: paise; volume: cumulative quantity " +
  "of the day; 0 where the feed gave nothing; instrument: row of instruments.json"

/** What every segment starts with. */
export const schemaMessage: Uint8Array = framed(message(
  HEADER_SCHEMA,
  (out) =>
    out.table([
      undefined,
      (fields) =>
        fields.tables(tickColumns.map(({ name, type }) => (field) => {
          const [tag, definition] = fieldType(type)
          return field.table([
            (inner) => inner.string(name),
            undefined,
            tag,
            definition,
            undefined,
            (inner) => inner.tables([])
          ])
        })),
      (metadata) =>
        metadata.tables([keyValue("keepgaining.tick-log", String(SCHEMA_VERSION)), keyValue("units", UNITS)])
    ]),
  int(8, 0)
))

/** What a segment that was closed ends with. */
export const endOfStream: Uint8Array = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])

const SEQ_WIDTH = 16
/** The longest text of a double is 24 characters. */
const NOW_WIDTH = 24
const CRC_WIDTH = 8

const at = { body: 0, rows: 0, nodes: 0, buffers: 0, seq: 0, now: 0, crc: 0, head: 0 }

/** Metadata of a record batch with everything that varies left zero, and, in `at`, where to put it. */
const template: Uint8Array = framed(message(
  HEADER_RECORD_BATCH,
  (out) =>
    out.table([
      { width: 8, value: 0, mark: (position) => (at.rows = PREFIX + position) },
      (inner) => inner.pairs(tickColumns.length, (position) => (at.nodes = PREFIX + position)),
      (inner) => inner.pairs(2 * tickColumns.length, (position) => (at.buffers = PREFIX + position))
    ]),
  { width: 8, value: 0, mark: (position) => (at.body = PREFIX + position) },
  (out) =>
    out.tables([
      keyValue("seq", "0".repeat(SEQ_WIDTH), (position) => (at.seq = PREFIX + position)),
      keyValue("now", " ".repeat(NOW_WIDTH), (position) => (at.now = PREFIX + position)),
      keyValue("crc32", "0".repeat(CRC_WIDTH), (position) => (at.crc = PREFIX + position)),
      // Its value stays the last thing written, so that one checksum covers everything before it.
      keyValue("head_crc32", "0".repeat(CRC_WIDTH), (position) => (at.head = PREFIX + position))
    ])
))

/** Bytes before the body of every record batch. */
export const BATCH_HEAD = template.byteLength

/** Bytes that a batch of so many rows takes in a segment. */
export const encodedLength = (rows: number): number => BATCH_HEAD + bodyLength(rows)

const putText = (into: Uint8Array, position: number, text: string): void => {
  for (let n = 0; n < text.length; n++) into[position + n] = text.charCodeAt(n)
}

const hex = (checksum: number): string => checksum.toString(16).padStart(CRC_WIDTH, "0")

const textAt = (bytes: Uint8Array, position: number, width: number): string => {
  let text = ""
  for (let n = 0; n < width; n++) text += String.fromCharCode(bytes[position + n] ?? 0)
  return text
}

/** Writes the record batch at `position` of `into`, which must have {@link encodedLength} bytes there; answers its end. */
export const encodeBatch = (batch: TickBatch, sequence: number, into: Uint8Array, position: number): number => {
  const rows = batch.length
  const body = bodyLength(rows)
  const view = new DataView(into.buffer, into.byteOffset + position, BATCH_HEAD)
  into.set(template, position)
  setInt64(view, at.body, body)
  setInt64(view, at.rows, rows)
  eachColumn(rows, (n, offset, length) => {
    setInt64(view, at.nodes + 16 * n, rows)
    // Two buffers a column: no validity bitmap, because nothing is null, and the data.
    setInt64(view, at.buffers + 32 * n, offset)
    setInt64(view, at.buffers + 32 * n + 16, offset)
    setInt64(view, at.buffers + 32 * n + 24, length)
  })
  const start = position + BATCH_HEAD
  writeBody(batch, into, start)
  putText(into, position + at.seq, String(sequence).padStart(SEQ_WIDTH, "0"))
  putText(into, position + at.now, String(batch.now).padEnd(NOW_WIDTH, " "))
  putText(into, position + at.crc, hex(crc32(into.subarray(start, start + body))))
  putText(into, position + at.head, hex(crc32(into.subarray(position, position + at.head))))
  return start + body
}

/** The head of a record batch, decoded and checked. */
export interface BatchHead {
  readonly rows: number
  readonly bodyLength: number
  readonly sequence: number
  readonly now: number
  readonly crc: number
}

/** `"end"` for the end-of-stream mark, `"short"` when bytes are missing, or a text that says what is wrong. */
export type HeadProblem = "end" | "short" | { readonly what: string }

const bad = (what: string): HeadProblem => ({ what })

/** Reads the head of the message at `position`, where `available` bytes follow. Never throws. */
export const decodeHead = (bytes: Uint8Array, position: number, available: number): BatchHead | HeadProblem => {
  if (available < PREFIX) return "short"
  const view = new DataView(bytes.buffer, bytes.byteOffset + position, Math.min(available, BATCH_HEAD))
  if (view.getUint32(0, true) !== CONTINUATION) return bad("no Arrow message starts here")
  const length = view.getUint32(4, true)
  if (length === 0) return "end"
  if (length !== BATCH_HEAD - PREFIX) return bad(`metadata of ${length} bytes, not ${BATCH_HEAD - PREFIX}`)
  if (available < BATCH_HEAD) return "short"
  const checksum = crc32(bytes.subarray(position, position + at.head))
  if (textAt(bytes, position + at.head, CRC_WIDTH) !== hex(checksum)) return bad("the metadata's checksum is wrong")
  const rows = getInt64(view, at.rows)
  const body = getInt64(view, at.body)
  if (!(rows >= 0 && rows <= MAX_ROWS) || body !== bodyLength(rows)) return bad(`impossible size of ${rows} rows`)
  const sequence = Number(textAt(bytes, position + at.seq, SEQ_WIDTH))
  const now = Number(textAt(bytes, position + at.now, NOW_WIDTH))
  if (!Number.isSafeInteger(sequence) || Number.isNaN(now)) return bad("seq or now is not a number")
  return {
    rows,
    bodyLength: body,
    sequence,
    now,
    crc: Number.parseInt(textAt(bytes, position + at.crc, CRC_WIDTH), 16)
  }
}

/** Whether the body is what was written. */
export const bodyIsGood = (bytes: Uint8Array, position: number, head: BatchHead): boolean =>
  crc32(bytes.subarray(position, position + head.bodyLength)) === head.crc
