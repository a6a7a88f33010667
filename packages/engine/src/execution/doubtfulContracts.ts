/** Contracts of a session of which a broker's instrument master and the dated rules say different things, by our symbol. Pure. */
import { type Contradiction, contradictions, type DatedRules } from "@keepgaining/core/contracts/contradictions.ts"
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { MasterEntry } from "../instruments/master/MasterEntry.ts"
import { instrumentOf, listingOf } from "../instruments/sessionInstruments.ts"

export type Doubts = ReadonlyMap<string, ReadonlyArray<Contradiction>>

/** `today`: IST date. */
export const doubtfulContracts = (
  rules: DatedRules,
  entries: ReadonlyArray<MasterEntry>,
  table: InstrumentTable,
  names: IndexNames,
  today: string
): Doubts => {
  const listing = listingOf(entries, rules.calendar)
  const symbols = new Map<string, string>()
  for (const entry of entries) {
    const symbol = instrumentOf(entry, listing, names)?.symbol
    if (symbol !== undefined && table.indexOf(symbol) !== undefined) symbols.set(entry.id, symbol)
  }
  const doubts = new Map<string, Array<Contradiction>>()
  for (const found of contradictions(rules, entries, today)) {
    const symbol = symbols.get(found.id)
    if (symbol === undefined) continue
    const known = doubts.get(symbol)
    if (known === undefined) doubts.set(symbol, [found])
    else known.push(found)
  }
  return doubts
}
