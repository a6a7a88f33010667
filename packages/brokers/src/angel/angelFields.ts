/** Fields as Angel writes them: numbers as numbers or as text, times as `20-Oct-2020 13:10:59`, expiries as `25JAN2024`. */
import { dayMonthYear } from "@keepgaining/core/contracts/expiryCodes.ts"
import { formatIstDate, formatIstTime, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { type Paise, paise } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"

/** A number, or the text of one: `- 2235.80` with a space happens. Empty text and `null` are none. */
export const Amount = Schema.NullOr(Schema.Union([
  Schema.Finite,
  Schema.String.check(Schema.isPattern(/^\s*(-?\s*\d+(\.\d+)?)?\s*$/))
]))
export type Amount = typeof Amount.Type

/** 0 for none. */
export const numberOf = (amount: Amount | undefined): number =>
  typeof amount === "number" ? amount : Number((amount ?? "").replaceAll(/\s/g, "") || 0)

/** Rupees to whole paise. */
export const paiseOf = (rupees: Amount | undefined): Paise => paise(Math.round(numberOf(rupees) * 100))

/** Of a price where 0 says that there is none. */
export const priceOf = (rupees: Amount | undefined): Paise | undefined =>
  numberOf(rupees) > 0 ? paiseOf(rupees) : undefined

export const Text = Schema.NullOr(Schema.String)

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** Epoch ms of `20-Oct-2020 13:10:59`; `undefined` when it is no such time. */
export const parseAngelTime = (text: string): number | undefined => {
  const [, day, name, year, time] = /^(\d{2})-([A-Za-z]{3})-(\d{4}) (\d{2}:\d{2}:\d{2})$/.exec(text) ?? []
  const month = name === undefined ? -1 : months.indexOf(name)
  return month < 0 ? undefined : parseIst(`${year}-${String(month + 1).padStart(2, "0")}-${day} ${time}`)
}

export const formatAngelTime = (at: number): string => {
  const [year, month, day] = formatIstDate(at).split("-")
  return `${day}-${months[Number(month) - 1]}-${year} ${formatIstTime(at)}`
}

/** `2026-11-20 09:15`, as requests for candles have it. */
export const angelMinute = (at: number): string => `${formatIstDate(at)} ${formatIstTime(at).slice(0, 5)}`

/** `24NOV2026` of an ISO date. */
export const angelExpiry = (date: string): string => `${dayMonthYear(date).slice(0, 5)}${date.slice(0, 4)}`
