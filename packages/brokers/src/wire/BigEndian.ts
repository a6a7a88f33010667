/**
 * Big-endian integers of a frame (Kite, Fyers HSM), read byte by byte: a DataView would be an object a frame.
 * Callers check the length first.
 */

// Every offset below lies within the frame because the caller checked it, so no read can miss.

export const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! << 8 | bytes[at + 1]!

export const i32 = (bytes: Uint8Array, at: number): number =>
  bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!

export const u32 = (bytes: Uint8Array, at: number): number => i32(bytes, at) >>> 0
