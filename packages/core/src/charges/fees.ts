/**
 * What a broker takes that no single fill owes: the depository's fee for shares that leave the account (once a scrip and day), the
 * fee for closing a position that the trader left open, that for contracts that end in delivery. Told before the trade, and
 * booked nowhere.
 */
import { formatIstDate } from "../market/IndianTime.ts"
import type { Instrument } from "../market/Instrument.ts"
import type { Product, Side } from "../orders/Order.ts"
import type { ChargeSchedule, FeeName, FeeRow } from "./ChargeSchedule.ts"

export interface PlannedTrade {
  readonly instrument: Instrument
  readonly side: Side
  readonly product: Product
  /** Epoch ms. */
  readonly at: number
  /** Of a derivative: those on an index are settled in cash. */
  readonly underlyingIsIndex?: boolean
}

export interface Fee {
  readonly row: FeeRow
  /** With GST: rupees, or a share of the value. */
  readonly amount: number
}

/** Which fees a trade, or what becomes of it, may bring. */
const feeNames = ({ instrument, product, side, underlyingIsIndex }: PlannedTrade): ReadonlyArray<FeeName> => {
  if (instrument.kind === "index") return []
  if (product === "intraday") return ["auto-square-off"]
  if (instrument.kind === "equity") return side === "sell" ? ["depository-sale"] : []
  return underlyingIsIndex === true ? [] : ["physical-delivery"]
}

/** By the plan's rows of the date; a plan of which a fee is not known has no row of it. */
export const feesOf = (trade: PlannedTrade, schedule: ChargeSchedule, plan: string): ReadonlyArray<Fee> => {
  const date = formatIstDate(trade.at)
  const gst = schedule.rate("gst", date) ?? 0
  return feeNames(trade).flatMap((name) => {
    const row = schedule.fee(plan, name, date)
    return row === undefined ? [] : [{ row, amount: row.amount * (1 + gst) }]
  })
}
