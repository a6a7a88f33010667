import { Segment } from "../calendar/CalendarRules.ts"
import type { TradingCalendar } from "../calendar/TradingCalendar.ts"
import { timeOfDay } from "../market/IndianTime.ts"
import type { Hours, HoursRules } from "./TradingHours.ts"

type Special = HoursRules["special"][number]

/**
 * The hours of the exchange's calendar, as data to be kept with what is recorded.
 *
 * `holidays`: whether days on which the exchange is closed have no session, and those of which nobody knows whether it is. For a
 * recording of the past it is left out: ticks prove that somebody traded, and the calendar does not reach back for ever; weekends
 * then have ordinary hours too. A Muhurat session whose hours are not published has none.
 */
export const calendarHours = (
  { covered, rules }: TradingCalendar,
  options: { readonly holidays: boolean }
): HoursRules => ({
  name: options.holidays ? "the exchange's calendar" : "the exchange's hours, whatever the day",
  continuous: rules.phases.filter(({ phase }) => phase === "continuous")
    .map(({ effective_from: from, end, segment, start }) => ({
      segment,
      from,
      open: timeIn(start),
      close: timeIn(end)
    })),
  special: rules.specialSessions.flatMap((row): ReadonlyArray<Special> => {
    const { close, date, kind, open, second_close: end, second_open: start } = row
    const segment = row.segment === undefined || row.segment === "" ? undefined : row.segment
    // A full session on a weekend has the ordinary hours of each segment; without holidays those hold anyway.
    if (kind === "full") {
      if (!options.holidays) return []
      return (segment === undefined ? Segment.literals : [segment])
        .map((one) => ({ date, segment: one, spans: ordinary(rules.phases, one, date) }))
    }
    const of = { date, ...(segment === undefined ? {} : { segment }) }
    if (open === "" || close === "") return options.holidays ? [{ ...of, spans: [] }] : []
    const first = { open: timeIn(open), close: timeIn(close) }
    const spans = start === "" || end === "" ? [first] : [first, { open: timeIn(start), close: timeIn(end) }]
    return [{ ...of, spans }]
  }),
  closed: options.holidays ? rules.holidays.map(({ date }) => date) : [],
  weekends: !options.holidays,
  ...(options.holidays ? { covered } : {})
})

const ordinary = (
  phases: TradingCalendar["rules"]["phases"],
  segment: Segment,
  date: string
): ReadonlyArray<Hours> => {
  const rows = phases.filter((row) =>
    row.phase === "continuous" && row.segment === segment && row.effective_from <= date
  )
  const newest = rows.toSorted((a, b) => a.effective_from < b.effective_from ? -1 : 1).at(-1)
  return newest === undefined ? [] : [{ open: timeIn(newest.start), close: timeIn(newest.end) }]
}

/** The rules were checked when they were read: they are `HH:MM`. */
const timeIn = (text: string): number => timeOfDay(Number(text.slice(0, 2)), Number(text.slice(3, 5)))
