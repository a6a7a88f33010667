/**
 * Everything about the simulated exchange that does not change while it runs: the instruments in index order and the
 * parameters of each, as columns.
 */
import { istDay } from "@keepgaining/core/market/IndianTime.ts"
import { type Instrument, type OptionRight } from "@keepgaining/core/market/Instrument.ts"
import { indices, nifty, type Stock, stocks, stockTickSize } from "./Constituents.ts"
import { dateOfDay, futureSymbol, optionSymbol } from "./Contracts.ts"
import { closeOf, monthlyExpiryDay, weeklyExpiryDay } from "./TradingDays.ts"

export interface Universe {
  readonly instruments: ReadonlyArray<Instrument>
  /** Index of the first stock; the indices are before it. */
  readonly firstStock: number
  /** Index of the NIFTY future; the options follow it to the end. */
  readonly future: number
  /** Ticks a second in the quiet middle of a normal day, by instrument. */
  readonly rate: Float64Array
  /** Mean quantity of a trade, in shares, by instrument; 0 for an index. */
  readonly tradeSize: Float64Array
  /** Epoch ms of the end of its last session; `Infinity` for what does not expire. */
  readonly expiry: Float64Array
  /** Paise; 0 for what is no option. */
  readonly strike: Float64Array
  /** Price at the start, paise: of stocks and indices; 0 for derivatives. */
  readonly base: Float64Array
  /** By stock, from 0: yearly volatility as a fraction, and its sector. */
  readonly volatility: Float64Array
  readonly sector: Uint8Array
  readonly sectors: number
  /** By index: its stocks (from 0), and the index points in paise that one paisa of that stock is worth. */
  readonly members: ReadonlyArray<Uint16Array>
  readonly pointsPerPaisa: ReadonlyArray<Float64Array>
}

export interface UniverseOptions {
  /** Multiplies every tick rate; 1 gives about 250 ticks a second. */
  readonly activity?: number
  /** Strikes of the NIFTY chain, an odd number, symmetric about the money. */
  readonly strikes?: number
}

/** The share of a tick's chance to be a trade; the rest only changes the book. */
export const TRADE_SHARE = 0.75

const SESSION_SECONDS = 22_500
/** Activity averages about a third more than in the quiet middle of the day. */
const MEAN_INTENSITY = 1.3

/** The exchange as it stands at 00:00 IST of the instant's date, which fixes the contracts listed. */
export const make = (instant: number, options: UniverseOptions = {}): Universe => {
  const activity = options.activity ?? 1
  const strikes = options.strikes ?? 41
  const day = istDay(instant)
  const listing = new Listing()

  for (const index of indices) {
    listing.add({ symbol: `NSE:${index.name}`, exchange: "NSE", kind: "index", tickSize: 5, lotSize: 1 }, {
      rate: 1,
      base: index.level * 100
    })
  }
  const firstStock = listing.instruments.length
  const busiest = Math.max(...stocks.map(turnover))
  for (const stock of stocks) {
    const rate = 1 + 3 * Math.sqrt(turnover(stock) / busiest)
    const tickSize = stockTickSize(stock.price)
    listing.add({ symbol: `NSE:${stock.name}`, exchange: "NSE", kind: "equity", tickSize, lotSize: 1 }, {
      rate,
      base: stock.price * 100,
      tradeSize: stock.volume * 1_000 / (SESSION_SECONDS * rate * TRADE_SHARE * MEAN_INTENSITY)
    })
  }
  const future = listing.instruments.length
  const futureDay = monthlyExpiryDay(weeklyExpiryDay(day))
  listing.add({
    symbol: futureSymbol(nifty.underlying, futureDay),
    exchange: "NSE",
    kind: "future",
    tickSize: nifty.futureTick,
    lotSize: nifty.lotSize,
    underlying: "NSE:NIFTY 50",
    expiry: dateOfDay(futureDay)
  }, { rate: 4, tradeSize: 2 * nifty.lotSize, expiry: closeOf(futureDay) })

  const chainDay = weeklyExpiryDay(day)
  const money = Math.round((indices[0]?.level ?? 0) / nifty.strikeStep) * nifty.strikeStep
  const rights: ReadonlyArray<OptionRight> = ["CE", "PE"]
  for (let n = 0; n < strikes; n++) {
    const distance = n - (strikes - 1) / 2
    const strike = money + distance * nifty.strikeStep
    const liquidity = 0.06 + 0.94 * Math.exp(-((distance / 7) ** 2))
    for (const right of rights) {
      listing.add({
        symbol: optionSymbol(nifty.underlying, chainDay, strike, right),
        exchange: "NSE",
        kind: "option",
        tickSize: nifty.optionTick,
        lotSize: nifty.lotSize,
        underlying: "NSE:NIFTY 50",
        expiry: dateOfDay(chainDay),
        strike: strike * 100,
        right
      }, {
        rate: 0.2 + 2.8 * liquidity,
        tradeSize: nifty.lotSize * (1 + 7 * liquidity),
        expiry: closeOf(chainDay),
        strike: strike * 100
      })
    }
  }

  const sectors = [...new Set(stocks.map((stock) => stock.sector))]
  const membership = indices.map((index) => membersOf(index.sector))
  return {
    instruments: listing.instruments,
    firstStock,
    future,
    rate: Float64Array.from(listing.terms, (terms) => terms.rate * activity),
    tradeSize: Float64Array.from(listing.terms, (terms) => (terms.tradeSize ?? 0) / activity),
    expiry: Float64Array.from(listing.terms, (terms) => terms.expiry ?? Infinity),
    strike: Float64Array.from(listing.terms, (terms) => terms.strike ?? 0),
    base: Float64Array.from(listing.terms, (terms) => terms.base ?? 0),
    volatility: Float64Array.from(stocks, (stock) => stock.volatility / 100),
    sector: Uint8Array.from(stocks, (stock) => sectors.indexOf(stock.sector)),
    sectors: sectors.length,
    members: membership,
    pointsPerPaisa: membership.map((members, n) => pointsPerPaisa(members, indices[n]?.level ?? 0))
  }
}

/** What the simulation needs to know of an instrument beyond its definition; see the columns of {@link Universe}. */
interface Terms {
  readonly rate: number
  readonly tradeSize?: number
  readonly expiry?: number
  readonly strike?: number
  readonly base?: number
}

class Listing {
  readonly instruments: Array<Instrument> = []
  readonly terms: Array<Terms> = []

  add(instrument: Instrument, terms: Terms): void {
    this.instruments.push(instrument)
    this.terms.push(terms)
  }
}

const turnover = (stock: Stock): number => stock.price * stock.volume

const membersOf = (sector: string | undefined): Uint16Array =>
  Uint16Array.from(stocks.flatMap((stock, n) => sector === undefined || stock.sector === sector ? [n] : []))

/** An index is its level times the weighted mean of its stocks' prices relative to where they began. */
const pointsPerPaisa = (members: Uint16Array, level: number): Float64Array => {
  const chosen = Array.from(members, (member) => stocks[member]).filter((stock) => stock !== undefined)
  const total = chosen.reduce((sum, stock) => sum + stock.weight, 0)
  return Float64Array.from(chosen, (stock) => (level * 100 * stock.weight) / (total * stock.price * 100))
}
