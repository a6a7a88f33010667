/**
 * Blocks by month that were read lately, packed as they are stored: unpacking one costs no more than copying its candles
 * would, and five times as many fit. It never says that a block is still the same; who reads asks SQL for that.
 */
export interface CachedMonth {
  /** Changes whenever the block does. */
  readonly version: string
  /** Verified by their checksum, in memory of their own. */
  readonly runs: Uint8Array
}

export type CachedMonths = ReadonlyMap<number, CachedMonth>

const none: CachedMonths = new Map()

const bytesOf = (months: CachedMonths): number => {
  let bytes = 0
  for (const { runs } of months.values()) bytes += runs.byteLength
  return bytes
}

export class MonthCache {
  readonly #most: number
  /** By symbol; the one that was put last comes last. */
  readonly #instruments = new Map<string, CachedMonths>()
  #bytes = 0

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes
  }

  /** By month. It stays as it is, whatever is put later. */
  of(symbol: string): CachedMonths {
    return this.#instruments.get(symbol) ?? none
  }

  /** In place of the instrument's months; the instruments that were put longest ago make room. */
  put(symbol: string, months: CachedMonths): void {
    this.#drop(symbol)
    const bytes = bytesOf(months)
    if (bytes > this.#most) return
    this.#instruments.set(symbol, months)
    this.#bytes += bytes
    for (const oldest of this.#instruments.keys()) {
      if (this.#bytes <= this.#most) break
      this.#drop(oldest)
    }
  }

  #drop(symbol: string): void {
    this.#bytes -= bytesOf(this.of(symbol))
    this.#instruments.delete(symbol)
  }
}
