/**
 * Makes masters in the four brokers' own formats out of one market: shares and indices of both exchanges, futures and
 * options of indices and shares, and rows of venues that are out of scope. The same arguments make the same bytes.
 */
import type { MasterBroker } from "../../src/instruments/master/MasterEntry.ts"

export interface Listing {
  readonly exchange: "NSE" | "BSE"
  readonly kind: "equity" | "index" | "future" | "option"
  readonly symbol: string
  readonly series: string
  readonly name: string
  readonly token: number
  readonly isin: string
  /** ISO date. */
  readonly expiry: string
  /** Rupees. */
  readonly strike: number
  readonly right: "" | "CE" | "PE"
  readonly lot: number
  /** Paise. */
  readonly tick: number
  readonly freeze: number
}

const blank = {
  series: "",
  name: "",
  isin: "",
  expiry: "",
  strike: 0,
  right: "" as const,
  lot: 1,
  tick: 5,
  freeze: 1_800
}

const known: ReadonlyArray<readonly [string, string]> = [
  ["RELIANCE", "RELIANCE INDUSTRIES LTD"],
  ["HDFCBANK", "HDFC BANK LTD"],
  ["M&M", "MAHINDRA & MAHINDRA LTD"],
  ["INFY", "INFOSYS LIMITED"],
  ["TATASTEEL", "TATA STEEL LIMITED"],
  ["SBIN", "STATE BANK OF INDIA"],
  ["BAJAJ-AUTO", "BAJAJ AUTO LIMITED"],
  ["20MICRONS", "20 MICRONS LTD"]
]

const indices = [
  { exchange: "NSE", symbol: "NIFTY", name: "Nifty 50", level: 25_000, step: 50, lot: 65 },
  { exchange: "NSE", symbol: "BANKNIFTY", name: "Nifty Bank", level: 55_000, step: 100, lot: 30 },
  { exchange: "NSE", symbol: "FINNIFTY", name: "Nifty Fin Service", level: 26_000, step: 50, lot: 60 },
  { exchange: "BSE", symbol: "SENSEX", name: "SENSEX", level: 82_000, step: 100, lot: 20 }
] as const

/** Expiries of a market seen in late November 2026. */
export const expiries = [
  "2026-11-23",
  "2026-12-01",
  "2026-12-08",
  "2026-12-15",
  "2026-12-22",
  "2026-12-29",
  "2027-01-25",
  "2027-03-30"
] as const

const syllables = ["TA", "RA", "SUN", "VIK", "OM", "IND", "GLO", "MAX", "PRI", "ZEN", "KAR", "LUX"]

const shareName = (n: number): string =>
  // 12 syllables: every number below 20,736 has a name of its own.
  [n % 12, Math.floor(n / 12) % 12, Math.floor(n / 144) % 12, Math.floor(n / 1_728) % 12].map((k) => syllables[k]).join(
    ""
  )

/** About `size` listings that are in scope, at least 1,500. */
export const market = (size: number): ReadonlyArray<Listing> => {
  const listings: Array<Listing> = []
  let token = 1_000
  const add = (listing: Partial<Listing> & Pick<Listing, "exchange" | "kind" | "symbol">): void => {
    listings.push({ ...blank, token: token++, ...listing })
  }
  const shares = Math.floor(size * 0.06)
  for (const { exchange, name, symbol } of indices) add({ exchange, kind: "index", symbol, name, lot: 0, tick: 0 })
  for (const exchange of ["NSE", "BSE"] as const) {
    for (let n = 0; n < shares; n++) {
      const [symbol, name] = known[n] ?? [shareName(n), `${shareName(n)} INDUSTRIES LIMITED`]
      add({
        exchange,
        kind: "equity",
        symbol,
        name,
        series: exchange === "BSE" ? "A" : n % 50 === 49 ? "BE" : "EQ",
        isin: `INE${String(n).padStart(6, "0")}01${n % 10}`,
        tick: n % 3 === 0 ? 1 : n % 3 === 1 ? 5 : 10
      })
    }
  }
  const underlyings = [
    ...indices,
    ...known.map(([symbol]) => ({ exchange: "NSE" as const, symbol, level: 1_500, step: 10, lot: 500 })),
    ...Array.from(
      { length: 200 },
      (_, n) => ({ exchange: "NSE" as const, symbol: shareName(n + known.length), level: 1_500, step: 10, lot: 500 })
    )
  ]
  for (const { exchange, lot, symbol } of underlyings) {
    for (const expiry of expiries.slice(5, 8)) add({ exchange, kind: "future", symbol, expiry, lot })
  }
  // Strikes spread out from the level, round by round, until there are enough contracts.
  for (let distance = 0; listings.length < size; distance++) {
    for (const { exchange, level, lot, step, symbol } of underlyings) {
      const strikes = distance === 0 ? [level] : [level - distance * step, level + distance * step]
      const dates = level > 10_000 ? expiries : expiries.slice(5, 7)
      for (const strike of strikes.filter((value) => value > 0)) {
        for (const expiry of dates) {
          add({ exchange, kind: "option", symbol, expiry, strike, right: "CE", lot })
          add({ exchange, kind: "option", symbol, expiry, strike, right: "PE", lot })
        }
      }
    }
  }
  return listings
}

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

const parts = (expiry: string) => {
  const [year = "", month = "", day = ""] = expiry.split("-")
  return { year, yy: year.slice(2), month, mmm: monthNames[Number(month) - 1] ?? "", day }
}

/** 15:30 IST of the day. */
const closeOf = (expiry: string): number => Date.parse(`${expiry}T10:00:00Z`)

const isContract = ({ kind }: Listing): boolean => kind === "future" || kind === "option"

const nseSymbol = ({ expiry, right, strike, symbol }: Listing): string => {
  const { day, mmm, month, yy } = parts(expiry)
  if (right === "") return `${symbol}${yy}${mmm}FUT`
  const code = "123456789OND"[Number(month) - 1]
  return Number(day) > 22 ? `${symbol}${yy}${mmm}${strike}${right}` : `${symbol}${yy}${code}${day}${strike}${right}`
}

export interface MasterOptions {
  /** Upstox has been seen with ticks in either. */
  readonly upstoxTicks?: "paise" | "rupees"
  /** Currency futures that Upstox's master begins with; their tick is a quarter of a paisa. */
  readonly currencies?: number
  readonly newlineAtEnd?: boolean
}

const upstox = (
  listings: ReadonlyArray<Listing>,
  { currencies = 0, upstoxTicks = "paise" }: MasterOptions
): string => {
  const rows = listings.map((listing) => {
    const { exchange, kind, symbol } = listing
    const tick = upstoxTicks === "paise" ? listing.tick : listing.tick / 100
    if (kind === "index") {
      return {
        segment: `${exchange}_INDEX`,
        name: listing.name,
        exchange,
        instrument_type: "INDEX",
        instrument_key: `${exchange}_INDEX|${listing.name}`,
        exchange_token: String(listing.token),
        trading_symbol: symbol
      }
    }
    const common = {
      exchange,
      exchange_token: String(listing.token),
      tick_size: tick,
      lot_size: listing.lot,
      freeze_quantity: listing.freeze
    }
    if (kind === "equity") {
      return {
        ...common,
        segment: `${exchange}_EQ`,
        name: listing.name,
        isin: listing.isin,
        instrument_type: listing.series,
        instrument_key: `${exchange}_EQ|${listing.isin}`,
        trading_symbol: symbol,
        short_name: listing.name,
        security_type: "NORMAL"
      }
    }
    const { day, mmm, yy } = parts(listing.expiry)
    return {
      ...common,
      weekly: false,
      segment: `${exchange}_FO`,
      name: symbol,
      expiry: closeOf(listing.expiry),
      instrument_type: listing.right === "" ? "FUT" : listing.right,
      underlying_symbol: symbol,
      instrument_key: `${exchange}_FO|${listing.token}`,
      trading_symbol: listing.right === ""
        ? `${symbol} FUT ${day} ${mmm} ${yy}`
        : `${symbol} ${listing.strike} ${listing.right} ${day} ${mmm} ${yy}`,
      strike_price: listing.strike,
      minimum_lot: listing.lot
    }
  })
  const foreign = { segment: "MCX_FO", exchange: "MCX", instrument_type: "FUT", trading_symbol: "GOLD \"M\" {FUT] \\" }
  const currency = Array.from({ length: currencies }, (_, n) => ({
    segment: n % 2 === 0 ? "NCD_FO" : "BCD_FO",
    exchange: n % 2 === 0 ? "NSE" : "BSE",
    instrument_type: "FUT",
    instrument_key: `NCD_FO|${n}`,
    exchange_token: String(n),
    trading_symbol: `USDINR FUT ${n}`,
    lot_size: 1,
    tick_size: upstoxTicks === "paise" ? 0.25 : 0.0025
  }))
  return JSON.stringify([foreign, ...currency, ...rows])
}

const csv = (fields: ReadonlyArray<string | number>): string =>
  fields.map((field) => /[",]/.test(String(field)) ? `"${String(field).replaceAll("\"", "\"\"")}"` : field).join(",")

const kiteHeader = "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size," +
  "instrument_type,segment,exchange"

const kite = (listings: ReadonlyArray<Listing>, { newlineAtEnd = true }: MasterOptions): string => {
  const rows = listings.map((listing) => {
    const { exchange, kind, lot, name, series, symbol, tick, token } = listing
    const fo = exchange === "NSE" ? "NFO" : "BFO"
    const [tradingsymbol, type, segment, venue] = kind === "index"
      ? [name.toUpperCase(), "EQ", "INDICES", exchange]
      : kind === "equity"
      ? [exchange === "NSE" && series !== "EQ" ? `${symbol}-${series}` : symbol, "EQ", exchange, exchange]
      : [
        nseSymbol(listing),
        listing.right === "" ? "FUT" : listing.right,
        `${fo}-${listing.right === "" ? "FUT" : "OPT"}`,
        fo
      ]
    return csv([
      token * 256 + 1,
      token,
      tradingsymbol,
      isContract(listing) ? symbol : name,
      0,
      listing.expiry,
      listing.strike,
      tick / 100,
      lot,
      type,
      segment,
      venue
    ])
  })
  const foreign = csv([1, 1, "GOLD26DECFUT", "GOLD", 0, "2026-12-04", 0, 1, 1, "FUT", "MCX-FUT", "MCX"])
  return [kiteHeader, foreign, ...rows].join("\r\n") + (newlineAtEnd ? "\r\n" : "")
}

const angel = (listings: ReadonlyArray<Listing>): string => {
  const rows = listings.map((listing) => {
    const { exchange, kind, lot, name, series, symbol, tick, token } = listing
    const { day, mmm, year, yy } = parts(listing.expiry)
    const of = (rest: Record<string, string>) => ({
      token: String(token),
      name: symbol,
      expiry: "",
      strike: "-1.000000",
      lotsize: String(lot),
      instrumenttype: "",
      exch_seg: exchange as string,
      tick_size: `${tick}.000000`,
      ...rest
    })
    if (kind === "index") return of({ symbol: name, instrumenttype: "AMXIDX" })
    if (kind === "equity") return of({ symbol: exchange === "NSE" ? `${symbol}-${series}` : symbol })
    const share = listings.length > 0 && !indices.some((index) => index.symbol === symbol)
    return of({
      symbol: listing.right === ""
        ? `${symbol}${day}${mmm}${yy}FUT`
        : `${symbol}${day}${mmm}${yy}${listing.strike}${listing.right}`,
      expiry: `${day}${mmm}${year}`,
      strike: listing.right === "" ? "-1.000000" : `${listing.strike * 100}.000000`,
      instrumenttype: `${listing.right === "" ? "FUT" : "OPT"}${share ? "STK" : "IDX"}`,
      exch_seg: exchange === "NSE" ? "NFO" : "BFO"
    })
  })
  return JSON.stringify([...rows, { token: "1", symbol: "GOLD26DECFUT", exch_seg: "MCX" }])
}

const fyers = (listings: ReadonlyArray<Listing>): string =>
  listings.map((listing) => {
    const { exchange, kind, lot, name, series, symbol, tick, token } = listing
    const venue = exchange === "NSE" ? "10" : "12"
    const contract = isContract(listing)
    const ticker = kind === "index" ? `${symbol}-INDEX` : kind === "equity" ? `${symbol}-${series}` : nseSymbol(listing)
    const date = listing.expiry === "" ? "000000" : listing.expiry.replaceAll("-", "").slice(2)
    return csv([
      `${venue}${contract ? 11 : 10}${date}${token}`,
      contract ? `${symbol} ${listing.expiry}` : name,
      kind === "index" ? 10 : kind === "equity" ? 0 : listing.right === "" ? 11 : 14,
      lot,
      tick / 100,
      listing.isin,
      "0915-1530|1815-1915:",
      "2026-11-24",
      contract ? closeOf(listing.expiry) / 1_000 : "",
      `${exchange}:${ticker}`,
      venue,
      contract ? 11 : 10,
      token,
      symbol,
      token,
      listing.right === "" ? -1 : listing.strike.toFixed(1),
      listing.right === "" ? "XX" : listing.right,
      `${venue}10000000${token}`,
      "None",
      0,
      0
    ])
  }).join("\n")

/** The text of the broker's file (of all its files, one after another, for Fyers). */
export const masterText = (
  broker: MasterBroker,
  listings: ReadonlyArray<Listing>,
  options: MasterOptions = {}
): string => ({ upstox, kite, angel, fyers })[broker](listings, options)
