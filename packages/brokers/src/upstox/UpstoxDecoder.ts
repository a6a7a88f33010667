/**
 * Frames of Upstox's market data feed V3 (protobuf, `MarketDataFeedV3.proto`). Prices arrive as doubles in rupees and
 * are rounded to the nearest paisa. Event time is the response's `currentTs`; the trade's own time (`ltt`) stands in
 * `day.lastTradeTime`. Of the candles only the day's ("1d") is read; indicative and auction fields are not.
 */
import { DecodeCounters } from "../wire/DecodeCounters.ts"
import { type FeedBatch } from "../wire/FeedBatch.ts"
import { type KeyTable } from "../wire/KeyTable.ts"
import { MalformedFrame } from "../wire/MalformedFrame.ts"
import { isPrice, quantity } from "../wire/quantity.ts"
import { ProtoReader } from "./ProtoReader.ts"
import {
  Entry,
  Feed,
  FeedResponse,
  FirstLevelWithGreeks,
  FullFeed,
  IndexFullFeed,
  Ltpc,
  MarketFullFeed,
  MarketLevel,
  MarketOHLC,
  Ohlc,
  OptionGreeks,
  Quote
} from "./upstoxFields.ts"
import { UpstoxFeedType, UpstoxMode } from "./UpstoxMode.ts"

const ONE = 0x31
const D = 0x64

export class UpstoxDecoder {
  readonly counters = new DecodeCounters()
  /** `Type` of the frame read last: {@link UpstoxFeedType}, or a number that Upstox added since. */
  type: number = UpstoxFeedType.initial_feed
  readonly #keys: KeyTable
  readonly #reader = new ProtoReader()
  /** One cell each: numbers like these would be boxed on their way from function to function. */
  readonly #currentTs = new Float64Array(1)
  readonly #rupees = new Float64Array(1)
  #row = 0

  /** `keys`: Upstox instrument keys, `NSE_EQ|INE002A01018`. */
  constructor(keys: KeyTable) {
    this.#keys = keys
  }

  /** Appends the frame's feeds to `into`; `receivedAt` in epoch ms. Answers why, when the frame was dropped. */
  decode(frame: Uint8Array, receivedAt: number, into: FeedBatch): MalformedFrame | undefined {
    const { counters } = this
    const reader = this.#reader
    const end = frame.length
    counters.frames++
    into.receivedAt = receivedAt
    // The time follows the feeds on the wire, so the outermost fields are walked twice.
    reader.reset(frame)
    this.#currentTs[0] = 0
    let type = 0
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === FeedResponse.type) type = reader.varint(end)
      else if (tag === FeedResponse.currentTs) reader.varintInto(this.#currentTs, 0, end)
      else reader.skip(tag, end)
    }
    if (reader.failed) {
      counters.droppedFrames++
      return new MalformedFrame({
        protocol: "Upstox market data",
        length: frame.length,
        offset: 0,
        problem: "the fields of FeedResponse do not fit its length"
      })
    }
    this.type = type
    reader.position = 0
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag !== FeedResponse.feeds) {
        reader.skip(tag, end)
        continue
      }
      const entryEnd = reader.limit(end)
      this.#entry(entryEnd, into)
      // A bad entry ends where its length says, and the next one is none the worse for it.
      reader.position = entryEnd
      reader.failed = false
    }
    return undefined
  }

  #entry(end: number, into: FeedBatch): void {
    const { counters } = this
    const reader = this.#reader
    counters.packets++
    let keyStart = 0
    let keyEnd = 0
    let valueStart = 0
    let valueEnd = -1
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === Entry.key) {
        keyEnd = reader.limit(end)
        keyStart = reader.position
        reader.position = keyEnd
      } else if (tag === Entry.value) {
        valueEnd = reader.limit(end)
        valueStart = reader.position
        reader.position = valueEnd
      } else reader.skip(tag, end)
    }
    if (reader.failed || valueEnd < 0) {
      counters.badPackets++
      return
    }
    const instrument = this.#keys.find(reader.bytes, keyStart, keyEnd)
    if (instrument < 0) {
      counters.unknownInstruments++
      return
    }
    this.#row = into.open()
    reader.position = valueStart
    const hasPrice = this.#feed(valueEnd, into)
    if (reader.failed) {
      counters.badPackets++
      return
    }
    if (!hasPrice) {
      counters.withoutPrice++
      return
    }
    into.touchFromDepth(this.#row)
    // The cell is there.
    into.ticks.eventTime[this.#row] = this.#currentTs[0]!
    into.commit(instrument, counters)
  }

  /** Whether one of the modes was in it. */
  #feed(end: number, into: FeedBatch): boolean {
    const reader = this.#reader
    let mode = -1
    let requested = 0
    while (reader.position < end) {
      const tag = reader.varint(end)
      switch (tag) {
        case Feed.ltpc:
          mode = UpstoxMode.ltpc
          this.#ltpc(reader.limit(end), into)
          break
        case Feed.fullFeed: {
          const limit = reader.limit(end)
          while (reader.position < limit) {
            const inner = reader.varint(limit)
            if (inner === FullFeed.marketFF) {
              mode = UpstoxMode.full
              this.#marketFullFeed(reader.limit(limit), into)
            } else if (inner === FullFeed.indexFF) {
              mode = UpstoxMode.indexFull
              this.#indexFullFeed(reader.limit(limit), into)
            } else reader.skip(inner, limit)
          }
          break
        }
        case Feed.firstLevelWithGreeks:
          mode = UpstoxMode.option_greeks
          this.#firstLevelWithGreeks(reader.limit(end), into)
          break
        case Feed.requestMode:
          requested = reader.varint(end)
          break
        default:
          reader.skip(tag, end)
      }
    }
    if (mode < 0) return false
    into.mode[this.#row] = mode === UpstoxMode.full && requested === UpstoxMode.full_d30 ? UpstoxMode.full_d30 : mode
    return true
  }

  #ltpc(end: number, into: FeedBatch): void {
    const reader = this.#reader
    const row = this.#row
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === Ltpc.ltp) into.ticks.price[row] = this.#price(end)
      else if (tag === Ltpc.ltt) reader.varintInto(into.day.lastTradeTime, row, end)
      else if (tag === Ltpc.ltq) into.ticks.lastQuantity[row] = quantity(reader.varint(end))
      else if (tag === Ltpc.cp) into.day.close[row] = this.#price(end)
      else reader.skip(tag, end)
    }
  }

  #marketFullFeed(end: number, into: FeedBatch): void {
    const reader = this.#reader
    const row = this.#row
    const { day, greeks, ticks } = into
    while (reader.position < end) {
      const tag = reader.varint(end)
      switch (tag) {
        case MarketFullFeed.ltpc:
          this.#ltpc(reader.limit(end), into)
          break
        case MarketFullFeed.marketLevel:
          this.#marketLevel(reader.limit(end), into)
          break
        case MarketFullFeed.optionGreeks:
          this.#optionGreeks(reader.limit(end), into)
          break
        case MarketFullFeed.marketOHLC:
          this.#marketOHLC(reader.limit(end), into)
          break
        case MarketFullFeed.atp:
          day.averagePrice[row] = this.#price(end)
          break
        case MarketFullFeed.vtt:
          reader.varintInto(ticks.volume, row, end)
          break
        case MarketFullFeed.oi:
          reader.doubleInto(ticks.openInterest, row, end)
          break
        case MarketFullFeed.iv:
          reader.doubleInto(greeks.impliedVolatility, row, end)
          break
        case MarketFullFeed.tbq:
          reader.doubleInto(day.totalBuy, row, end)
          break
        case MarketFullFeed.tsq:
          reader.doubleInto(day.totalSell, row, end)
          break
        default:
          reader.skip(tag, end)
      }
    }
  }

  #indexFullFeed(end: number, into: FeedBatch): void {
    const reader = this.#reader
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === IndexFullFeed.ltpc) this.#ltpc(reader.limit(end), into)
      else if (tag === IndexFullFeed.marketOHLC) this.#marketOHLC(reader.limit(end), into)
      else reader.skip(tag, end)
    }
  }

  #firstLevelWithGreeks(end: number, into: FeedBatch): void {
    const reader = this.#reader
    const row = this.#row
    while (reader.position < end) {
      const tag = reader.varint(end)
      switch (tag) {
        case FirstLevelWithGreeks.ltpc:
          this.#ltpc(reader.limit(end), into)
          break
        case FirstLevelWithGreeks.firstDepth:
          this.#quote(reader.limit(end), 0, into)
          break
        case FirstLevelWithGreeks.optionGreeks:
          this.#optionGreeks(reader.limit(end), into)
          break
        case FirstLevelWithGreeks.vtt:
          reader.varintInto(into.ticks.volume, row, end)
          break
        case FirstLevelWithGreeks.oi:
          reader.doubleInto(into.ticks.openInterest, row, end)
          break
        case FirstLevelWithGreeks.iv:
          reader.doubleInto(into.greeks.impliedVolatility, row, end)
          break
        default:
          reader.skip(tag, end)
      }
    }
  }

  #marketLevel(end: number, into: FeedBatch): void {
    const reader = this.#reader
    let level = 0
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === MarketLevel.bidAskQuote) this.#quote(reader.limit(end), level++, into)
      else reader.skip(tag, end)
    }
  }

  #quote(end: number, level: number, into: FeedBatch): void {
    const reader = this.#reader
    let bidQuantity = 0
    let bidPrice = 0
    let askQuantity = 0
    let askPrice = 0
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === Quote.bidQ) bidQuantity = quantity(reader.varint(end))
      else if (tag === Quote.bidP) bidPrice = this.#price(end)
      else if (tag === Quote.askQ) askQuantity = quantity(reader.varint(end))
      else if (tag === Quote.askP) askPrice = this.#price(end)
      else reader.skip(tag, end)
    }
    into.depth.setBid(this.#row, level, bidPrice, bidQuantity, 0)
    into.depth.setAsk(this.#row, level, askPrice, askQuantity, 0)
  }

  #optionGreeks(end: number, into: FeedBatch): void {
    const reader = this.#reader
    const row = this.#row
    const { greeks } = into
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === OptionGreeks.delta) reader.doubleInto(greeks.delta, row, end)
      else if (tag === OptionGreeks.theta) reader.doubleInto(greeks.theta, row, end)
      else if (tag === OptionGreeks.gamma) reader.doubleInto(greeks.gamma, row, end)
      else if (tag === OptionGreeks.vega) reader.doubleInto(greeks.vega, row, end)
      else if (tag === OptionGreeks.rho) reader.doubleInto(greeks.rho, row, end)
      else reader.skip(tag, end)
    }
  }

  #marketOHLC(end: number, into: FeedBatch): void {
    const reader = this.#reader
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === MarketOHLC.ohlc) this.#ohlc(reader.limit(end), into)
      else reader.skip(tag, end)
    }
  }

  #ohlc(end: number, into: FeedBatch): void {
    const reader = this.#reader
    let isDay = false
    let open = 0
    let high = 0
    let low = 0
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === Ohlc.interval) {
        const limit = reader.limit(end)
        const at = reader.position
        isDay = limit - at === 2 && reader.bytes[at] === ONE && reader.bytes[at + 1] === D
        reader.position = limit
      } else if (tag === Ohlc.open) open = this.#price(end)
      else if (tag === Ohlc.high) high = this.#price(end)
      else if (tag === Ohlc.low) low = this.#price(end)
      else reader.skip(tag, end)
    }
    if (!isDay) return
    into.day.open[this.#row] = open
    into.day.high[this.#row] = high
    into.day.low[this.#row] = low
  }

  /** Paise of a double in rupees; one that is no price spoils the entry. */
  #price(end: number): number {
    this.#reader.doubleInto(this.#rupees, 0, end)
    // The cell is there.
    const paise = Math.round(this.#rupees[0]! * 100)
    // NaN compares false.
    return isPrice(paise) ? paise | 0 : this.#reader.fail(end)
  }
}
