/**
 * Judges official daily candles that a history server answered, as `checkMinutes` judges minutes: repaired, and counted, is
 * another order, the same day twice, days that were not asked for; refused are two candles of a day that differ, prices that
 * cannot be, a candle of a day without trading. A close need not lie between low and high: where it is made by an auction
 * after the session, brokers may count that auction's trades to the day's range or not. Pure.
 */
import * as Result from "effect/Result"
import type { OfficialDay } from "../archive/OfficialDays.ts"
import type { CheckedAnswer, Wanted } from "./AnswerForm.ts"

const rupees = (paise: number): string => (paise / 100).toFixed(2)

const dayText = ({ close, date, high, low, open }: OfficialDay): string =>
  `${date} open ${rupees(open)} high ${rupees(high)} low ${rupees(low)} close ${rupees(close)}`

const impossible = (day: OfficialDay): string | undefined => {
  const { close, high, low, open } = day
  if (open <= 0 || high <= 0 || low <= 0 || close <= 0) return `a price is not positive: ${dayText(day)}`
  if (high < low || high < open || low > open) return `high and low do not hold the rest: ${dayText(day)}`
  return undefined
}

export const sameDay = (a: OfficialDay, b: OfficialDay): boolean =>
  a.date === b.date && a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close &&
  a.volume === b.volume && a.openInterest === b.openInterest

export const checkDays = (
  answer: ReadonlyArray<OfficialDay>,
  { days, from, isTradingDay, to }: Wanted
): Result.Result<CheckedAnswer<ReadonlyArray<OfficialDay>>, string> => {
  const wanted = new Set(days)
  const found = new Map<string, OfficialDay>()
  let unsorted = 0
  let repeated = 0
  let outside = 0
  let before = ""
  for (const day of answer) {
    const { date } = day
    if (date < before) unsorted++
    before = date
    const known = found.get(date)
    if (known !== undefined) {
      if (!sameDay(known, day)) {
        return Result.fail(`two candles of one day differ: ${dayText(known)}, and ${dayText(day)}`)
      }
      repeated++
      continue
    }
    found.set(date, day)
    const problem = impossible(day)
    if (problem !== undefined) return Result.fail(problem)
    if (date >= from && date <= to && !wanted.has(date) && !isTradingDay(date)) {
      return Result.fail(`nothing trades on ${date}, but there is ${dayText(day)}`)
    }
    if (!wanted.has(date)) outside++
  }
  const candles = days.flatMap((date) => found.get(date) ?? [])
  return Result.succeed({ candles, repairs: { unsorted, repeated, outside } })
}
