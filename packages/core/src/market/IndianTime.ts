/**
 * Instants are milliseconds since the Unix epoch (UTC); everything that people and exchanges call a time is IST
 * (UTC+05:30, no daylight saving). Pure arithmetic, no time zone database.
 */

export const IST_OFFSET_MS = 19_800_000
export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

/** Number of the IST calendar day that holds the instant (days since 1970-01-01 IST). */
export const istDay = (instant: number): number => Math.floor((instant + IST_OFFSET_MS) / DAY_MS)

/** Instant of 00:00 IST of that day number. */
export const startOfIstDay = (day: number): number => day * DAY_MS - IST_OFFSET_MS

/** Milliseconds since 00:00 IST. */
export const istTimeOfDay = (instant: number): number => {
  const shifted = instant + IST_OFFSET_MS
  return shifted - Math.floor(shifted / DAY_MS) * DAY_MS
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0")

/** `2021-06-09`. */
export const formatIstDate = (instant: number): string => new Date(instant + IST_OFFSET_MS).toISOString().slice(0, 10)

/** `09:15:00`, with milliseconds when asked. */
export const formatIstTime = (instant: number, millis = false): string =>
  new Date(instant + IST_OFFSET_MS).toISOString().slice(11, millis ? 23 : 19)

/** ISO 8601 with the Indian offset: `2021-06-09T09:15:00.000+05:30`. */
export const formatIst = (instant: number): string => `${formatIstDate(instant)}T${formatIstTime(instant, true)}+05:30`

/**
 * Reads `2021-06-09 09:15:58`, with an optional fraction of a second and either a space or a `T`; a trailing `Z` or
 * offset is honoured, without one the time is IST. `undefined` when it is not a real time.
 */
export const parseIst = (text: string): number | undefined => {
  const match = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:?\d{2})?$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const instant = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  const check = new Date(instant)
  const real = check.getUTCMonth() === Number(month) - 1 && check.getUTCDate() === Number(day) &&
    Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
  if (!real) return undefined
  const millis = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1_000)
  return instant + millis - zoneOffset(zone)
}

const zoneOffset = (zone: string | undefined): number => {
  if (zone === undefined) return IST_OFFSET_MS
  if (zone === "Z") return 0
  const sign = zone.startsWith("-") ? -1 : 1
  const digits = zone.replace(":", "")
  return sign * (Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5))) * MINUTE_MS
}

/** `09:15` as milliseconds since midnight. */
export const timeOfDay = (hour: number, minute: number, second = 0): number =>
  ((hour * 60 + minute) * 60 + second) * SECOND_MS

/** `09:15:00` of a time of day in milliseconds. */
export const formatTimeOfDay = (millis: number): string =>
  `${pad(Math.floor(millis / 3_600_000), 2)}:${pad(Math.floor(millis / MINUTE_MS) % 60, 2)}:${
    pad(Math.floor(millis / SECOND_MS) % 60, 2)
  }`
