/**
 * European options by Black, Scholes and Merton (1973), without dividends. On a future's price use {@link black76} (Black
 * 1976): Indian index options are best priced on the forward that their own future implies.
 *
 * Prices in the unit of spot and strike; time in years, volatility and rate as fractions a year, continuously compounded.
 */
import type { OptionRight } from "../market/Instrument.ts"
import { normalCdf, normalDensity } from "./normal.ts"

export interface OptionInputs {
  readonly right: OptionRight
  readonly spot: number
  readonly strike: number
  readonly time: number
  readonly rate: number
  readonly volatility: number
}

export interface Greeks {
  readonly delta: number
  /** Change of delta for a change of the spot by one. */
  readonly gamma: number
  /** Per year; divide by 365 for a calendar day. */
  readonly theta: number
  /** For a change of the volatility by 1.00; divide by 100 for a percentage point. */
  readonly vega: number
  /** For a change of the rate by 1.00. */
  readonly rho: number
}

const sideOf = (right: OptionRight): 1 | -1 => right === "CE" ? 1 : -1

/** Black's formula on a forward; `discount` is the value today of one paid at expiry. */
export const black76 = (
  right: OptionRight,
  forward: number,
  strike: number,
  time: number,
  volatility: number,
  discount: number
): number => {
  const side = sideOf(right)
  const deviation = volatility * Math.sqrt(Math.max(0, time))
  // Without time or volatility nothing is left to chance.
  if (!(deviation > 0)) return discount * Math.max(0, side * (forward - strike))
  const d1 = Math.log(forward / strike) / deviation + deviation / 2
  return discount * side * (forward * normalCdf(side * d1) - strike * normalCdf(side * (d1 - deviation)))
}

export const price = ({ rate, right, spot, strike, time, volatility }: OptionInputs): number => {
  const discount = Math.exp(-rate * Math.max(0, time))
  return black76(right, spot / discount, strike, time, volatility, discount)
}

/** At expiry or without volatility: those of the intrinsic value, gamma and vega 0. */
export const greeks = ({ rate, right, spot, strike, time, volatility }: OptionInputs): Greeks => {
  const side = sideOf(right)
  const root = Math.sqrt(Math.max(0, time))
  const deviation = volatility * root
  const discount = Math.exp(-rate * Math.max(0, time))
  if (!(deviation > 0)) {
    const pays = side * (spot - strike * discount) > 0 ? 1 : 0
    const held = side * pays * strike * discount
    return { delta: side * pays, gamma: 0, theta: -rate * held, vega: 0, rho: Math.max(0, time) * held }
  }
  const d1 = (Math.log(spot / strike) + rate * time) / deviation + deviation / 2
  const d2 = d1 - deviation
  const density = normalDensity(d1)
  const exercised = side * strike * discount * normalCdf(side * d2)
  return {
    delta: side * normalCdf(side * d1),
    gamma: density / (spot * deviation),
    theta: -spot * density * volatility / (2 * root) - rate * exercised,
    vega: spot * density * root,
    rho: time * exercised
  }
}
