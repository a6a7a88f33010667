/** What the regulator and the state take besides STT. */
import { type ChargeClass, perCrore, type RateTable } from "./Rate.ts"

const asOf = "2026-08-22"
const uniform = "Indian Stamp Act, uniform rates of 2020-07-01"

/** SEBI's turnover fee, both sides. */
export const sebiFee: RateTable = [
  {
    effectiveFrom: "2020-07-01",
    rate: perCrore(5),
    source: "halved to 2021-03-31, from memory",
    asOf,
    confidence: "D"
  },
  { effectiveFrom: "2021-04-01", rate: perCrore(10), source: "broker pages", asOf, confidence: "B" }
]

/** Stamp duty, buy side. */
export const stampDuty: Readonly<Record<ChargeClass, RateTable>> = {
  delivery: [{ effectiveFrom: "2020-07-01", rate: 0.00015, source: uniform, asOf, confidence: "B" }],
  intraday: [{ effectiveFrom: "2020-07-01", rate: 0.00003, source: uniform, asOf, confidence: "B" }],
  future: [{ effectiveFrom: "2020-07-01", rate: 0.00002, source: uniform, asOf, confidence: "B" }],
  option: [{ effectiveFrom: "2020-07-01", rate: 0.00003, source: uniform, asOf, confidence: "B" }]
}

/** Goods and services tax on brokerage, transaction charge, SEBI's fee and IPFT (brokers differ on the last two). */
export const goodsAndServicesTax: RateTable = [
  { effectiveFrom: "2017-07-01", rate: 0.18, source: "GST Acts of 2017", asOf, confidence: "B" }
]
