/** The frame that Angel would send for one row of a batch, in its {@link AngelMode}. For the simulator. */
import { type FeedBatch } from "../wire/FeedBatch.ts"
import { type KeyTable } from "../wire/KeyTable.ts"
import { AngelMode, DEPTH_20_BYTES, LTP_BYTES, QUOTE_BYTES, SNAP_QUOTE_BYTES, unitsInPaisa } from "./AngelMode.ts"

/** `undefined` for an instrument without a key. `sequence` is the packet's number in its stream. */
export const encodeAngelPacket = (
  batch: FeedBatch,
  row: number,
  keys: KeyTable,
  sequence: number
): Uint8Array | undefined => {
  // Rows are below the batch's length, so no column read in this file can miss.
  const key = keys.keyOf(batch.ticks.instrument[row]!)
  if (key === undefined) return undefined
  const { day, ticks } = batch
  const mode = batch.mode[row]!
  const units = unitsInPaisa(key.charCodeAt(0))
  const frame = new Uint8Array(
    mode === AngelMode.depth20
      ? DEPTH_20_BYTES
      : mode === AngelMode.snapQuote
      ? SNAP_QUOTE_BYTES
      : mode === AngelMode.quote
      ? QUOTE_BYTES
      : LTP_BYTES
  )
  const view = new DataView(frame.buffer)
  const i64 = (at: number, value: number) => view.setBigInt64(at, BigInt(Math.round(value)), true)
  frame[0] = mode
  frame.set(new TextEncoder().encode(key), 1)
  if (mode === AngelMode.depth20) {
    i64(27, ticks.eventTime[row]!)
    i64(35, ticks.eventTime[row]!)
    depth20(view, batch, row, units)
    return frame
  }
  i64(27, sequence)
  i64(35, ticks.eventTime[row]!)
  i64(43, ticks.price[row]! * units)
  if (mode === AngelMode.ltp) return frame
  i64(51, ticks.lastQuantity[row]!)
  i64(59, day.averagePrice[row]! * units)
  i64(67, ticks.volume[row]!)
  view.setFloat64(75, day.totalBuy[row]!, true)
  view.setFloat64(83, day.totalSell[row]!, true)
  i64(91, day.open[row]! * units)
  i64(99, day.high[row]! * units)
  i64(107, day.low[row]! * units)
  i64(115, day.close[row]! * units)
  if (mode === AngelMode.quote) return frame
  i64(123, Math.floor(day.lastTradeTime[row]! / 1_000))
  i64(131, ticks.openInterest[row]!)
  bestFive(view, batch, row, units)
  i64(347, day.upperCircuit[row]! * units)
  i64(355, day.lowerCircuit[row]! * units)
  i64(363, day.yearHigh[row]! * units)
  i64(371, day.yearLow[row]! * units)
  return frame
}

const bestFive = (view: DataView, { depth }: FeedBatch, row: number, units: number): void => {
  const entry = (at: number, flag: number, quantity: number, price: number, orders: number) => {
    view.setInt16(at, flag, true)
    view.setBigInt64(at + 2, BigInt(quantity), true)
    view.setBigInt64(at + 10, BigInt(price * units), true)
    view.setInt16(at + 18, orders, true)
  }
  for (let level = 0; level < 5; level++) {
    const from = row * depth.levels + level
    const bid = level < depth.bids[row]!
    const ask = level < depth.asks[row]!
    const at = 147 + level * 20
    entry(
      at,
      1,
      bid ? depth.bidQuantity[from]! : 0,
      bid ? depth.bidPrice[from]! : 0,
      bid ? depth.bidOrders[from]! : 0
    )
    entry(
      at + 100,
      0,
      ask ? depth.askQuantity[from]! : 0,
      ask ? depth.askPrice[from]! : 0,
      ask ? depth.askOrders[from]! : 0
    )
  }
}

const depth20 = (view: DataView, { depth }: FeedBatch, row: number, units: number): void => {
  for (let level = 0; level < 20; level++) {
    const from = row * depth.levels + level
    const buy = 43 + level * 10
    const sell = 243 + level * 10
    if (level < depth.bids[row]!) {
      view.setInt32(buy, depth.bidQuantity[from]!, true)
      view.setInt32(buy + 4, depth.bidPrice[from]! * units, true)
      view.setInt16(buy + 8, depth.bidOrders[from]!, true)
    }
    if (level < depth.asks[row]!) {
      view.setInt32(sell, depth.askQuantity[from]!, true)
      view.setInt32(sell + 4, depth.askPrice[from]! * units, true)
      view.setInt16(sell + 8, depth.askOrders[from]!, true)
    }
  }
}
