/** What a unit of a futures or options contract gains or loses in each of SPAN's sixteen scenarios. Rupees. */
import type { OptionRight } from "../market/Instrument.ts"
import { greeks, price } from "../options/blackScholes.ts"
import type { MarginRates } from "./MarginRates.ts"

export interface MarginContract {
  readonly isIndex: boolean
  /** Of the underlying, rupees. */
  readonly spot: number
  /** Of the contract, rupees. */
  readonly price: number
  /** Date. */
  readonly expiry: string
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

/** Plain data. */
export interface ContractRisk extends Omit<MarginContract, "option"> {
  readonly isOption: boolean
  /** Units of the underlying that a unit is as good as. */
  readonly delta: number
  /** By scenario, a gain above 0; of an extreme move the share that counts. */
  readonly changes: ReadonlyArray<number>
}

interface Scenario {
  /** In scan ranges. */
  readonly move: number
  readonly volatility: -1 | 0 | 1
  readonly weight: number
}

const bothWays = [1, -1] as const

/** Price moves in thirds of the scan range, each with volatility up and down; then two extreme moves of which 35 % count. */
const scenarios: ReadonlyArray<Scenario> = [
  ...[-3, -2, -1, 0, 1, 2, 3].flatMap((thirds) =>
    bothWays.map((volatility): Scenario => ({ move: thirds / 3, volatility, weight: 1 }))
  ),
  { move: 2, volatility: 0, weight: 0.35 },
  { move: -2, volatility: 0, weight: 0.35 }
]

export const scenarioCount = scenarios.length

export const contractRisk = ({ option, ...contract }: MarginContract, rates: MarginRates): ContractRisk => {
  const kind = contract.isIndex ? "index" : "stock"
  const moved = (move: number): number => contract.spot * (1 + move * rates.priceScan[kind])
  if (option === undefined) {
    const changes = scenarios.map(({ move, weight }) => (moved(move) - contract.spot) * weight)
    return { ...contract, isOption: false, delta: 1, changes }
  }
  const inputs = { right: option.right, strike: option.strike, time: option.time, rate: rates.rate }
  const today = { ...inputs, spot: contract.spot, volatility: option.volatility }
  const now = price(today)
  const changes = scenarios.map(({ move, volatility, weight }) => {
    const scanned = Math.max(0, option.volatility + volatility * rates.volatilityScan[kind])
    return (price({ ...inputs, spot: moved(move), volatility: scanned }) - now) * weight
  })
  return { ...contract, isOption: true, delta: greeks(today).delta, changes }
}
