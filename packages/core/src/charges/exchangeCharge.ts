/**
 * Transaction charge of the exchange, each side. Before 2024-10-01 NSE charged in slabs of a member's turnover; what a
 * retail client paid (the first slab) stands here. BSE's dearer share groups (X, XT, Z, M, SS, ST) are not told apart.
 */
import type { Exchange } from "../market/Instrument.ts"
import { perCrore, type RateTable } from "./Rate.ts"

/** `otherOption`: at BSE the options on anything but SENSEX and BANKEX. */
export type ChargedMarket = "cash" | "future" | "option" | "otherOption"

const asOf = "2026-08-22"
const raised2021 = "first slab after the rise of 2021-01-01, from memory"
const before2021 = "first slab before 2021-01-01, from memory"
const rolledBack = "NSE FA/56129, first slab"
const flat = "NSE FA/64323; SEBI 2024/92"
const split = "NSE FA73061"

const nseOption: RateTable = [
  { effectiveFrom: "2020-07-01", rate: perCrore(5_000), source: before2021, asOf, confidence: "D" },
  { effectiveFrom: "2021-01-01", rate: perCrore(5_300), source: raised2021, asOf, confidence: "D" },
  { effectiveFrom: "2023-04-01", rate: perCrore(5_000), source: rolledBack, asOf, confidence: "B" },
  { effectiveFrom: "2024-10-01", rate: perCrore(3_503), source: flat, asOf, confidence: "A" },
  { effectiveFrom: "2026-03-01", rate: perCrore(3_552), source: split, asOf, confidence: "A" }
]

export const exchangeCharge: Readonly<Record<Exchange, Readonly<Record<ChargedMarket, RateTable>>>> = {
  NSE: {
    cash: [
      { effectiveFrom: "2020-07-01", rate: perCrore(325), source: before2021, asOf, confidence: "D" },
      { effectiveFrom: "2021-01-01", rate: perCrore(345), source: raised2021, asOf, confidence: "D" },
      { effectiveFrom: "2023-04-01", rate: perCrore(325), source: rolledBack, asOf, confidence: "B" },
      { effectiveFrom: "2024-10-01", rate: perCrore(297), source: flat, asOf, confidence: "A" },
      { effectiveFrom: "2026-03-01", rate: perCrore(306.99), source: split, asOf, confidence: "A" }
    ],
    future: [
      { effectiveFrom: "2020-07-01", rate: perCrore(190), source: before2021, asOf, confidence: "D" },
      { effectiveFrom: "2021-01-01", rate: perCrore(200), source: raised2021, asOf, confidence: "D" },
      { effectiveFrom: "2023-04-01", rate: perCrore(190), source: rolledBack, asOf, confidence: "B" },
      { effectiveFrom: "2024-10-01", rate: perCrore(173), source: flat, asOf, confidence: "A" },
      { effectiveFrom: "2026-03-01", rate: perCrore(182.99), source: split, asOf, confidence: "A" }
    ],
    option: nseOption,
    otherOption: nseOption
  },
  BSE: {
    cash: [
      {
        effectiveFrom: "2020-07-01",
        rate: perCrore(345),
        source: "groups A and B, from memory",
        asOf,
        confidence: "D"
      },
      { effectiveFrom: "2022-12-01", rate: perCrore(375), source: "BSE, groups A and B", asOf, confidence: "B" }
    ],
    future: [
      { effectiveFrom: "2020-07-01", rate: 0, source: "the rate of 2024-10-01", asOf, confidence: "D" },
      { effectiveFrom: "2024-10-01", rate: 0, source: "BSE", asOf, confidence: "B" }
    ],
    option: [
      { effectiveFrom: "2020-07-01", rate: perCrore(500), source: "from memory", asOf, confidence: "D" },
      {
        effectiveFrom: "2023-11-01",
        rate: perCrore(4_950),
        source: "SENSEX, BANKEX, top slab, from memory",
        asOf,
        confidence: "D"
      },
      { effectiveFrom: "2024-10-01", rate: perCrore(3_250), source: "BSE, SENSEX, BANKEX", asOf, confidence: "B" }
    ],
    otherOption: [
      { effectiveFrom: "2020-07-01", rate: perCrore(500), source: "the rate of 2024-10-01", asOf, confidence: "D" },
      { effectiveFrom: "2024-10-01", rate: perCrore(500), source: "BSE, SENSEX50 and shares", asOf, confidence: "B" }
    ]
  }
}

const nseProtectionOption: RateTable = [
  {
    effectiveFrom: "2020-07-01",
    rate: 0,
    source: "not charged apart before 2023-04-01, from memory",
    asOf,
    confidence: "D"
  },
  { effectiveFrom: "2023-04-01", rate: perCrore(50), source: rolledBack, asOf, confidence: "B" },
  { effectiveFrom: "2024-10-01", rate: perCrore(50), source: flat, asOf, confidence: "A" },
  { effectiveFrom: "2026-03-01", rate: perCrore(1), source: split, asOf, confidence: "A" }
]

const nseProtection: RateTable = [
  {
    effectiveFrom: "2020-07-01",
    rate: 0,
    source: "not charged apart before 2023-04-01, from memory",
    asOf,
    confidence: "D"
  },
  { effectiveFrom: "2023-04-01", rate: perCrore(10), source: rolledBack, asOf, confidence: "B" },
  { effectiveFrom: "2024-10-01", rate: perCrore(10), source: flat, asOf, confidence: "A" },
  { effectiveFrom: "2026-03-01", rate: perCrore(0.01), source: split, asOf, confidence: "A" }
]

const noProtection: RateTable = [
  { effectiveFrom: "2020-07-01", rate: 0, source: "BSE, 2024-10-01", asOf, confidence: "B" }
]

/** Investor protection fund trust (IPFT), each side. */
export const protectionFund: Readonly<Record<Exchange, Readonly<Record<ChargedMarket, RateTable>>>> = {
  NSE: {
    cash: nseProtection,
    future: nseProtection,
    option: nseProtectionOption,
    otherOption: nseProtectionOption
  },
  BSE: { cash: noProtection, future: noProtection, option: noProtection, otherOption: noProtection }
}
