/** Little-endian numbers of a frame (Angel, protobuf), without an object a frame. Callers check the length first. */

// Every offset below lies within the frame because the caller checked it, so no read can miss.

export const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! | bytes[at + 1]! << 8

export const i32 = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24

export const u32 = (bytes: Uint8Array, at: number): number => i32(bytes, at) >>> 0

/** A 64-bit integer straight into a column: a large one that is returned would be boxed. */
export const i64Into = (column: Float64Array, row: number, bytes: Uint8Array, at: number): void => {
  column[row] = i32(bytes, at + 4) * 4_294_967_296 + u32(bytes, at)
}

/** A 64-bit integer as a number: exact up to 2^53, rounded beyond. */
export const i64 = (bytes: Uint8Array, at: number): number => i32(bytes, at + 4) * 4_294_967_296 + u32(bytes, at)

// One cell, seen as bytes and as a double: the only way to read a double without a DataView. Little-endian hosts only,
// which is every platform that Node runs on but s390x.
const cell = new Float64Array(1)
const cellBytes = new Uint8Array(cell.buffer)

const fillCell = (bytes: Uint8Array, at: number): void => {
  for (let i = 0; i < 8; i++) cellBytes[i] = bytes[at + i]!
}

/** A double straight into a column: one that is returned would be boxed. */
export const f64Into = (column: Float64Array, row: number, bytes: Uint8Array, at: number): void => {
  fillCell(bytes, at)
  column[row] = cell[0]!
}

export const f64 = (bytes: Uint8Array, at: number): number => {
  fillCell(bytes, at)
  return cell[0]!
}
