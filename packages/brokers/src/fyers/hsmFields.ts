/** Places of the values in HSM records, by topic kind, as the stream configuration orders them. */
export const Quote = {
  ltp: 0,
  volume: 1,
  lastTradeTime: 2,
  feedTime: 3,
  bidQuantity: 4,
  askQuantity: 5,
  bid: 6,
  ask: 7,
  lastQuantity: 8,
  totalBuy: 9,
  totalSell: 10,
  averagePrice: 11,
  openInterest: 12,
  low: 13,
  high: 14,
  yearHigh: 15,
  yearLow: 16,
  lowerCircuit: 17,
  upperCircuit: 18,
  open: 19,
  close: 20
} as const
export const SYMBOL_FIELDS = 21

export const Index = { ltp: 0, close: 1, feedTime: 2, high: 3, low: 4, open: 5 } as const
export const INDEX_FIELDS = 6

/** Each begins five levels. */
export const Depth = { bid: 0, ask: 5, bidQuantity: 10, askQuantity: 15, bidOrders: 20, askOrders: 25 } as const
export const DEPTH_FIELDS = 30
export const LEVELS = 5

/** A value that says "as before". */
export const UNCHANGED = -2_147_483_648

export const HsmType = {
  auth: 1,
  ack: 3,
  subscribe: 4,
  unsubscribe: 5,
  data: 6,
  pause: 7,
  resume: 8,
  ping: 11,
  mode: 12,
  text: 13
} as const

/** First byte of a record in a data frame. */
export const HsmRecord = { snapshot: 83, update: 85, lite: 76 } as const
