/**
 * The latest quote of every instrument, as columns. The kernel writes it row by row; readers (conflated streams, the
 * portfolio's valuation) look at it whenever they like and compare {@link QuoteBoard.changes} with what they saw last.
 */
import type { DeskQuote } from "@keepgaining/core/desk/DeskState.ts"
import { type Paise, paise } from "@keepgaining/core/market/Money.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"

export class QuoteBoard {
  size: number
  /** How often the instrument changed; 0 = never quoted. */
  changes: Uint32Array
  /** Event time of the latest tick, epoch ms. */
  time: Float64Array
  last: Int32Array
  /** Close of the previous session; 0 when unknown. */
  previousClose: Int32Array
  /** Of the day so far. */
  open: Int32Array
  high: Int32Array
  low: Int32Array
  volume: Float64Array
  openInterest: Float64Array
  bid: Int32Array
  ask: Int32Array
  bidQuantity: Int32Array
  askQuantity: Int32Array

  constructor(size: number) {
    this.size = size
    this.changes = new Uint32Array(size)
    this.time = new Float64Array(size)
    this.last = new Int32Array(size)
    this.previousClose = new Int32Array(size)
    this.open = new Int32Array(size)
    this.high = new Int32Array(size)
    this.low = new Int32Array(size)
    this.volume = new Float64Array(size)
    this.openInterest = new Float64Array(size)
    this.bid = new Int32Array(size)
    this.ask = new Int32Array(size)
    this.bidQuantity = new Int32Array(size)
    this.askQuantity = new Int32Array(size)
  }

  update(batch: TickBatch, row: number): void {
    // Every column of a batch has at least `length` entries; the caller only passes rows of it.
    const i = batch.instrument[row]!
    const price = batch.price[row]!
    if (this.changes[i] === 0) {
      this.open[i] = price
      this.high[i] = price
      this.low[i] = price
    } else {
      if (price > this.high[i]!) this.high[i] = price
      if (price < this.low[i]!) this.low[i] = price
    }
    this.changes[i]! += 1
    this.time[i] = batch.eventTime[row]!
    this.last[i] = price
    this.volume[i] = batch.volume[row]!
    this.openInterest[i] = batch.openInterest[row]!
    this.bid[i] = batch.bid[row]!
    this.ask[i] = batch.ask[row]!
    this.bidQuantity[i] = batch.bidQuantity[row]!
    this.askQuantity[i] = batch.askQuantity[row]!
  }

  /** The instrument's latest quote; `undefined` until it had a tick today. */
  quote(i: number): DeskQuote | undefined {
    // `i` is an index of the session's instrument table, so no column read can miss.
    if (this.changes[i] === 0) return undefined
    return { price: paise(this.last[i]!), bid: paise(this.bid[i]!), ask: paise(this.ask[i]!), time: this.time[i]! }
  }

  /** Of today or of an earlier day; `undefined` when the instrument never had a tick. */
  lastPrice(i: number): Paise | undefined {
    // As above.
    const price = this.last[i]!
    return price === 0 ? undefined : paise(price)
  }

  /** Starts a new day: yesterday's last price becomes the previous close. */
  rollDay(): void {
    for (let i = 0; i < this.size; i++) {
      if (this.changes[i] === 0) continue
      this.previousClose[i] = this.last[i]!
      this.changes[i] = 0
    }
  }
}
