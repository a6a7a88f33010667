/**
 * A table as Parquet (format version 1): plain encoding, one zstd page a column and row group of 131,072 rows. Times are
 * UTC timestamps in ms, prices and averages doubles in rupees, counts 64-bit integers.
 */
import { zstdCompressSync } from "node:zlib"
import type { ColumnKind, ExportColumn, RowBlock, TableEncoder } from "./Table.ts"
import { encodeThrift, i32, i64, list, struct, text, type ThriftValue } from "./Thrift.ts"

const ROW_GROUP = 131_072
const MAGIC = new TextEncoder().encode("PAR1")

const INT64 = 2
const DOUBLE = 5
const BYTE_ARRAY = 6
const UTF8 = 0
const TIMESTAMP_MILLIS = 9
const PLAIN = 0
const RLE = 3
const ZSTD = 6

const physical = (kind: ColumnKind): number =>
  kind === "text" ? BYTE_ARRAY : kind === "price" || kind === "average" || kind === "number" ? DOUBLE : INT64

const schemaElement = ({ kind, name, optional }: ExportColumn): ThriftValue => {
  const converted = kind === "text" ? UTF8 : kind === "time" ? TIMESTAMP_MILLIS : undefined
  return struct(
    [1, i32(physical(kind))],
    [3, i32(optional === true ? 1 : 0)],
    [4, text(name)],
    ...(converted === undefined ? [] : [[6, i32(converted)] as const])
  )
}

const joined = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.byteLength
  }
  return bytes
}

type Cell = number | string

const plain = (kind: ColumnKind, cells: ReadonlyArray<Cell>): Uint8Array => {
  if (kind === "text") {
    const encoder = new TextEncoder()
    return joined(cells.flatMap((cell) => {
      const bytes = encoder.encode(String(cell))
      const length = new Uint8Array(4)
      new DataView(length.buffer).setUint32(0, bytes.length, true)
      return [length, bytes]
    }))
  }
  const bytes = new Uint8Array(cells.length * 8)
  const view = new DataView(bytes.buffer)
  const whole = physical(kind) === INT64
  cells.forEach((cell, n) => {
    if (whole) view.setBigInt64(n * 8, BigInt(Math.round(Number(cell))), true)
    else view.setFloat64(n * 8, kind === "number" ? Number(cell) : Number(cell) / 100, true)
  })
  return bytes
}

/** One bit a row, set where there is a value, as a single bit-packed run behind its length. */
const definitionLevels = (cells: ReadonlyArray<Cell>): Uint8Array => {
  const groups = Math.ceil(cells.length / 8)
  const head: Array<number> = []
  for (let rest = groups * 2 + 1;; rest = Math.floor(rest / 128)) {
    head.push(rest >= 128 ? (rest % 128) + 128 : rest)
    if (rest < 128) break
  }
  const bytes = new Uint8Array(4 + head.length + groups)
  new DataView(bytes.buffer).setUint32(0, head.length + groups, true)
  bytes.set(head, 4)
  const at = 4 + head.length
  cells.forEach((cell, n) => {
    if (cell !== 0) bytes[at + (n >> 3)] = (bytes[at + (n >> 3)] ?? 0) | (1 << (n & 7))
  })
  return bytes
}

export const parquetTable = (columns: ReadonlyArray<ExportColumn>): TableEncoder => {
  let waiting: Array<Array<Cell>> = columns.map(() => [])
  let waitingRows = 0
  let rows = 0
  let offset = 0
  const groups: Array<ThriftValue> = []

  const columnChunk = (column: ExportColumn, cells: ReadonlyArray<Cell>, pieces: Array<Uint8Array>): ThriftValue => {
    const isOptional = column.optional === true
    const present = isOptional ? cells.filter((cell) => cell !== 0) : cells
    const values = plain(column.kind, present)
    const page = isOptional ? joined([definitionLevels(cells), values]) : values
    const compressed = zstdCompressSync(page)
    const header = encodeThrift(struct(
      [1, i32(0)],
      [2, i32(page.byteLength)],
      [3, i32(compressed.byteLength)],
      [5, struct([1, i32(cells.length)], [2, i32(PLAIN)], [3, i32(RLE)], [4, i32(RLE)])]
    ))
    const start = offset
    pieces.push(header, compressed)
    offset += header.byteLength + compressed.byteLength
    return struct(
      [2, i64(start)],
      [
        3,
        struct(
          [1, i32(physical(column.kind))],
          [2, list([i32(PLAIN), i32(RLE)])],
          [3, list([text(column.name)])],
          [4, i32(ZSTD)],
          [5, i64(cells.length)],
          [6, i64(header.byteLength + page.byteLength)],
          [7, i64(offset - start)],
          [9, i64(start)]
        )
      ]
    )
  }

  const rowGroup = (): Uint8Array => {
    if (waitingRows === 0) return new Uint8Array(0)
    const pieces: Array<Uint8Array> = []
    const start = offset
    const chunks = columns.map((column, n) => columnChunk(column, waiting[n] ?? [], pieces))
    groups.push(struct([1, list(chunks)], [2, i64(offset - start)], [3, i64(waitingRows)]))
    rows += waitingRows
    waiting = columns.map(() => [])
    waitingRows = 0
    return joined(pieces)
  }

  const take = ({ length, values }: RowBlock): void => {
    values.forEach((column, n) => {
      const cells = waiting[n]
      for (let row = 0; row < length; row++) cells?.push(column[row] ?? 0)
    })
    waitingRows += length
  }

  return {
    begin: () => {
      offset = MAGIC.byteLength
      return MAGIC
    },
    block: (block) => {
      take(block)
      return waitingRows >= ROW_GROUP ? rowGroup() : new Uint8Array(0)
    },
    end: () => {
      const last = rowGroup()
      const root = struct([4, text("schema")], [5, i32(columns.length)])
      const footer = encodeThrift(struct(
        [1, i32(1)],
        [2, list([root, ...columns.map(schemaElement)])],
        [3, i64(rows)],
        [4, list(groups)],
        [6, text("keepgaining")]
      ))
      const length = new Uint8Array(4)
      new DataView(length.buffer).setUint32(0, footer.byteLength, true)
      return joined([last, footer, length, MAGIC])
    }
  }
}
