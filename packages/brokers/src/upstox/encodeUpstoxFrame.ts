/** The frame that Upstox would send for the rows of a batch, each in its {@link UpstoxMode}. For the simulator. */
import { type FeedBatch } from "../wire/FeedBatch.ts"
import { type KeyTable } from "../wire/KeyTable.ts"
import { ProtoWriter } from "./ProtoWriter.ts"
import {
  Entry,
  Feed,
  FeedResponse,
  FirstLevelWithGreeks,
  FullFeed,
  IndexFullFeed,
  Ltpc,
  MarketFullFeed,
  MarketInfo,
  MarketLevel,
  MarketOHLC,
  Ohlc,
  OptionGreeks,
  Quote
} from "./upstoxFields.ts"
import { UpstoxFeedType, UpstoxMode } from "./UpstoxMode.ts"

/** `currentTs` in epoch ms. Rows of instruments without a key are left out. */
export const encodeUpstoxFrame = (
  batch: FeedBatch,
  keys: KeyTable,
  type: UpstoxFeedType,
  currentTs: number
): Uint8Array => {
  const writer = new ProtoWriter()
  writer.varint(FeedResponse.type, type)
  for (let row = 0; row < batch.length; row++) {
    // Rows are below the batch's length, so no column read in this file can miss.
    const key = keys.keyOf(batch.ticks.instrument[row]!)
    if (key === undefined) continue
    writer.message(FeedResponse.feeds, () => {
      writer.text(Entry.key, key)
      writer.message(Entry.value, () => feed(writer, batch, row))
    })
  }
  writer.varint(FeedResponse.currentTs, currentTs)
  return writer.finish()
}

/** The first frame of a connection: the status of each segment, `NSE_EQ`, as a number of `MarketStatus`. */
export const encodeUpstoxMarketInfo = (
  statuses: Iterable<readonly [string, number]>,
  currentTs: number
): Uint8Array => {
  const writer = new ProtoWriter()
  writer.varint(FeedResponse.type, UpstoxFeedType.market_info)
  writer.varint(FeedResponse.currentTs, currentTs)
  writer.message(FeedResponse.marketInfo, () => {
    for (const [segment, status] of statuses) {
      writer.message(MarketInfo.segmentStatus, () => {
        writer.text(Entry.key, segment)
        writer.varint(Entry.enumValue, status)
      })
    }
  })
  return writer.finish()
}

const rupees = (paise: number): number => paise / 100

const feed = (writer: ProtoWriter, batch: FeedBatch, row: number): void => {
  const mode = batch.mode[row]!
  if (mode === UpstoxMode.ltpc) {
    writer.message(Feed.ltpc, () => ltpc(writer, batch, row))
    return
  }
  if (mode === UpstoxMode.option_greeks) {
    writer.message(Feed.firstLevelWithGreeks, () => firstLevelWithGreeks(writer, batch, row))
    writer.varint(Feed.requestMode, UpstoxMode.option_greeks)
    return
  }
  writer.message(Feed.fullFeed, () => {
    if (mode === UpstoxMode.indexFull) {
      writer.message(FullFeed.indexFF, () => {
        writer.message(IndexFullFeed.ltpc, () => ltpc(writer, batch, row))
        writer.message(IndexFullFeed.marketOHLC, () => day(writer, batch, row))
      })
    } else writer.message(FullFeed.marketFF, () => marketFullFeed(writer, batch, row))
  })
  writer.varint(Feed.requestMode, mode === UpstoxMode.indexFull ? UpstoxMode.full : mode)
}

const ltpc = (writer: ProtoWriter, { day, ticks }: FeedBatch, row: number): void => {
  writer.double(Ltpc.ltp, rupees(ticks.price[row]!))
  writer.varint(Ltpc.ltt, day.lastTradeTime[row]!)
  writer.varint(Ltpc.ltq, ticks.lastQuantity[row]!)
  writer.double(Ltpc.cp, rupees(day.close[row]!))
}

const marketFullFeed = (writer: ProtoWriter, batch: FeedBatch, row: number): void => {
  const { depth, greeks, ticks } = batch
  writer.message(MarketFullFeed.ltpc, () => ltpc(writer, batch, row))
  writer.message(MarketFullFeed.marketLevel, () => {
    for (let level = 0; level < Math.max(depth.bids[row]!, depth.asks[row]!); level++) {
      writer.message(MarketLevel.bidAskQuote, () => quote(writer, batch, row, level))
    }
  })
  writer.message(MarketFullFeed.optionGreeks, () => optionGreeks(writer, batch, row))
  writer.message(MarketFullFeed.marketOHLC, () => day(writer, batch, row))
  writer.double(MarketFullFeed.atp, rupees(batch.day.averagePrice[row]!))
  writer.varint(MarketFullFeed.vtt, ticks.volume[row]!)
  writer.double(MarketFullFeed.oi, ticks.openInterest[row]!)
  writer.double(MarketFullFeed.iv, greeks.impliedVolatility[row]!)
  writer.double(MarketFullFeed.tbq, batch.day.totalBuy[row]!)
  writer.double(MarketFullFeed.tsq, batch.day.totalSell[row]!)
}

const firstLevelWithGreeks = (writer: ProtoWriter, batch: FeedBatch, row: number): void => {
  const { depth, greeks, ticks } = batch
  writer.message(FirstLevelWithGreeks.ltpc, () => ltpc(writer, batch, row))
  if (depth.bids[row]! + depth.asks[row]! > 0) {
    writer.message(FirstLevelWithGreeks.firstDepth, () => quote(writer, batch, row, 0))
  }
  writer.message(FirstLevelWithGreeks.optionGreeks, () => optionGreeks(writer, batch, row))
  writer.varint(FirstLevelWithGreeks.vtt, ticks.volume[row]!)
  writer.double(FirstLevelWithGreeks.oi, ticks.openInterest[row]!)
  writer.double(FirstLevelWithGreeks.iv, greeks.impliedVolatility[row]!)
}

const quote = (writer: ProtoWriter, { depth }: FeedBatch, row: number, level: number): void => {
  const at = row * depth.levels + level
  if (level < depth.bids[row]!) {
    writer.varint(Quote.bidQ, depth.bidQuantity[at]!)
    writer.double(Quote.bidP, rupees(depth.bidPrice[at]!))
  }
  if (level < depth.asks[row]!) {
    writer.varint(Quote.askQ, depth.askQuantity[at]!)
    writer.double(Quote.askP, rupees(depth.askPrice[at]!))
  }
}

const optionGreeks = (writer: ProtoWriter, { greeks }: FeedBatch, row: number): void => {
  writer.double(OptionGreeks.delta, greeks.delta[row]!)
  writer.double(OptionGreeks.theta, greeks.theta[row]!)
  writer.double(OptionGreeks.gamma, greeks.gamma[row]!)
  writer.double(OptionGreeks.vega, greeks.vega[row]!)
  writer.double(OptionGreeks.rho, greeks.rho[row]!)
}

const day = (writer: ProtoWriter, batch: FeedBatch, row: number): void => {
  writer.message(MarketOHLC.ohlc, () => {
    writer.text(Ohlc.interval, "1d")
    writer.double(Ohlc.open, rupees(batch.day.open[row]!))
    writer.double(Ohlc.high, rupees(batch.day.high[row]!))
    writer.double(Ohlc.low, rupees(batch.day.low[row]!))
    writer.double(Ohlc.close, rupees(batch.ticks.price[row]!))
    writer.varint(Ohlc.vol, batch.ticks.volume[row]!)
    writer.varint(Ohlc.ts, batch.ticks.eventTime[row]!)
  })
}
