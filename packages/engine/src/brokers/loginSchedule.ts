/**
 * When an account that may log in by itself does so. Tokens end at night or early in the morning (03:30 Upstox, 06:00 Kite,
 * 00:00 Angel One), so a new one is fetched before the open of every trading day and held until it ends. Pure; times epoch ms.
 */
import { dateOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { istDay, MINUTE_MS, startOfIstDay, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"

/** All four brokers' nights are over by then, and an hour is left for whatever goes wrong. */
export const LOGIN_AT = timeOfDay(8, 0)
/** From then on a login is of no use for the day. */
export const LAST_LOGIN_AT = timeOfDay(15, 30)
/** Late enough for a broker that had trouble all morning, early enough to be live with its streams at the open. */
export const BEFORE_OPEN = timeOfDay(9, 10)
/** After so many refusals in a row somebody has to look: another wrong attempt may lock the account. */
export const MOST_REFUSALS = 3
const LONGEST_SEARCH = 30

/**
 * The next instant, `now` or later, at which to log in; `isTradingDay` by ISO date. `undefined` when no trading day is known
 * within a month. `endsAt`: end of the token that is there, if any.
 */
export const nextLogin = (
  now: number,
  endsAt: number | undefined,
  isTradingDay: (date: string) => boolean
): number | undefined => {
  const earliest = Math.max(now, endsAt ?? now)
  for (let day = istDay(earliest); day < istDay(earliest) + LONGEST_SEARCH; day++) {
    if (!isTradingDay(dateOf(day))) continue
    const midnight = startOfIstDay(day)
    if (earliest >= midnight + LAST_LOGIN_AT) continue
    return Math.max(earliest, midnight + LOGIN_AT)
  }
  return undefined
}

/**
 * When to try again after failure number `failures` in a row: in one minute, then twice as long each time, at most fifteen;
 * but once more just before the open, however often it failed, for that is the one that counts.
 */
export const retryLoginAt = (now: number, failures: number): number => {
  const usual = now + Math.min(15, 2 ** Math.max(0, failures - 1)) * MINUTE_MS
  const last = startOfIstDay(istDay(now)) + BEFORE_OPEN
  return now < last ? Math.min(usual, last) : usual
}
