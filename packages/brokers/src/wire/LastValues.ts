import { type TickBatch } from "@keepgaining/core/market/TickBatch.ts"

/**
 * Last price, volume and open interest of each instrument, for packets that carry only a part (depth, "lite"): a row of
 * a batch always has a price and the day's volume, so those come from the packet before.
 */
export class LastValues {
  #price = new Int32Array(1_024)
  #volume = new Float64Array(1_024)
  #openInterest = new Float64Array(1_024)

  /** Remembers the row's values for the instrument. */
  keep(instrument: number, ticks: TickBatch, row: number): void {
    if (instrument >= this.#price.length) this.#grow(instrument)
    // The row is within the batch's columns.
    this.#price[instrument] = ticks.price[row]!
    this.#volume[instrument] = ticks.volume[row]!
    this.#openInterest[instrument] = ticks.openInterest[row]!
  }

  /** Gives the row volume and open interest of the instrument. */
  restoreTotals(instrument: number, ticks: TickBatch, row: number): void {
    ticks.volume[row] = this.#volume[instrument] ?? 0
    ticks.openInterest[row] = this.#openInterest[instrument] ?? 0
  }

  /** Paise; 0 when none was seen. */
  price(instrument: number): number {
    return this.#price[instrument] ?? 0
  }

  #grow(instrument: number): void {
    const size = Math.max(this.#price.length * 2, instrument + 1)
    const price = new Int32Array(size)
    price.set(this.#price)
    this.#price = price
    const volume = new Float64Array(size)
    volume.set(this.#volume)
    this.#volume = volume
    const openInterest = new Float64Array(size)
    openInterest.set(this.#openInterest)
    this.#openInterest = openInterest
  }
}
