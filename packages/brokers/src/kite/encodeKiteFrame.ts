/** The frame that Kite would send for the rows of a batch, each in its {@link KiteMode}. For the simulator. */
import { type FeedBatch } from "../wire/FeedBatch.ts"
import { FULL_BYTES, INDEX_FULL_BYTES, INDEX_QUOTE_BYTES, KiteMode, LTP_BYTES, QUOTE_BYTES } from "./KiteMode.ts"
import { segmentOf, unitsInPaisa } from "./KiteSegment.ts"
import { type KiteTokens } from "./KiteTokens.ts"

const LEVELS = 5

/** Sent about once a second when nothing else is. */
export const kiteHeartbeat = (): Uint8Array => new Uint8Array(1)

/** Rows of instruments without a token are left out. */
export const encodeKiteFrame = (batch: FeedBatch, tokens: KiteTokens): Uint8Array => {
  let size = 2
  let packets = 0
  // Rows are below the batch's length, so no column read in this file can miss.
  for (let row = 0; row < batch.length; row++) {
    if (tokens.token(batch.ticks.instrument[row]!) === undefined) continue
    size += 2 + bytesOf(batch.mode[row]!)
    packets++
  }
  const frame = new Uint8Array(size)
  const view = new DataView(frame.buffer)
  view.setInt16(0, packets)
  let at = 2
  for (let row = 0; row < batch.length; row++) {
    const token = tokens.token(batch.ticks.instrument[row]!)
    if (token === undefined) continue
    const length = bytesOf(batch.mode[row]!)
    view.setInt16(at, length)
    packet(view, at + 2, token, row, batch)
    at += 2 + length
  }
  return frame
}

const bytesOf = (mode: number): number =>
  mode === KiteMode.full
    ? FULL_BYTES
    : mode === KiteMode.quote
    ? QUOTE_BYTES
    : mode === KiteMode.indexFull
    ? INDEX_FULL_BYTES
    : mode === KiteMode.indexQuote
    ? INDEX_QUOTE_BYTES
    : LTP_BYTES

const packet = (view: DataView, at: number, token: number, row: number, batch: FeedBatch): void => {
  const { day, depth, ticks } = batch
  const units = unitsInPaisa(segmentOf(token))
  const mode = batch.mode[row]!
  view.setUint32(at, token)
  view.setInt32(at + 4, ticks.price[row]! * units)
  if (mode === KiteMode.indexQuote || mode === KiteMode.indexFull) {
    view.setInt32(at + 8, day.high[row]! * units)
    view.setInt32(at + 12, day.low[row]! * units)
    view.setInt32(at + 16, day.open[row]! * units)
    view.setInt32(at + 20, day.close[row]! * units)
    view.setInt32(at + 24, (ticks.price[row]! - day.close[row]!) * units)
    if (mode === KiteMode.indexFull) view.setUint32(at + 28, Math.floor(ticks.eventTime[row]! / 1_000))
    return
  }
  if (mode !== KiteMode.quote && mode !== KiteMode.full) return
  view.setUint32(at + 8, ticks.lastQuantity[row]!)
  view.setInt32(at + 12, day.averagePrice[row]! * units)
  view.setUint32(at + 16, ticks.volume[row]!)
  view.setUint32(at + 20, day.totalBuy[row]!)
  view.setUint32(at + 24, day.totalSell[row]!)
  view.setInt32(at + 28, day.open[row]! * units)
  view.setInt32(at + 32, day.high[row]! * units)
  view.setInt32(at + 36, day.low[row]! * units)
  view.setInt32(at + 40, day.close[row]! * units)
  if (mode !== KiteMode.full) return
  view.setUint32(at + 44, Math.floor(day.lastTradeTime[row]! / 1_000))
  view.setUint32(at + 48, ticks.openInterest[row]!)
  view.setUint32(at + 52, day.openInterestHigh[row]!)
  view.setUint32(at + 56, day.openInterestLow[row]!)
  view.setUint32(at + 60, Math.floor(ticks.eventTime[row]! / 1_000))
  for (let level = 0; level < LEVELS; level++) {
    const bid = at + 64 + level * 12
    const ask = bid + LEVELS * 12
    const from = row * depth.levels + level
    if (level < depth.bids[row]!) {
      view.setUint32(bid, depth.bidQuantity[from]!)
      view.setInt32(bid + 4, depth.bidPrice[from]! * units)
      view.setUint16(bid + 8, depth.bidOrders[from]!)
    }
    if (level < depth.asks[row]!) {
      view.setUint32(ask, depth.askQuantity[from]!)
      view.setInt32(ask + 4, depth.askPrice[from]! * units)
      view.setUint16(ask + 8, depth.askOrders[from]!)
    }
  }
}
