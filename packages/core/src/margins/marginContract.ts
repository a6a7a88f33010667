/** A futures or options contract as the margin model sees it. */
import { formatIstDate, parseIst } from "../market/IndianTime.ts"
import type { Instrument } from "../market/Instrument.ts"
import { impliedVolatility } from "../options/impliedVolatility.ts"
import type { MarginContract } from "./contractRisk.ts"

const YEAR_MS = 365 * 86_400_000
/** An option that is about to expire has a minute left: without time there is no volatility. */
const LEAST_MS = 60_000

export interface ContractPrices {
  /** Of the contract and of its underlying, rupees. */
  readonly price: number
  readonly spot: number
  readonly isIndex: boolean
  /** Epoch ms. */
  readonly at: number
  /** Yearly interest. */
  readonly rate: number
  /** When it stops trading, epoch ms; 15:30 of its expiry where nobody says. */
  readonly end?: number
}

export interface PricedContract {
  readonly contract: MarginContract
  /** Whether a volatility explains the option's price. One that none explains counts as having none. */
  readonly isExplained: boolean
}

export const marginContract = (
  { expiry = "", right, strike }: Instrument,
  { at, end: told, isIndex, price, rate, spot }: ContractPrices
): PricedContract => {
  const contract = { isIndex, spot, price, expiry, expiresToday: expiry === formatIstDate(at) }
  if (right === undefined || strike === undefined) return { contract, isExplained: true }
  const end = told ?? parseIst(`${expiry} 15:30:00`) ?? at
  const inputs = { right, strike: strike / 100, time: Math.max(end - at, LEAST_MS) / YEAR_MS }
  const volatility = impliedVolatility({ ...inputs, spot, rate }, price)
  return {
    contract: { ...contract, option: { ...inputs, volatility: volatility ?? 0 } },
    isExplained: volatility !== undefined
  }
}
