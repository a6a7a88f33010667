/** Which contracts are listed: without it many symbols could mean several things. From instrument masters, or from rules. */
export interface Listing {
  /** Whether derivatives of that name are listed on the exchange. */
  readonly isUnderlying: (exchange: "NSE" | "BSE", name: string) => boolean
  /** Expiry dates listed for it, ascending. */
  readonly expiries: (exchange: "NSE" | "BSE", name: string) => ReadonlyArray<string>
}

/** The last expiry of its month is written in the monthly form, also when it is one of a weekly series. */
export const isMonthly = (listing: Listing, exchange: "NSE" | "BSE", name: string, expiry: string): boolean =>
  !listing.expiries(exchange, name).some((other) => other.slice(0, 7) === expiry.slice(0, 7) && other > expiry)
