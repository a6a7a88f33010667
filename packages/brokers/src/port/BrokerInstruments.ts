/** The instruments of a session as one broker knows them: built from its instrument master, looked up both ways. */
import type { Instrument, InstrumentIndex } from "@keepgaining/core/market/Instrument.ts"

export interface BrokerInstrument {
  /** Row of the instrument in the session's table: what decoded ticks are labelled with. */
  readonly index: InstrumentIndex
  readonly instrument: Instrument
  /** What the broker's API asks for: Upstox `instrument_key`, Kite `instrument_token`, Angel `token`, Fyers `fyToken`. */
  readonly token: string
  /** As the broker writes it in orders and books: `SBIN-EQ`, `NSE:SBIN-EQ`, `NIFTY26D0124500CE`. */
  readonly tradingSymbol: string
  /** Largest quantity of one order, in units, when the master gives it. */
  readonly freezeQuantity?: number
  /** By the master, when it gives it: the instrument's own is that of the session, which keeps what it began with. */
  readonly lotSize?: number
}

/** A token or a symbol is unique within a market only: Angel numbers NSE and BSE shares alike. */
export type Market = "NSE" | "BSE" | "NFO" | "BFO"

export const marketOf = (instrument: Instrument): Market => {
  const derivative = instrument.kind === "future" || instrument.kind === "option"
  if (instrument.exchange === "NSE") return derivative ? "NFO" : "NSE"
  return derivative ? "BFO" : "BSE"
}

export class BrokerInstruments {
  readonly #all: Array<BrokerInstrument> = []
  readonly #bySymbol = new Map<string, BrokerInstrument>()
  readonly #byToken = new Map<string, BrokerInstrument>()
  readonly #byTradingSymbol = new Map<string, BrokerInstrument>()

  static from(entries: Iterable<BrokerInstrument>): BrokerInstruments {
    const instruments = new BrokerInstruments()
    for (const entry of entries) instruments.add(entry)
    return instruments
  }

  /** A later entry of the same instrument replaces the earlier one: masters are renumbered. */
  add(entry: BrokerInstrument): void {
    const market = marketOf(entry.instrument)
    this.#all.push(entry)
    this.#bySymbol.set(entry.instrument.symbol, entry)
    this.#byToken.set(`${market}|${entry.token}`, entry)
    this.#byTradingSymbol.set(`${market}|${entry.tradingSymbol}`, entry)
  }

  all(): ReadonlyArray<BrokerInstrument> {
    return this.#all
  }

  /** By our symbol, `NSE:RELIANCE`. */
  ofSymbol(symbol: string): BrokerInstrument | undefined {
    return this.#bySymbol.get(symbol)
  }

  ofToken(market: Market, token: string): BrokerInstrument | undefined {
    return this.#byToken.get(`${market}|${token}`)
  }

  ofTradingSymbol(market: Market, tradingSymbol: string): BrokerInstrument | undefined {
    return this.#byTradingSymbol.get(`${market}|${tradingSymbol}`)
  }
}
