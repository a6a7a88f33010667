/** Index derivatives as the expiry rules list them, where no instrument master is at hand. */
import * as Result from "effect/Result"
import { scheduledExpiries } from "../calendar/expiries.ts"
import type { TradingCalendar } from "../calendar/TradingCalendar.ts"
import type { Listing } from "./Listing.ts"

/** Contracts that expire from `from` to `to`. Stocks are not in it: the rules do not name them. */
export const ruleListing = (calendar: TradingCalendar, from: string, to: string): Listing => {
  const expiries = new Map<string, Array<string>>()
  for (const { date, exchange, family } of Result.getOrElse(scheduledExpiries(calendar, from, to), () => [])) {
    const known = expiries.get(`${exchange}:${family}`)
    if (known === undefined) expiries.set(`${exchange}:${family}`, [date])
    else known.push(date)
  }
  return {
    isUnderlying: (exchange, name) => expiries.has(`${exchange}:${name}`),
    expiries: (exchange, name) => expiries.get(`${exchange}:${name}`) ?? []
  }
}
