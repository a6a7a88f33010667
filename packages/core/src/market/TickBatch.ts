/**
 * What travels: a frame of ticks as a struct of arrays. Feeds decode into it, the log appends it, partitions read rows
 * of it. No object a tick anywhere on the hot path.
 *
 * A batch without rows is a timer: it only carries {@link TickBatch.now} forward.
 */
import { type Paise, paise } from "./Money.ts"

/** Value of a price, quantity or open interest column that the feed did not give. */
export const MISSING = 0

export class TickBatch {
  /** Number of rows in use; columns may be longer. */
  length = 0
  /**
   * Event-time watermark of the whole session after this batch, in epoch ms: at least the largest event time so far.
   * It never goes back from one batch to the next.
   */
  now = 0
  readonly capacity: number
  /** Index into the session's instrument table. */
  readonly instrument: Uint32Array
  /** Exchange or feed time, epoch ms. */
  readonly eventTime: Float64Array
  /** When this engine (or the recorder) received it, epoch ms; equals event time for imported files. */
  readonly receiveTime: Float64Array
  /** Last traded price, paise. */
  readonly price: Int32Array
  /** Quantity of the last trade; {@link MISSING} when not given. */
  readonly lastQuantity: Int32Array
  /** The day's cumulative traded quantity; 0 for an index. */
  readonly volume: Float64Array
  /** Open interest; {@link MISSING} when not given. */
  readonly openInterest: Float64Array
  /** Best bid and ask, paise, and their sizes; {@link MISSING} when not given. */
  readonly bid: Int32Array
  readonly ask: Int32Array
  readonly bidQuantity: Int32Array
  readonly askQuantity: Int32Array

  constructor(capacity: number) {
    this.capacity = capacity
    this.instrument = new Uint32Array(capacity)
    this.eventTime = new Float64Array(capacity)
    this.receiveTime = new Float64Array(capacity)
    this.price = new Int32Array(capacity)
    this.lastQuantity = new Int32Array(capacity)
    this.volume = new Float64Array(capacity)
    this.openInterest = new Float64Array(capacity)
    this.bid = new Int32Array(capacity)
    this.ask = new Int32Array(capacity)
    this.bidQuantity = new Int32Array(capacity)
    this.askQuantity = new Int32Array(capacity)
  }

  /** A batch without rows that carries event time forward. */
  static timer(now: number): TickBatch {
    const batch = new TickBatch(0)
    batch.now = now
    return batch
  }

  static fromTicks(ticks: ReadonlyArray<Tick>): TickBatch {
    const batch = new TickBatch(ticks.length)
    for (const tick of ticks) batch.push(tick)
    return batch
  }

  get isFull(): boolean {
    return this.length === this.capacity
  }

  /** Appends one row; for decoders that have an object anyway. Throws a `RangeError` when the batch is full. */
  push(tick: Tick): void {
    const row = this.length
    if (row === this.capacity) throw new RangeError(`Batch of ${this.capacity} rows is full`)
    this.instrument[row] = tick.instrument
    this.eventTime[row] = tick.eventTime
    this.receiveTime[row] = tick.receiveTime ?? tick.eventTime
    this.price[row] = tick.price
    this.lastQuantity[row] = tick.lastQuantity ?? MISSING
    this.volume[row] = tick.volume
    this.openInterest[row] = tick.openInterest ?? MISSING
    this.bid[row] = tick.bid ?? MISSING
    this.ask[row] = tick.ask ?? MISSING
    this.bidQuantity[row] = tick.bidQuantity ?? MISSING
    this.askQuantity[row] = tick.askQuantity ?? MISSING
    this.length = row + 1
    if (tick.eventTime > this.now) this.now = tick.eventTime
  }

  /** The row as an object; for tests, inspection and export, not for the hot path. */
  tick(row: number): Tick {
    if (row < 0 || row >= this.length) throw new RangeError(`Row ${row} of a batch of ${this.length}`)
    // Every column has `capacity` entries and row < length <= capacity, so none of these reads can miss.
    return {
      instrument: this.instrument[row]!,
      eventTime: this.eventTime[row]!,
      receiveTime: this.receiveTime[row]!,
      price: paise(this.price[row]!),
      lastQuantity: this.lastQuantity[row]!,
      volume: this.volume[row]!,
      openInterest: this.openInterest[row]!,
      bid: paise(this.bid[row]!),
      ask: paise(this.ask[row]!),
      bidQuantity: this.bidQuantity[row]!,
      askQuantity: this.askQuantity[row]!
    }
  }
}

/** One row of a {@link TickBatch}; the meaning and unit of each field is the column's. */
export interface Tick {
  readonly instrument: number
  readonly eventTime: number
  readonly receiveTime?: number
  readonly price: Paise
  readonly volume: number
  readonly lastQuantity?: number
  readonly openInterest?: number
  readonly bid?: Paise
  readonly ask?: Paise
  readonly bidQuantity?: number
  readonly askQuantity?: number
}
