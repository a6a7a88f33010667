/**
 * Blocks by month that were read lately, packed as they are stored: unpacking one costs no more than copying its candles
 * would, and five times as many fit. It never says that a block is still the same; who reads asks SQL for that.
 */
export interface CachedMonth {
  /** Changes whenever the block does. */
  readonly version: string
  readonly candles: number
  /** Verified by its checksum. */
  readonly words: Uint32Array
}

export type CachedMonths = ReadonlyMap<number, CachedMonth>

const none: CachedMonths = new Map()

const bytesOf = (months: CachedMonths): number => {
  let bytes = 0
  for (const { words } of months.values()) bytes += words.byteLength
  return bytes
}

export class MonthCache {
  readonly #most: number
  /** By instrument; the one that was put last comes last. */
  readonly #instruments = new Map<number, CachedMonths>()
  #bytes = 0

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes
  }

  /** By month. It stays as it is, whatever is put later. */
  of(instrument: number): CachedMonths {
    return this.#instruments.get(instrument) ?? none
  }

  /** In place of the instrument's months; the instruments that were put longest ago make room. */
  put(instrument: number, months: CachedMonths): void {
    this.#drop(instrument)
    const bytes = bytesOf(months)
    if (bytes > this.#most) return
    this.#instruments.set(instrument, months)
    this.#bytes += bytes
    for (const oldest of this.#instruments.keys()) {
      if (this.#bytes <= this.#most) break
      this.#drop(oldest)
    }
  }

  #drop(instrument: number): void {
    this.#bytes -= bytesOf(this.of(instrument))
    this.#instruments.delete(instrument)
  }
}
