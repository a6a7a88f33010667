/**
 * From a broker's master to what a session trades, and back: the instrument of an entry, under the one symbol that all
 * brokers' entries of it share, and the entry of an instrument. Pure.
 */
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import { type Listing, makeListing } from "@keepgaining/core/contracts/Listing.ts"
import { symbolOf } from "@keepgaining/core/contracts/symbols.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { type MasterEntry, toInstrument } from "./master/MasterEntry.ts"

/** What the master lists; of which series its expiries are, the calendar's expiry rules know. */
export const listingOf = (entries: ReadonlyArray<MasterEntry>, calendar: TradingCalendar): Listing =>
  makeListing(
    entries.flatMap(({ exchange, expiry, underlying }) =>
      expiry === null || underlying === null ? [] : [[exchange, underlying, expiry] as const]
    ),
    calendar
  )

/** Of a share with its series, or of an index; without its exchange. */
export const nameOf = ({ id }: MasterEntry): string => id.slice(id.indexOf("|") + 1)

/** `undefined` for an entry that lacks what its kind needs. */
export const instrumentOf = (entry: MasterEntry, listing: Listing, names: IndexNames): Instrument | undefined => {
  const { exchange, expiry, kind, right, strike, underlying } = entry
  const name = nameOf(entry)
  if (kind === "index") return toInstrument(entry, names.symbolOf(exchange, name))
  if (kind === "equity") {
    const closingAuction = entry.closingAuction ?? listing.isUnderlying(exchange, name)
    return { ...toInstrument(entry, `${exchange}:${name}`), closingAuction }
  }
  if (expiry === null || underlying === null) return undefined
  const whole = { ...entry, underlying: names.underlyingOf(exchange, underlying) }
  if (kind === "future") {
    const symbol = symbolOf("nse", { _tag: "Future", exchange, underlying, expiry }, listing)
    return toInstrument(whole, `${exchange}:${symbol}`)
  }
  if (strike === null || right === null) return undefined
  const contract = { _tag: "Option" as const, exchange, underlying, expiry, strike: paise(strike), right }
  return toInstrument(whole, `${exchange}:${symbolOf("nse", contract, listing)}`)
}

/** The broker's own names of those instruments that it lists, labelled with their rows in the session's table. */
export const brokerInstrumentsOf = (
  table: { readonly indexOf: (symbol: string) => number | undefined; readonly at: (index: number) => Instrument },
  entries: ReadonlyArray<MasterEntry>,
  names: IndexNames,
  calendar: TradingCalendar
): ReadonlyArray<BrokerInstrument> => {
  const listing = listingOf(entries, calendar)
  const found: Array<BrokerInstrument> = []
  for (const entry of entries) {
    const instrument = instrumentOf(entry, listing, names)
    const index = instrument === undefined ? undefined : table.indexOf(instrument.symbol)
    if (index === undefined) continue
    found.push({
      index,
      instrument: table.at(index),
      token: entry.token,
      tradingSymbol: entry.symbol,
      ...(entry.freezeQuantity === null ? {} : { freezeQuantity: entry.freezeQuantity }),
      ...(entry.lotSize > 0 ? { lotSize: entry.lotSize } : {})
    })
  }
  return found
}
