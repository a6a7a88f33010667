import type { Segment } from "../calendar/CalendarRules.ts"
import type { Instrument, InstrumentTable } from "../market/Instrument.ts"

/**
 * Whose hours an instrument has. Shares with derivatives end with a closing auction since 2026-08-03; which those are, they say
 * themselves. Where a share does not say, in what was recorded before they did, it is one of them when a derivative on it is among
 * the instruments of the session.
 */
export const segmentOf = (instrument: Instrument, underlyings: ReadonlySet<string>): Segment => {
  switch (instrument.kind) {
    case "future":
    case "option":
      return "derivatives"
    case "equity":
      return instrument.closingAuction ?? underlyings.has(instrument.symbol) ? "cash-closing-auction" : "cash"
    case "index":
      return "cash"
  }
}

/** Symbols on which futures or options of the table are written. */
export const underlyingsOf = (table: InstrumentTable): ReadonlySet<string> =>
  new Set(table.all().flatMap(({ underlying }) => underlying === undefined ? [] : [underlying]))

/** Of every instrument, in index order. */
export const segmentsOf = (table: InstrumentTable): ReadonlyArray<Segment> => {
  const underlyings = underlyingsOf(table)
  return table.all().map((instrument) => segmentOf(instrument, underlyings))
}
