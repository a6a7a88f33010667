/** Symbols as a broker's master lists them: what its account must know to ask for them, and whose trading hours they have. Pure. */
import type { BrokerInstrument, BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { segmentOf } from "@keepgaining/core/candles/segmentOf.ts"
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import type { MasterEntry } from "../instruments/master/MasterEntry.ts"
import { instrumentOf, listingOf } from "../instruments/sessionInstruments.ts"
import type { DownloadInstrument } from "./HistoryDownload.ts"

/** Of what is in no session's table. Nobody subscribes to it, so no tick is labelled with it. */
const NO_ROW = -1

export interface Listed {
  readonly instruments: ReadonlyArray<DownloadInstrument>
  readonly unknown: ReadonlyArray<string>
}

/** Makes the symbols known to the broker's account where they are not yet. */
export const listedInstruments = (
  symbols: ReadonlyArray<string>,
  entries: ReadonlyArray<MasterEntry>,
  names: IndexNames,
  calendar: TradingCalendar,
  known: BrokerInstruments
): Listed => {
  const wanted = new Set(symbols)
  const listing = listingOf(entries, calendar)
  const underlyings = new Set(
    entries.flatMap(({ exchange, underlying }) => underlying === null ? [] : [names.underlyingOf(exchange, underlying)])
  )
  const found = new Map<string, BrokerInstrument>()
  for (const entry of entries) {
    const instrument = instrumentOf(entry, listing, names)
    if (instrument === undefined || !wanted.has(instrument.symbol)) continue
    found.set(instrument.symbol, {
      index: NO_ROW,
      instrument,
      token: entry.token,
      tradingSymbol: entry.symbol,
      ...(entry.freezeQuantity === null ? {} : { freezeQuantity: entry.freezeQuantity })
    })
  }
  const instruments: Array<DownloadInstrument> = []
  const unknown: Array<string> = []
  for (const symbol of wanted) {
    const listed = known.ofSymbol(symbol) ?? found.get(symbol)
    if (listed === undefined) {
      unknown.push(symbol)
      continue
    }
    // One that the session has keeps its row.
    if (known.ofSymbol(symbol) === undefined) known.add(listed)
    instruments.push({ symbol, segment: segmentOf(listed.instrument, underlyings) })
  }
  return { instruments, unknown }
}
