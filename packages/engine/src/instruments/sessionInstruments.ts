/**
 * From a broker's master to what a session trades, and back: the instrument of an entry, under the one symbol that all
 * brokers' entries of it share, and the entry of an instrument. Pure.
 */
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import type { Listing } from "@keepgaining/core/contracts/Listing.ts"
import { symbolOf } from "@keepgaining/core/contracts/symbols.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { type MasterEntry, toInstrument } from "./master/MasterEntry.ts"

/** What the master lists. */
export const listingOf = (entries: ReadonlyArray<MasterEntry>): Listing => {
  const expiries = new Map<string, Set<string>>()
  for (const { exchange, expiry, underlying } of entries) {
    if (expiry === null || underlying === null) continue
    const key = `${exchange}:${underlying}`
    const known = expiries.get(key)
    if (known === undefined) expiries.set(key, new Set([expiry]))
    else known.add(expiry)
  }
  const sorted = new Map(Array.from(expiries, ([key, dates]) => [key, [...dates].sort()] as const))
  return {
    isUnderlying: (exchange, name) => sorted.has(`${exchange}:${name}`),
    expiries: (exchange, name) => sorted.get(`${exchange}:${name}`) ?? []
  }
}

/** `undefined` for an entry that lacks what its kind needs. */
export const instrumentOf = (entry: MasterEntry, listing: Listing, names: IndexNames): Instrument | undefined => {
  const { exchange, expiry, id, kind, right, strike, underlying } = entry
  const name = id.slice(id.indexOf("|") + 1)
  if (kind === "index") return toInstrument(entry, names.symbolOf(exchange, name))
  if (kind === "equity") return toInstrument(entry, `${exchange}:${name}`)
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
  names: IndexNames
): ReadonlyArray<BrokerInstrument> => {
  const listing = listingOf(entries)
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
      ...(entry.freezeQuantity === null ? {} : { freezeQuantity: entry.freezeQuantity })
    })
  }
  return found
}
