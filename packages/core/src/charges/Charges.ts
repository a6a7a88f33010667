/**
 * What a fill costs: brokerage by the account's plan and every charge of the trade's date, in rupees, unrounded. A
 * contract note rounds (STT to the rupee a scrip, the rest to the paisa), in ways that differ between brokers. Not
 * included: the depository's fee for a delivery sold (per scrip and day, not per fill), a broker's fee for squaring off.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Charges } from "../decisions/Decision.ts"
import { formatIstDate } from "../market/IndianTime.ts"
import type { Exchange, Instrument } from "../market/Instrument.ts"
import { type Rupees, rupees } from "../market/Money.ts"
import type { Fill, Product } from "../orders/Order.ts"
import { brokerageOf, type BrokeragePlan } from "./BrokeragePlan.ts"
import { type ChargedMarket, exchangeCharge, protectionFund } from "./exchangeCharge.ts"
import { goodsAndServicesTax, sebiFee, stampDuty } from "./governmentCharges.ts"
import { type ChargeClass, rateOn, type RateTable } from "./Rate.ts"
import { sttOnExercise, sttOnPurchase, sttOnSale } from "./securitiesTransactionTax.ts"

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
  return name === "SENSEX" || name === "BANKEX" || instrument.exchange === "NSE" ? "option" : "otherOption"
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
  exchange: Exchange,
  market: ChargedMarket,
  kind: ChargeClass,
  buys: boolean,
  date: string
): Result.Result<Rates, RateMissing> => {
  const tables: Record<keyof Rates, readonly [name: string, table: RateTable | undefined]> = {
    stt: ["STT", buys ? (kind === "delivery" ? sttOnPurchase : undefined) : sttOnSale[kind]],
    exchange: [`${exchange} ${market} transaction charge`, exchangeCharge[exchange][market]],
    ipft: [`${exchange} ${market} IPFT`, protectionFund[exchange][market]],
    sebi: ["SEBI turnover fee", sebiFee],
    stamp: ["stamp duty", buys ? stampDuty[kind] : undefined],
    gst: ["GST", goodsAndServicesTax]
  }
  const rates = { stt: 0, exchange: 0, ipft: 0, sebi: 0, stamp: 0, gst: 0 }
  for (const name of ["stt", "exchange", "ipft", "sebi", "stamp", "gst"] as const) {
    const [title, table] = tables[name]
    // A side that is not charged has no table.
    if (table === undefined) continue
    const rate = rateOn(table, date)
    if (rate === undefined) return Result.fail(new RateMissing({ table: title, date }))
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
  plan: BrokeragePlan,
  valueBefore = 0
): Result.Result<Charges, RateMissing> => {
  const kind = chargeClass(instrument, fill.product)
  const found = ratesOf(instrument.exchange, marketOf(instrument), kind, fill.side === "buy", formatIstDate(fill.at))
  if (Result.isFailure(found)) return Result.fail(found.failure)
  const rates = found.success
  const value = fill.quantity * fill.price / 100
  const brokerage = brokerageOf(plan, kind, valueBefore + value) - brokerageOf(plan, kind, valueBefore)
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

/** STT that the buyer of an option owes when it is exercised: on its intrinsic value, given in rupees. */
export const exerciseTax = (intrinsicValue: Rupees, date: string): Result.Result<Rupees, RateMissing> => {
  const rate = rateOn(sttOnExercise, date)
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
