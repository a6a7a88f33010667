/**
 * What a session on a broker's feed watches. A watch list is text with commas: symbols (`NSE:RELIANCE`, `NSE:NIFTY 50`), the
 * nearest future of an underlying (`NIFTY:FUT`), and its nearest options so many strikes around the money (`NIFTY:10`). Pure.
 */
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { MasterEntry } from "./master/MasterEntry.ts"
import { instrumentOf, listingOf } from "./sessionInstruments.ts"

export type Watch =
  | { readonly _tag: "Symbol"; readonly symbol: string }
  | { readonly _tag: "Future"; readonly name: string }
  | { readonly _tag: "Options"; readonly name: string; readonly strikes: number }

/** The text is no watch list. */
export class WatchRefused extends Schema.TaggedError<WatchRefused>()("WatchRefused", { item: Schema.String }) {
  override get message(): string {
    return `${JSON.stringify(this.item)} is nothing to watch: give EXCHANGE:SYMBOL, NAME:FUT, or NAME:STRIKES (1 to 40)`
  }
}

/** Enough for a first day: indices, large shares, and the NIFTY chain. */
export const defaultWatch = [
  "NSE:NIFTY 50",
  "NSE:NIFTY BANK",
  "NSE:INDIA VIX",
  "BSE:SENSEX",
  ...["RELIANCE", "HDFCBANK", "ICICIBANK", "SBIN", "INFY", "TCS", "ITC", "LT", "TATASTEEL", "M&M", "WIPRO", "AXISBANK"]
    .map(
      (name) => `NSE:${name}`
    ),
  "NIFTY:FUT",
  "BANKNIFTY:FUT",
  "NIFTY:10"
].join(",")

export const parseWatch = (text: string): Result.Result<ReadonlyArray<Watch>, WatchRefused> => {
  const watches: Array<Watch> = []
  for (const item of text.split(",").map((each) => each.trim()).filter((each) => each !== "")) {
    const [left = "", right = ""] = item.split(":")
    if (left === "NSE" || left === "BSE") {
      if (right === "") return Result.fail(new WatchRefused({ item }))
      watches.push({ _tag: "Symbol", symbol: item })
    } else if (right === "FUT" && left !== "") watches.push({ _tag: "Future", name: left })
    else if (/^\d{1,2}$/.test(right) && Number(right) >= 1 && Number(right) <= 40 && left !== "") {
      watches.push({ _tag: "Options", name: left, strikes: Number(right) })
    } else return Result.fail(new WatchRefused({ item }))
  }
  return Result.succeed(watches)
}

/**
 * The instruments, each once, in the order of the list. `priceOf`: last price of an underlying in paise, by our symbol; without
 * one its options cannot be chosen. `today`: contracts that expired before it are left out.
 */
export const chooseWatched = (
  watches: ReadonlyArray<Watch>,
  entries: ReadonlyArray<MasterEntry>,
  names: IndexNames,
  calendar: TradingCalendar,
  today: string,
  priceOf: (underlying: string) => number | undefined
): { readonly instruments: ReadonlyArray<Instrument>; readonly missing: ReadonlyArray<string> } => {
  const listing = listingOf(entries, calendar)
  const chosen = new Map<string, Instrument>()
  const missing: Array<string> = []
  const alive = entries.filter(({ expiry }) => expiry === null || expiry >= today)
  const instrument = (entry: MasterEntry) => instrumentOf(entry, listing, names)
  const bySymbol = new Map<string, MasterEntry>()
  const contracts = new Map<string, Array<MasterEntry>>()
  for (const entry of alive) {
    if (entry.underlying === null) {
      const symbol = instrument(entry)?.symbol
      if (symbol !== undefined) bySymbol.set(symbol, entry)
    } else {
      const key = `${entry.kind} ${entry.underlying}`
      const known = contracts.get(key)
      if (known === undefined) contracts.set(key, [entry])
      else known.push(entry)
    }
  }
  const take = (entry: MasterEntry | undefined): boolean => {
    const made = entry === undefined ? undefined : instrument(entry)
    if (made === undefined) return false
    chosen.set(made.symbol, made)
    return true
  }
  const nearest = (of: ReadonlyArray<MasterEntry>): ReadonlyArray<MasterEntry> => {
    const first = of.map(({ expiry }) => expiry ?? "").sort()[0]
    return of.filter(({ expiry }) => expiry === first)
  }
  for (const watch of watches) {
    if (watch._tag === "Symbol") {
      if (!take(bySymbol.get(watch.symbol))) missing.push(watch.symbol)
      continue
    }
    if (watch._tag === "Future") {
      const [future] = nearest(contracts.get(`future ${watch.name}`) ?? [])
      if (!take(future)) missing.push(`${watch.name}:FUT`)
      continue
    }
    const chain = nearest(contracts.get(`option ${watch.name}`) ?? [])
    const [one] = chain
    const price = one === undefined ? undefined : priceOf(names.underlyingOf(one.exchange, watch.name))
    if (price === undefined) {
      missing.push(`${watch.name}:${watch.strikes}`)
      continue
    }
    const strikes = [...new Set(chain.flatMap(({ strike }) => strike === null ? [] : [strike]))]
    const near = new Set(
      strikes.sort((a, b) => Math.abs(a - price) - Math.abs(b - price)).slice(0, 2 * watch.strikes + 1)
    )
    for (const entry of [...chain].sort((a, b) => (a.strike ?? 0) - (b.strike ?? 0))) {
      if (entry.strike !== null && near.has(entry.strike)) take(entry)
    }
  }
  return { instruments: [...chosen.values()], missing }
}
