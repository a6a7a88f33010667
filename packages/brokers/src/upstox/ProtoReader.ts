/**
 * Reads protobuf from bytes, without an object a message. It never throws: what does not fit sets {@link failed} and
 * moves to the end, so that loops over fields stop; the caller looks at `failed` when it has read a message.
 */
import { f64Into } from "../wire/LittleEndian.ts"

const TWO_28 = 268_435_456
const TWO_56 = TWO_28 * TWO_28

export class ProtoReader {
  bytes: Uint8Array = new Uint8Array(0)
  position = 0
  failed = false
  readonly #number = new Float64Array(1)

  reset(bytes: Uint8Array): void {
    this.bytes = bytes
    this.position = 0
    this.failed = false
  }

  /** A varint as a number: exact up to 2^53 and for negative numbers of that size. */
  varint(end: number): number {
    const { bytes } = this
    let value = 0
    let at = this.position
    // Up to four bytes it is a small integer, which is returned without a box; reads below `end` are within the bytes.
    for (let shift = 0; shift < 28 && at < end; shift += 7) {
      const byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.position = at
        return value
      }
    }
    this.varintInto(this.#number, 0, end)
    return this.#number[0]!
  }

  /** A varint straight into a column: a large one returned from here would be boxed. */
  varintInto(column: Float64Array, row: number, end: number): void {
    const { bytes } = this
    let low = 0
    let middle = 0
    let at = this.position
    // Reads below `end`, which is within the bytes.
    for (let i = 0; i < 8; i++) {
      if (at >= end) {
        column[row] = this.fail(end)
        return
      }
      const byte = bytes[at++]!
      if (i < 4) low |= (byte & 0x7f) << 7 * i
      else middle |= (byte & 0x7f) << 7 * (i - 4)
      if (byte < 0x80) {
        this.position = at
        column[row] = low + middle * TWO_28
        return
      }
    }
    // The ninth byte holds bits 56 to 62. The tenth holds bit 63: the number is negative, in two's complement.
    const ninth = at < end ? bytes[at++]! : 0xff
    const tenth = ninth < 0x80 ? 0 : at < end ? bytes[at++]! : 0xff
    const high = ninth & 0x7f
    if (tenth > 1) {
      column[row] = this.fail(end)
      return
    }
    this.position = at
    column[row] = tenth === 0
      ? low + middle * TWO_28 + high * TWO_56
      : -((TWO_28 - 1 - low) + (TWO_28 - 1 - middle) * TWO_28 + (127 - high) * TWO_56 + 1)
  }

  /** A double straight into a column: returned from here it would be boxed. */
  doubleInto(column: Float64Array, row: number, end: number): void {
    const at = this.position
    if (at + 8 > end) {
      this.fail(end)
      return
    }
    this.position = at + 8
    f64Into(column, row, this.bytes, at)
  }

  /** Where the length-delimited field that begins here ends; the position is then at its content. */
  limit(end: number): number {
    const length = this.varint(end)
    if (this.failed) return end
    const limit = this.position + length
    if (length < 0 || limit > end) {
      this.fail(end)
      return end
    }
    return limit
  }

  /** Steps over the content of a field that we do not read. */
  skip(tag: number, end: number): void {
    if (tag < 8) {
      this.fail(end)
      return
    }
    switch (tag & 7) {
      case 0:
        this.varintInto(this.#number, 0, end)
        break
      case 1:
        this.#advance(8, end)
        break
      case 2:
        this.position = this.limit(end)
        break
      case 5:
        this.#advance(4, end)
        break
      default:
        this.fail(end)
    }
  }

  fail(end: number): number {
    this.failed = true
    this.position = end
    return 0
  }

  #advance(bytes: number, end: number): void {
    if (this.position + bytes > end) this.fail(end)
    else this.position += bytes
  }
}
