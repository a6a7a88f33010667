/**
 * What a fill costs: brokerage by the account's plan and every charge of the trade's date, in rupees, unrounded; and as a contract
 * note has it ({@link contractNote}). Not included: the depository's fee for a delivery sold (per scrip and day, not per fill), a
 * broker's fee for squaring off. Funds and ETFs (0.001 % STT on sale), and BSE's dearer share groups, are not told apart from shares.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Charges } from "../decisions/Decision.ts"
import { formatIstDate } from "../market/IndianTime.ts"
import type { Instrument } from "../market/Instrument.ts"
import { type Rupees, rupees } from "../market/Money.ts"
import type { Fill, Product } from "../orders/Order.ts"
import { brokerageOf, type ChargeClass, type ChargedMarket, type ChargeSchedule } from "./ChargeSchedule.ts"

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
  return product === "intraday" ? "intraday" : "delivery"
}

const marketOf = (instrument: Instrument): ChargedMarket => {
  if (instrument.kind === "future") return "future"
  if (instrument.kind !== "option") return "cash"
  const name = instrument.underlying?.replace(/^[A-Z]+:/, "")
  return name === "SENSEX" || name === "BANKEX" || instrument.exchange === "NSE" ? "option" : "other-option"
}

/** The rates that one fill needs; shares of its value. */
interface Rates {
  readonly stt: number
  readonly exchange: number
  readonly ipft: number
  readonly sebi: number
  readonly stamp: number
  readonly gst: number
}

const ratesOf = (
  schedule: ChargeSchedule,
  instrument: Instrument,
  kind: ChargeClass,
  buys: boolean,
  date: string
): Result.Result<Rates, RateMissing> => {
  const { exchange } = instrument
  const market = marketOf(instrument)
  // A side that is not charged is 0.
  const stt = buys
    ? kind === "delivery" ? schedule.rate("stt-purchase", date, { class: kind }) : 0
    : schedule.rate("stt-sale", date, { class: kind })
  const found: Record<keyof Rates, readonly [name: string, rate: number | undefined]> = {
    stt: ["STT", stt],
    exchange: [
      `${exchange} ${market} transaction charge`,
      schedule.rate("transaction", date, { exchange, class: market })
    ],
    ipft: [`${exchange} ${market} IPFT`, schedule.rate("ipft", date, { exchange, class: market })],
    sebi: ["SEBI turnover fee", schedule.rate("sebi", date)],
    stamp: ["stamp duty", buys ? schedule.rate("stamp", date, { class: kind }) : 0],
    gst: ["GST", schedule.rate("gst", date)]
  }
  const rates = { stt: 0, exchange: 0, ipft: 0, sebi: 0, stamp: 0, gst: 0 }
  for (const name of ["stt", "exchange", "ipft", "sebi", "stamp", "gst"] as const) {
    const [table, rate] = found[name]
    if (rate === undefined) return Result.fail(new RateMissing({ table, date }))
    rates[name] = rate
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
  const found = ratesOf(schedule, instrument, kind, fill.side === "buy", date)
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
