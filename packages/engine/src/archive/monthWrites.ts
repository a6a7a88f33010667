/** What a write of candles does to the months that the archive has. Pure. */
import { type CandleColumns, rowAt, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { CandlesRefused } from "./ArchiveError.ts"
import { firstDayOf, monthOfDay } from "./Block.ts"
import { dayOfMinute, firstMinuteOf } from "./CandleRun.ts"

/** Days are kept in 16 bits: to the year 2149. */
export const END_OF_TIME = firstMinuteOf(65_535)

/** Why candles cannot be taken: minutes must ascend. */
export const refusalOf = (symbol: string, { length, minute }: CandleColumns): CandlesRefused | undefined => {
  let last = -1
  for (let row = 0; row < length; row++) {
    const now = minute[row] ?? -1
    if (now <= last || now >= END_OF_TIME) {
      const reason = now === last ? "the minute is there twice" : "minutes do not ascend, or are before 1970"
      return new CandlesRefused({ symbol, row, reason })
    }
    last = now
  }
  return undefined
}

export interface MonthWrite {
  readonly instrument: number
  readonly month: number
  readonly candles: CandleColumns
}

// Below, rows are read inside the lengths that the loops keep to.

export const monthsOf = (instrument: number, candles: CandleColumns): ReadonlyArray<MonthWrite> => {
  const months: Array<MonthWrite> = []
  let start = 0
  while (start < candles.length) {
    const month = monthOfDay(dayOfMinute(candles.minute[start]!))
    const next = rowAt(candles, firstMinuteOf(firstDayOf(month + 1)))
    months.push({ instrument, month, candles: sliceColumns(candles, start, next) })
    start = next
  }
  return months
}

export const daysOf = ({ length, minute }: CandleColumns): ReadonlySet<number> => {
  const days = new Set<number>()
  let end = -Infinity
  for (let row = 0; row < length; row++) {
    const now = minute[row]!
    if (now < end) continue
    const day = dayOfMinute(now)
    days.add(day)
    end = firstMinuteOf(day + 1)
  }
  return days
}

/** What of `now` the archive has: minutes that are alike, and rows of `old` whose minute is another candle by now. */
export const overlap = (
  old: CandleColumns,
  now: CandleColumns
): { readonly same: number; readonly replaced: ReadonlyArray<number> } => {
  let same = 0
  const replaced: Array<number> = []
  let i = 0
  for (let j = 0; j < now.length; j++) {
    const minute = now.minute[j]!
    while (i < old.length && old.minute[i]! < minute) i++
    if (i === old.length || old.minute[i] !== minute) continue
    const alike = old.open[i] === now.open[j] && old.high[i] === now.high[j] && old.low[i] === now.low[j] &&
      old.close[i] === now.close[j] && old.volume[i] === now.volume[j] && old.openInterest[i] === now.openInterest[j]
    if (alike) same++
    else replaced.push(i)
  }
  return { same, replaced }
}
