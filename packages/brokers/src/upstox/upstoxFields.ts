/**
 * Tags of the messages in Upstox's `MarketDataFeedV3.proto` (field number and wire type in one number, as they stand on
 * the wire), by message and field name.
 */
const varint = (field: number): number => field << 3
const double = (field: number): number => field << 3 | 1
const bytes = (field: number): number => field << 3 | 2

export const FeedResponse = { type: varint(1), feeds: bytes(2), currentTs: varint(3), marketInfo: bytes(4) } as const
export const Entry = { key: bytes(1), value: bytes(2), enumValue: varint(2) } as const
export const Feed = {
  ltpc: bytes(1),
  fullFeed: bytes(2),
  firstLevelWithGreeks: bytes(3),
  requestMode: varint(4)
} as const
export const FullFeed = { marketFF: bytes(1), indexFF: bytes(2) } as const
export const Ltpc = { ltp: double(1), ltt: varint(2), ltq: varint(3), cp: double(4) } as const
export const MarketFullFeed = {
  ltpc: bytes(1),
  marketLevel: bytes(2),
  optionGreeks: bytes(3),
  marketOHLC: bytes(4),
  atp: double(5),
  vtt: varint(6),
  oi: double(7),
  iv: double(8),
  tbq: double(9),
  tsq: double(10)
} as const
export const IndexFullFeed = { ltpc: bytes(1), marketOHLC: bytes(2) } as const
export const FirstLevelWithGreeks = {
  ltpc: bytes(1),
  firstDepth: bytes(2),
  optionGreeks: bytes(3),
  vtt: varint(4),
  oi: double(5),
  iv: double(6)
} as const
export const MarketLevel = { bidAskQuote: bytes(1) } as const
export const Quote = { bidQ: varint(1), bidP: double(2), askQ: varint(3), askP: double(4) } as const
export const OptionGreeks = {
  delta: double(1),
  theta: double(2),
  gamma: double(3),
  vega: double(4),
  rho: double(5)
} as const
export const MarketOHLC = { ohlc: bytes(1) } as const
export const Ohlc = {
  interval: bytes(1),
  open: double(2),
  high: double(3),
  low: double(4),
  close: double(5),
  vol: varint(6),
  ts: varint(7)
} as const
export const MarketInfo = { segmentStatus: bytes(1) } as const
