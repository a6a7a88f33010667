/**
 * Gathers the rows that brokers' sockets bring until the session takes them as one batch. Bounded: when the session is far
 * behind, an instrument's older waiting rows give way to its newest, and what was shed is counted.
 *
 * The watermark follows the feed's own times; in silence it follows the clock at a distance, so that candles close and
 * timers fire. The distance covers what the exchange's clock, or the way from it, is behind ours.
 */
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"

const MOST_ROWS = 65_536
/** The watermark stays so far behind the clock while nothing comes, ms. */
export const GRACE_MS = 2_000
/** How fast an estimate of the feed's delay is forgotten, ms a row. */
const FORGET_MS = 0.05

export class TickCollector {
  #rows = new TickBatch(4_096)
  #watermark = 0
  /** Least delay between a row's own time and its arrival, of late, ms. */
  #lag = 0
  #hasLag = false
  shed = 0

  get length(): number {
    return this.#rows.length
  }

  /** Row `row` of a decoder's batch; `instrument` must be one of the session's. */
  add(ticks: TickBatch, row: number): void {
    if (this.#rows.isFull) this.#makeRoom()
    const rows = this.#rows
    const at = rows.length
    // The row is within the batch, and room was made for another one here.
    rows.instrument[at] = ticks.instrument[row]!
    rows.eventTime[at] = ticks.eventTime[row]!
    rows.receiveTime[at] = ticks.receiveTime[row]!
    rows.price[at] = ticks.price[row]!
    rows.lastQuantity[at] = ticks.lastQuantity[row]!
    rows.volume[at] = ticks.volume[row]!
    rows.openInterest[at] = ticks.openInterest[row]!
    rows.bid[at] = ticks.bid[row]!
    rows.ask[at] = ticks.ask[row]!
    rows.bidQuantity[at] = ticks.bidQuantity[row]!
    rows.askQuantity[at] = ticks.askQuantity[row]!
    rows.length = at + 1
    const delay = rows.receiveTime[at]! - rows.eventTime[at]!
    this.#lag = this.#hasLag ? Math.min(this.#lag + FORGET_MS, Math.max(0, delay)) : Math.max(0, delay)
    this.#hasLag = true
  }

  /** What has come, as a batch of its own; `now` is the clock. */
  take(now: number): TickBatch {
    const { length } = this.#rows
    const batch = new TickBatch(length)
    let watermark = this.#watermark
    copyRows(this.#rows, batch)
    for (let row = 0; row < length; row++) {
      const time = batch.eventTime[row]!
      if (time > watermark) watermark = time
    }
    this.#watermark = Math.max(watermark, Math.floor(now - this.#lag - GRACE_MS))
    batch.now = this.#watermark
    this.#rows.length = 0
    return batch
  }

  /** The watermark never goes back, also not behind what was recorded before. */
  startAt(watermark: number): void {
    this.#watermark = Math.max(this.#watermark, watermark)
  }

  #makeRoom(): void {
    const old = this.#rows
    if (old.capacity < MOST_ROWS) {
      const wider = new TickBatch(old.capacity * 2)
      copyRows(old, wider)
      this.#rows = wider
      return
    }
    const last = new Map<number, number>()
    for (let row = 0; row < old.length; row++) last.set(old.instrument[row]!, row)
    const kept = new TickBatch(old.capacity)
    for (const row of [...last.values()].sort((a, b) => a - b)) kept.push(old.tick(row))
    this.shed += old.length - kept.length
    this.#rows = kept
  }
}

const copyRows = (from: TickBatch, to: TickBatch): void => {
  const { length } = from
  to.length = length
  to.instrument.set(from.instrument.subarray(0, length))
  to.eventTime.set(from.eventTime.subarray(0, length))
  to.receiveTime.set(from.receiveTime.subarray(0, length))
  to.price.set(from.price.subarray(0, length))
  to.lastQuantity.set(from.lastQuantity.subarray(0, length))
  to.volume.set(from.volume.subarray(0, length))
  to.openInterest.set(from.openInterest.subarray(0, length))
  to.bid.set(from.bid.subarray(0, length))
  to.ask.set(from.ask.subarray(0, length))
  to.bidQuantity.set(from.bidQuantity.subarray(0, length))
  to.askQuantity.set(from.askQuantity.subarray(0, length))
}
