/** Times of order management systems as Angel One and Fyers pass them on, IST: `09-Mar-2023 09:34:38`. */
import { formatIstDate, formatIstTime, parseIst } from "@keepgaining/core/market/IndianTime.ts"

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

export const formatOmsTime = (at: number): string => {
  const [year = "", month = "", day = ""] = formatIstDate(at).split("-")
  return `${day}-${months[Number(month) - 1]}-${year} ${formatIstTime(at)}`
}

/** Epoch ms; `undefined` for anything else. */
export const parseOmsTime = (text: unknown): number | undefined => {
  const match = typeof text === "string" ? /^(\d{2})-([A-Z][a-z]{2})-(\d{4}) (\d{2}:\d{2}:\d{2})$/.exec(text) : null
  if (match === null) return undefined
  const [, day = "", name = "", year = "", time = ""] = match
  return parseIst(`${year}-${String(months.indexOf(name) + 1).padStart(2, "0")}-${day} ${time}`)
}
