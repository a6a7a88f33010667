/**
 * What a clearing house would ask for a portfolio of index and stock derivatives, as a paper account can know it: sixteen
 * price and volatility scenarios in the manner of SPAN, plus exposure margin, plus premium that longs have paid. A model, not
 * the clearing house's files: expect 10 to 15 % off for single shorts, more for spreads, and say so wherever it is shown. A
 * broker's own margin answer comes first where there is one.
 *
 * Rates and their sources are dated rows ({@link MarginRates}). Rupees.
 */
import { contractRisk, type MarginContract } from "./contractRisk.ts"
import type { MarginRates } from "./MarginRates.ts"
import { type HeldLeg, type Margin, underlyingMargin } from "./underlyingMargin.ts"

export interface MarginLeg extends MarginContract {
  readonly underlying: string
  /** Signed units; negative is short. */
  readonly quantity: number
}

export const scenarioMargin = (legs: ReadonlyArray<MarginLeg>, rates: MarginRates): Margin => {
  let span = 0
  let exposure = 0
  let premium = 0
  for (const own of Map.groupBy(legs, ({ underlying }) => underlying).values()) {
    const margin = underlyingMargin(
      own.map((leg): HeldLeg => ({
        risk: contractRisk(leg, rates),
        quantity: leg.quantity,
        buying: 0,
        selling: 0,
        premium: leg.option !== undefined && leg.quantity > 0 ? leg.quantity * leg.price : 0,
        reserved: 0
      })),
      rates
    )
    span += margin.span
    exposure += margin.exposure
    premium += margin.premium
  }
  return { span, exposure, premium, total: span + exposure + premium, source: "model" }
}
