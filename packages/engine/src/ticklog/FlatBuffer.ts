/**
 * Writes a FlatBuffer from front to back: just what Arrow's IPC messages need (tables, strings, vectors of tables and of
 * 64-bit structs). Marks tell where a value lies, so that a message can be built once and patched from then on.
 */

/** A field stored in the table itself; `mark` reports where. */
export interface Scalar {
  readonly width: 1 | 2 | 4 | 8
  readonly value: number
  readonly mark?: (position: number) => void
}

/** A field stored behind the table; answers the position of what it wrote. */
export type Reference = (out: FlatBufferWriter) => number

const SOFFSET = 4

export class FlatBufferWriter {
  readonly #bytes = new Uint8Array(1 << 16)
  readonly #view = new DataView(this.#bytes.buffer)
  #end = 4

  /** The finished buffer of the given root table, padded to a multiple of 8 bytes. */
  static build(root: Reference): Uint8Array {
    const out = new FlatBufferWriter()
    out.#view.setUint32(0, root(out), true)
    out.#align(8)
    return out.#bytes.slice(0, out.#end)
  }

  /** Fields by their id in the Arrow schema; `undefined` leaves a field at its default. */
  table(fields: ReadonlyArray<Scalar | Reference | undefined>): number {
    const vtableSize = 4 + 2 * fields.length
    this.#end += vtableSize
    // Fields start 4 bytes into the table and must be 8-aligned there, because the widest come first.
    while (this.#end % 8 !== 4) this.#end++
    const table = this.#end
    const vtable = table - vtableSize
    const offsets = layOut(fields)
    this.#end += offsets.size
    this.#view.setUint16(vtable, vtableSize, true)
    this.#view.setUint16(vtable + 2, offsets.size, true)
    this.#view.setInt32(table, table - vtable, true)
    fields.forEach((field, id) => {
      const offset = offsets.of.get(id) ?? 0
      this.#view.setUint16(vtable + 4 + 2 * id, offset, true)
      if (field === undefined || typeof field === "function") return
      this.#scalar(table + offset, field)
    })
    fields.forEach((field, id) => {
      if (typeof field === "function") this.#reference(table + (offsets.of.get(id) ?? 0), field)
    })
    return table
  }

  string(text: string, mark?: (position: number) => void): number {
    const bytes = new TextEncoder().encode(text)
    this.#align(4)
    const at = this.#end
    this.#view.setUint32(at, bytes.length, true)
    this.#bytes.set(bytes, at + 4)
    mark?.(at + 4)
    this.#end = at + 4 + bytes.length + 1
    return at
  }

  tables(items: ReadonlyArray<Reference>): number {
    this.#align(4)
    const at = this.#end
    this.#view.setUint32(at, items.length, true)
    this.#end = at + 4 + 4 * items.length
    items.forEach((item, n) => this.#reference(at + 4 + 4 * n, item))
    return at
  }

  /** A vector of `count` structs of two 64-bit integers, all zero; `mark` tells where the first one starts. */
  pairs(count: number, mark: (position: number) => void): number {
    while (this.#end % 8 !== 4) this.#end++
    const at = this.#end
    this.#view.setUint32(at, count, true)
    mark(at + 4)
    this.#end = at + 4 + 16 * count
    return at
  }

  #reference(field: number, write: Reference): void {
    this.#view.setUint32(field, write(this) - field, true)
  }

  #scalar(at: number, { mark, value, width }: Scalar): void {
    if (width === 1) this.#view.setUint8(at, value)
    else if (width === 2) this.#view.setInt16(at, value, true)
    else if (width === 4) this.#view.setInt32(at, value, true)
    else setInt64(this.#view, at, value)
    mark?.(at)
  }

  #align(to: number): void {
    while (this.#end % to !== 0) this.#end++
  }
}

/** Offsets from the start of the table, widest fields first, so that each is aligned to its width. */
const layOut = (fields: ReadonlyArray<Scalar | Reference | undefined>) => {
  const of = new Map<number, number>()
  let size = SOFFSET
  for (const width of [8, 4, 2, 1]) {
    fields.forEach((field, id) => {
      if (field === undefined || (typeof field === "function" ? 4 : field.width) !== width) return
      of.set(id, size)
      size += width
    })
  }
  return { of, size }
}

const TWO_32 = 4_294_967_296

/** Writes a non-negative safe integer as a little-endian 64-bit integer. */
export const setInt64 = (view: DataView, at: number, value: number): void => {
  view.setUint32(at, value >>> 0, true)
  view.setUint32(at + 4, Math.floor(value / TWO_32), true)
}

/** Reads what {@link setInt64} wrote; `NaN` when it is not a safe integer. */
export const getInt64 = (view: DataView, at: number): number => {
  const value = view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true)
  return Number.isSafeInteger(value) ? value : Number.NaN
}
