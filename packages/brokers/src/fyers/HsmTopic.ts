/** Topics of Fyers' HSM data socket: `sf|nse_cm|3045`. They are the keys of a `KeyTable`. */

/** `sf` quote of a symbol, `if` of an index (by its name), `dp` five levels of depth. */
export type HsmTopicKind = "sf" | "if" | "dp"

/** What a row came from; the number stands in `FeedBatch.mode`. */
export const HsmMode = { symbol: 1, index: 2, depth: 3, lite: 4 } as const
export type HsmMode = (typeof HsmMode)[keyof typeof HsmMode]

/** Exchange and segment, the first four digits of a fyToken, as topics write them. */
const segments: ReadonlyMap<string, string> = new Map([
  ["1010", "nse_cm"],
  ["1011", "nse_fo"],
  ["1012", "cde_fo"],
  ["1020", "nse_com"],
  ["1120", "mcx_fo"],
  ["1210", "bse_cm"],
  ["1211", "bse_fo"],
  ["1212", "bcs_fo"]
])

/**
 * Topic of a symbol's fyToken (`10100000003045`: exchange, segment, expiry, exchange token); `undefined` for a segment
 * that Fyers does not document.
 */
export const topicOfToken = (kind: "sf" | "dp", fyToken: string): string | undefined => {
  const segment = segments.get(fyToken.slice(0, 4))
  return segment === undefined || fyToken.length <= 10 ? undefined : `${kind}|${segment}|${fyToken.slice(10)}`
}

/** Topic of an index by its name on the exchange: `if|nse_cm|Nifty 50`. */
export const topicOfIndex = (segment: "nse_cm" | "bse_cm", name: string): string => `if|${segment}|${name}`
