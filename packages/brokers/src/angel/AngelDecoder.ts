/**
 * Binary frames of Angel's SmartStream 2.0, little-endian, one packet each. Keys are those of `angelKey`.
 *
 * The last price of the LTP mode is read as 32 bits: SmartAPI's documents disagree on 32 or 64, and the lower half is
 * right either way. An LTP packet takes volume and open interest from the instrument's packet before; a depth-20 packet
 * its price too.
 */
import { DecodeCounters } from "../wire/DecodeCounters.ts"
import { type FeedBatch } from "../wire/FeedBatch.ts"
import { type KeyTable } from "../wire/KeyTable.ts"
import { LastValues } from "../wire/LastValues.ts"
import { f64, i32, i64, i64Into, u16 } from "../wire/LittleEndian.ts"
import { MalformedFrame } from "../wire/MalformedFrame.ts"
import { isPrice, quantity } from "../wire/quantity.ts"
import { AngelMode, DEPTH_20_BYTES, LTP_BYTES, QUOTE_BYTES, SNAP_QUOTE_BYTES, unitsInPaisa } from "./AngelMode.ts"

const TOKEN_OFFSET = 2
const TOKEN_BYTES = 25
const BEST_FIVE_OFFSET = 147
const BEST_FIVE_BYTES = 20
const DEPTH_BUY_OFFSET = 43
const DEPTH_SELL_OFFSET = 243
const DEPTH_LEVEL_BYTES = 10
const BUY = 1

export class AngelDecoder {
  readonly counters = new DecodeCounters()
  readonly #keys: KeyTable
  readonly #last = new LastValues()
  #bad = false

  constructor(keys: KeyTable) {
    this.#keys = keys
  }

  /** Appends the frame's packet to `into`; `receivedAt` in epoch ms. Answers why, when the frame was dropped. */
  decode(frame: Uint8Array, receivedAt: number, into: FeedBatch): MalformedFrame | undefined {
    const { counters } = this
    counters.frames++
    into.receivedAt = receivedAt
    const mode = frame[0]
    const exchangeType = frame[1]
    if (mode === undefined || exchangeType === undefined) return this.#drop(frame, 0, "there is no mode and exchange")
    const length = bytesOf(mode)
    if (length === 0) return this.#drop(frame, 0, `${mode} is no mode`)
    if (frame.length !== length) return this.#drop(frame, 0, `a packet of mode ${mode} has ${length} bytes`)
    counters.packets++
    let tokenEnd = TOKEN_OFFSET
    while (tokenEnd < TOKEN_OFFSET + TOKEN_BYTES && frame[tokenEnd] !== 0) tokenEnd++
    const instrument = this.#keys.find(frame, 1, tokenEnd)
    if (instrument < 0) {
      counters.unknownInstruments++
      return undefined
    }
    const row = into.open()
    const units = unitsInPaisa(exchangeType)
    into.mode[row] = mode
    this.#bad = false
    if (mode === AngelMode.depth20) this.#depth20(frame, units, row, instrument, into)
    else this.#quote(frame, mode, units, row, instrument, into)
    i64Into(into.ticks.eventTime, row, frame, mode === AngelMode.depth20 ? 27 : 35)
    if (this.#bad) counters.badPackets++
    else {
      into.touchFromDepth(row)
      if (into.commit(instrument, counters)) this.#last.keep(instrument, into.ticks, row)
    }
    return undefined
  }

  #quote(
    frame: Uint8Array,
    mode: number,
    units: number,
    row: number,
    instrument: number,
    into: FeedBatch
  ): void {
    const { day, ticks } = into
    if (mode === AngelMode.ltp) {
      ticks.price[row] = Math.round(i32(frame, 43) / units)
      this.#last.restoreTotals(instrument, ticks, row)
      return
    }
    ticks.price[row] = this.#price(frame, 43, units)
    ticks.lastQuantity[row] = quantity(i64(frame, 51))
    day.averagePrice[row] = this.#price(frame, 59, units)
    ticks.volume[row] = this.#count(i64(frame, 67))
    day.totalBuy[row] = this.#count(f64(frame, 75))
    day.totalSell[row] = this.#count(f64(frame, 83))
    day.open[row] = this.#price(frame, 91, units)
    day.high[row] = this.#price(frame, 99, units)
    day.low[row] = this.#price(frame, 107, units)
    day.close[row] = this.#price(frame, 115, units)
    if (mode === AngelMode.snapQuote) {
      day.lastTradeTime[row] = i64(frame, 123) * 1_000
      ticks.openInterest[row] = this.#count(i64(frame, 131))
      this.#bestFive(frame, units, row, into)
      day.upperCircuit[row] = this.#price(frame, 347, units)
      day.lowerCircuit[row] = this.#price(frame, 355, units)
      day.yearHigh[row] = this.#price(frame, 363, units)
      day.yearLow[row] = this.#price(frame, 371, units)
    }
  }

  /** Ten entries, each saying which side it is on. */
  #bestFive(frame: Uint8Array, units: number, row: number, into: FeedBatch): void {
    let bids = 0
    let asks = 0
    for (let i = 0; i < 10; i++) {
      const at = BEST_FIVE_OFFSET + i * BEST_FIVE_BYTES
      const amount = quantity(i64(frame, at + 2))
      const price = this.#price(frame, at + 10, units)
      const orders = u16(frame, at + 18)
      if (u16(frame, at) === BUY) into.depth.setBid(row, bids++, price, amount, orders)
      else into.depth.setAsk(row, asks++, price, amount, orders)
    }
  }

  #depth20(frame: Uint8Array, units: number, row: number, instrument: number, into: FeedBatch): void {
    into.ticks.price[row] = this.#last.price(instrument)
    this.#last.restoreTotals(instrument, into.ticks, row)
    for (let level = 0; level < 20; level++) {
      const buy = DEPTH_BUY_OFFSET + level * DEPTH_LEVEL_BYTES
      const sell = DEPTH_SELL_OFFSET + level * DEPTH_LEVEL_BYTES
      into.depth.setBid(
        row,
        level,
        Math.round(i32(frame, buy + 4) / units),
        quantity(i32(frame, buy)),
        u16(frame, buy + 8)
      )
      into.depth.setAsk(
        row,
        level,
        Math.round(i32(frame, sell + 4) / units),
        quantity(i32(frame, sell)),
        u16(frame, sell + 8)
      )
    }
  }

  #price(frame: Uint8Array, at: number, units: number): number {
    const price = Math.round(i64(frame, at) / units)
    if (isPrice(price)) return price
    this.#bad = true
    return 0
  }

  #count(value: number): number {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value
    this.#bad = true
    return 0
  }

  #drop(frame: Uint8Array, offset: number, problem: string): MalformedFrame {
    this.counters.droppedFrames++
    return new MalformedFrame({ protocol: "Angel SmartStream", length: frame.length, offset, problem })
  }
}

const bytesOf = (mode: number): number =>
  mode === AngelMode.ltp
    ? LTP_BYTES
    : mode === AngelMode.quote
    ? QUOTE_BYTES
    : mode === AngelMode.snapQuote
    ? SNAP_QUOTE_BYTES
    : mode === AngelMode.depth20
    ? DEPTH_20_BYTES
    : 0
