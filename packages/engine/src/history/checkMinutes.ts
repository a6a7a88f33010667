/**
 * Judges minutes that a history server answered. Repaired, and counted, is what leaves no doubt: another order, the same candle
 * twice, candles that were not asked for. Refused is what cannot be: two candles of a minute that differ, a high below a low,
 * trades on a day without trading. What lacks candles is neither: the server is asked again (`settleDays.ts`). Pure.
 */
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { type CandleColumns, candleColumns, copyRow, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Result from "effect/Result"
import { dayOfMinute, firstMinuteOf } from "../archive/CandleRun.ts"
import type { CheckedAnswer, Wanted } from "./AnswerForm.ts"

// Rows are read inside the lengths that the loops keep to.

const alike = (columns: CandleColumns, a: number, b: number): boolean =>
  columns.open[a] === columns.open[b] && columns.high[a] === columns.high[b] && columns.low[a] === columns.low[b] &&
  columns.close[a] === columns.close[b] && columns.volume[a] === columns.volume[b] &&
  columns.openInterest[a] === columns.openInterest[b]

const rowText = ({ close, high, low, minute, open }: CandleColumns, row: number): string => {
  const time = new Date((minute[row]! + 330) * 60_000).toISOString().slice(0, 16).replace("T", " ")
  const rupees = (paise: number) => (paise / 100).toFixed(2)
  return `${time} open ${rupees(open[row]!)} high ${rupees(high[row]!)} low ${rupees(low[row]!)} close ${
    rupees(close[row]!)
  }`
}

const impossible = (columns: CandleColumns, row: number): string | undefined => {
  const { close, high, low, open } = columns
  const [o, h, l, c] = [open[row]!, high[row]!, low[row]!, close[row]!]
  if (o <= 0 || h <= 0 || l <= 0 || c <= 0) return `a price is not positive: ${rowText(columns, row)}`
  if (h < l || h < o || h < c || l > o || l > c) return `high and low do not hold the rest: ${rowText(columns, row)}`
  return undefined
}

/** Rows of the answer in the order of their minutes, and how many had to move. */
const order = ({ length, minute }: CandleColumns): { readonly rows: Uint32Array; readonly moved: number } => {
  const rows = new Uint32Array(length)
  let moved = 0
  for (let row = 0; row < length; row++) {
    rows[row] = row
    if (row > 0 && minute[row]! < minute[row - 1]!) moved++
  }
  if (moved > 0) rows.sort((a, b) => minute[a]! - minute[b]! || a - b)
  return { rows, moved }
}

/** What the answer is worth, or why it is worth nothing. */
export const checkMinutes = (
  answer: CandleColumns,
  wanted: Wanted
): Result.Result<CheckedAnswer<CandleColumns>, string> => {
  const { moved, rows } = order(answer)
  const first = firstMinuteOf(dayOf(wanted.from))
  const end = firstMinuteOf(dayOf(wanted.to) + 1)
  const days = new Set(wanted.days.map(dayOf))
  const candles = candleColumns(answer.length)
  let length = 0
  let repeated = 0
  let outside = 0
  let last = -1
  for (const row of rows) {
    const minute = answer.minute[row]!
    if (last >= 0 && answer.minute[last] === minute) {
      if (!alike(answer, last, row)) {
        return Result.fail(`two candles of one minute differ: ${rowText(answer, last)}, and ${rowText(answer, row)}`)
      }
      repeated++
      continue
    }
    last = row
    const problem = impossible(answer, row)
    if (problem !== undefined) return Result.fail(problem)
    const day = dayOfMinute(minute)
    if (minute >= first && minute < end && !days.has(day) && !wanted.isTradingDay(dateOf(day))) {
      return Result.fail(`nothing trades on ${dateOf(day)}, but there is ${rowText(answer, row)}`)
    }
    if (!days.has(day)) outside++
    else copyRow(answer, row, candles, length++)
  }
  const repairs = { unsorted: moved, repeated, outside }
  return Result.succeed({ candles: sliceColumns(candles, 0, length), repairs })
}
