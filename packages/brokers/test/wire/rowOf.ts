/** One row of a batch with its columns by name, for tests that hold it against what another client made of the frame. */
import type { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"

export interface Level {
  readonly price: number
  readonly quantity: number
  readonly orders: number
}

export const rowOf = (batch: FeedBatch, row: number) => {
  const { day, depth, greeks, ticks } = batch
  const side = (count: number, price: Int32Array, quantity: Int32Array, orders: Uint16Array): ReadonlyArray<Level> =>
    Array.from({ length: count }, (_, level) => {
      const at = row * depth.levels + level
      // Levels below the count are within the columns.
      return { price: price[at]!, quantity: quantity[at]!, orders: orders[at]! }
    })
  // The callers' rows are below the batch's length, so no column can miss.
  return {
    instrument: ticks.instrument[row]!,
    mode: batch.mode[row]!,
    eventTime: ticks.eventTime[row]!,
    price: ticks.price[row]!,
    lastQuantity: ticks.lastQuantity[row]!,
    volume: ticks.volume[row]!,
    openInterest: ticks.openInterest[row]!,
    bid: ticks.bid[row]!,
    ask: ticks.ask[row]!,
    bidQuantity: ticks.bidQuantity[row]!,
    askQuantity: ticks.askQuantity[row]!,
    averagePrice: day.averagePrice[row]!,
    open: day.open[row]!,
    high: day.high[row]!,
    low: day.low[row]!,
    close: day.close[row]!,
    lowerCircuit: day.lowerCircuit[row]!,
    upperCircuit: day.upperCircuit[row]!,
    yearLow: day.yearLow[row]!,
    yearHigh: day.yearHigh[row]!,
    totalBuy: day.totalBuy[row]!,
    totalSell: day.totalSell[row]!,
    lastTradeTime: day.lastTradeTime[row]!,
    openInterestHigh: day.openInterestHigh[row]!,
    openInterestLow: day.openInterestLow[row]!,
    delta: greeks.delta[row]!,
    theta: greeks.theta[row]!,
    gamma: greeks.gamma[row]!,
    vega: greeks.vega[row]!,
    rho: greeks.rho[row]!,
    impliedVolatility: greeks.impliedVolatility[row]!,
    bids: side(depth.bids[row]!, depth.bidPrice, depth.bidQuantity, depth.bidOrders),
    asks: side(depth.asks[row]!, depth.askPrice, depth.askQuantity, depth.askOrders)
  }
}
export type Row = ReturnType<typeof rowOf>

export const rowsOf = (batch: FeedBatch): ReadonlyArray<Row> =>
  Array.from({ length: batch.length }, (_, row) => rowOf(batch, row))
