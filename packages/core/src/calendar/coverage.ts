/** Which dates the rules of a topic know about. Beyond them nothing is answered as if it were known. */
import { dateOf, dayOf } from "./CalendarDays.ts"
import type { CoverageRow } from "./CalendarRules.ts"

/** First and last date, both included. */
export interface DateRange {
  readonly from: string
  readonly to: string
}

/** What the topic's rows cover together: ranges that touch are one, ascending. */
export const coveredRanges = (
  coverage: ReadonlyArray<CoverageRow>,
  topic: CoverageRow["topic"]
): ReadonlyArray<DateRange> => {
  const ranges: Array<DateRange> = []
  const rows = coverage.filter((row) => row.topic === topic).toSorted((a, b) => a.from < b.from ? -1 : 1)
  for (const { from, to } of rows) {
    const last = ranges.at(-1)
    if (last === undefined || from > dateOf(dayOf(last.to) + 1)) ranges.push({ from, to })
    else if (to > last.to) ranges[ranges.length - 1] = { from: last.from, to }
  }
  return ranges
}
