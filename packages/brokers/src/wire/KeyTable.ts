/**
 * Instruments by the bytes of a broker's key, and back. Frames carry keys as text; looking the bytes up where they are
 * saves a string a tick. Open addressing, FNV-1a.
 */
const INITIAL_SLOTS = 64

export class KeyTable {
  #slots = new Int32Array(INITIAL_SLOTS).fill(-1)
  readonly #keys: Array<Uint8Array> = []
  readonly #instruments: Array<number> = []
  readonly #byInstrument = new Map<number, string>()

  /** Of `key` to instrument index; masters are renumbered, so the last instrument of a key counts. */
  static from(entries: Iterable<readonly [key: string, instrument: number]>): KeyTable {
    const table = new KeyTable()
    for (const [key, instrument] of entries) table.add(key, instrument)
    return table
  }

  get size(): number {
    return this.#keys.length
  }

  add(key: string, instrument: number): void {
    const bytes = new TextEncoder().encode(key)
    if (!this.#byInstrument.has(instrument)) this.#byInstrument.set(instrument, key)
    const known = this.#entryOf(bytes, 0, bytes.length)
    if (known !== -1) {
      this.#instruments[known] = instrument
      return
    }
    if ((this.#keys.length + 1) * 2 > this.#slots.length) this.#grow()
    this.#keys.push(bytes)
    this.#instruments.push(instrument)
    this.#place(this.#keys.length - 1)
  }

  /** The instrument of the key in `bytes` from `start` to before `end`; -1 when there is none. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const entry = this.#entryOf(bytes, start, end)
    // Entries are within their arrays.
    return entry === -1 ? -1 : this.#instruments[entry]!
  }

  #entryOf(bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1
    let slot = hash(bytes, start, end) & mask
    // The table is never full, so an empty slot ends every search; slots and key numbers are within their arrays.
    for (;;) {
      const entry = this.#slots[slot]!
      if (entry === -1) return -1
      if (same(this.#keys[entry]!, bytes, start, end)) return entry
      slot = (slot + 1) & mask
    }
  }

  keyOf(instrument: number): string | undefined {
    return this.#byInstrument.get(instrument)
  }

  #place(entry: number): void {
    const key = this.#keys[entry]!
    const mask = this.#slots.length - 1
    let slot = hash(key, 0, key.length) & mask
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask
    this.#slots[slot] = entry
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1)
    for (let entry = 0; entry < this.#keys.length; entry++) this.#place(entry)
  }
}

const hash = (bytes: Uint8Array, start: number, end: number): number => {
  let value = 0x811c9dc5
  for (let i = start; i < end; i++) value = Math.imul(value ^ bytes[i]!, 0x01000193)
  return value ^ value >>> 15
}

const same = (key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean => {
  if (key.length !== end - start) return false
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false
  return true
}
