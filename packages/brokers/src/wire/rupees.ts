/** Prices as brokers write them: rupees, where 0 stands for none. */
import { type Paise, paiseFromRupees } from "@keepgaining/core/market/Money.ts"

export const priceFromRupees = (rupees: number | null | undefined): Paise | undefined =>
  rupees == null || !(rupees > 0) ? undefined : paiseFromRupees(rupees)

export const inRupees = (price: number | undefined): number => (price ?? 0) / 100
