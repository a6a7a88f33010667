/** Which contracts are listed: without it many symbols could mean several things. From instrument masters, or from rules. */
import { seriesOn } from "../calendar/expiries.ts"
import type { TradingCalendar } from "../calendar/TradingCalendar.ts"

type Exchange = "NSE" | "BSE"

export interface Listing {
  /** Whether derivatives of that name are listed on the exchange. */
  readonly isUnderlying: (exchange: Exchange, name: string) => boolean
  /** Expiry dates listed for it, ascending. */
  readonly expiries: (exchange: Exchange, name: string) => ReadonlyArray<string>
  /** What the expiry rules say of a listed date; `undefined` where they do not cover it. */
  readonly kindOf: (exchange: Exchange, name: string, expiry: string) => "weekly" | "monthly" | undefined
}

type Series = ReturnType<typeof seriesOn>

/** Dates by exchange and name of the contracts, in any order. */
type Expiries = Iterable<readonly [exchange: Exchange, name: string, date: string]>

/** The calendar's expiry rules know which of the dates are monthly. */
export const makeListing = (expiries: Expiries, calendar: TradingCalendar): Listing =>
  listingWith(expiries, (date) => seriesOn(calendar, date))

/** `seriesOf`: of which series contracts are that expire on a date. */
export const listingWith = (expiries: Expiries, seriesOf: (date: string) => Series): Listing => {
  const dates = new Map<string, Map<string, "weekly" | "monthly" | undefined>>()
  const series = new Map<string, Series>()
  for (const [exchange, name, date] of expiries) {
    const key = `${exchange}:${name}`
    const known = dates.get(key)
    if (known?.has(date) === true) continue
    const expiring = series.get(date) ?? seriesOf(date)
    series.set(date, expiring)
    const kind = expiring.get(key)
    if (known === undefined) dates.set(key, new Map([[date, kind]]))
    else known.set(date, kind)
  }
  const sorted = new Map(Array.from(dates, ([key, known]) => [key, [...known.keys()].sort()] as const))
  return {
    isUnderlying: (exchange, name) => sorted.has(`${exchange}:${name}`),
    expiries: (exchange, name) => sorted.get(`${exchange}:${name}`) ?? [],
    kindOf: (exchange, name, expiry) => dates.get(`${exchange}:${name}`)?.get(expiry)
  }
}

/**
 * Whether a listed expiry is the monthly one, which is written in the monthly form. A weekly of the first days of a month that
 * a holiday moves back lies after the monthly of the month before: only the rules can tell. Where they do not know the date, it is
 * the last of its month.
 */
export const isMonthly = (listing: Listing, exchange: Exchange, name: string, expiry: string): boolean => {
  const kind = listing.kindOf(exchange, name, expiry)
  if (kind !== undefined) return kind === "monthly"
  return !listing.expiries(exchange, name).some((other) =>
    other.slice(0, 7) === expiry.slice(0, 7) &&
    (other > expiry || (other < expiry && listing.kindOf(exchange, name, other) === "monthly"))
  )
}
