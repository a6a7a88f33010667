/** Arithmetic on dates of the Gregorian calendar as day numbers (days since 1970-01-01). No time zone is involved. */
import { DAY_MS } from "../market/IndianTime.ts"

/** Day number of `YYYY-MM-DD`. */
export const dayOf = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS)

export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** 0 = Sunday. The day number 0 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7

export const isWeekend = (day: number): boolean => weekdayOf(day) === 0 || weekdayOf(day) === 6

/** Last day of the month that holds the day. */
export const endOfMonth = (day: number): number => {
  const date = new Date(day * DAY_MS)
  return Math.round(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0) / DAY_MS)
}
