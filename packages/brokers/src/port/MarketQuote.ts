/** Market data by request: quotes, chains, candles. Prices in paise, times in epoch ms. */
import { Paise } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"

export const MarketQuote = Schema.Struct({
  symbol: Schema.NonEmptyString,
  price: Paise,
  /** Of the previous session. */
  previousClose: Schema.optionalKey(Paise),
  open: Schema.optionalKey(Paise),
  high: Schema.optionalKey(Paise),
  low: Schema.optionalKey(Paise),
  /** Between these the exchange takes orders today, where the broker tells. */
  lowerCircuit: Schema.optionalKey(Paise),
  upperCircuit: Schema.optionalKey(Paise),
  volume: Schema.optionalKey(Schema.Int),
  openInterest: Schema.optionalKey(Schema.Int),
  bid: Schema.optionalKey(Paise),
  ask: Schema.optionalKey(Paise)
})
export type MarketQuote = typeof MarketQuote.Type

export const ChainGreeks = Schema.Struct({
  delta: Schema.Finite,
  /** Per rupee of the underlying. */
  gamma: Schema.Finite,
  /** Per calendar day, in rupees. */
  theta: Schema.Finite,
  /** Per percentage point of volatility, in rupees. */
  vega: Schema.Finite,
  /** A fraction a year: 0.13 for 13 %. */
  impliedVolatility: Schema.Finite,
  /** Probability of profit, 0 to 1, where the broker computes it. */
  probabilityOfProfit: Schema.optionalKey(Schema.Finite)
})
export type ChainGreeks = typeof ChainGreeks.Type

export const ChainRow = Schema.Struct({
  ...MarketQuote.fields,
  strike: Paise,
  right: Schema.Literals(["CE", "PE"]),
  greeks: Schema.optionalKey(ChainGreeks)
})
export type ChainRow = typeof ChainRow.Type

/** Every broker has these; the archive makes the others out of minutes. */
export const CandleInterval = Schema.Literals(["1m", "3m", "5m", "10m", "15m", "30m", "1h", "1d"])
export type CandleInterval = typeof CandleInterval.Type

export const BrokerCandle = Schema.Struct({
  /** Start, epoch ms. */
  at: Schema.Finite,
  open: Paise,
  high: Paise,
  low: Paise,
  close: Paise,
  volume: Schema.Int,
  openInterest: Schema.optionalKey(Schema.Int)
})
export type BrokerCandle = typeof BrokerCandle.Type
