/** Which rates of the margin model nobody has confirmed. */
import type { RuleFinding } from "../calendar/checkRules.ts"
import type { MarginRow } from "./MarginRates.ts"

export const checkMarginRates = (rows: ReadonlyArray<MarginRow>): ReadonlyArray<RuleFinding> =>
  rows.filter(({ confidence }) => confidence.startsWith("D")).map((row) => ({
    level: "guess",
    topic: "margins",
    row: `${row.rate} from ${row.effective_from}`,
    what: row.source,
    remedy: "Compare it with what your broker asks for a short contract, and put the row into your rules folder"
  }))
