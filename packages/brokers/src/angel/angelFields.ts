/** Fields as Angel writes them: numbers as numbers or as text, expiries as `25JAN2024`. */
import { dayMonthYear } from "@keepgaining/core/contracts/expiryCodes.ts"
import { formatIstDate, formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import { type Paise, paiseFromRupees } from "@keepgaining/core/market/Money.ts"
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
export const paiseOf = (rupees: Amount | undefined): Paise => paiseFromRupees(numberOf(rupees))

/** Of a price where 0 says that there is none. */
export const priceOf = (rupees: Amount | undefined): Paise | undefined =>
  numberOf(rupees) > 0 ? paiseOf(rupees) : undefined

export const Text = Schema.NullOr(Schema.String)

/** `2026-11-20 09:15`, as requests for candles have it. */
export const angelMinute = (at: number): string => `${formatIstDate(at)} ${formatIstTime(at).slice(0, 5)}`

/** `24NOV2026` of an ISO date. */
export const angelExpiry = (date: string): string => `${dayMonthYear(date).slice(0, 5)}${date.slice(0, 4)}`
