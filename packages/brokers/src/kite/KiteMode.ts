/** What a packet of the Kite ticker holds; the number stands in `FeedBatch.mode`. */
export const KiteMode = { ltp: 1, quote: 2, full: 3, indexQuote: 4, indexFull: 5 } as const
export type KiteMode = (typeof KiteMode)[keyof typeof KiteMode]

/** Bytes of a packet of each mode. */
export const LTP_BYTES = 8
export const INDEX_QUOTE_BYTES = 28
export const INDEX_FULL_BYTES = 32
export const QUOTE_BYTES = 44
export const FULL_BYTES = 184

/** Modes that a client can ask for. */
export type KiteSubscriptionMode = "ltp" | "quote" | "full"
