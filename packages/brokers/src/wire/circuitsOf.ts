import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import type { MarketQuote } from "../port/MarketQuote.ts"

/** The day's circuits of a quote, from rupees; nothing unless both are told. An index has none. */
export const circuitsOf = (
  lower: number | null | undefined,
  upper: number | null | undefined
): Pick<MarketQuote, "lowerCircuit" | "upperCircuit"> =>
  lower != null && upper != null && lower > 0 && upper >= lower
    ? { lowerCircuit: paiseFromRupees(lower), upperCircuit: paiseFromRupees(upper) }
    : {}
