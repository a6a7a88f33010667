/** Rows for the round trips: what they hold, how they get into a batch, and how two batches are compared. */
import { DecodeCounters } from "@keepgaining/brokers/wire/DecodeCounters.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import * as Schema from "effect/Schema"

const int = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

/** Epoch ms of a whole second, 2001 to 2033: some feeds carry no fraction. */
const second = Schema.Int.check(Schema.isBetween({ minimum: 1_000_000_000, maximum: 2_000_000_000 }))

const price = int(2_000_000_000)
const level = Schema.Struct({ price, quantity: int(2_000_000_000), orders: int(32_767) })

export const SomeRow = Schema.Struct({
  instrument: int(9),
  mode: int(1_000),
  second,
  lastTrade: second,
  price: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_000_000_000 })),
  prices: Schema.Tuple([price, price, price, price, price, price, price, price, price]),
  /** Last quantity, bid and ask quantity. */
  quantities: Schema.Tuple([int(2_000_000_000), int(2_000_000_000), int(2_000_000_000)]),
  /** Volume, open interest, its high and low, total buy and sell. */
  totals: Schema.Tuple([
    int(2_000_000_000),
    int(2_000_000_000),
    int(2_000_000_000),
    int(2_000_000_000),
    int(2_000_000_000),
    int(2_000_000_000)
  ]),
  depth: Schema.Array(Schema.Tuple([level, level])).check(Schema.isMaxLength(30)),
  greeks: Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite])
})
export type SomeRow = typeof SomeRow.Type

export const SomeRows = Schema.Array(SomeRow).check(Schema.isMaxLength(40))

/** The row with its prices small enough for feeds whose wire unit is a fraction of a paisa. */
export const withSmallPrices = (row: SomeRow, most: number): SomeRow => {
  const small = (price: number): number => price % most
  const [average, open, high, low, close, lower, upper, yearLow, yearHigh] = row.prices
  return {
    ...row,
    price: 1 + small(row.price),
    prices: [
      small(average),
      small(open),
      small(high),
      small(low),
      small(close),
      small(lower),
      small(upper),
      small(yearLow),
      small(yearHigh)
    ],
    depth: row.depth.map(([bid, ask]) => [{ ...bid, price: small(bid.price) }, { ...ask, price: small(ask.price) }])
  }
}

export const RECEIVED_AT = 2_000_000_000_000

export const commitAt = (batch: FeedBatch, instrument: number, eventTime: number): void => {
  batch.receivedAt = RECEIVED_AT
  batch.ticks.eventTime[batch.length] = eventTime
  if (!batch.commit(instrument, new DecodeCounters())) throw new Error("a row without a price")
}

/** What a mode of the protocol carries; everything else of a row is left out. */
export interface Carries {
  readonly last?: boolean
  readonly stats?: boolean
  readonly average?: boolean
  readonly ohlc?: boolean
  readonly close?: boolean
  readonly openInterest?: boolean
  readonly openInterestRange?: boolean
  readonly lastTrade?: boolean
  readonly circuits?: boolean
  readonly year?: boolean
  readonly greeks?: boolean
  readonly orders?: boolean
  readonly touch?: boolean
  readonly volume?: boolean
  readonly time?: boolean
  /** Levels of depth: exactly as many, or up to as many when the protocol's count is free. */
  readonly levels?: number
  readonly exactLevels?: boolean
}

/** Puts the rows in a batch, as far as `carries(mode)` says; `modes` is what the row's number chooses from. */
export const fill = (
  rows: ReadonlyArray<SomeRow>,
  modes: ReadonlyArray<number>,
  carries: (mode: number, instrument: number) => Carries,
  instrumentOf: (row: SomeRow, mode: number) => number = (row) => row.instrument
): FeedBatch => {
  const batch = new FeedBatch(4, 30)
  for (const row of rows) {
    const mode = modes[row.mode % modes.length] ?? 0
    const instrument = instrumentOf(row, mode)
    const has = carries(mode, instrument)
    const at = batch.open()
    const { day, depth, greeks, ticks } = batch
    batch.mode[at] = mode
    ticks.price[at] = row.price
    if (has.last === true) ticks.lastQuantity[at] = row.quantities[0]
    if (has.volume === true) ticks.volume[at] = row.totals[0]
    if (has.openInterest === true) ticks.openInterest[at] = row.totals[1]
    if (has.openInterestRange === true) {
      day.openInterestHigh[at] = row.totals[2]
      day.openInterestLow[at] = row.totals[3]
    }
    if (has.stats === true) {
      day.totalBuy[at] = row.totals[4]
      day.totalSell[at] = row.totals[5]
    }
    if (has.average === true) day.averagePrice[at] = row.prices[0]
    if (has.ohlc === true) {
      day.open[at] = row.prices[1]
      day.high[at] = row.prices[2]
      day.low[at] = row.prices[3]
    }
    if (has.close === true) day.close[at] = row.prices[4]
    if (has.circuits === true) {
      day.lowerCircuit[at] = row.prices[5]
      day.upperCircuit[at] = row.prices[6]
    }
    if (has.year === true) {
      day.yearLow[at] = row.prices[7]
      day.yearHigh[at] = row.prices[8]
    }
    if (has.lastTrade === true) day.lastTradeTime[at] = row.lastTrade * 1_000
    if (has.greeks === true) {
      greeks.delta[at] = row.greeks[0]
      greeks.theta[at] = row.greeks[1]
      greeks.gamma[at] = row.greeks[2]
      greeks.vega[at] = row.greeks[3]
      greeks.rho[at] = row.greeks[4]
      greeks.impliedVolatility[at] = row.greeks[5]
    }
    const levels = has.levels ?? 0
    for (let i = 0; i < levels; i++) {
      const pair = row.depth[i]
      if (pair === undefined && has.exactLevels !== true) break
      const [bid, ask] = pair ?? [{ price: 0, quantity: 0, orders: 0 }, { price: 0, quantity: 0, orders: 0 }]
      depth.setBid(at, i, bid.price, bid.quantity, has.orders === true ? bid.orders : 0)
      depth.setAsk(at, i, ask.price, ask.quantity, has.orders === true ? ask.orders : 0)
    }
    if (has.touch === true) {
      ticks.bid[at] = row.prices[5]
      ticks.ask[at] = row.prices[6]
      ticks.bidQuantity[at] = row.quantities[1]
      ticks.askQuantity[at] = row.quantities[2]
    }
    batch.touchFromDepth(at)
    commitAt(batch, instrument, has.time === true ? row.second * 1_000 : RECEIVED_AT)
  }
  return batch
}

/** Everything a row says, for comparison. */
export const plain = (batch: FeedBatch): ReadonlyArray<unknown> =>
  Array.from({ length: batch.length }, (_, row) => {
    const { day, depth, greeks } = batch
    const side = (
      count: number | undefined,
      price: Int32Array,
      quantity: Int32Array,
      orders: Uint16Array
    ) =>
      Array.from({ length: count ?? 0 }, (_, i) => {
        const at = row * depth.levels + i
        return [price[at], quantity[at], orders[at]]
      })
    return {
      tick: batch.ticks.tick(row),
      mode: batch.mode[row],
      day: day.columns.map((column) => column[row]),
      greeks: greeks.columns.map((column) => column[row]),
      bids: side(depth.bids[row], depth.bidPrice, depth.bidQuantity, depth.bidOrders),
      asks: side(depth.asks[row], depth.askPrice, depth.askQuantity, depth.askOrders)
    }
  })

/** Bytes for the fuzz: any at all, and a good frame with bytes changed and its end cut off. */
export const SomeBytes = Schema.Array(int(255)).check(Schema.isMaxLength(600))
export const SomeDamage = Schema.Struct({
  keep: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  changes: Schema.Array(Schema.Tuple([Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })), int(255)]))
    .check(Schema.isMaxLength(6))
})

export const damage = (frame: Uint8Array, how: typeof SomeDamage.Type): Uint8Array => {
  const copy = frame.slice(0, Math.ceil(frame.length * how.keep))
  for (const [where, value] of how.changes) copy[Math.floor(where * copy.length)] = value
  return copy
}
