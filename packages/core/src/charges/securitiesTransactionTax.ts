/** Securities transaction tax (STT). Funds and ETFs (0.001 % on sale) are not told apart from shares. */
import type { ChargeClass, RateTable } from "./Rate.ts"

const asOf = "2026-08-22"
const finance2026 = "NSE FATAX73524 (Finance Act 2026)"

/** On a sale. */
export const sttOnSale: Readonly<Record<ChargeClass, RateTable>> = {
  delivery: [
    {
      effectiveFrom: "2020-07-01",
      rate: 0.001,
      source: "the rate of NSE 2/2023, unchanged since 2013",
      asOf,
      confidence: "D"
    },
    { effectiveFrom: "2023-04-01", rate: 0.001, source: "NSE 2/2023", asOf, confidence: "B" },
    { effectiveFrom: "2024-10-01", rate: 0.001, source: "NSE 2/2024", asOf, confidence: "A" },
    { effectiveFrom: "2026-04-01", rate: 0.001, source: finance2026, asOf, confidence: "A" }
  ],
  intraday: [
    {
      effectiveFrom: "2020-07-01",
      rate: 0.00025,
      source: "the rate of NSE 2/2023, unchanged since 2013",
      asOf,
      confidence: "D"
    },
    { effectiveFrom: "2023-04-01", rate: 0.00025, source: "NSE 2/2023", asOf, confidence: "B" },
    { effectiveFrom: "2024-10-01", rate: 0.00025, source: "NSE 2/2024", asOf, confidence: "A" },
    { effectiveFrom: "2026-04-01", rate: 0.00025, source: finance2026, asOf, confidence: "A" }
  ],
  future: [
    { effectiveFrom: "2020-07-01", rate: 0.0001, source: "broker pages, before 2023-04-01", asOf, confidence: "B" },
    { effectiveFrom: "2023-04-01", rate: 0.000125, source: "NSE 2/2023", asOf, confidence: "B" },
    { effectiveFrom: "2024-10-01", rate: 0.0002, source: "NSE 2/2024", asOf, confidence: "A" },
    { effectiveFrom: "2026-04-01", rate: 0.0005, source: finance2026, asOf, confidence: "A" }
  ],
  option: [
    { effectiveFrom: "2020-07-01", rate: 0.0005, source: "broker pages, before 2023-04-01", asOf, confidence: "B" },
    { effectiveFrom: "2023-04-01", rate: 0.000625, source: "NSE 2/2023", asOf, confidence: "B" },
    { effectiveFrom: "2024-10-01", rate: 0.001, source: "NSE 2/2024", asOf, confidence: "A" },
    { effectiveFrom: "2026-04-01", rate: 0.0015, source: finance2026, asOf, confidence: "A" }
  ]
}

/** On a purchase: delivery only, at the rate of the sale. */
export const sttOnPurchase: RateTable = sttOnSale.delivery

/** On the intrinsic value of an option that is exercised, paid by its buyer. */
export const sttOnExercise: RateTable = [
  { effectiveFrom: "2023-04-01", rate: 0.00125, source: "NSE 2/2023", asOf, confidence: "B" },
  { effectiveFrom: "2024-10-01", rate: 0.00125, source: "NSE 2/2024", asOf, confidence: "A" },
  { effectiveFrom: "2026-04-01", rate: 0.0015, source: finance2026, asOf, confidence: "A" }
]
