/**
 * What the paper books bind of the capital that they share. All of them together are one account: what one holds in a contract
 * another sets off. By the margin model, of positions and of every order that may open one, per underlying: an underlying's need
 * is worked out when something of it has changed and somebody asks, and kept until it changes again. Contracts' scenarios are
 * kept for {@link RISK_KEPT}, as a clearing house renews them a few times a day.
 *
 * What is kept belongs to the desk's state, so that a session which goes on from a snapshot counts by the same numbers.
 */
import * as Result from "effect/Result"
import { type ContractRisk, contractRisk } from "../margins/contractRisk.ts"
import { marginContract } from "../margins/marginContract.ts"
import type { MarginRates } from "../margins/MarginRates.ts"
import { type HeldLeg, underlyingMargin } from "../margins/underlyingMargin.ts"
import { formatIstDate, MINUTE_MS, parseIst } from "../market/IndianTime.ts"
import { manualBook, type Order, type OrderRequest, type Product, type Side } from "../orders/Order.ts"
import type { Funds } from "../risk/Risk.ts"
import { decisionTime, type Desk } from "./DeskState.ts"
import { venueOf } from "./live.ts"
import { marginGroup } from "./marginGroup.ts"
import { isDerivative, remaining, workingOrders } from "./workingOrders.ts"

/** Event time for which a contract's scenarios serve, ms. */
const RISK_KEPT = MINUTE_MS

/** What matters of an order here. */
export type PaperOrder = Pick<
  OrderRequest,
  "instrument" | "side" | "quantity" | "limitPrice" | "triggerPrice" | "product"
>

/** What an order would add. */
interface Asked {
  readonly book: string
  readonly instrument: number
  readonly side: Side
  readonly quantity: number
  readonly price: number
  readonly product: Product
}

/** What the order needs and what is free for it; `undefined` where nothing is asked: of live books, or without rates. */
export const fundsFor = (
  desk: Desk,
  book: string,
  request: PaperOrder,
  replaces?: Order
): Funds | undefined => {
  if (venueOf(desk, book) === "live") return undefined
  const rates = ratesToday(desk)
  if (rates === undefined) return undefined
  const { context, settings, state } = desk
  const instrument = context.instruments.at(request.instrument)
  const group = marginGroup(instrument)
  const { limitPrice, quantity, side, triggerPrice } = request
  const price = limitPrice ?? triggerPrice ?? context.lastPrice(request.instrument) ?? 0
  const asked = {
    book,
    instrument: request.instrument,
    side,
    quantity: quantity - (replaces?.filledQuantity ?? 0),
    price,
    product: request.product
  }
  // Prices may have moved since: what the order adds is told from what is bound by the same ones.
  state.margin.changed[group] = true
  const now = gather(desk, Object.keys(state.margin.changed), rates)
  renewNeeds(desk, now, rates)
  const { bound, needs } = state.margin
  const before = needs[group] ?? 0
  const then = replaces === undefined ? now : gather(desk, [group], rates, replaces.id)
  const own = then.get(group) ?? emptyGroup()
  add(desk, own, asked, rates)
  const after = needOf(desk, own, rates)
  const capital = settings.limits.capital + state.paperBooked
  if (after === undefined) return { needed: undefined, free: capital - bound, capital, underlying: group }
  return { needed: after - before, free: capital - bound, capital, underlying: group }
}

/** As one that a person would place on paper now; looks, and keeps nothing. */
export const fundsForManual = (
  desk: Desk,
  request: PaperOrder
): Funds | undefined => {
  const { margin, ratesMissing } = desk.state
  const looking: Desk = {
    settings: desk.settings,
    context: { ...desk.context, emit: () => {} },
    state: {
      ...desk.state,
      ratesMissing: [...ratesMissing],
      margin: { ...margin, needs: { ...margin.needs }, changed: { ...margin.changed }, risks: { ...margin.risks } }
    }
  }
  return fundsFor(looking, manualBook, request)
}

/** Trading does not stop for a missing rate: orders are not held against the capital and an alarm says so. */
const ratesToday = (desk: Desk): MarginRates | undefined => {
  const { context, settings, state } = desk
  const at = decisionTime(desk)
  const found = settings.margins.on(formatIstDate(at))
  if (Result.isSuccess(found)) return found.success
  const table = "margin rates"
  if (!state.ratesMissing.includes(table)) {
    state.ratesMissing.push(table)
    const detail = `${found.failure.message}; until then paper orders are not held against the capital`
    context.emit({ _tag: "Alarm", kind: "margin", subject: table, raised: true, detail, since: at, at })
  }
  return undefined
}

/** Works out what has changed; what nobody can know binds nothing. */
const renewNeeds = (desk: Desk, gathered: ReadonlyMap<string, Group>, rates: MarginRates): void => {
  const { margin } = desk.state
  for (const [group, found] of gathered) {
    const need = needOf(desk, found, rates) ?? 0
    margin.bound += need - (margin.needs[group] ?? 0)
    if (need === 0) delete margin.needs[group]
    else margin.needs[group] = need
  }
  margin.changed = {}
}

/** Units and money in orders of one side. */
interface Working {
  units: number
  value: number
}

interface Gathered {
  readonly instrument: number
  quantity: number
  /** Signed cost of it, paise. */
  cost: number
  readonly buying: Working
  readonly selling: Working
}

const nothing = (instrument: number): Gathered => ({
  instrument,
  quantity: 0,
  cost: 0,
  buying: { units: 0, value: 0 },
  selling: { units: 0, value: 0 }
})

/** What is held and works of one underlying. */
interface Group {
  /** By instrument. */
  readonly contracts: Map<number, Gathered>
  /** By book. */
  readonly shares: Map<string, Gathered>
  /** What shares that are held bind. */
  held: number
}

const emptyGroup = (): Group => ({ contracts: new Map(), shares: new Map(), held: 0 })

/** The groups of these names, all in one go over what the books hold and have working. `without`: an order that is not counted. */
const gather = (
  desk: Desk,
  names: ReadonlyArray<string>,
  rates: MarginRates,
  without?: string
): ReadonlyMap<string, Group> => {
  const { context, state } = desk
  const groups = new Map(names.map((name) => [name, emptyGroup()]))
  const groupOf = (instrument: number) => groups.get(marginGroup(context.instruments.at(instrument)))
  for (const key of state.open) {
    const entry = state.ledger[key]
    const group = entry === undefined ? undefined : groupOf(entry.instrument)
    // What has expired and could not be settled binds nothing: nobody knows what it is worth.
    if (entry === undefined || group === undefined || state.unsettled[key] === true) continue
    if (venueOf(desk, entry.book) === "live") continue
    const at = partOf(desk, group, entry.book, entry.instrument)
    at.quantity += entry.quantity
    at.cost += entry.cost
    if (!isDerivative(context.instruments.at(entry.instrument))) {
      group.held += shareOf(state.products[key] ?? "intraday", rates) * Math.abs(entry.cost)
    }
  }
  for (const order of workingOrders(desk)) {
    const group = groupOf(order.instrument)
    if (group === undefined || order.reduceOnly || order.venue === "live" || order.id === without) continue
    const price = order.limitPrice ?? order.triggerPrice ?? context.lastPrice(order.instrument) ?? 0
    add(desk, group, { ...order, quantity: remaining(order), price }, rates)
  }
  return groups
}

const partOf = ({ context }: Desk, { contracts, shares }: Group, book: string, instrument: number): Gathered =>
  isDerivative(context.instruments.at(instrument))
    ? getOrAdd(contracts, instrument, instrument)
    : getOrAdd(shares, book, instrument)

const add = (desk: Desk, group: Group, asked: Asked, rates: MarginRates): void => {
  const { book, instrument, price, product, quantity, side } = asked
  const at = partOf(desk, group, book, instrument)
  const working = side === "buy" ? at.buying : at.selling
  working.units += quantity
  working.value += quantity * price *
    (isDerivative(desk.context.instruments.at(instrument)) ? 1 : shareOf(product, rates))
}

/** Paise; `undefined` when an underlying's price is not known that would be needed. */
const needOf = (desk: Desk, { contracts, held, shares }: Group, rates: MarginRates): number | undefined => {
  let need = held
  for (const { buying, quantity, selling } of shares.values()) {
    need += Math.max(opening(buying, -quantity), opening(selling, quantity))
  }
  const legs: Array<HeldLeg> = []
  for (const { buying, cost, instrument, quantity, selling } of contracts.values()) {
    const { kind } = desk.context.instruments.at(instrument)
    const premium = kind === "future" || quantity < 0 ? 0 : Math.max(0, cost)
    const reserved = kind === "future" ? 0 : opening(buying, -quantity)
    const risk = riskOf(desk, instrument, rates)
    if (risk !== undefined) {
      legs.push({
        risk,
        quantity,
        buying: buying.units,
        selling: selling.units,
        premium: premium / 100,
        reserved: reserved / 100
      })
      continue
    }
    if (kind === "future" || quantity < selling.units) return undefined
    // An option that is only bought can lose no more than was paid, whatever its underlying does.
    need += premium + reserved
  }
  return Math.round(need + underlyingMargin(legs, rates).total * 100)
}

/** Of orders' value, the part for units beyond those that only close the other side's `held`. */
const opening = ({ units, value }: Working, held: number): number =>
  units === 0 ? 0 : value * Math.max(0, units - Math.max(0, held)) / units

/** What shares bind of their value; what is kept is paid or delivered in full. */
const shareOf = (product: Product, rates: MarginRates): number => product === "intraday" ? rates.cashIntraday : 1

/** `undefined` while the underlying has no price. */
const riskOf = (desk: Desk, index: number, rates: MarginRates): ContractRisk | undefined => {
  const { context, state: { margin } } = desk
  const at = decisionTime(desk)
  const known = margin.risks[index]
  if (known !== undefined && at - known.at < RISK_KEPT) return known.risk
  const instrument = context.instruments.at(index)
  const underlying = context.instruments.indexOf(instrument.underlying ?? "")
  const price = context.lastPrice(index)
  // A future is as good as its underlying, near enough.
  const spot = (underlying === undefined ? undefined : context.lastPrice(underlying)) ??
    (instrument.kind === "future" ? price : undefined)
  if (price === undefined || spot === undefined) return undefined
  // What is not known to be an index counts as a share, which binds more.
  const isIndex = underlying !== undefined && context.instruments.at(underlying).kind === "index"
  const lastDay = parseIst(`${instrument.expiry ?? ""} 12:00:00`)
  const end = lastDay === undefined ? undefined : context.session("derivatives", lastDay)?.close
  const { contract } = marginContract(instrument, {
    price: price / 100,
    spot: spot / 100,
    isIndex,
    at,
    rate: rates.rate,
    ...(end === undefined ? {} : { end })
  })
  const risk = contractRisk(contract, rates)
  margin.risks[index] = { at, risk }
  return risk
}

const getOrAdd = <Key>(map: Map<Key, Gathered>, key: Key, instrument: number): Gathered => {
  const known = map.get(key)
  if (known !== undefined) return known
  const fresh = nothing(instrument)
  map.set(key, fresh)
  return fresh
}
