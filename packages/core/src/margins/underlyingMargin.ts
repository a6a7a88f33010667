/**
 * The margin of everything on one underlying, of what is held and of what works. Rupees.
 *
 * An order may fill or not: in each scenario it counts only where it would lose. So an order that hedges gives no relief before
 * it has filled, and one that is hedged by what is held needs no more than what the two together can lose.
 *
 * What longs are worth has been paid, or is put aside, so only what is lost beyond it is asked for.
 */
import { type ContractRisk, scenarioCount } from "./contractRisk.ts"
import type { MarginRates } from "./MarginRates.ts"

export interface HeldLeg {
  readonly risk: ContractRisk
  /** Signed units; negative is short. */
  readonly quantity: number
  /** Units in working orders. */
  readonly buying: number
  readonly selling: number
  /** Premium that was paid for what is long. */
  readonly premium: number
  /** Premium that orders which open a long would pay. */
  readonly reserved: number
}

export interface Margin {
  /** Worst scenario, and what spreads over expiries bind; summed over underlyings. */
  readonly span: number
  readonly exposure: number
  /** Premium of long options, which is paid in full. */
  readonly premium: number
  readonly total: number
  readonly source: "model"
}

export const underlyingMargin = (legs: ReadonlyArray<HeldLeg>, rates: MarginRates): Margin => {
  const kept = legs.filter(({ risk }) => !standsAlone(risk, rates))
  // What expires today sets off only what expires with it.
  const lastDay = kept.length === legs.length ? [] : legs.filter(({ risk }) => standsAlone(risk, rates))
  const span = uncovered(kept) + uncovered(lastDay) + spreadCharge(kept, rates)
  let exposure = 0
  let premium = 0
  for (const leg of legs) {
    exposure += exposureOf(leg, rates)
    premium += leg.premium + leg.reserved
  }
  return { span, exposure, premium, total: span + exposure + premium, source: "model" }
}

const standsAlone = ({ expiresToday, isIndex }: ContractRisk, { expirySpread }: MarginRates): boolean =>
  expiresToday && !expirySpread[isIndex ? "index" : "stock"]

/** The worst scenario's loss beyond what longs are worth, and beyond what is put aside for those that are being bought. */
const uncovered = (legs: ReadonlyArray<HeldLeg>): number => {
  let worst = 0
  for (let k = 0; k < scenarioCount; k++) {
    let left = 0
    for (const { buying, quantity, reserved, risk, selling } of legs) {
      // Every risk has a change for every scenario.
      const change = risk.changes[k]!
      left += quantity * change + Math.min(0, -selling * change)
      if (!risk.isOption) {
        left += Math.min(0, buying * change)
        continue
      }
      const opening = Math.max(0, buying - Math.max(0, -quantity))
      left += Math.max(0, quantity) * risk.price + Math.min(0, (buying - opening) * change) +
        Math.min(reserved, opening * Math.max(0, risk.price + change))
    }
    worst = Math.max(worst, -left)
  }
  return worst
}

/**
 * Scenarios move all expiries alike, so they see no risk in what is long in one and short in another: it binds a share of its
 * far leg instead. Expiries are paired by what their contracts are as good as in the underlying, near ones first.
 */
const spreadCharge = (legs: ReadonlyArray<HeldLeg>, rates: MarginRates): number => {
  const byExpiry = new Map<string, { units: number; price: number; hasFuture: boolean }>()
  for (const { quantity, risk } of legs) {
    if (quantity === 0) continue
    const known = byExpiry.get(risk.expiry) ?? { units: 0, price: risk.spot, hasFuture: false }
    known.units += quantity * risk.delta
    if (!risk.isOption && !known.hasFuture) {
      known.price = risk.price
      known.hasFuture = true
    }
    byExpiry.set(risk.expiry, known)
  }
  if (byExpiry.size < 2) return 0
  const expiries = Array.from(byExpiry).sort(([a], [b]) => a < b ? -1 : 1).map(([, expiry]) => expiry)
  const share = rates.calendarSpread[legs[0]?.risk.isIndex === true ? "index" : "stock"]
  let charge = 0
  for (let far = 1; far < expiries.length; far++) {
    for (let near = far - 1; near >= 0; near--) {
      // Both are indices below the length.
      const one = expiries[near]!
      const other = expiries[far]!
      if (one.units * other.units >= 0) continue
      const units = Math.min(Math.abs(one.units), Math.abs(other.units))
      charge += units * other.price * share
      one.units -= Math.sign(one.units) * units
      other.units -= Math.sign(other.units) * units
    }
  }
  return charge
}

/** On futures and short options, as large as they may get; not reduced by hedges. */
const exposureOf = ({ buying, quantity, risk, selling }: HeldLeg, rates: MarginRates): number => {
  const units = risk.isOption
    ? Math.max(0, selling - quantity)
    : Math.max(Math.abs(quantity + buying), Math.abs(quantity - selling))
  const share = rates.exposure[risk.isIndex ? "index" : "stock"] +
    (risk.isOption && risk.isIndex && risk.expiresToday ? rates.expiryDay : 0)
  return share * risk.spot * units
}
