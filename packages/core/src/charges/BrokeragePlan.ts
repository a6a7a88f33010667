import type { ChargeClass } from "./Rate.ts"

/** Brokerage per executed order: the smaller of a flat fee and a share of the value. A plan belongs to an account. */
export interface BrokeragePlan {
  readonly name: string
  readonly source: string
  readonly asOf: string
  readonly confidence: "A" | "B" | "C" | "D"
  /** `flat` in rupees; `share` of the value, `null` = always the flat fee. */
  readonly brokerage: Readonly<Record<ChargeClass, { readonly flat: number; readonly share: number | null }>>
}

export const zerodhaPlan: BrokeragePlan = {
  name: "Zerodha",
  source: "zerodha.com/charges",
  asOf: "2026-08-22",
  confidence: "B",
  brokerage: {
    delivery: { flat: 0, share: null },
    intraday: { flat: 20, share: 0.0003 },
    future: { flat: 20, share: 0.0003 },
    option: { flat: 20, share: null }
  }
}

export const upstoxPlan: BrokeragePlan = {
  name: "Upstox",
  source: "upstox.com brokerage charges, 2026",
  asOf: "2026-08-22",
  confidence: "B",
  brokerage: {
    delivery: { flat: 20, share: null },
    intraday: { flat: 20, share: 0.001 },
    future: { flat: 20, share: 0.0005 },
    option: { flat: 20, share: null }
  }
}

/** Brokerage, in rupees, of an order that has traded `value` rupees so far. */
export const brokerageOf = (plan: BrokeragePlan, kind: ChargeClass, value: number): number => {
  if (value <= 0) return 0
  const { flat, share } = plan.brokerage[kind]
  return share === null ? flat : Math.min(flat, value * share)
}
