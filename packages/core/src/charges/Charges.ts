/**
 * What a fill costs: brokerage by the account's plan and every charge of the trade's date, in rupees, unrounded; and as a contract
 * note has it ({@link contractNote}). Not included is what no single fill owes: see `feesOf`. Beyond the dates that the rates are
 * known for the last known ones are charged; whoever asks has to say so (`ChargeSchedule.notCovered`).
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Charges } from "../decisions/Decision.ts"
import { formatIstDate } from "../market/IndianTime.ts"
import type { Instrument } from "../market/Instrument.ts"
import { type Rupees, rupees } from "../market/Money.ts"
import type { Fill, Product } from "../orders/Order.ts"
import {
  brokerageOf,
  type ChargeClass,
  type ChargedMarket,
  type ChargeRow,
  type ChargeSchedule,
  shareOf
} from "./ChargeSchedule.ts"

/** No rate is known for that date; add a dated row with its source to the table. */
export class RateMissing extends Schema.TaggedError<RateMissing>()("RateMissing", {
  table: Schema.String,
  date: Schema.String
}) {
  override get message(): string {
    return `No ${this.table} rate is known for ${this.date}; add a dated row with its source`
  }
}

export const chargeClass = (instrument: Instrument, product: Product): ChargeClass => {
  if (instrument.kind === "future" || instrument.kind === "option") return instrument.kind
  // A day trade in a fund is taxed as one in a share.
  return product === "intraday" ? "intraday" : instrument.security === "fund" ? "fund" : "delivery"
}

const nameOf = (underlying: string | undefined): string => underlying?.replace(/^[A-Z]+:/, "") ?? ""

const marketOf = (instrument: Instrument): ChargedMarket => {
  if (instrument.kind === "future") return "future"
  if (instrument.kind !== "option") return "cash"
  const name = nameOf(instrument.underlying)
  return name === "SENSEX" || name === "BANKEX" || instrument.exchange === "NSE" ? "option" : "other-option"
}

/** The rates that one fill needs. */
export const rateNames = ["stt", "exchange", "ipft", "sebi", "stamp", "gst"] as const
export type RateName = (typeof rateNames)[number]

export interface FoundRate {
  /** For people. */
  readonly table: string
  /** `free`: this side does not pay it. */
  readonly row: ChargeRow | "free" | undefined
}

/** The dated rows by which a trade is charged. */
export const chargeRows = (
  schedule: ChargeSchedule,
  instrument: Instrument,
  product: Product,
  buys: boolean,
  date: string
): Readonly<Record<RateName, FoundRate>> => {
  const { exchange } = instrument
  const kind = chargeClass(instrument, product)
  const market = marketOf(instrument)
  const scope = market === "cash" ? instrument.group ?? "" : nameOf(instrument.underlying)
  const venue = { exchange, class: market, scope }
  const stt = buys
    ? kind === "delivery" || kind === "fund" ? schedule.rowOf("stt-purchase", date, { class: kind }) : "free"
    : schedule.rowOf("stt-sale", date, { class: kind })
  return {
    stt: { table: "STT", row: stt },
    exchange: { table: `${exchange} ${market} transaction charge`, row: schedule.rowOf("transaction", date, venue) },
    ipft: { table: `${exchange} ${market} IPFT`, row: schedule.rowOf("ipft", date, venue) },
    sebi: { table: "SEBI turnover fee", row: schedule.rowOf("sebi", date) },
    stamp: { table: "stamp duty", row: buys ? schedule.rowOf("stamp", date, { class: kind }) : "free" },
    gst: { table: "GST", row: schedule.rowOf("gst", date) }
  }
}

const ratesOf = (
  schedule: ChargeSchedule,
  instrument: Instrument,
  product: Product,
  buys: boolean,
  date: string
): Result.Result<Record<RateName, number>, RateMissing> => {
  const found = chargeRows(schedule, instrument, product, buys, date)
  const rates = { stt: 0, exchange: 0, ipft: 0, sebi: 0, stamp: 0, gst: 0 }
  for (const name of rateNames) {
    const { row, table } = found[name]
    if (row === undefined) return Result.fail(new RateMissing({ table, date }))
    rates[name] = row === "free" ? 0 : shareOf(row)
  }
  return Result.succeed(rates)
}

/**
 * Charges of one fill at the rates of its IST date. `valueBefore` is what its order had traded before, in rupees:
 * brokerage is owed once an order, however many fills it takes.
 */
export const chargesOf = (
  fill: Fill,
  instrument: Instrument,
  schedule: ChargeSchedule,
  planName: string,
  valueBefore = 0
): Result.Result<Charges, RateMissing> => {
  const kind = chargeClass(instrument, fill.product)
  const date = formatIstDate(fill.at)
  const found = ratesOf(schedule, instrument, fill.product, fill.side === "buy", date)
  if (Result.isFailure(found)) return Result.fail(found.failure)
  const plan = schedule.plan(planName, kind, date)
  if (plan === undefined) return Result.fail(new RateMissing({ table: `${planName} brokerage`, date }))
  const rates = found.success
  const value = fill.quantity * fill.price / 100
  const brokerage = brokerageOf(plan, valueBefore + value) - brokerageOf(plan, valueBefore)
  const stt = value * rates.stt
  const exchange = value * rates.exchange
  const ipft = value * rates.ipft
  const sebi = value * rates.sebi
  const stamp = value * rates.stamp
  const gst = (brokerage + exchange + ipft + sebi) * rates.gst
  return Result.succeed({
    brokerage: rupees(brokerage),
    stt: rupees(stt),
    exchange: rupees(exchange),
    ipft: rupees(ipft),
    sebi: rupees(sebi),
    stamp: rupees(stamp),
    gst: rupees(gst),
    total: rupees(brokerage + stt + exchange + ipft + sebi + stamp + gst)
  })
}

/** To the nearest multiple of `step` rupees, halves up; what a binary fraction leaves over does not count. */
const nearest = (amount: number, step: number): number => Math.round(Number((amount / step).toFixed(6))) * step

/**
 * As a contract note rounds one scrip's charges of a day: STT to the rupee, everything else to the paisa (brokers differ in
 * stamp duty). `charges`: the sum of what the scrip's fills cost.
 */
export const contractNote = (charges: Charges): Charges => {
  const paisa = (amount: number): number => Number(nearest(amount, 0.01).toFixed(2))
  const brokerage = paisa(charges.brokerage)
  const stt = nearest(charges.stt, 1)
  const exchange = paisa(charges.exchange)
  const ipft = paisa(charges.ipft)
  const sebi = paisa(charges.sebi)
  const stamp = paisa(charges.stamp)
  const gst = paisa(charges.gst)
  return {
    brokerage: rupees(brokerage),
    stt: rupees(stt),
    exchange: rupees(exchange),
    ipft: rupees(ipft),
    sebi: rupees(sebi),
    stamp: rupees(stamp),
    gst: rupees(gst),
    total: rupees(paisa(brokerage + stt + exchange + ipft + sebi + stamp + gst))
  }
}

/** STT that the buyer of an option owes when it is exercised: on its intrinsic value, given in rupees. */
export const exerciseTax = (
  intrinsicValue: Rupees,
  schedule: ChargeSchedule,
  date: string
): Result.Result<Rupees, RateMissing> => {
  const rate = schedule.rate("stt-exercise", date, { class: "option" })
  return rate === undefined
    ? Result.fail(new RateMissing({ table: "STT on exercise", date }))
    : Result.succeed(rupees(intrinsicValue * rate))
}

const nothing = rupees(0)

/** A fill without charges: what is booked while a rate is missing (and said so). */
export const noCharges: Charges = {
  brokerage: nothing,
  stt: nothing,
  exchange: nothing,
  ipft: nothing,
  sebi: nothing,
  stamp: nothing,
  gst: nothing,
  total: nothing
}
