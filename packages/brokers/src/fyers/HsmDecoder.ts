/**
 * Data frames of Fyers' HSM socket, big-endian. A snapshot names a topic, gives it a number and all its values; updates
 * carry the number and what changed. So the decoder remembers each topic, and starts anew with each connection.
 *
 * Prices are `raw / (10^precision * multiplier)` rupees, rounded to the nearest paisa. Event time is the exchange's feed
 * time (whole seconds); "lite" and depth records have none, so theirs is the receive time. Depth makes a row with the
 * last price of its instrument.
 */
import { i32, u16, u32 } from "../wire/BigEndian.ts"
import { DecodeCounters } from "../wire/DecodeCounters.ts"
import { type FeedBatch } from "../wire/FeedBatch.ts"
import { type KeyTable } from "../wire/KeyTable.ts"
import { LastValues } from "../wire/LastValues.ts"
import { MalformedFrame } from "../wire/MalformedFrame.ts"
import { isPrice, quantity } from "../wire/quantity.ts"
import {
  Depth,
  DEPTH_FIELDS,
  HsmRecord,
  HsmType,
  Index,
  INDEX_FIELDS,
  LEVELS,
  Quote,
  SYMBOL_FIELDS,
  UNCHANGED
} from "./hsmFields.ts"
import { HsmMode } from "./HsmTopic.ts"

/** What a snapshot told about a topic number. */
interface Topic {
  readonly mode: HsmMode
  readonly instrument: number
  /** Wire units in a paisa; a fraction when the wire is coarser. */
  readonly units: number
  readonly values: Int32Array
}

const F = 0x66
const S = 0x73
const I = 0x69
const D = 0x64
const P = 0x70

export class HsmDecoder {
  readonly counters = new DecodeCounters()
  /** Number of the frame read last, to acknowledge; 0 when frames are not numbered. */
  messageNumber = 0
  readonly #keys: KeyTable
  readonly #numbered: boolean
  readonly #topics: Array<Topic | undefined> = []
  readonly #last = new LastValues()
  #bad = false

  /** `numbered`: frames carry a message number, as they do when the answer to `auth` had an ackCount above 0. */
  constructor(keys: KeyTable, numbered: boolean) {
    this.#keys = keys
    this.#numbered = numbered
  }

  /** Appends the frame's records to `into`; `receivedAt` in epoch ms. Answers why, when the frame was dropped. */
  decode(frame: Uint8Array, receivedAt: number, into: FeedBatch): MalformedFrame | undefined {
    const { counters } = this
    counters.frames++
    into.receivedAt = receivedAt
    const start = this.#numbered ? 9 : 5
    if (frame.length < start) return this.#drop(frame, 0, "there is no count of records")
    if (frame[2] !== HsmType.data) return this.#drop(frame, 2, `type ${frame[2]} is not data`)
    const records = u16(frame, start - 2)
    let end = start
    // The records are walked before anything is read, so that a frame counts whole or not at all.
    for (let i = 0; i < records; i++) {
      const next = endOfRecord(frame, end)
      if (next < 0) return this.#drop(frame, end, `record ${i + 1} of ${records} is cut short or of an unknown type`)
      end = next
    }
    if (end !== frame.length) return this.#drop(frame, end, `bytes follow the last of ${records} records`)
    this.messageNumber = this.#numbered ? u32(frame, 3) : 0
    let at = start
    for (let i = 0; i < records; i++) {
      counters.packets++
      this.#record(frame, at, into)
      at = endOfRecord(frame, at)
    }
    return undefined
  }

  #record(frame: Uint8Array, at: number, into: FeedBatch): void {
    const { counters } = this
    const type = frame[at]
    const number = u16(frame, at + 1)
    if (type === HsmRecord.snapshot && !this.#snapshot(frame, at, number)) {
      counters.badPackets++
      return
    }
    const topic = this.#topics[number]
    if (topic === undefined || topic.instrument < 0) {
      counters.unknownInstruments++
      return
    }
    const { values } = topic
    if (type === HsmRecord.lite) {
      // A depth topic has no last price to renew.
      if (topic.mode === HsmMode.depth) {
        counters.badPackets++
        return
      }
      const price = i32(frame, at + 3)
      if (price !== UNCHANGED) values[Quote.ltp] = price
    } else if (type === HsmRecord.update) {
      // Records were walked, so their fields are there.
      const fields = frame[at + 3]!
      if (fields > values.length) {
        counters.badPackets++
        return
      }
      for (let i = 0; i < fields; i++) {
        const value = i32(frame, at + 4 + i * 4)
        if (value !== UNCHANGED) values[i] = value
      }
    }
    this.#row(topic, type === HsmRecord.lite, into)
  }

  /** Whether it was one that makes sense. */
  #snapshot(frame: Uint8Array, at: number, number: number): boolean {
    // Records were walked, so every offset here is within the frame.
    const nameStart = at + 4
    const nameEnd = nameStart + frame[at + 3]!
    const fields = frame[nameEnd]!
    const mode = modeOf(frame, nameStart, nameEnd)
    if (mode === 0 || fields > fieldsOf(mode)) return false
    const tail = nameEnd + 1 + fields * 4
    const units = 10 ** frame[tail + 4]! * u16(frame, tail + 2) / 100
    if (!(units > 0) || frame[tail + 4]! > 9) return false
    const values = new Int32Array(fieldsOf(mode))
    for (let i = 0; i < fields; i++) {
      const value = i32(frame, nameEnd + 1 + i * 4)
      if (value !== UNCHANGED) values[i] = value
    }
    // A list with holes would become a dictionary, which is slow to look into.
    while (this.#topics.length <= number) this.#topics.push(undefined)
    this.#topics[number] = { mode, instrument: this.#keys.find(frame, nameStart, nameEnd), units, values }
    return true
  }

  #row(topic: Topic, lite: boolean, into: FeedBatch): void {
    const { counters } = this
    const { instrument, mode } = topic
    const row = into.open()
    const { ticks } = into
    this.#bad = false
    if (mode === HsmMode.depth || lite) {
      into.mode[row] = lite ? HsmMode.lite : HsmMode.depth
      ticks.price[row] = lite ? this.#price(topic, Quote.ltp) : this.#last.price(instrument)
      this.#last.restoreTotals(instrument, ticks, row)
      if (!lite) this.#depth(topic, row, into)
    } else {
      into.mode[row] = mode
      if (mode === HsmMode.index) this.#index(topic, row, into)
      else this.#symbol(topic, row, into)
    }
    if (this.#bad) {
      counters.badPackets++
      return
    }
    if (into.commit(instrument, counters)) this.#last.keep(instrument, ticks, row)
  }

  #symbol(topic: Topic, row: number, into: FeedBatch): void {
    const { day, ticks } = into
    ticks.price[row] = this.#price(topic, Quote.ltp)
    ticks.volume[row] = count(topic, Quote.volume)
    ticks.lastQuantity[row] = quantity(count(topic, Quote.lastQuantity))
    ticks.openInterest[row] = count(topic, Quote.openInterest)
    ticks.bid[row] = this.#price(topic, Quote.bid)
    ticks.ask[row] = this.#price(topic, Quote.ask)
    ticks.bidQuantity[row] = quantity(count(topic, Quote.bidQuantity))
    ticks.askQuantity[row] = quantity(count(topic, Quote.askQuantity))
    day.lastTradeTime[row] = count(topic, Quote.lastTradeTime) * 1_000
    day.totalBuy[row] = count(topic, Quote.totalBuy)
    day.totalSell[row] = count(topic, Quote.totalSell)
    day.averagePrice[row] = this.#price(topic, Quote.averagePrice)
    day.low[row] = this.#price(topic, Quote.low)
    day.high[row] = this.#price(topic, Quote.high)
    day.yearHigh[row] = this.#price(topic, Quote.yearHigh)
    day.yearLow[row] = this.#price(topic, Quote.yearLow)
    day.lowerCircuit[row] = this.#price(topic, Quote.lowerCircuit)
    day.upperCircuit[row] = this.#price(topic, Quote.upperCircuit)
    day.open[row] = this.#price(topic, Quote.open)
    day.close[row] = this.#price(topic, Quote.close)
    ticks.eventTime[row] = count(topic, Quote.feedTime) * 1_000
  }

  #index(topic: Topic, row: number, into: FeedBatch): void {
    const { day, ticks } = into
    ticks.price[row] = this.#price(topic, Index.ltp)
    day.close[row] = this.#price(topic, Index.close)
    day.high[row] = this.#price(topic, Index.high)
    day.low[row] = this.#price(topic, Index.low)
    day.open[row] = this.#price(topic, Index.open)
    ticks.eventTime[row] = count(topic, Index.feedTime) * 1_000
  }

  #depth(topic: Topic, row: number, into: FeedBatch): void {
    for (let level = 0; level < LEVELS; level++) {
      into.depth.setBid(
        row,
        level,
        this.#price(topic, Depth.bid + level),
        quantity(count(topic, Depth.bidQuantity + level)),
        count(topic, Depth.bidOrders + level)
      )
      into.depth.setAsk(
        row,
        level,
        this.#price(topic, Depth.ask + level),
        quantity(count(topic, Depth.askQuantity + level)),
        count(topic, Depth.askOrders + level)
      )
    }
    into.touchFromDepth(row)
  }

  #price(topic: Topic, field: number): number {
    // Every topic has the fields of its kind.
    const price = Math.round(topic.values[field]! / topic.units)
    if (isPrice(price)) return price | 0
    this.#bad = true
    return 0
  }

  #drop(frame: Uint8Array, offset: number, problem: string): MalformedFrame {
    this.counters.droppedFrames++
    return new MalformedFrame({ protocol: "Fyers HSM", length: frame.length, offset, problem })
  }
}

/** Counts and times are unsigned. Every topic has the fields of its kind. */
const count = (topic: Topic, field: number): number => topic.values[field]! >>> 0

const fieldsOf = (mode: HsmMode): number =>
  mode === HsmMode.index ? INDEX_FIELDS : mode === HsmMode.depth ? DEPTH_FIELDS : SYMBOL_FIELDS

const modeOf = (frame: Uint8Array, start: number, end: number): HsmMode | 0 => {
  if (end - start < 2) return 0
  const first = frame[start]
  const second = frame[start + 1]
  if (first === S && second === F) return HsmMode.symbol
  if (first === I && second === F) return HsmMode.index
  return first === D && second === P ? HsmMode.depth : 0
}

/** Where the record that begins at `at` ends; -1 when the frame does not hold it, or it is of an unknown type. */
const endOfRecord = (frame: Uint8Array, at: number): number => {
  let end: number
  if (frame[at] === HsmRecord.lite) end = at + 7
  else if (frame[at] === HsmRecord.update) end = at + 4 + (frame[at + 3] ?? 0) * 4
  else if (frame[at] === HsmRecord.snapshot) {
    const fields = at + 4 + (frame[at + 3] ?? 0)
    end = fields + 1 + (frame[fields] ?? 0) * 4 + 5
    for (let i = 0; i < 3; i++) end += 1 + (frame[end] ?? 0)
  } else return -1
  return end > frame.length ? -1 : end
}
