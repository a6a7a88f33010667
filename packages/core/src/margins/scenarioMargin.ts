/**
 * What a clearing house would ask for a portfolio of index and stock derivatives, as a paper account can know it: sixteen
 * price and volatility scenarios in the manner of SPAN, plus exposure margin, plus premium that longs have paid. A model, not
 * the clearing house's files: expect 10 to 15 % off for single shorts, more for spreads, and say so wherever it is shown. A
 * broker's own margin answer comes first where there is one.
 *
 * Rates and their sources are dated rows ({@link MarginRates}). Rupees.
 */
import type { OptionRight } from "../market/Instrument.ts"
import { price } from "../options/blackScholes.ts"
import type { MarginRates } from "./MarginRates.ts"

export interface MarginLeg {
  readonly underlying: string
  readonly isIndex: boolean
  /** Signed units; negative is short. */
  readonly quantity: number
  /** Of the underlying, rupees. */
  readonly spot: number
  /** Of the contract, rupees. */
  readonly price: number
  readonly expiresToday: boolean
  /** Absent for a future. */
  readonly option?: {
    readonly right: OptionRight
    readonly strike: number
    /** Years to expiry. */
    readonly time: number
    /** Implied, as a fraction a year. */
    readonly volatility: number
  }
}

export interface Margin {
  /** Worst scenario, summed over underlyings. */
  readonly span: number
  readonly exposure: number
  /** Premium of long options, which is paid in full. */
  readonly premium: number
  readonly total: number
  readonly source: "model"
}

/** Price moves in thirds of the scan range, each with volatility up and down; then two extreme moves of which 35 % count. */
const scenarios: ReadonlyArray<{ readonly move: number; readonly volatility: -1 | 0 | 1; readonly weight: number }> = [
  ...[-3, -2, -1, 0, 1, 2, 3].flatMap((thirds) =>
    [1, -1].map((volatility) => ({ move: thirds / 3, volatility: volatility as -1 | 1, weight: 1 }))
  ),
  { move: 2, volatility: 0, weight: 0.35 },
  { move: -2, volatility: 0, weight: 0.35 }
]

export const scenarioMargin = (legs: ReadonlyArray<MarginLeg>, rates: MarginRates): Margin => {
  const underlyings = new Map<string, Array<MarginLeg>>()
  for (const leg of legs) {
    const known = underlyings.get(leg.underlying)
    if (known === undefined) underlyings.set(leg.underlying, [leg])
    else known.push(leg)
  }
  let span = 0
  for (const own of underlyings.values()) span += worstLoss(own, rates)
  const exposure = legs.reduce((sum, leg) => sum + exposureOf(leg, rates), 0)
  const premium = legs.reduce(
    (sum, { option, price: paid, quantity }) => option !== undefined && quantity > 0 ? sum + quantity * paid : sum,
    0
  )
  return { span, exposure, premium, total: span + exposure + premium, source: "model" }
}

const worstLoss = (legs: ReadonlyArray<MarginLeg>, rates: MarginRates): number => {
  let worst = 0
  for (const { move, volatility, weight } of scenarios) {
    const change = legs.reduce((sum, leg) => sum + changeOf(leg, move, volatility, rates), 0)
    worst = Math.max(worst, -change * weight)
  }
  // A portfolio of longs can lose no more than it is worth, and that is paid already.
  const longs = legs.every(({ option, quantity }) => option !== undefined && quantity >= 0)
  return longs ? 0 : worst
}

const changeOf = (leg: MarginLeg, move: number, volatility: number, rates: MarginRates): number => {
  const kind = leg.isIndex ? "index" : "stock"
  const spot = leg.spot * (1 + move * rates.priceScan[kind])
  if (leg.option === undefined) return leg.quantity * (spot - leg.spot)
  const { right, strike, time } = leg.option
  const scanned = Math.max(0, leg.option.volatility + volatility * rates.volatilityScan[kind])
  const inputs = { right, strike, time, rate: rates.rate }
  const now = price({ ...inputs, spot: leg.spot, volatility: leg.option.volatility })
  return leg.quantity * (price({ ...inputs, spot, volatility: scanned }) - now)
}

/** On futures and short options, not reduced by hedges. */
const exposureOf = (leg: MarginLeg, rates: MarginRates): number => {
  const isShortOption = leg.option !== undefined && leg.quantity < 0
  if (leg.option !== undefined && !isShortOption) return 0
  const share = rates.exposure[leg.isIndex ? "index" : "stock"] +
    (isShortOption && leg.isIndex && leg.expiresToday ? rates.expiryDay : 0)
  return share * leg.spot * Math.abs(leg.quantity)
}
