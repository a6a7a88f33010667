/**
 * The last look at a live order before the wire: everything that its exchange, SEBI's rules for programs, or our own care for
 * the data would refuse, and then the order as its broker is to get it, in as many pieces as the freeze quantity asks for.
 * Pure, over data that it is handed.
 */
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { checkOrder, type OrderFault } from "@keepgaining/core/contracts/checkOrder.ts"
import { type ContractRules, freezeOn } from "@keepgaining/core/contracts/ContractRules.ts"
import type { Contradiction } from "@keepgaining/core/contracts/contradictions.ts"
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import type { PriceRules } from "@keepgaining/core/contracts/PriceRules.ts"
import { slices } from "@keepgaining/core/contracts/slices.ts"
import { DAY_MS, formatIstDate, formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import { type Instrument, isTradable } from "@keepgaining/core/market/Instrument.ts"
import { paise, rupeesText } from "@keepgaining/core/market/Money.ts"
import type { Order } from "@keepgaining/core/orders/Order.ts"
import { isThrough, productFault, stopLimitFault } from "@keepgaining/core/orders/rejectReason.ts"
import * as Result from "effect/Result"
import { type ExchangeLimits, exchangeLimits, priceClassOf, type WireQuote } from "./exchangeLimits.ts"
import { type Protection, type WireOrder, wireOrder } from "./wireOrder.ts"

export interface PreWireFault {
  readonly rule:
    | OrderFault["rule"]
    | "instrument"
    | "expired"
    | "contradiction"
    | "static-ip"
    | "algo-tag"
    | "hours"
    | "product"
    | "stale-quote"
    | "stop"
  readonly what: string
  readonly remedy: string
}

export interface PreWireAccount {
  readonly account: string
  /** It stands for the simulator, where nobody registers anything. */
  readonly simulated: boolean
  /** Registered with the broker as where orders come from; SEBI, from 2026-04-01. */
  readonly staticIp: string | undefined
  /** The broker's id of our algorithm, or `generic` below the rate from which it is registered. */
  readonly algo: string | undefined
}

export interface PreWireQuestion {
  /** Epoch ms. */
  readonly now: number
  readonly instrument: Instrument
  readonly segment: Segment
  /** Of a derivative. */
  readonly underlyingIsIndex: boolean
  /** As the account's broker knows it. */
  readonly known: BrokerInstrument | undefined
  readonly quote: WireQuote | undefined
  readonly rules: {
    readonly prices: PriceRules
    readonly contracts: ContractRules
    readonly indexNames: IndexNames
    readonly hours: TradingHours
  }
  readonly account: PreWireAccount
  /** Those that were found of this contract. */
  readonly contradictions: ReadonlyArray<Contradiction>
  readonly protection: Protection
  /** Oldest quote that a market order which opens may be priced by, ms. */
  readonly maxQuoteAge: number
}

export type PreWire =
  | {
    readonly _tag: "Ready"
    /** Each an order of its own for the broker, without its tag. Largest first; together the whole quantity. */
    readonly pieces: ReadonlyArray<WireOrder>
    /** What nobody could check, in words. */
    readonly unchecked: ReadonlyArray<string>
  }
  | { readonly _tag: "Refused"; readonly faults: ReadonlyArray<PreWireFault> }

/** All faults, most basic first, or what is to be sent. */
export const preWire = (order: Order, question: PreWireQuestion): PreWire => {
  const { instrument, now, protection, quote, rules, segment, underlyingIsIndex } = question
  const date = formatIstDate(now)
  const priceClass = priceClassOf(instrument, segment, underlyingIsIndex)
  const limits = exchangeLimits(order, quote, { exchange: instrument.exchange, class: priceClass, date }, rules.prices)
  const wire = wireOrder(order, quote, instrument, protection, limits)
  const faults: ReadonlyArray<PreWireFault> = [
    ...contractFaults(question, date),
    ...accountFaults(question.account),
    ...hoursFaults(question),
    ...productFaults(order, instrument),
    ...quoteFaults(order, question),
    ...(Result.isSuccess(wire) ? wireFaults(wire.success, question, limits) : [wire.failure])
  ]
  if (faults.length > 0 || Result.isFailure(wire)) return { _tag: "Refused", faults }

  const freeze = freezeOf(question, date)
  const pieces = slices(order.quantity, instrument.lotSize, freeze)
  if (Result.isFailure(pieces)) {
    const remedy = "Compare the lot and the freeze quantity with the exchange's circular; no order of it can be sent"
    return { _tag: "Refused", faults: [{ rule: "freeze", what: pieces.failure.message, remedy }] }
  }
  const unchecked = [...limits.unchecked]
  if (freeze === undefined && instrument.kind !== "equity") unchecked.push("the freeze quantity")
  return { _tag: "Ready", pieces: pieces.success.map((quantity) => ({ ...wire.success, quantity })), unchecked }
}

/** The broker's master comes first; the rules know of indices only. */
const freezeOf = ({ instrument, known, rules }: PreWireQuestion, date: string): number | undefined =>
  known?.freezeQuantity ??
    (instrument.underlying === undefined
      ? undefined
      : freezeOn(rules.contracts, rules.indexNames.contractsOf(instrument.underlying), date)?.quantity)

const contractFaults = (
  { account, contradictions, instrument, known }: PreWireQuestion,
  date: string
): ReadonlyArray<PreWireFault> => {
  const { expiry, symbol } = instrument
  const faults: Array<PreWireFault> = []
  if (!isTradable(instrument)) {
    faults.push({
      rule: "instrument",
      what: `${symbol} is an index and cannot be traded`,
      remedy: "Trade a contract on it"
    })
  } else if (known === undefined) {
    const what = `The instrument master of ${account.account}'s broker does not list ${symbol}`
    faults.push({ rule: "instrument", what, remedy: "Fetch today's master: keepgaining instruments sync" })
  }
  if (expiry !== undefined && expiry < date) {
    faults.push({ rule: "expired", what: `${symbol} expired on ${expiry}`, remedy: "Choose a contract that is listed" })
  }
  for (const { about, master, rule, source } of contradictions) {
    faults.push({
      rule: "contradiction",
      what: `The broker's master says ${about} ${master} of ${symbol}, the rules say ${rule} (${source})`,
      remedy: "Find out which is right; correct the rule in your rules folder, or fetch the master again"
    })
  }
  return faults
}

/** Why no order of a program may go through the account. */
export const accountFaults = ({ account, algo, simulated, staticIp }: PreWireAccount): ReadonlyArray<PreWireFault> => {
  if (simulated) return []
  const faults: Array<PreWireFault> = []
  if (staticIp === undefined || staticIp === "") {
    faults.push({
      rule: "static-ip",
      what: `${account} has no static IP address in its settings, and brokers take orders of programs from no other`,
      remedy: "Register one with the broker, then say it here: on the page Brokers, or keepgaining brokers register"
    })
  }
  if (algo === undefined || algo === "") {
    faults.push({
      rule: "algo-tag",
      what: `${account} does not say under which algorithm its orders go`,
      remedy: "Say the broker's id of it, or generic below 10 orders a second: keepgaining brokers register"
    })
  }
  return faults
}

/** Furthest ahead that the next session is looked for, days. */
const DAYS_AHEAD = 10

/** Nothing is sent outside continuous trading: the port places no after-market orders. */
const hoursFaults = ({ instrument, now, rules, segment }: PreWireQuestion): ReadonlyArray<PreWireFault> => {
  const hours = rules.hours.of(segment)
  const spans = hours.day(now)?.spans ?? []
  if (spans.some(({ close, open }) => open <= now && now < close)) return []
  const today = spans.map(({ close, open }) => `${formatIstTime(open)} to ${formatIstTime(close)}`).join(" and ")
  let next: number | undefined
  for (let days = 0; days <= DAYS_AHEAD && next === undefined; days++) {
    next = hours.day(now + days * DAY_MS)?.spans.find(({ open }) => open > now)?.open
  }
  return [{
    rule: "hours",
    what: today === ""
      ? `There is no session of ${instrument.symbol} on ${formatIstDate(now)}`
      : `${instrument.symbol} trades from ${today} on ${formatIstDate(now)}, and it is ${formatIstTime(now)}`,
    remedy: next === undefined
      ? "Wait for the next session"
      : `Wait for the next session: ${formatIstDate(next)} ${formatIstTime(next)}`
  }]
}

const productFaults = ({ product }: Order, instrument: Instrument): ReadonlyArray<PreWireFault> => {
  const what = productFault(instrument, product)
  return what === undefined ? [] : [{ rule: "product", what, remedy: "Choose a product of its segment" }]
}

const quoteFaults = (
  order: Order,
  { instrument, maxQuoteAge, now, quote }: PreWireQuestion
): ReadonlyArray<PreWireFault> => {
  // A way out is better priced by an old quote than not sent.
  if (order.type !== "market" || order.reduceOnly || quote === undefined || now - quote.time <= maxQuoteAge) return []
  const age = Math.round((now - quote.time) / 1_000)
  return [{
    rule: "stale-quote",
    what: `The last price of ${instrument.symbol} is ${age} s old`,
    remedy: "Wait for a newer one, or send a limit order"
  }]
}

const wireFaults = (
  { limitPrice, quantity, side, triggerPrice, type }: WireOrder,
  { instrument, quote }: PreWireQuestion,
  { band, protection, stopGap }: ExchangeLimits
): ReadonlyArray<PreWireFault> => {
  const faults: Array<PreWireFault> = [
    ...checkOrder(
      {
        type: type === "limit" ? "LIMIT" : "STOP_LIMIT",
        quantity,
        price: limitPrice,
        ...(triggerPrice === undefined ? {} : { trigger: triggerPrice })
      },
      {
        symbol: instrument.symbol,
        lotSize: instrument.lotSize,
        tickSize: paise(instrument.tickSize),
        ...(band === undefined ? {} : { band }),
        ...(protection === undefined ? {} : { protection }),
        ...(stopGap === undefined ? {} : { stopGap }),
        takesMarket: false
      }
    )
  ]
  if (triggerPrice === undefined) return faults
  if (quote !== undefined && quote.price > 0 && isThrough(side, triggerPrice, quote.price)) {
    const what = `The trigger ${rupeesText(triggerPrice)} of the ${side} stop is through the market already (last ${
      rupeesText(quote.price)
    })`
    faults.push({ rule: "stop", what, remedy: "Send a market order, or move the trigger" })
  }
  const wrongSide = stopLimitFault(side, triggerPrice, limitPrice)
  if (wrongSide !== undefined) {
    faults.push({ rule: "stop", what: `The ${wrongSide}`, remedy: "Put the limit beyond the trigger" })
  }
  return faults
}
