/** A month as weeks, Monday first, and what a day's cell says. Dates are IST, `2026-11-24`. */
import type { DayReport } from "@keepgaining/core/calendar/dayReport.ts"

/** Rows of seven; `undefined` before the first and after the last day. */
export const weeksOf = (days: ReadonlyArray<DayReport>): ReadonlyArray<ReadonlyArray<DayReport | undefined>> => {
  const [first] = days
  if (first === undefined) return []
  const lead = (new Date(`${first.date}T00:00:00Z`).getUTCDay() + 6) % 7
  const cells: Array<DayReport | undefined> = [...Array.from({ length: lead }, () => undefined), ...days]
  while (cells.length % 7 !== 0) cells.push(undefined)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}

/** `2026-12` and so on; `by` may be negative. */
export const monthAfter = (month: string, by: number): string => {
  const at = new Date(`${month}-01T00:00:00Z`)
  at.setUTCMonth(at.getUTCMonth() + by)
  return at.toISOString().slice(0, 7)
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** `Nov 2026`. */
export const monthTitle = (month: string): string => `${months[Number(month.slice(5)) - 1] ?? ""} ${month.slice(0, 4)}`

/** `24 Nov 2026`. */
export const dayTitle = (date: string): string => `${Number(date.slice(8))} ${monthTitle(date.slice(0, 7))}`

export const kindTitles: Readonly<Record<DayReport["kind"], string>> = {
  normal: "Trading day",
  weekend: "Weekend",
  holiday: "Holiday",
  full: "Special full session",
  muhurat: "Muhurat session",
  "recovery-test": "Recovery-test session"
}

/** The whole cell in words, for who cannot see it. */
export const spoken = ({ date, expiries, kind, reason }: DayReport): string =>
  [
    dayTitle(date),
    reason === "" || reason === "weekend" ? kindTitles[kind] : `${kindTitles[kind]}, ${reason}`,
    ...(expiries.length > 0 ? [`expiring: ${expiries.map(({ family }) => family).join(", ")}`] : [])
  ].join(": ")

/** Minutes of the day of `HH:MM`. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** `pre-open-entry-1` as people say it. */
export const phaseTitle = (phase: string): string => {
  const words = phase.replaceAll("-", " ")
  return words.charAt(0).toUpperCase() + words.slice(1)
}
