/** An instrument of the simulated market: what is traded, and how its price behaves. */
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import type { Paise } from "@keepgaining/core/market/Money.ts"

export interface SimInstrument {
  readonly index: number
  readonly instrument: Instrument
  /** The exchange's own number, from which every broker makes its token. */
  readonly exchangeToken: number
  /** `RELIANCE INDUSTRIES LTD`. */
  readonly name: string
  /** Of shares only. */
  readonly isin: string | undefined
  /** Around which the price moves; of derivatives the underlying's. */
  readonly basePrice: Paise
  /** A fraction a year; of options the implied volatility. */
  readonly volatility: number
  /** Shares or contracts a second, on average. */
  readonly tradedPerSecond: number
  /** Row of the underlying, for futures and options. */
  readonly underlying: number | undefined
  /** Most units of one order; 0 = no limit. */
  readonly freezeQuantity: number
  /** Strike interval around the money, for indices and shares with options. */
  readonly strikeStep: number | undefined
}
