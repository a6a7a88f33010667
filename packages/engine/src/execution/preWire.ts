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
import type { PriceBand } from "../brokers/PriceBands.ts"
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

/**
 * Whether it is the order itself that is at fault, so that waiting mends nothing. An order at the market is priced anew each time
 * that it is looked at.
 */
export const isLasting = ({ type }: Pick<Order, "type">, { rule }: PreWireFault): boolean => {
  switch (rule) {
    case "quantity":
    case "lot":
    case "expired":
      return true
    case "tick":
    case "band":
    case "limit-price-protection":
    case "stop-gap":
    case "stop":
      return type !== "market"
    default:
      return false
  }
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
  /** The newest that brokers have told of today. */
  readonly band: PriceBand | undefined
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
  const { band, instrument, now, protection, quote, rules, segment, underlyingIsIndex } = question
  const date = formatIstDate(now)
  const priceClass = priceClassOf(instrument, segment, underlyingIsIndex)
  const underlying = instrument.underlying === undefined ? "" : rules.indexNames.contractsOf(instrument.underlying)
  const of = { exchange: instrument.exchange, class: priceClass, date, underlying }
  const limits = exchangeLimits(order, quote, of, rules.prices, band)
  const wire = wireOrder(order, quote, instrument, protection, limits)
  const faults: ReadonlyArray<PreWireFault> = [
    ...contractFaults(order, question, date),
    ...accountFaults(question.account),
    ...hoursFaults(question),
    ...productFaults(order, instrument),
    ...quoteFaults(order, question),
    ...(Result.isSuccess(wire) ? wireFaults(wire.success, question, limits) : [wire.failure])
  ]
  if (faults.length > 0 || Result.isFailure(wire)) return { _tag: "Refused", faults }

  const freeze = freezeOf(question, date)
  const pieces = slices(order.quantity, lotOf(question), freeze)
  if (Result.isFailure(pieces)) {
    const remedy = "Compare the lot and the freeze quantity with the exchange's circular; no order of it can be sent"
    return { _tag: "Refused", faults: [{ rule: "freeze", what: pieces.failure.message, remedy }] }
  }
  const unchecked = [...limits.unchecked]
  if (freeze === undefined && instrument.kind !== "equity") unchecked.push("the freeze quantity")
  if (order.reduceOnly) {
    for (const { about } of question.contradictions) unchecked.push(`${about}, which rules and master contradict`)
  }
  return { _tag: "Ready", pieces: pieces.success.map((quantity) => ({ ...wire.success, quantity })), unchecked }
}

/** What the broker's newest master says: the session keeps the lot that it began with. */
const lotOf = ({ instrument, known }: Pick<PreWireQuestion, "instrument" | "known">): number =>
  known?.lotSize ?? instrument.lotSize

/** Of a quantity that was whole lots when the session began, and that the exchange takes no more. */
export const lotFault = (
  quantity: number,
  { lotSize, symbol }: Pick<Instrument, "lotSize" | "symbol">,
  lot: number | undefined
): PreWireFault | undefined =>
  lot === undefined || lot === lotSize || quantity % lot === 0 ? undefined : {
    rule: "lot",
    what:
      `Quantity ${quantity} of ${symbol} is not in whole lots of ${lot}, which the broker's newest master says; this ` +
      `session began with lots of ${lotSize}`,
    remedy:
      `Order whole lots of ${lot}; leave the rest of what is held in the broker's own app, and begin a new session ` +
      "(--fresh) to count in the new lots"
  }

/** The broker's master comes first; the rules know of indices only. */
const freezeOf = ({ instrument, known, rules }: PreWireQuestion, date: string): number | undefined =>
  known?.freezeQuantity ??
    (instrument.underlying === undefined
      ? undefined
      : freezeOn(rules.contracts, rules.indexNames.contractsOf(instrument.underlying), date)?.quantity)

const contractFaults = (
  order: Order,
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
  // A position is left all the same: who is right, nobody knows better than the exchange.
  for (const { about, master, rule, source } of order.reduceOnly ? [] : contradictions) {
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
  if (!rules.hours.covers(now)) {
    return [{
      rule: "hours",
      what: `The calendar does not cover ${formatIstDate(now)}, so nobody knows whether the exchange trades`,
      remedy:
        "Add rules (rules/ in the data directory), or update the engine; a session takes them when it starts again"
    }]
  }
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
  { instrument, known, quote }: PreWireQuestion,
  { band, protection, stopGap }: ExchangeLimits
): ReadonlyArray<PreWireFault> => {
  const newLot = lotFault(quantity, instrument, known?.lotSize)
  const faults: Array<PreWireFault> = [
    ...(newLot === undefined ? [] : [newLot]),
    ...checkOrder(
      {
        type: type === "limit" ? "LIMIT" : "STOP_LIMIT",
        quantity,
        price: limitPrice,
        ...(triggerPrice === undefined ? {} : { trigger: triggerPrice })
      },
      {
        symbol: instrument.symbol,
        // What was said above is not said twice.
        lotSize: newLot === undefined ? lotOf({ instrument, known }) : 1,
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
