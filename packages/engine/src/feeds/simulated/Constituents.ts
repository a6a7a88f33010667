/**
 * The stocks and indices of the simulated exchange. Names, sectors and index membership follow the NIFTY 50 after its
 * reconstitution of September 2025; prices, weights, volatilities and volumes are round numbers of the right size and
 * nothing more. Nothing here is used for real orders: a broker's instrument master is the source for those.
 */

export interface Stock {
  readonly name: string
  readonly sector: string
  /** Rupees. */
  readonly price: number
  /** In the NIFTY 50, any unit; weights are normalised. */
  readonly weight: number
  /** Of yearly log returns, %. */
  readonly volatility: number
  /** Shares traded on an average day, thousands. */
  readonly volume: number
}

const stock = (
  name: string,
  sector: string,
  price: number,
  weight: number,
  volatility: number,
  volume: number
): Stock => ({ name, sector, price, weight, volatility, volume })

export const stocks: ReadonlyArray<Stock> = [
  stock("ADANIENT", "metals", 2_400, 0.6, 36, 1_100),
  stock("ADANIPORTS", "services", 1_460, 0.9, 32, 2_200),
  stock("APOLLOHOSP", "health", 7_600, 0.7, 24, 420),
  stock("ASIANPAINT", "consumer", 2_850, 1.0, 22, 1_300),
  stock("AXISBANK", "bank", 1_240, 3.1, 24, 8_200),
  stock("BAJAJ-AUTO", "auto", 8_900, 0.9, 24, 380),
  stock("BAJFINANCE", "finance", 1_020, 2.3, 28, 7_900),
  stock("BAJAJFINSV", "finance", 2_080, 1.0, 26, 1_500),
  stock("BEL", "capital", 412, 1.3, 30, 15_000),
  stock("BHARTIARTL", "telecom", 2_090, 4.7, 22, 6_100),
  stock("CIPLA", "health", 1_520, 0.7, 22, 1_700),
  stock("COALINDIA", "energy", 382, 0.8, 24, 8_800),
  stock("DRREDDY", "health", 1_240, 0.7, 24, 2_000),
  stock("EICHERMOT", "auto", 7_050, 0.8, 25, 510),
  stock("ETERNAL", "consumer", 304, 1.8, 36, 32_000),
  stock("GRASIM", "materials", 2_740, 0.9, 21, 800),
  stock("HCLTECH", "it", 1_610, 1.4, 24, 2_900),
  stock("HDFCBANK", "bank", 998, 12.9, 18, 21_000),
  stock("HDFCLIFE", "finance", 764, 0.7, 23, 2_400),
  stock("HINDALCO", "metals", 806, 1.0, 30, 5_600),
  stock("HINDUNILVR", "fmcg", 2_420, 1.9, 19, 1_400),
  stock("ICICIBANK", "bank", 1_372, 8.3, 19, 13_500),
  stock("INDIGO", "services", 5_780, 1.0, 30, 900),
  stock("INFY", "it", 1_540, 4.7, 25, 7_600),
  stock("ITC", "fmcg", 404, 3.4, 17, 12_600),
  stock("JIOFIN", "finance", 306, 0.9, 30, 12_800),
  stock("JSWSTEEL", "metals", 1_170, 0.9, 27, 1_900),
  stock("KOTAKBANK", "bank", 2_090, 2.7, 21, 2_600),
  stock("LT", "capital", 4_020, 4.0, 22, 1_900),
  stock("M&M", "auto", 3_690, 2.7, 26, 2_400),
  stock("MARUTI", "auto", 15_900, 1.8, 21, 370),
  stock("MAXHEALTH", "health", 1_150, 0.7, 27, 2_100),
  stock("NESTLEIND", "fmcg", 1_262, 0.8, 19, 1_200),
  stock("NTPC", "energy", 328, 1.5, 23, 11_200),
  stock("ONGC", "energy", 247, 0.8, 26, 11_900),
  stock("POWERGRID", "energy", 276, 1.1, 22, 11_500),
  stock("RELIANCE", "energy", 1_536, 8.5, 21, 10_800),
  stock("SBILIFE", "finance", 2_010, 0.8, 21, 800),
  stock("SHRIRAMFIN", "finance", 818, 0.9, 34, 5_200),
  stock("SBIN", "bank", 972, 3.4, 22, 9_400),
  stock("SUNPHARMA", "health", 1_780, 1.5, 21, 1_800),
  stock("TCS", "it", 3_120, 2.6, 21, 2_500),
  stock("TATACONSUM", "fmcg", 1_176, 0.6, 22, 1_100),
  stock("TMPV", "auto", 362, 0.8, 34, 14_000),
  stock("TATASTEEL", "metals", 172, 1.2, 28, 33_000),
  stock("TECHM", "it", 1_460, 0.8, 27, 1_600),
  stock("TITAN", "consumer", 3_900, 1.3, 22, 900),
  stock("TRENT", "consumer", 4_380, 0.8, 36, 900),
  stock("ULTRACEMCO", "materials", 11_700, 1.2, 21, 270),
  stock("WIPRO", "it", 246, 0.6, 25, 9_800)
]

export interface SimulatedIndex {
  readonly name: string
  readonly level: number
  /** `undefined`: every stock. */
  readonly sector: string | undefined
}

export const indices: ReadonlyArray<SimulatedIndex> = [
  { name: "NIFTY 50", level: 26_000, sector: undefined },
  { name: "NIFTY BANK", level: 58_900, sector: "bank" },
  { name: "NIFTY IT", level: 37_100, sector: "it" },
  { name: "NIFTY AUTO", level: 27_300, sector: "auto" },
  { name: "NIFTY FMCG", level: 55_600, sector: "fmcg" }
]

/**
 * Price step of a share in paise by its price in rupees: the exchange's slabs since 2025-04-15 (NSE circular, by way of
 * brokers' pages).
 */
export const stockTickSize = (price: number): number => {
  if (price < 250) return 1
  if (price <= 1_000) return 5
  if (price <= 5_000) return 10
  if (price <= 10_000) return 50
  return price <= 20_000 ? 100 : 500
}

/** The contract terms of the simulated chain, as of contracts that expire from 2026-01-06 (NSE FAOP70616). */
export const nifty = {
  underlying: "NIFTY",
  lotSize: 65,
  /** Paise. Index futures between 15,000 and 30,000 since 2025-04-15; index options. */
  futureTick: 10,
  optionTick: 5,
  /** Rupees between strikes. */
  strikeStep: 50
} as const
