/** How expiry dates are written inside symbols. */
const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
/** Of weekly contracts: one character a month. */
const weeklyMonths = "123456789OND"

const parts = (date: string): readonly [year: string, month: number, day: string] => [
  date.slice(2, 4),
  Number(date.slice(5, 7)),
  date.slice(8, 10)
]

/** `26NOV`. */
export const monthlyCode = (date: string): string => {
  const [year, month] = parts(date)
  return `${year}${months[month - 1]}`
}

/** `26D01` = 1 December 2026. */
export const weeklyCode = (date: string): string => {
  const [year, month, day] = parts(date)
  return `${year}${weeklyMonths.charAt(month - 1)}${day}`
}

/** `01DEC26`. */
export const dayMonthYear = (date: string): string => {
  const [year, month, day] = parts(date)
  return `${day}${months[month - 1]}${year}`
}

const isoDate = (year: string, month: number, day: string): string | undefined => {
  const date = `20${year}-${String(month).padStart(2, "0")}-${day}`
  const instant = Date.parse(`${date}T00:00:00Z`)
  return month >= 1 && !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(date) ? date : undefined
}

/** `2026-11` of `26NOV`. */
export const monthOfCode = (code: string): string | undefined => {
  const month = months.indexOf(code.slice(2)) + 1
  return /^\d\d/.test(code) && month >= 1 ? `20${code.slice(0, 2)}-${String(month).padStart(2, "0")}` : undefined
}

export const dateOfWeeklyCode = (code: string): string | undefined =>
  isoDate(code.slice(0, 2), weeklyMonths.indexOf(code.charAt(2)) + 1, code.slice(3))

export const dateOfDayMonthYear = (code: string): string | undefined =>
  isoDate(code.slice(5), months.indexOf(code.slice(2, 5)) + 1, code.slice(0, 2))
