/** Answers of one-minute candles. Pure, but for the asking. */
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import {
  type CandleColumns,
  candleColumns,
  copyColumns,
  rowAt,
  sliceColumns
} from "@keepgaining/core/candles/CandleColumns.ts"
import * as Result from "effect/Result"
import { firstMinuteOf } from "../archive/CandleRun.ts"
import type { AnswerForm } from "./AnswerForm.ts"
import { candlesChecksum } from "./candlesChecksum.ts"
import { checkMinutes } from "./checkMinutes.ts"

const same = (a: CandleColumns, b: CandleColumns): boolean => {
  if (a.length !== b.length) return false
  for (let row = 0; row < a.length; row++) {
    if (
      a.minute[row] !== b.minute[row] || a.open[row] !== b.open[row] || a.high[row] !== b.high[row] ||
      a.low[row] !== b.low[row] || a.close[row] !== b.close[row] || a.volume[row] !== b.volume[row] ||
      a.openInterest[row] !== b.openInterest[row]
    ) return false
  }
  return true
}

const joined = (parts: ReadonlyArray<CandleColumns>): CandleColumns => {
  const all = candleColumns(parts.reduce((sum, { length }) => sum + length, 0))
  let row = 0
  for (const part of parts) {
    copyColumns(part, all, row)
    row += part.length
  }
  return all
}

export const minuteAnswers: AnswerForm<CandleColumns> = {
  ask: (port, query) => port.candles(query),
  check: checkMinutes,
  expected: (calendar, date, segment) => Result.getOrElse(calendar.expectedCandles(date, segment, 1), () => undefined),
  length: ({ length }) => length,
  ofDay: (candles, date) => {
    const first = firstMinuteOf(dayOf(date))
    return sliceColumns(candles, rowAt(candles, first), rowAt(candles, firstMinuteOf(dayOf(date) + 1)))
  },
  same,
  joined,
  checksum: candlesChecksum
}
