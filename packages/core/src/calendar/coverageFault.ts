import { istDay } from "../market/IndianTime.ts"
import { dateOf, dayOf } from "./CalendarDays.ts"

/** A calendar that ends within so many days has to be seen to. */
const SOON = 30

/** What is wrong with a calendar whose trading days are known until that date, in words; `null` when not even today is known. */
export const coverageFault = (until: string | null, now: number): string | undefined => {
  const today = istDay(now)
  const remedy = "Add the exchange's circular to rules/ in the data directory, or update the engine"
  if (until === null) {
    return `The calendar does not cover ${dateOf(today)}: there is no session. ${remedy}, then start again`
  }
  return dayOf(until) - today > SOON
    ? undefined
    : `The calendar ends on ${until}: no later day has a session. ${remedy}, then start again`
}
