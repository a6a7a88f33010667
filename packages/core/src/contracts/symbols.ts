/**
 * Contracts as others write them, both ways.
 *
 * | system | option | future | share |
 * |---|---|---|---|
 * | `nse` | `NIFTY26NOV24500CE`, weekly `NIFTY26D0124500CE` | `NIFTY26NOVFUT` | `RELIANCE` |
 * | `kite` | `NFO:NIFTY26NOV24500CE` | `NFO:NIFTY26NOVFUT` | `NSE:RELIANCE` |
 * | `fyers` | `NSE:NIFTY26NOV24500CE` | `NSE:NIFTY26NOVFUT` | `NSE:RELIANCE-EQ` |
 * | `angel` | `NIFTY23NOV2624500CE` | `NIFTY23NOV26FUT` | `RELIANCE-EQ` |
 * | `openalgo` | `NIFTY23NOV2624500CE` | `NIFTY23NOV26FUT` | `RELIANCE` |
 * | `upstox` | `NIFTY 24500 CE 23 NOV 26` | `NIFTY FUT 23 NOV 26` | `RELIANCE` |
 * | `dhan` | `NIFTY 23 NOV 24500 CALL` | `NIFTY NOV FUT` | `RELIANCE` |
 *
 * Upstox's and Dhan's API name instruments by numbers of their masters; Upstox's form here is the `trading_symbol` of its
 * master, Dhan's the `DISPLAY_NAME` of its own, which leaves the year out. A symbol that could mean several listed contracts is refused with all of them. Sources: brokers' documentation and
 * masters, see `docs/brokers.md` once the adapters are there; Upstox's futures form is not confirmed.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type OptionRight } from "../market/Instrument.ts"
import { paise } from "../market/Money.ts"
import { type Contract, contractKey } from "./Contract.ts"
import {
  dateOfDayMonthYear,
  dateOfWeeklyCode,
  dayMonthYear,
  monthlyCode,
  monthOfCode,
  weeklyCode
} from "./expiryCodes.ts"
import { isMonthly, type Listing } from "./Listing.ts"

export const SymbolSystem = Schema.Literals(["nse", "kite", "fyers", "angel", "openalgo", "upstox", "dhan"])
export type SymbolSystem = typeof SymbolSystem.Type

/** The symbol means no listed contract, or several. */
export class SymbolRefused extends Schema.TaggedError<SymbolRefused>()("SymbolRefused", {
  system: SymbolSystem,
  symbol: Schema.String,
  /** Keys of what it could mean; empty when it means nothing. */
  candidates: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return this.candidates.length === 0
      ? `${JSON.stringify(this.symbol)} is no listed contract in ${this.system}'s spelling`
      : `${JSON.stringify(this.symbol)} could be ${this.candidates.join(" or ")}: name the contract in full`
  }
}

type Exchange = Contract["exchange"]

/** Rupees without a needless fraction: strikes may have paise. */
const strikeText = (strike: number): string => String(strike / 100)

export const symbolOf = (system: SymbolSystem, contract: Contract, listing: Listing): string => {
  if (contract._tag === "Share") return shareSymbol(system, contract)
  const { exchange, expiry, underlying } = contract
  const suffix = contract._tag === "Future" ? "FUT" : `${strikeText(contract.strike)}${contract.right}`
  switch (system) {
    case "angel":
    case "openalgo":
      return `${underlying}${dayMonthYear(expiry)}${suffix}`
    case "upstox": {
      const date = dayMonthYear(expiry).replace(/^(..)(...)(..)$/, "$1 $2 $3")
      return contract._tag === "Future"
        ? `${underlying} FUT ${date}`
        : `${underlying} ${strikeText(contract.strike)} ${contract.right} ${date}`
    }
    case "dhan": {
      const [day, month] = [expiry.slice(8), monthlyCode(expiry).slice(2)]
      return contract._tag === "Future"
        ? `${underlying} ${month} FUT`
        : `${underlying} ${day} ${month} ${strikeText(contract.strike)} ${contract.right === "CE" ? "CALL" : "PUT"}`
    }
    default: {
      const code = isMonthly(listing, exchange, underlying, expiry) ? monthlyCode(expiry) : weeklyCode(expiry)
      const venue = system === "nse" ? "" : system === "fyers" ? `${exchange}:` : exchange === "NSE" ? "NFO:" : "BFO:"
      return `${venue}${underlying}${code}${suffix}`
    }
  }
}

const shareSymbol = (
  system: SymbolSystem,
  { exchange, name, series }: Extract<Contract, { _tag: "Share" }>
): string => {
  const marked = `${name}-${series}`
  switch (system) {
    case "fyers":
      return `${exchange}:${marked}`
    case "angel":
      return exchange === "NSE" ? marked : name
    case "kite":
      return `${exchange}:${series === "EQ" || exchange === "BSE" ? name : marked}`
    default:
      return series === "EQ" || exchange === "BSE" ? name : marked
  }
}

/** `exchange` is where the symbol is from, for the systems that do not say so themselves. */
export const contractOf = (
  system: SymbolSystem,
  symbol: string,
  listing: Listing,
  exchange: Exchange = "NSE"
): Result.Result<Contract, SymbolRefused> => {
  const [venue, text] = split(system, symbol, exchange)
  const found = new Map<string, Contract>()
  for (const contract of derivatives(system, text, venue, listing)) found.set(contractKey(contract), contract)
  const [only, ...others] = found.values()
  if (only !== undefined && others.length === 0) return Result.succeed(only)
  if (only !== undefined) {
    return Result.fail(new SymbolRefused({ system, symbol, candidates: Array.from(found.keys()) }))
  }
  const share = shareOf(system, text, venue)
  return share === undefined
    ? Result.fail(new SymbolRefused({ system, symbol, candidates: [] }))
    : Result.succeed(share)
}

const venues: Readonly<Record<string, Exchange>> = { NFO: "NSE", BFO: "BSE", NSE: "NSE", BSE: "BSE" }

const split = (system: SymbolSystem, symbol: string, exchange: Exchange): readonly [Exchange, string] => {
  const [prefix, rest] = symbol.split(":", 2)
  const venue = system === "kite" || system === "fyers" ? venues[prefix ?? ""] : undefined
  return venue !== undefined && rest !== undefined ? [venue, rest] : [exchange, symbol]
}

const SUFFIX = /^(?:FUT|(\d+(?:\.\d{1,2})?)(CE|PE))$/

/** Every listed contract that the text may mean: where the underlying's name ends is not marked, so all places are tried. */
const derivatives = (system: SymbolSystem, text: string, exchange: Exchange, listing: Listing): Array<Contract> => {
  const found: Array<Contract> = []
  const take = (underlying: string, expiries: ReadonlyArray<string>, suffix: string): void => {
    const match = SUFFIX.exec(suffix)
    if (match === null || !listing.isUnderlying(exchange, underlying)) return
    for (const expiry of expiries) {
      if (!listing.expiries(exchange, underlying).includes(expiry)) continue
      const [, strike, right] = match
      found.push(
        strike === undefined
          ? { _tag: "Future", exchange, underlying, expiry }
          : {
            _tag: "Option",
            exchange,
            underlying,
            expiry,
            strike: paise(Math.round(Number(strike) * 100)),
            // The expression admits nothing else.
            right: right as OptionRight
          }
      )
    }
  }
  if (system === "upstox") {
    const match = /^(.+) (?:(FUT)|([\d.]+) (CE|PE)) (\d\d) ([A-Z]{3}) (\d\d)$/.exec(text)
    const date = match === null ? undefined : dateOfDayMonthYear(`${match[5]}${match[6]}${match[7]}`)
    if (match !== null && date !== undefined) take(match[1] ?? "", [date], match[2] ?? `${match[3]}${match[4]}`)
    return found
  }
  if (system === "dhan") {
    const match = /^(.+?) (?:([A-Z]{3}) FUT|(\d\d) ([A-Z]{3}) ([\d.]+) (CALL|PUT))$/.exec(text)
    if (match === null) return found
    const [, underlying = "", futureMonth, day, optionMonth, strike, right] = match
    const expiries = listing.expiries(exchange, underlying).filter((expiry) =>
      monthlyCode(expiry).slice(2) === (futureMonth ?? optionMonth) && (day === undefined || expiry.slice(8) === day)
    )
    // A future is of the monthly expiry: only options are weekly.
    const meant = futureMonth === undefined
      ? expiries
      : expiries.filter((expiry) => isMonthly(listing, exchange, underlying, expiry))
    take(underlying, meant, futureMonth === undefined ? `${strike}${right === "CALL" ? "CE" : "PE"}` : "FUT")
    return found
  }
  for (let end = 1; end < text.length - 3; end++) {
    const underlying = text.slice(0, end)
    if (system === "angel" || system === "openalgo") {
      const date = dateOfDayMonthYear(text.slice(end, end + 7))
      if (date !== undefined) take(underlying, [date], text.slice(end + 7))
      continue
    }
    const month = monthOfCode(text.slice(end, end + 5))
    if (month !== undefined) {
      const meant = listing.expiries(exchange, underlying).filter((expiry) =>
        expiry.startsWith(month) && isMonthly(listing, exchange, underlying, expiry)
      )
      take(underlying, meant, text.slice(end + 5))
    }
    const date = dateOfWeeklyCode(text.slice(end, end + 5))
    if (date !== undefined && !isMonthly(listing, exchange, underlying, date)) {
      take(underlying, [date], text.slice(end + 5))
    }
  }
  return found
}

const shareOf = (system: SymbolSystem, text: string, exchange: Exchange): Contract | undefined => {
  // What ends like a derivative is one that is not listed, and no share.
  if (!/^[A-Z0-9&-]+$/.test(text) || /\d(?:CE|PE)$|\d\d[A-Z]{3}(?:\d\d)?FUT$/.test(text)) return undefined
  const match = /^(.+)-([A-Z0-9]{1,2})$/.exec(text)
  const marks = system === "fyers" || (system === "angel" && exchange === "NSE")
  if (marks && match === null) return undefined
  return { _tag: "Share", exchange, name: match?.[1] ?? text, series: match?.[2] ?? "EQ" }
}
