/** Modes of Angel's SmartStream 2.0; the number stands on the wire and in `FeedBatch.mode`. */
export const AngelMode = { ltp: 1, quote: 2, snapQuote: 3, depth20: 4 } as const
export type AngelMode = (typeof AngelMode)[keyof typeof AngelMode]

/** Bytes of a packet of each mode. */
export const LTP_BYTES = 51
export const QUOTE_BYTES = 123
export const SNAP_QUOTE_BYTES = 379
export const DEPTH_20_BYTES = 443

export const AngelExchangeType = {
  nse_cm: 1,
  nse_fo: 2,
  bse_cm: 3,
  bse_fo: 4,
  mcx_fo: 5,
  ncx_fo: 7,
  cde_fo: 13
} as const
export type AngelExchangeType = (typeof AngelExchangeType)[keyof typeof AngelExchangeType]

/** Wire units in a paisa: prices are paise, but 1e-7 rupees for currency (SmartAPI documentation, "WebSocket 2.0"). */
export const unitsInPaisa = (exchangeType: number): number => exchangeType === AngelExchangeType.cde_fo ? 100_000 : 1

/**
 * Key of an instrument in a `KeyTable`: the exchange type as one character, then the token, just as the two stand next
 * to each other in a packet.
 */
export const angelKey = (exchangeType: AngelExchangeType, token: string): string =>
  String.fromCharCode(exchangeType) + token
