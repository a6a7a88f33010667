import type { TradingCalendar } from "../calendar/TradingCalendar.ts"
import { timeOfDay } from "../market/IndianTime.ts"
import type { HoursRules } from "./TradingHours.ts"

/**
 * The hours of the exchange's calendar, as data to be kept with what is recorded.
 *
 * `holidays`: whether days on which the exchange is closed have no session. For a recording of the past it is left out: ticks
 * prove that somebody traded, and the calendar does not reach back for ever; weekends then have ordinary hours too. A
 * Muhurat session whose hours are not published has none.
 */
export const calendarHours = ({ rules }: TradingCalendar, options: { readonly holidays: boolean }): HoursRules => ({
  name: options.holidays ? "the exchange's calendar" : "the exchange's hours, whatever the day",
  continuous: rules.phases.filter(({ phase }) => phase === "continuous")
    .map(({ effective_from: from, end, segment, start }) => ({
      segment,
      from,
      open: timeIn(start),
      close: timeIn(end)
    })),
  special: rules.specialSessions.flatMap(({ close, date, kind, open, second_close: end, second_open: start }) => {
    // A full session on a weekend has ordinary hours; without holidays those hold anyway.
    if (kind === "full") return options.holidays ? fullDay(rules.phases, date) : []
    if (open === "" || close === "") return options.holidays ? [{ date, spans: [] }] : []
    const first = { open: timeIn(open), close: timeIn(close) }
    const spans = start === "" || end === "" ? [first] : [first, { open: timeIn(start), close: timeIn(end) }]
    return [{ date, spans }]
  }),
  closed: options.holidays ? rules.holidays.map(({ date }) => date) : [],
  weekends: !options.holidays
})

/** The widest ordinary hours of the date: a special day is the same for all segments. */
const fullDay = (phases: TradingCalendar["rules"]["phases"], date: string): HoursRules["special"] => {
  const rows = phases.filter(({ effective_from: from, phase, segment }) =>
    phase === "continuous" && segment === "cash" && from <= date
  )
  const newest = rows.toSorted((a, b) => a.effective_from < b.effective_from ? -1 : 1).at(-1)
  return newest === undefined ? [] : [{ date, spans: [{ open: timeIn(newest.start), close: timeIn(newest.end) }] }]
}

/** The rules were checked when they were read: they are `HH:MM`. */
const timeIn = (text: string): number => timeOfDay(Number(text.slice(0, 2)), Number(text.slice(3, 5)))
