/** A table as CSV: header, `\n`, times in IST with offset, prices in rupees with two decimals, averages with four. */
import { formatIstDate, formatIstTime, istDay } from "@keepgaining/core/market/IndianTime.ts"
import type { ExportColumn, TableEncoder } from "./Table.ts"

const encoder = new TextEncoder()

const rupees = (paise: number): string => {
  const whole = Math.abs(Math.trunc(paise))
  const sign = paise < 0 ? "-" : ""
  return `${sign}${Math.floor(whole / 100)}.${String(whole % 100).padStart(2, "0")}`
}

/** Formats the time, remembering the date and second of the one before. */
const timeFormat = () => {
  let day = Number.NaN
  let date = ""
  let second = Number.NaN
  let text = ""
  return (time: number): string => {
    const today = istDay(time)
    if (today !== day) {
      day = today
      date = formatIstDate(time)
    }
    const thisSecond = Math.floor(time / 1_000)
    if (thisSecond !== second) {
      second = thisSecond
      text = `${date}T${formatIstTime(time)}`
    }
    const millis = String(Math.floor(time) - thisSecond * 1_000).padStart(3, "0")
    return `${text}.${millis}+05:30`
  }
}

const quoted = (text: string): string => /[",\n\r]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text

export const csvTable = (columns: ReadonlyArray<ExportColumn>): TableEncoder => {
  const formatTime = timeFormat()
  const cell = ({ kind, optional }: ExportColumn, value: number | string | undefined): string => {
    if (typeof value === "string") return quoted(value)
    if (value === undefined || (value === 0 && optional === true)) return ""
    if (kind === "time") return formatTime(value)
    if (kind === "price") return rupees(value)
    if (kind === "number") return Number.isNaN(value) ? "" : String(value)
    return kind === "average" ? (value / 100).toFixed(4) : String(value)
  }
  return {
    begin: () => encoder.encode(`${columns.map(({ name }) => name).join(",")}\n`),
    block: ({ length, values }) => {
      let text = ""
      for (let row = 0; row < length; row++) {
        let line = ""
        columns.forEach((column, n) => (line += (n === 0 ? "" : ",") + cell(column, values[n]?.[row])))
        text += `${line}\n`
      }
      return encoder.encode(text)
    },
    end: () => new Uint8Array(0)
  }
}
