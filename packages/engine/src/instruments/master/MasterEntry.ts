/**
 * One instrument as a broker's master describes it. Its `id` names the contract itself (exchange, underlying, expiry, strike,
 * right), never a token: tokens are given to other contracts after an expiry, and differ between brokers.
 */
import { Exchange, type Instrument, InstrumentKind, OptionRight } from "@keepgaining/core/market/Instrument.ts"
import * as Schema from "effect/Schema"

export const MasterBroker = Schema.Literals(["upstox", "kite", "angel", "fyers"])
export type MasterBroker = typeof MasterBroker.Type

/** An ISO date in India, `2026-12-01`. */
export const IsoDate = Schema.String.check(Schema.isPattern(/^\d{4}-\d{2}-\d{2}$/))

export const MasterEntry = Schema.Struct({
  /** `NSE_EQ|RELIANCE`, `NSE_INDEX|NIFTY 50`, `NSE_FO|NIFTY|2026-12-29|FUT`, `NSE_FO|NIFTY|2026-12-01|25000.00|CE`. */
  id: Schema.NonEmptyString,
  exchange: Exchange,
  kind: InstrumentKind,
  /** As the broker writes it in orders and lists. */
  symbol: Schema.NonEmptyString,
  name: Schema.String,
  /** What the broker's API asks for: Upstox `instrument_key`, Kite `instrument_token`, Angel `token`, Fyers `fyToken`. */
  token: Schema.NonEmptyString,
  /** The exchange's own number of the instrument. */
  exchangeToken: Schema.String,
  isin: Schema.NullOr(Schema.String),
  underlying: Schema.NullOr(Schema.String),
  expiry: Schema.NullOr(IsoDate),
  /** In paise. */
  strike: Schema.NullOr(Schema.Int),
  right: Schema.NullOr(OptionRight),
  /** Units. 0 where the master gives none, as for an index. */
  lotSize: Schema.Int,
  /** In paise. 0 where the master gives none, as for an index. */
  tickSize: Schema.Int,
  /** Units; an order above it is refused. Only some brokers tell. */
  freezeQuantity: Schema.NullOr(Schema.Int),
  /** Of a share, whether an auction makes its close. Only some brokers tell; for the others derivatives on it do. */
  closingAuction: Schema.NullOr(Schema.Boolean),
  /** BSE's group of a share, such as `A` or `XT`. Only some brokers tell. */
  group: Schema.optionalKey(Schema.NonEmptyString)
})
export type MasterEntry = typeof MasterEntry.Type

type Contract = Pick<MasterEntry, "exchange" | "kind" | "underlying" | "expiry" | "strike" | "right">

/** The identity of a future or an option. */
export const contractId = ({ exchange, expiry, kind, right, strike, underlying }: Contract): string =>
  kind === "future"
    ? `${exchange}_FO|${underlying}|${expiry}|FUT`
    : `${exchange}_FO|${underlying}|${expiry}|${((strike ?? 0) / 100).toFixed(2)}|${right}`

/**
 * The identity of a share. NSE trades one symbol in several series that are no substitutes for each other, so every series
 * but the ordinary `EQ` is part of it; the groups of BSE only classify, and change.
 */
export const shareId = (exchange: Exchange, symbol: string, series: string): string =>
  exchange === "NSE" && series !== "" && series !== "EQ" ? `NSE_EQ|${symbol}-${series}` : `${exchange}_EQ|${symbol}`

export const indexId = (exchange: Exchange, name: string): string => `${exchange}_INDEX|${name.toUpperCase()}`

/** BSE's group among the fields of a master's row; anything else is none. */
export const groupOf = (exchange: Exchange, text: string): Pick<MasterEntry, "group"> =>
  exchange === "BSE" && /^[A-Z]{1,2}$/.test(text) ? { group: text } : {}

/** Companies' ISINs begin with INE or IN9, those of funds with INF. */
const securityOf = (isin: string | null): Pick<Instrument, "security"> => {
  if (isin?.startsWith("INF") === true) return { security: "fund" }
  return isin?.startsWith("INE") === true || isin?.startsWith("IN9") === true ? { security: "share" } : {}
}

/**
 * The engine's view of it, under the symbol that the caller gives. An index has neither lot nor tick and is never traded:
 * 1 each keeps divisions defined.
 */
export const toInstrument = (entry: MasterEntry, symbol: string): Instrument => ({
  symbol,
  exchange: entry.exchange,
  kind: entry.kind,
  tickSize: Math.max(1, entry.tickSize),
  lotSize: Math.max(1, entry.lotSize),
  ...(entry.underlying === null ? {} : { underlying: entry.underlying }),
  ...(entry.expiry === null ? {} : { expiry: entry.expiry }),
  ...(entry.strike === null ? {} : { strike: entry.strike }),
  ...(entry.right === null ? {} : { right: entry.right }),
  ...(entry.kind === "equity" ? securityOf(entry.isin) : {}),
  ...(entry.group === undefined ? {} : { group: entry.group })
})
