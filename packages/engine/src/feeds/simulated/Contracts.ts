/** The exchange's names for index contracts. */
import { formatIstDate, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import type { OptionRight } from "@keepgaining/core/market/Instrument.ts"
import { isMonthlyExpiryDay } from "./TradingDays.ts"

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
const weeklyMonths = "123456789OND"

/** `2026-12-01` of an IST day number. */
export const dateOfDay = (day: number): string => formatIstDate(startOfIstDay(day))

const monthly = (date: string): string => `${date.slice(2, 4)}${months[Number(date.slice(5, 7)) - 1] ?? ""}`

const weekly = (date: string): string =>
  `${date.slice(2, 4)}${weeklyMonths.charAt(Number(date.slice(5, 7)) - 1)}${date.slice(8, 10)}`

/** `NSE:NIFTY26NOVFUT`. */
export const futureSymbol = (underlying: string, expiryDay: number): string =>
  `NSE:${underlying}${monthly(dateOfDay(expiryDay))}FUT`

/**
 * `NSE:NIFTY26D0124500CE` (weekly: year, month as 1-9 O N D, day) or, for the month's last expiry,
 * `NSE:NIFTY26NOV24500CE`. Strike in rupees.
 */
export const optionSymbol = (underlying: string, expiryDay: number, strike: number, right: OptionRight): string => {
  const date = dateOfDay(expiryDay)
  return `NSE:${underlying}${isMonthlyExpiryDay(expiryDay) ? monthly(date) : weekly(date)}${strike}${right}`
}
