/**
 * What can be quoted and traded. An instrument is known by its symbol (`EXCHANGE:NAME`), never by a broker's token;
 * inside one session it also has a dense index, the row of every columnar structure.
 */
import * as Schema from "effect/Schema"

export const Exchange = Schema.Literals(["NSE", "BSE"])
export type Exchange = typeof Exchange.Type

export const InstrumentKind = Schema.Literals(["equity", "index", "future", "option"])
export type InstrumentKind = typeof InstrumentKind.Type

export const OptionRight = Schema.Literals(["CE", "PE"])
export type OptionRight = typeof OptionRight.Type

export const Security = Schema.Literals(["share", "fund"])
export type Security = typeof Security.Type

/** Dense index of an instrument in one session's {@link InstrumentTable}. */
export type InstrumentIndex = number

export const Instrument = Schema.Struct({
  /** `NSE:RELIANCE`, `NSE:NIFTY 50`, `NSE:NIFTY26D0124500CE`. */
  symbol: Schema.NonEmptyString,
  exchange: Exchange,
  kind: InstrumentKind,
  /** Price step in paise. */
  tickSize: Schema.Int.check(Schema.isGreaterThan(0)),
  /** Quantities are whole multiples of it. */
  lotSize: Schema.Int.check(Schema.isGreaterThan(0)),
  /** Symbol of the underlying, for futures and options. */
  underlying: Schema.optionalKey(Schema.String),
  /** Expiry date, `2026-12-01`, for futures and options. */
  expiry: Schema.optionalKey(Schema.String),
  /** Strike in paise, for options. */
  strike: Schema.optionalKey(Schema.Int),
  right: Schema.optionalKey(OptionRight),
  /** Of what is traded for cash: whether it is a company's share or a unit of a fund (an ETF). Not known when left out. */
  security: Schema.optionalKey(Security),
  /** BSE's group of a share, such as `A` or `XT`: it decides what the exchange charges. Not known when left out. */
  group: Schema.optionalKey(Schema.NonEmptyString),
  /** Of a share: whether an auction makes its close, so that it trades continuously for less long. Not known when left out. */
  closingAuction: Schema.optionalKey(Schema.Boolean)
})
export type Instrument = typeof Instrument.Type

/** An index is quoted but cannot be bought. */
export const isTradable = (instrument: Instrument): boolean => instrument.kind !== "index"

/** The instruments of one session, in index order; append-only, so an index never changes its meaning. */
export class InstrumentTable {
  readonly #all: Array<Instrument> = []
  readonly #bySymbol = new Map<string, InstrumentIndex>()

  static from(instruments: Iterable<Instrument>): InstrumentTable {
    const table = new InstrumentTable()
    for (const instrument of instruments) table.add(instrument)
    return table
  }

  /** Index of the instrument; a symbol that is known already keeps its index and its first definition. */
  add(instrument: Instrument): InstrumentIndex {
    const known = this.#bySymbol.get(instrument.symbol)
    if (known !== undefined) return known
    const index = this.#all.length
    this.#all.push(instrument)
    this.#bySymbol.set(instrument.symbol, index)
    return index
  }

  get size(): number {
    return this.#all.length
  }

  /** Throws a `RangeError` for an index that this table never gave out: that is a defect, not bad input. */
  at(index: InstrumentIndex): Instrument {
    const instrument = this.#all[index]
    if (instrument === undefined) throw new RangeError(`No instrument at index ${index} of ${this.#all.length}`)
    return instrument
  }

  indexOf(symbol: string): InstrumentIndex | undefined {
    return this.#bySymbol.get(symbol)
  }

  all(): ReadonlyArray<Instrument> {
    return this.#all
  }
}
