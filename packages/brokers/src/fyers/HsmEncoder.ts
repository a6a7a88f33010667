/**
 * Data frames as Fyers would send them for the rows of a batch, each in its {@link HsmMode}: the first row of a topic as
 * a snapshot, later ones as what changed. One encoder a connection. For the simulator.
 */
import { type FeedBatch } from "../wire/FeedBatch.ts"
import { type KeyTable } from "../wire/KeyTable.ts"
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

/** Prices are sent in paise. */
const PRECISION = 2

interface SentTopic {
  readonly number: number
  values: Int32Array
}

export class HsmEncoder {
  readonly #keys: KeyTable
  readonly #numbered: boolean
  readonly #topics = new Map<string, SentTopic>()
  #topicNumber = 0
  #messageNumber = 0

  /** `numbered`: frames carry a message number, as an ackCount above 0 promises. */
  constructor(keys: KeyTable, numbered: boolean) {
    this.#keys = keys
    this.#numbered = numbered
  }

  /** Number of the frame encoded last; 0 when frames are not numbered. */
  get messageNumber(): number {
    return this.#messageNumber
  }

  /** The next row of the topic is a snapshot again. */
  forget(topic: string): void {
    this.#topics.delete(topic)
  }

  /** Rows of instruments without a topic are left out. */
  encode(batch: FeedBatch): Uint8Array {
    const records: Array<Buffer> = []
    for (let row = 0; row < batch.length; row++) {
      // Rows are below the batch's length, so no column read in this file can miss.
      const key = this.#keys.keyOf(batch.ticks.instrument[row]!)
      if (key !== undefined) records.push(this.#record(key, batch, row))
    }
    const head = Buffer.alloc(this.#numbered ? 9 : 5)
    head[2] = HsmType.data
    if (this.#numbered) head.writeUInt32BE(++this.#messageNumber, 3)
    head.writeUInt16BE(records.length, head.length - 2)
    const frame = Buffer.concat([head, ...records])
    frame.writeUInt16BE(frame.length - 2 & 0xffff, 0)
    return frame
  }

  #record(key: string, batch: FeedBatch, row: number): Buffer {
    const mode = batch.mode[row]!
    const name = mode === HsmMode.depth ? `dp${key.slice(2)}` : key
    const values = mode === HsmMode.depth
      ? depthValues(batch, row)
      : key.startsWith("if")
      ? indexValues(batch, row)
      : symbolValues(batch, row)
    const topic = this.#topics.get(name)
    if (topic === undefined) {
      const number = ++this.#topicNumber & 0xffff
      this.#topics.set(name, { number, values })
      return snapshot(number, name, values)
    }
    if (mode === HsmMode.lite) {
      const record = Buffer.alloc(7)
      record[0] = HsmRecord.lite
      record.writeUInt16BE(topic.number, 1)
      record.writeInt32BE(batch.ticks.price[row]!, 3)
      topic.values[Quote.ltp] = batch.ticks.price[row]!
      return record
    }
    const record = Buffer.alloc(4 + values.length * 4)
    record[0] = HsmRecord.update
    record.writeUInt16BE(topic.number, 1)
    record[3] = values.length
    for (const [i, value] of values.entries()) {
      record.writeInt32BE(topic.values[i] === value ? UNCHANGED : value, 4 + i * 4)
    }
    topic.values = values
    return record
  }
}

const snapshot = (number: number, name: string, values: Int32Array): Buffer => {
  const head = Buffer.alloc(4)
  head[0] = HsmRecord.snapshot
  head.writeUInt16BE(number, 1)
  head[3] = Buffer.byteLength(name)
  const fields = Buffer.alloc(1 + values.length * 4 + 5)
  fields[0] = values.length
  for (const [i, value] of values.entries()) fields.writeInt32BE(value, 1 + i * 4)
  fields.writeUInt16BE(1, fields.length - 3)
  fields[fields.length - 1] = PRECISION
  const [, exchange = "", token = ""] = name.split("|")
  const texts = [exchange, token, token].flatMap((text) => [Buffer.of(Buffer.byteLength(text)), Buffer.from(text)])
  return Buffer.concat([head, Buffer.from(name), fields, ...texts])
}

const symbolValues = ({ day, ticks }: FeedBatch, row: number): Int32Array => {
  const values = new Int32Array(SYMBOL_FIELDS)
  values[Quote.ltp] = ticks.price[row]!
  values[Quote.volume] = ticks.volume[row]!
  values[Quote.lastTradeTime] = Math.floor(day.lastTradeTime[row]! / 1_000)
  values[Quote.feedTime] = Math.floor(ticks.eventTime[row]! / 1_000)
  values[Quote.bidQuantity] = ticks.bidQuantity[row]!
  values[Quote.askQuantity] = ticks.askQuantity[row]!
  values[Quote.bid] = ticks.bid[row]!
  values[Quote.ask] = ticks.ask[row]!
  values[Quote.lastQuantity] = ticks.lastQuantity[row]!
  values[Quote.totalBuy] = day.totalBuy[row]!
  values[Quote.totalSell] = day.totalSell[row]!
  values[Quote.averagePrice] = day.averagePrice[row]!
  values[Quote.openInterest] = ticks.openInterest[row]!
  values[Quote.low] = day.low[row]!
  values[Quote.high] = day.high[row]!
  values[Quote.yearHigh] = day.yearHigh[row]!
  values[Quote.yearLow] = day.yearLow[row]!
  values[Quote.lowerCircuit] = day.lowerCircuit[row]!
  values[Quote.upperCircuit] = day.upperCircuit[row]!
  values[Quote.open] = day.open[row]!
  values[Quote.close] = day.close[row]!
  return values
}

const indexValues = ({ day, ticks }: FeedBatch, row: number): Int32Array => {
  const values = new Int32Array(INDEX_FIELDS)
  values[Index.ltp] = ticks.price[row]!
  values[Index.close] = day.close[row]!
  values[Index.feedTime] = Math.floor(ticks.eventTime[row]! / 1_000)
  values[Index.high] = day.high[row]!
  values[Index.low] = day.low[row]!
  values[Index.open] = day.open[row]!
  return values
}

const depthValues = ({ depth }: FeedBatch, row: number): Int32Array => {
  const values = new Int32Array(DEPTH_FIELDS)
  for (let level = 0; level < LEVELS; level++) {
    const at = row * depth.levels + level
    if (level < depth.bids[row]!) {
      values[Depth.bid + level] = depth.bidPrice[at]!
      values[Depth.bidQuantity + level] = depth.bidQuantity[at]!
      values[Depth.bidOrders + level] = depth.bidOrders[at]!
    }
    if (level < depth.asks[row]!) {
      values[Depth.ask + level] = depth.askPrice[at]!
      values[Depth.askQuantity + level] = depth.askQuantity[at]!
      values[Depth.askOrders + level] = depth.askOrders[at]!
    }
  }
  return values
}
