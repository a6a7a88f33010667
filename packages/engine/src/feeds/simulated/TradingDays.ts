/**
 * The calendar of the simulated exchange: it trades every Monday to Friday, 09:15 to 15:30 IST, and keeps no holidays.
 * The real calendar is dated data; this one must work on any day that somebody starts the demo.
 */
import { DAY_MS, istDay, MINUTE_MS, startOfIstDay, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"

export const OPEN = timeOfDay(9, 15)
export const CLOSE = timeOfDay(15, 30)
/** Length of the continuous session, ms. */
export const SESSION_MS = CLOSE - OPEN

/** 0 = Sunday. The IST day number 0 (1970-01-01) was a Thursday. */
export const weekday = (day: number): number => (((day + 4) % 7) + 7) % 7

const isTradingDay = (day: number): boolean => weekday(day) !== 0 && weekday(day) !== 6

/** The first trading day on or after the day. */
export const tradingDayFrom = (day: number): number => {
  let candidate = day
  while (!isTradingDay(candidate)) candidate += 1
  return candidate
}

/** Epoch ms of that day's open and close. */
export const openOf = (day: number): number => startOfIstDay(day) + OPEN
export const closeOf = (day: number): number => startOfIstDay(day) + CLOSE

/** 09:15 IST of the first trading day on or after the instant's date: where a demo that is started then begins. */
export const sessionStart = (instant: number): number => openOf(tradingDayFrom(istDay(instant)))

/** Whether the contract's last session, which ends at `expiry` (epoch ms), is over at the instant. */
export const hasExpired = (expiry: number, instant: number): boolean => instant >= expiry

const TUESDAY = 2

/**
 * Expiry day of the weekly NIFTY contract to show: the first Tuesday (the exchange's rule since 2025-09-01) that is at
 * least two days off, so that a demo left running does not outlive its chain in the first hours.
 */
export const weeklyExpiryDay = (day: number): number => {
  let candidate = day + 2
  while (weekday(candidate) !== TUESDAY) candidate += 1
  return candidate
}

/** Whether the day is the last Tuesday of its month, where the monthly contracts expire. */
export const isMonthlyExpiryDay = (day: number): boolean =>
  weekday(day) === TUESDAY && monthOf(day) !== monthOf(day + 7)

/** The first monthly expiry day on or after the day. */
export const monthlyExpiryDay = (day: number): number => {
  let candidate = day
  while (!isMonthlyExpiryDay(candidate)) candidate += 1
  return candidate
}

/** 0 = January. Noon avoids any question about which side of midnight a day number means. */
const monthOf = (day: number): number => new Date(day * DAY_MS + 720 * MINUTE_MS).getUTCMonth()
