/**
 * Where a broker's instrument master and the dated rules say different things of a contract. One of the two is wrong, and
 * nobody can know which before a person looks: until then no live order may go to that contract.
 */
import * as Result from "effect/Result"
import { dateOf, dayOf } from "../calendar/CalendarDays.ts"
import { expiringOn } from "../calendar/expiries.ts"
import type { TradingCalendar } from "../calendar/TradingCalendar.ts"
import type { OptionRight } from "../market/Instrument.ts"
import { type ContractRules, freezeOn, lotOf } from "./ContractRules.ts"
import { isMonthly, makeListing } from "./Listing.ts"
import { type PriceRules, tickSteps } from "./PriceRules.ts"

/** A derivative as a master describes it. */
export interface MasterTerms {
  /** The same for the same contract, whatever token it has. */
  readonly id: string
  readonly exchange: "NSE" | "BSE"
  readonly kind: "equity" | "index" | "future" | "option"
  readonly symbol: string
  readonly underlying: string | null
  readonly expiry: string | null
  readonly right: OptionRight | null
  readonly lotSize: number
  /** Paise; 0 = not told. */
  readonly tickSize: number
  readonly freezeQuantity: number | null
}

export interface Contradiction {
  readonly id: string
  readonly symbol: string
  readonly about: "lot" | "tick" | "freeze" | "expiry"
  readonly master: string
  readonly rule: string
  /** Of the rule. */
  readonly source: string
}

export interface DatedRules {
  readonly calendar: TradingCalendar
  readonly contracts: ContractRules
  readonly prices: PriceRules
}

/** How far ahead expiries are compared: the exchange re-dates what lies further away, and says so when it does. */
const EXPIRY_HORIZON_DAYS = 95

/** `today` is an IST date. Contracts that no rule covers contradict nothing. */
export const contradictions = (
  { calendar, contracts, prices }: DatedRules,
  master: Iterable<MasterTerms>,
  today: string
): ReadonlyArray<Contradiction> => {
  const derivatives: Array<MasterTerms> = []
  const shares = new Set<string>()
  for (const one of master) {
    if (one.kind === "equity") shares.add(one.id)
    if ((one.kind === "future" || one.kind === "option") && one.expiry !== null && one.expiry >= today) {
      derivatives.push(one)
    }
  }
  const listing = makeListing(
    derivatives.map(({ exchange, expiry, underlying }) => [exchange, underlying ?? "", expiry ?? ""]),
    calendar
  )
  const indices = new Set(calendar.rules.expiries.map(({ exchange, family }) => `${exchange}|${family}`))
  const horizon = dateOf(dayOf(today) + EXPIRY_HORIZON_DAYS)
  const expiring = new Map<string, ReadonlySet<string> | undefined>()
  const familiesOn = (date: string): ReadonlySet<string> | undefined => {
    if (expiring.has(date)) return expiring.get(date)
    const known = calendar.covers(date) ? expiringOn(calendar, date) : undefined
    const families = known === undefined || Result.isFailure(known)
      ? undefined
      : new Set(known.success.map(({ exchange, family }) => `${exchange}|${family}`))
    expiring.set(date, families)
    return families
  }
  const found: Array<Contradiction> = []
  for (const one of derivatives) {
    const underlying = one.underlying ?? ""
    const expiry = one.expiry ?? ""
    const isIndex = indices.has(`${one.exchange}|${underlying}`)
    const kind = isMonthly(listing, one.exchange, underlying, expiry) ? "monthly" : "weekly"
    const add = (about: Contradiction["about"], said: string, rule: string, source: string): void =>
      void found.push({ id: one.id, symbol: one.symbol, about, master: said, rule, source })

    const lot = lotOf(contracts, underlying, kind, expiry, today)
    // What is only a guess contradicts nobody.
    if (lot !== undefined && !lot.confidence.startsWith("D") && one.lotSize > 0 && lot.lot !== one.lotSize) {
      add("lot", String(one.lotSize), String(lot.lot), lot.source)
    }
    const freeze = freezeOn(contracts, underlying, today)
    if (freeze !== undefined && one.freezeQuantity !== null && one.lotSize > 0) {
      // A broker may floor the exchange's number to whole lots.
      const whole = (quantity: number): number => Math.floor(quantity / one.lotSize)
      if (whole(freeze.quantity) !== whole(one.freezeQuantity)) {
        add("freeze", String(one.freezeQuantity), String(freeze.quantity), freeze.source)
      }
    }
    const priceClass = `${isIndex ? "index" : "stock"}-${one.kind === "future" ? "future" : "option"}` as const
    const steps = tickSteps(prices, { exchange: one.exchange, class: priceClass, date: today })
    const [step] = steps
    if (step !== undefined && one.tickSize > 0 && !steps.some(({ tick }) => Math.round(tick * 100) === one.tickSize)) {
      const ticks = steps.map(({ tick }) => tick.toFixed(2)).join(" or ")
      add("tick", (one.tickSize / 100).toFixed(2), ticks, step.source)
    }
    // What is neither an index of the rules nor a share of the master may be a new index: nothing is known of it.
    const family = isIndex
      ? underlying
      : shares.has(`${one.exchange}_EQ|${underlying}`)
      ? `${one.exchange} stocks`
      : undefined
    const families = family !== undefined && expiry <= horizon ? familiesOn(expiry) : undefined
    if (families !== undefined && !families.has(`${one.exchange}|${family}`)) {
      const rule = calendar.rules.expiries.findLast((row) => row.exchange === one.exchange && row.family === family)
      add("expiry", expiry, `nothing of ${underlying} expires that day`, rule?.source ?? "expiry rules")
    }
  }
  return found
}

/** Ids of contracts that no live order may go to. */
export const contradicted = (found: Iterable<Contradiction>): ReadonlySet<string> =>
  new Set(Array.from(found, ({ id }) => id))
