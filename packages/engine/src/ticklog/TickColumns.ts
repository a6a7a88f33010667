/** The columns of a tick log, in file order: exactly those of a TickBatch, under the same names and in the same units. */
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"

export type ColumnType = "uint32" | "int32" | "float64"

export interface TickColumn {
  readonly name: string
  readonly type: ColumnType
  /** Bytes a value. */
  readonly width: 4 | 8
}

const column = (name: string, type: ColumnType): TickColumn => ({ name, type, width: type === "float64" ? 8 : 4 })

export const tickColumns: ReadonlyArray<TickColumn> = [
  column("instrument", "uint32"),
  column("eventTime", "float64"),
  column("receiveTime", "float64"),
  column("price", "int32"),
  column("lastQuantity", "int32"),
  column("volume", "float64"),
  column("openInterest", "float64"),
  column("bid", "int32"),
  column("ask", "int32"),
  column("bidQuantity", "int32"),
  column("askQuantity", "int32")
]

/** Column data starts at multiples of this, as Arrow wants it. */
export const ALIGNMENT = 8

const padded = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/** Bytes of the body of a record batch of so many rows. */
export const bodyLength = (rows: number): number => {
  let bytes = 0
  for (const { width } of tickColumns) bytes += padded(rows * width)
  return bytes
}

/** Calls `each` with every column's number, byte offset within the body, and byte length without padding. */
export const eachColumn = (rows: number, each: (n: number, offset: number, length: number) => void): void => {
  let offset = 0
  tickColumns.forEach(({ width }, n) => {
    each(n, offset, rows * width)
    offset += padded(rows * width)
  })
}

/** The arrays of a batch in file order. */
export const arraysOf = (batch: TickBatch): ReadonlyArray<Uint32Array | Int32Array | Float64Array> => [
  batch.instrument,
  batch.eventTime,
  batch.receiveTime,
  batch.price,
  batch.lastQuantity,
  batch.volume,
  batch.openInterest,
  batch.bid,
  batch.ask,
  batch.bidQuantity,
  batch.askQuantity
]

/** Copies a batch's rows into a body at `at`; padding is zeroed, so that equal rows give equal bytes. */
export const writeBody = (batch: TickBatch, into: Uint8Array, at: number): void => {
  const arrays = arraysOf(batch)
  eachColumn(batch.length, (n, offset, length) => {
    const array = arrays[n]
    if (array === undefined || length === 0) return
    into.set(new Uint8Array(array.buffer, array.byteOffset, length), at + offset)
    into.fill(0, at + offset + length, at + offset + padded(length))
  })
}

/**
 * A batch whose columns are views into `buffer`, where a body of so many rows starts at `at` (a multiple of 8): nothing
 * is copied, so the batch is good only as long as the buffer is not written to.
 */
export const viewBody = (rows: number, now: number, buffer: ArrayBuffer, at: number): TickBatch => {
  // The class declares its columns readonly for its users; here one is put together around existing memory.
  const batch: { -readonly [K in keyof TickBatch]: TickBatch[K] } = new TickBatch(0)
  const wide = padded(rows * 8)
  const narrow = padded(rows * 4)
  let offset = at
  const take = (bytes: number): number => {
    const start = offset
    offset += bytes
    return start
  }
  batch.length = rows
  batch.capacity = rows
  batch.now = now
  batch.instrument = new Uint32Array(buffer, take(narrow), rows)
  batch.eventTime = new Float64Array(buffer, take(wide), rows)
  batch.receiveTime = new Float64Array(buffer, take(wide), rows)
  batch.price = new Int32Array(buffer, take(narrow), rows)
  batch.lastQuantity = new Int32Array(buffer, take(narrow), rows)
  batch.volume = new Float64Array(buffer, take(wide), rows)
  batch.openInterest = new Float64Array(buffer, take(wide), rows)
  batch.bid = new Int32Array(buffer, take(narrow), rows)
  batch.ask = new Int32Array(buffer, take(narrow), rows)
  batch.bidQuantity = new Int32Array(buffer, take(narrow), rows)
  batch.askQuantity = new Int32Array(buffer, take(narrow), rows)
  return batch
}

/** A batch of its own memory, for one that must outlive its reader's buffer. */
export const copyBatch = (batch: TickBatch): TickBatch => {
  const copy = new TickBatch(batch.length)
  copy.length = batch.length
  copy.now = batch.now
  const targets = arraysOf(copy)
  arraysOf(batch).forEach((array, n) => targets[n]?.set(array.subarray(0, batch.length)))
  return copy
}
