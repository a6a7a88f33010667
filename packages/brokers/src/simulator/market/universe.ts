/**
 * The instruments that the simulated exchange lists: three indices, twelve shares, and the derivatives of some of them
 * around the money. Lots and freeze quantities are those of November 2026; the simulator is a stage, not a reference.
 */
import { DAY_MS, formatIstDate, istDay, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import type { SimInstrument } from "./SimInstrument.ts"

interface Stock {
  readonly name: string
  readonly title: string
  readonly isin: string
  readonly token: number
  readonly rupees: number
  readonly volatility: number
  readonly perSecond: number
  /** Present when it has derivatives. */
  readonly lot?: number
  readonly step?: number
}

const stocks: ReadonlyArray<Stock> = [
  {
    name: "RELIANCE",
    title: "RELIANCE INDUSTRIES LTD",
    isin: "INE002A01018",
    token: 2885,
    rupees: 1_412,
    volatility: 0.24,
    perSecond: 320,
    lot: 500,
    step: 10
  },
  {
    name: "SBIN",
    title: "STATE BANK OF INDIA",
    isin: "INE062A01020",
    token: 3045,
    rupees: 845,
    volatility: 0.26,
    perSecond: 410,
    lot: 750,
    step: 5
  },
  {
    name: "INFY",
    title: "INFOSYS LIMITED",
    isin: "INE009A01021",
    token: 1594,
    rupees: 1_530,
    volatility: 0.25,
    perSecond: 230,
    lot: 400,
    step: 20
  },
  {
    name: "TCS",
    title: "TATA CONSULTANCY SERV LT",
    isin: "INE467B01029",
    token: 11536,
    rupees: 3_085,
    volatility: 0.22,
    perSecond: 90,
    lot: 175,
    step: 20
  },
  {
    name: "HDFCBANK",
    title: "HDFC BANK LTD",
    isin: "INE040A01034",
    token: 1333,
    rupees: 985,
    volatility: 0.2,
    perSecond: 520,
    lot: 550,
    step: 5
  },
  {
    name: "ICICIBANK",
    title: "ICICI BANK LTD.",
    isin: "INE090A01021",
    token: 4963,
    rupees: 1_365,
    volatility: 0.21,
    perSecond: 340,
    lot: 700,
    step: 10
  },
  {
    name: "TATASTEEL",
    title: "TATA STEEL LIMITED",
    isin: "INE081A01020",
    token: 3499,
    rupees: 172,
    volatility: 0.31,
    perSecond: 900,
    lot: 5_500,
    step: 1
  },
  { name: "ITC", title: "ITC LTD", isin: "INE154A01025", token: 1660, rupees: 402, volatility: 0.18, perSecond: 450 },
  {
    name: "WIPRO",
    title: "WIPRO LTD",
    isin: "INE075A01022",
    token: 3787,
    rupees: 244,
    volatility: 0.25,
    perSecond: 300
  },
  {
    name: "LT",
    title: "LARSEN & TOUBRO LTD.",
    isin: "INE018A01030",
    token: 11483,
    rupees: 3_960,
    volatility: 0.23,
    perSecond: 60
  },
  {
    name: "M&M",
    title: "MAHINDRA & MAHINDRA LTD",
    isin: "INE101A01026",
    token: 2031,
    rupees: 3_640,
    volatility: 0.27,
    perSecond: 70
  },
  {
    name: "BAJAJ-AUTO",
    title: "BAJAJ AUTO LIMITED",
    isin: "INE917I01010",
    token: 16669,
    rupees: 9_050,
    volatility: 0.24,
    perSecond: 12
  }
]

interface Index {
  readonly exchange: "NSE" | "BSE"
  readonly symbol: string
  readonly token: number
  readonly rupees: number
  readonly volatility: number
  /** Name in derivatives. */
  readonly underlying: string
  readonly lot: number
  readonly freeze: number
  readonly step: number
}

const indices: ReadonlyArray<Index> = [
  {
    exchange: "NSE",
    symbol: "NIFTY 50",
    token: 26000,
    rupees: 25_900,
    volatility: 0.13,
    underlying: "NIFTY",
    lot: 65,
    freeze: 1_800,
    step: 50
  },
  {
    exchange: "NSE",
    symbol: "NIFTY BANK",
    token: 26009,
    rupees: 58_800,
    volatility: 0.16,
    underlying: "BANKNIFTY",
    lot: 30,
    freeze: 600,
    step: 100
  },
  {
    exchange: "BSE",
    symbol: "SENSEX",
    token: 1,
    rupees: 84_900,
    volatility: 0.13,
    underlying: "SENSEX",
    lot: 20,
    freeze: 1_000,
    step: 100
  }
]

export interface UniverseOptions {
  /** The day of the session, epoch ms within it: expiries are the next ones after it. */
  readonly day: number
  /** Strikes on each side of the money. */
  readonly strikes?: number
}

/** The Tuesday (NSE) or Thursday (BSE) on or after the day; holidays are not looked at. */
const nextExpiry = (exchange: "NSE" | "BSE", day: number): string => {
  const wanted = exchange === "NSE" ? 2 : 4
  let number = istDay(day)
  // 1970-01-01 was a Thursday.
  while ((number + 4) % 7 !== wanted) number++
  return formatIstDate(startOfIstDay(number))
}

/** The last such weekday of the month of the date. */
const lastExpiry = (exchange: "NSE" | "BSE", date: string): string => {
  const [year = 0, month = 0] = date.split("-").map(Number)
  const wanted = exchange === "NSE" ? 2 : 4
  let day = Date.UTC(year, month, 0)
  while (new Date(day).getUTCDay() !== wanted) day -= DAY_MS
  return new Date(day).toISOString().slice(0, 10)
}

const weeklyMonth = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "O", "N", "D"]
const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

/** `26NOV` for the last expiry of its month, `26N24` for the others; NSE's own forms. */
const expiryCode = (exchange: "NSE" | "BSE", date: string): string => {
  const [year = "", month = "", day = ""] = date.split("-")
  // A month of a date is one of twelve.
  return date === lastExpiry(exchange, date)
    ? `${year.slice(2)}${monthNames[Number(month) - 1]!}`
    : `${year.slice(2)}${weeklyMonth[Number(month) - 1]!}${day}`
}

export const universe = ({ day, strikes = 5 }: UniverseOptions): ReadonlyArray<SimInstrument> => {
  const all: Array<SimInstrument> = []
  let contractToken = 40_001
  const add = (fields: Omit<SimInstrument, "index">): SimInstrument => {
    const made = { index: all.length, ...fields }
    all.push(made)
    return made
  }
  const derivatives = (of: SimInstrument, name: string, lot: number, freeze: number, step: number, weekly: boolean) => {
    const { exchange, symbol } = of.instrument
    const near = nextExpiry(exchange, day)
    const last = lastExpiry(exchange, near)
    const nextMonth = new Date(`${last}T00:00:00Z`)
    nextMonth.setUTCDate(1)
    nextMonth.setUTCMonth(nextMonth.getUTCMonth() + 1)
    const far = lastExpiry(exchange, nextMonth.toISOString().slice(0, 10))
    // A week that ends after the month's last expiry belongs to the next month.
    const months = last >= near ? [last, far] : [far]
    const contract = (expiry: string, extra: Partial<Instrument>, suffix: string): void => {
      add({
        instrument: {
          symbol: `${exchange}:${name}${expiryCode(exchange, expiry)}${suffix}`,
          exchange,
          kind: "future",
          tickSize: of.instrument.kind === "index" && suffix === "FUT" ? 10 : 5,
          lotSize: lot,
          underlying: symbol,
          expiry,
          ...extra
        },
        exchangeToken: contractToken++,
        name,
        isin: undefined,
        basePrice: of.basePrice,
        volatility: of.volatility,
        tradedPerSecond: lot * (suffix === "FUT" ? 2 : 6),
        underlying: of.index,
        freezeQuantity: freeze,
        strikeStep: undefined
      })
    }
    for (const month of months) contract(month, {}, "FUT")
    const middle = Math.round(of.basePrice / 100 / step) * step
    for (const expiry of weekly && near !== months[0] ? [near, ...months.slice(0, 1)] : months.slice(0, 1)) {
      for (let i = -strikes; i <= strikes; i++) {
        const strike = middle + i * step
        for (const right of ["CE", "PE"] as const) {
          contract(expiry, { kind: "option", strike: strike * 100, right }, `${strike}${right}`)
        }
      }
    }
  }
  for (const each of indices) {
    add({
      instrument: {
        symbol: `${each.exchange}:${each.symbol}`,
        exchange: each.exchange,
        kind: "index",
        tickSize: 5,
        lotSize: 1
      },
      exchangeToken: each.token,
      name: each.symbol,
      isin: undefined,
      basePrice: paise(each.rupees * 100),
      volatility: each.volatility,
      tradedPerSecond: 0,
      underlying: undefined,
      freezeQuantity: 0,
      strikeStep: each.step
    })
  }
  for (const stock of stocks) {
    add({
      instrument: {
        symbol: `NSE:${stock.name}`,
        exchange: "NSE",
        kind: "equity",
        tickSize: stock.rupees < 250 ? 1 : 10,
        lotSize: 1
      },
      exchangeToken: stock.token,
      name: stock.title,
      isin: stock.isin,
      basePrice: paise(stock.rupees * 100),
      volatility: stock.volatility,
      tradedPerSecond: stock.perSecond,
      underlying: undefined,
      freezeQuantity: 0,
      strikeStep: stock.step
    })
  }
  // Derivatives come last, so that an index or a share keeps its row whatever is listed on it.
  for (const [i, each] of indices.entries()) {
    // The indices are the first rows.
    derivatives(all[i]!, each.underlying, each.lot, each.freeze, each.step, each.underlying !== "BANKNIFTY")
  }
  for (const [i, stock] of stocks.entries()) {
    if (stock.lot === undefined || stock.step === undefined) continue
    derivatives(all[indices.length + i]!, stock.name, stock.lot, stock.lot * 40, stock.step, false)
  }
  return all
}
