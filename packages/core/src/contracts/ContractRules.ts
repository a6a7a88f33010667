/**
 * Lot sizes and freeze quantities of index derivatives as dated rows. A change of the lot applies to contracts, not to days:
 * rows say from which expiry on. Only contracts that are listed for years ahead change theirs on a day, and have rows that say
 * which. The broker's instrument master comes first; these serve history and the check of it.
 */
import * as Schema from "effect/Schema"
import { CalendarDate } from "../calendar/CalendarRules.ts"

const origin = { source: Schema.NonEmptyString, as_of: CalendarDate, confidence: Schema.NonEmptyString }
const Count = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThan(0))

export const LotRow = Schema.Struct({
  underlying: Schema.NonEmptyString,
  kind: Schema.Literals(["weekly", "monthly"]),
  first_expiry: CalendarDate,
  lot: Count,
  ...origin,
  /** First day on which those contracts have it; empty or absent = since they are listed. */
  from_day: Schema.optionalKey(Schema.Union([CalendarDate, Schema.Literal("")]))
})

export const FreezeRow = Schema.Struct({
  underlying: Schema.NonEmptyString,
  effective_from: CalendarDate,
  /** Units; an order above it is refused. */
  quantity: Count,
  ...origin
})

export interface ContractRules {
  readonly lots: ReadonlyArray<typeof LotRow.Type>
  readonly freezes: ReadonlyArray<typeof FreezeRow.Type>
}

/** The row of the contract's lot on a day, else on its last; `undefined` when no rule covers it. */
export const lotOf = (
  { lots }: ContractRules,
  underlying: string,
  kind: "weekly" | "monthly",
  expiry: string,
  day = expiry
): typeof LotRow.Type | undefined => {
  let found: typeof LotRow.Type | undefined
  const isLater = (row: typeof LotRow.Type, than: typeof LotRow.Type): boolean =>
    row.first_expiry === than.first_expiry
      ? (row.from_day ?? "") > (than.from_day ?? "")
      : row.first_expiry > than.first_expiry
  for (const row of lots) {
    if (row.underlying !== underlying || row.kind !== kind || row.first_expiry > expiry) continue
    if ((row.from_day ?? "") <= day && (found === undefined || isLater(row, found))) found = row
  }
  return found
}

/**
 * The row of the freeze quantity on a date; `undefined` when no rule covers it. The exchange reviews them every month, so a
 * row holds to the end of the month in which it begins, and no longer.
 */
export const freezeOn = (
  { freezes }: ContractRules,
  underlying: string,
  date: string
): typeof FreezeRow.Type | undefined =>
  freezes.filter((row) =>
    row.underlying === underlying && row.effective_from <= date && row.effective_from.slice(0, 7) === date.slice(0, 7)
  )
    .toSorted((a, b) => a.effective_from < b.effective_from ? -1 : 1).at(-1)
