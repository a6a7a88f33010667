/**
 * What a broker's frame decodes into: a {@link TickBatch}, and beside each of its rows what only some modes give.
 * Columns are reused from frame to frame; they double when a frame holds more rows than ever before.
 *
 * Prices are whole paise. A feed that gives rupees, or finer units than a paisa (currencies: 1e-7 or 1e-4 rupees), is
 * rounded to the nearest paisa, halves up.
 */
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { DayColumns } from "./DayColumns.ts"
import { type DecodeCounters, MAX_CLOCK_LEAD_MS } from "./DecodeCounters.ts"
import { DepthColumns } from "./DepthColumns.ts"
import { GreekColumns } from "./GreekColumns.ts"

export class FeedBatch {
  ticks: TickBatch
  /** The broker's mode that the row came in, in the broker's own numbers (`KiteMode`, `UpstoxMode`, ...). */
  mode: Uint8Array
  day: DayColumns
  depth: DepthColumns
  greeks: GreekColumns
  /** One cell: when the frame that is being read was received. */
  readonly #clock = new Float64Array(1)

  /** `levels`: how many levels of depth to keep a side; deeper ones are not stored. */
  constructor(capacity: number, levels = 5) {
    this.ticks = new TickBatch(capacity)
    this.mode = new Uint8Array(capacity)
    this.day = new DayColumns(capacity)
    this.depth = new DepthColumns(capacity, levels)
    this.greeks = new GreekColumns(capacity)
  }

  get length(): number {
    return this.ticks.length
  }

  /** When the frame that is being read was received, epoch ms. */
  set receivedAt(instant: number) {
    this.#clock[0] = instant
  }

  /** Ready for the next frame. Event time stays where it is: it never goes back. */
  clear(): void {
    this.ticks.length = 0
  }

  /** The next row, with every optional column at "not given". It counts only once {@link commit} is called. */
  open(): number {
    if (this.ticks.length === this.ticks.capacity) this.#grow()
    const row = this.ticks.length
    const { ticks } = this
    ticks.eventTime[row] = 0
    ticks.price[row] = 0
    ticks.lastQuantity[row] = 0
    ticks.volume[row] = 0
    ticks.openInterest[row] = 0
    ticks.bid[row] = 0
    ticks.ask[row] = 0
    ticks.bidQuantity[row] = 0
    ticks.askQuantity[row] = 0
    this.mode[row] = 0
    this.day.reset(row)
    this.depth.reset(row)
    this.greeks.reset(row)
    return row
  }

  /**
   * Makes the opened row count, received at {@link receivedAt}, and answers whether it does: a row without a price above 0 is
   * none, for a feed leaves out what it does not know or what has not changed. Its event time is the feed's own when the decoder put that
   * in the column, or the receive time when it put none or one that cannot be. Numbers of this size are boxed when they
   * are passed from function to function, which is why they go by way of arrays.
   */
  commit(instrument: number, counters: DecodeCounters): boolean {
    const { ticks } = this
    const row = ticks.length
    // The clock has its one cell, and the opened row is within its columns.
    if (ticks.price[row]! <= 0) {
      counters.withoutPrice++
      return false
    }
    const receivedAt = this.#clock[0]!
    let eventTime = ticks.eventTime[row]!
    if (!(eventTime > 0)) eventTime = receivedAt
    else if (eventTime > receivedAt + MAX_CLOCK_LEAD_MS) {
      counters.futureTimes++
      eventTime = receivedAt
    }
    ticks.instrument[row] = instrument
    ticks.eventTime[row] = eventTime
    ticks.receiveTime[row] = receivedAt
    ticks.length = row + 1
    if (eventTime > ticks.now) ticks.now = eventTime
    counters.rows++
    return true
  }

  /** Best bid and ask of the row from its first level of depth. */
  touchFromDepth(row: number): void {
    const { depth, ticks } = this
    const at = row * depth.levels
    // A row of depth begins within its columns whatever its number of levels.
    if (depth.bids[row]! > 0) {
      ticks.bid[row] = depth.bidPrice[at]!
      ticks.bidQuantity[row] = depth.bidQuantity[at]!
    }
    if (depth.asks[row]! > 0) {
      ticks.ask[row] = depth.askPrice[at]!
      ticks.askQuantity[row] = depth.askQuantity[at]!
    }
  }

  #grow(): void {
    const wider = new FeedBatch(Math.max(16, this.ticks.capacity * 2), this.depth.levels)
    copyAll(tickColumns(this.ticks), tickColumns(wider.ticks))
    copyAll(this.day.columns, wider.day.columns)
    copyAll(this.depth.columns, wider.depth.columns)
    copyAll(this.greeks.columns, wider.greeks.columns)
    wider.mode.set(this.mode)
    wider.ticks.length = this.ticks.length
    wider.ticks.now = this.ticks.now
    this.ticks = wider.ticks
    this.mode = wider.mode
    this.day = wider.day
    this.depth = wider.depth
    this.greeks = wider.greeks
  }
}

type Column = Int32Array | Uint32Array | Float64Array | Uint8Array | Uint16Array

const tickColumns = (ticks: TickBatch): ReadonlyArray<Column> => [
  ticks.instrument,
  ticks.eventTime,
  ticks.receiveTime,
  ticks.price,
  ticks.lastQuantity,
  ticks.volume,
  ticks.openInterest,
  ticks.bid,
  ticks.ask,
  ticks.bidQuantity,
  ticks.askQuantity
]

const copyAll = (from: ReadonlyArray<Column>, to: ReadonlyArray<Column>): void => {
  // Both lists name the same columns in the same order.
  for (let i = 0; i < from.length; i++) to[i]!.set(from[i]!)
}
