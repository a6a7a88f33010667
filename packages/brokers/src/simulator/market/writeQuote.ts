/** A quote of the simulated market as a row of a feed batch, every optional column filled; the broker's encoder takes what its mode has. */
import { DecodeCounters } from "../../wire/DecodeCounters.ts"
import type { FeedBatch } from "../../wire/FeedBatch.ts"
import type { SimInstrument } from "./SimInstrument.ts"
import type { SimQuote } from "./SimMarket.ts"

const counters = new DecodeCounters()

/**
 * `mode` in the broker's own numbers; `skew`: what the broker's clock is ahead by, ms; `losesPrice`: whether it goes without its
 * price. Depth: as many levels as the batch keeps, one tick apart.
 */
export const writeQuote = (
  batch: FeedBatch,
  of: SimInstrument,
  quote: SimQuote,
  mode: number,
  skew: number,
  losesPrice: boolean
): void => {
  const at = quote.at + skew
  const row = batch.open()
  const { day, depth, ticks } = batch
  ticks.eventTime[row] = at
  ticks.price[row] = quote.price
  ticks.lastQuantity[row] = quote.lastQuantity
  ticks.volume[row] = quote.volume
  ticks.openInterest[row] = quote.openInterest
  ticks.bid[row] = quote.bid
  ticks.ask[row] = quote.ask
  ticks.bidQuantity[row] = quote.bidQuantity
  ticks.askQuantity[row] = quote.askQuantity
  batch.mode[row] = mode
  day.averagePrice[row] = quote.averagePrice
  day.open[row] = quote.open
  day.high[row] = quote.high
  day.low[row] = quote.low
  day.close[row] = quote.previousClose
  day.lowerCircuit[row] = quote.lowerCircuit
  day.upperCircuit[row] = quote.upperCircuit
  day.yearLow[row] = Math.round(quote.previousClose * 0.7)
  day.yearHigh[row] = Math.round(quote.previousClose * 1.3)
  day.totalBuy[row] = quote.bidQuantity * 40
  day.totalSell[row] = quote.askQuantity * 40
  day.lastTradeTime[row] = Math.floor(at / 1_000) * 1_000
  day.openInterestHigh[row] = quote.openInterest
  day.openInterestLow[row] = quote.openInterest
  if (quote.bid > 0) {
    const step = of.instrument.tickSize
    for (let level = 0; level < depth.levels; level++) {
      const bid = quote.bid - level * step
      if (bid > 0) depth.setBid(row, level, bid, quote.bidQuantity * (1 + level), 1 + level)
      depth.setAsk(row, level, quote.ask + level * step, quote.askQuantity * (1 + level), 1 + level)
    }
  }
  batch.receivedAt = at
  // Without a price it would not be taken.
  if (batch.commit(of.index, counters) && losesPrice) ticks.price[row] = 0
}
