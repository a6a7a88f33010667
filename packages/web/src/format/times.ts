/** How times are written: always IST, 24 h, and said so wherever a time stands alone. Instants are epoch ms. */
import { formatIst, formatIstTime, IST_OFFSET_MS } from "@keepgaining/core/market/IndianTime.ts"
import { missing } from "./numbers.ts"

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const

const known = (instant: number): boolean => Number.isFinite(instant) && instant > 0

/** `13:16:08`. */
export const time = (instant: number): string => known(instant) ? formatIstTime(instant) : missing

/** `13:16:08 IST`. */
export const clock = (instant: number): string => known(instant) ? `${formatIstTime(instant)} IST` : missing

/** `13:16:08.250`. */
export const timeWithMillis = (instant: number): string => known(instant) ? formatIstTime(instant, true) : missing

/** `24 Nov 2026`. */
export const date = (instant: number): string => {
  if (!known(instant)) return missing
  const shifted = new Date(instant + IST_OFFSET_MS)
  // A month number is 0 to 11.
  return `${
    String(shifted.getUTCDate()).padStart(2, "0")
  } ${months[shifted.getUTCMonth()]!} ${shifted.getUTCFullYear()}`
}

export const dateAndTime = (instant: number): string => known(instant) ? `${date(instant)} ${clock(instant)}` : missing

/** `midnight`, or the time of an instant at which something ends: a day's end is no time of the day. */
export const untilText = (instant: number): string => time(instant).startsWith("00:00:00") ? "midnight" : clock(instant)

/** `27 Nov, 08:00 IST`. */
export const dayAndMinute = (instant: number): string =>
  known(instant) ? `${date(instant).slice(0, 6)}, ${time(instant).slice(0, 5)} IST` : missing

/** For tooltips and CSV. */
export const iso = (instant: number): string => known(instant) ? formatIst(instant) : ""

/** `7 s`, `3 m`, `2 h`: an age in ms. */
export const age = (millis: number): string => {
  if (!Number.isFinite(millis)) return missing
  const seconds = Math.max(0, millis) / 1_000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.floor(seconds)} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m`
  return `${Math.floor(seconds / 3_600)} h`
}
