/** Index derivatives as the expiry rules list them, where no instrument master is at hand. */
import * as Result from "effect/Result"
import { dateOf, dayOf } from "../calendar/CalendarDays.ts"
import { type Expiry, scheduledExpiries, seriesOf } from "../calendar/expiries.ts"
import type { TradingCalendar } from "../calendar/TradingCalendar.ts"
import { type Listing, listingWith } from "./Listing.ts"

/** Contracts of all days that the calendar covers. Stocks are not in it: the rules do not name them. */
export const ruleListing = (calendar: TradingCalendar): Listing => {
  const expiries = ruleExpiries(calendar)
  const byDate = Map.groupBy(expiries, ({ date }) => date)
  return listingWith(
    expiries.map(({ date, exchange, family }) => [exchange, family, date]),
    (date) => seriesOf(byDate.get(date) ?? [])
  )
}

/** What expires by rule on the days that the calendar covers. Scheduled days that nobody can tell the roll of are left out. */
export const ruleExpiries = (calendar: TradingCalendar): ReadonlyArray<Expiry> => {
  const found: Array<Expiry> = []
  for (const { from, to } of calendar.covered) {
    for (let day = dayOf(from); day <= dayOf(to); day++) {
      const date = dateOf(day)
      found.push(...Result.getOrElse(scheduledExpiries(calendar, date, date), () => []))
    }
  }
  return found
}
