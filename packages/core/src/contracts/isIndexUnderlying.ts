import type { CalendarRules } from "../calendar/CalendarRules.ts"
import type { IndexNames } from "./IndexNames.ts"

/**
 * Whether derivatives on the underlying (`BSE:SENSEX`) are those of an index, as the rules know it: from the indices' names and the
 * families whose expiries they date. Whether anybody watches the index has no part in it.
 */
export const isIndexUnderlying = (
  underlying: string,
  names: IndexNames,
  { expiries }: Pick<CalendarRules, "expiries">
): boolean => {
  if (names.isIndex(underlying)) return true
  const family = names.contractsOf(underlying)
  return expiries.some((row) => row.family === family && underlying.startsWith(`${row.exchange}:`))
}
