/** Answers of official daily candles. Pure, but for the asking. */
import * as Result from "effect/Result"
import { crc32 } from "node:zlib"
import type { OfficialDay } from "../archive/OfficialDays.ts"
import type { AnswerForm } from "./AnswerForm.ts"
import { checkDays, sameDay } from "./checkDays.ts"

const lineOf = ({ close, date, high, low, open, openInterest, volume }: OfficialDay): string =>
  [date, open, high, low, close, volume, openInterest ?? ""].join(",")

export const daysChecksum = (days: ReadonlyArray<OfficialDay>): string =>
  crc32(days.map(lineOf).join("\n")).toString(16).padStart(8, "0")

/** The place of the date in days that ascend; of where it would be when it is not there. */
const placeOf = (days: ReadonlyArray<OfficialDay>, date: string): number => {
  let low = 0
  let high = days.length
  while (low < high) {
    const middle = (low + high) >>> 1
    // Inside the length by construction.
    if (days[middle]!.date < date) low = middle + 1
    else high = middle
  }
  return low
}

export const dayAnswers: AnswerForm<ReadonlyArray<OfficialDay>> = {
  ask: (port, query) => port.days(query),
  check: checkDays,
  // A day without hours does not trade; one whose hours are not published yet does.
  expected: (calendar, date, segment) =>
    Result.match(calendar.spans(date, segment), {
      onSuccess: (spans) => spans === undefined || spans.length > 0 ? 1 : 0,
      onFailure: () => undefined
    }),
  length: ({ length }) => length,
  ofDay: (days, date) => {
    const place = placeOf(days, date)
    return days[place]?.date === date ? days.slice(place, place + 1) : []
  },
  same: (a, b) =>
    a.length === b.length && a.every((day, i) => {
      const other = b[i]
      return other !== undefined && sameDay(day, other)
    }),
  joined: (parts) => parts.flat(),
  checksum: daysChecksum
}
