/** How instruments are written. */
import { type Instrument } from "@keepgaining/core/market/Instrument.ts"

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"] as const

/** `24 NOV` of `2026-11-24`. */
const dayAndMonth = (expiry: string): string => {
  const month = months[Number(expiry.slice(5, 7)) - 1]
  return month === undefined ? expiry : `${expiry.slice(8, 10)} ${month}`
}

/** Without exchange: `RELIANCE`, of a symbol such as `NSE:RELIANCE`. */
export const bare = (symbol: string): string => symbol.slice(symbol.indexOf(":") + 1)

/** `RELIANCE`, `NIFTY 24 NOV FUT`, `NIFTY 24 NOV 24800 CE`. */
export const title = (instrument: Instrument): string => {
  const { expiry, kind, right, strike, symbol, underlying } = instrument
  if (expiry === undefined || (kind !== "future" && kind !== "option")) return bare(symbol)
  const name = `${contractName(symbol, underlying)} ${dayAndMonth(expiry)}`
  return kind === "future" || strike === undefined || right === undefined
    ? `${name} FUT`
    : `${name} ${strike / 100} ${right}`
}

/** The letters that a contract's symbol begins with; the underlying's own name may be another (`NIFTY 50`). */
const contractName = (symbol: string, underlying: string | undefined): string =>
  /^[A-Z&-]+/.exec(bare(symbol))?.[0] ?? bare(underlying ?? symbol)

/** Quantity in words: `2 lots x 75`; empty when a lot is one. */
export const lots = (quantity: number, lotSize: number): string =>
  lotSize <= 1 ? "" : `${Math.abs(quantity) / lotSize} lots × ${lotSize}`
