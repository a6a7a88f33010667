/**
 * The matching core: our own working orders in one instrument against its quotes and trades. Pure; used by paper trading
 * and by simulators of brokers.
 *
 * Layout. `working` holds live orders in time priority; `queued` holds instructions still on their way, by the time at
 * which they take effect, then by arrival. Both are short lists (single digits in practice) of plain objects, so a scan
 * beats any index, and a book without either is idle and skipped.
 *
 * Order of things at a tick (invariant): instructions that took effect by the tick's event time; then triggers of stops,
 * in time priority; then buys; then sells. So an order never meets a tick older than the moment it took effect, and an
 * order accepted at a tick may trade at that tick. Ticks without a positive price are ignored.
 *
 * Fill model. A buy meets the best ask and its size, a sell the best bid. Where the feed gives no quote (or no size) the
 * order meets the last traded price (or the quote), and the size that may be taken is a share (`participation`) of what
 * was traded since the previous tick, at least one lot. Orders of ours compete for that size by price, then time. Fills
 * are whole lots. An order that crosses the market takes liquidity: it pays the quote plus slippage. One that has rested
 * (met a tick that it did not cross) is a maker and gets exactly its own limit. Nobody gets better than the quote or
 * worse than their limit. Slippage is uniform in 0..`slippage` basis points of the price, rounded to whole ticks, against us, drawn
 * from the order's own book, instrument and tag and the number of the execution: no order's luck depends on another's.
 *
 * A `market` order becomes a limit at the quote plus `protection` when it takes effect; what it does not get stays as
 * that limit (DAY) or is cancelled (IOC). A `stop` becomes the same when the last price reaches its trigger, a
 * `stop-limit` its own limit. IOC orders live for the tick at which they may first trade.
 *
 * Modify keeps what is filled. Making the quantity smaller keeps time priority; any other change loses it and makes the
 * order a taker again. A change that cannot be carried out is reported as `ChangeRefused` and alters nothing.
 *
 * Known limits: no queue of other people's orders at our own limit; no depth beyond the best price; a quoted size is
 * taken as new at every tick; our own buys and sells never meet each other; no price bands.
 */
import type { Instrument } from "../market/Instrument.ts"
import { type Paise, paise } from "../market/Money.ts"
import type { ExchangeInstruction, ExchangeReport, Order, OrderType, Side, Validity } from "../orders/Order.ts"
import { isThrough, priceFault, quantityFault, rejectReason, stopLimitFault } from "../orders/rejectReason.ts"
import { orderLuck } from "./orderLuck.ts"

export interface FillModel {
  /** Of the luck of orders; see `orderLuck`. */
  readonly seed: number
  /** Limit of a protected market order: this far beyond the quote, as a share of the price. */
  readonly protection: number
  /** Share of the traded quantity that we may take where the feed gives no sizes. */
  readonly participation: number
  /** Most that an execution slips, basis points of the price. */
  readonly slippage: number
}

/** The numbers of a tick that matter here. Prices in paise, 0 = not given; `traded` since the instrument's previous tick. */
export interface BookTick {
  /** Event time, epoch ms. */
  readonly time: number
  readonly price: Paise
  readonly traded: number
  readonly bid: Paise
  readonly ask: Paise
  readonly bidQuantity: number
  readonly askQuantity: number
}

export interface WorkingOrder {
  readonly id: string
  readonly book: string
  readonly instrument: number
  readonly clientTag: string
  readonly side: Side
  readonly type: OrderType
  readonly validity: Validity
  quantity: number
  filled: number
  /** Executions and changes so far; their numbers in the reports. */
  executions: number
  revisions: number
  /** `null` until a stop triggers. */
  limit: Paise | null
  trigger: Paise | null
  /** A stop that has not triggered cannot trade. */
  waiting: boolean
  /** It has met a tick that it did not cross. */
  resting: boolean
}

/** Plain data. */
export interface PaperBookState {
  working: Array<WorkingOrder>
  queued: Array<ExchangeInstruction>
}

type Emit = (report: ExchangeReport) => void

export const initial = (): PaperBookState => ({ working: [], queued: [] })

export const isIdle = (state: PaperBookState): boolean => state.working.length === 0 && state.queued.length === 0

/** Accepts an instruction; it takes effect at the first tick at or after its time. */
export const instruct = (state: PaperBookState, instruction: ExchangeInstruction): void => {
  const after = state.queued.findIndex((each) => each.effectiveAt > instruction.effectiveAt)
  state.queued.splice(after === -1 ? state.queued.length : after, 0, instruction)
}

export const onTick = (
  state: PaperBookState,
  instrument: Instrument,
  model: FillModel,
  tick: BookTick,
  emit: Emit
): void => {
  if (tick.price <= 0) return
  takeEffect(state, instrument, model, tick, emit)
  if (state.working.length === 0) return
  for (const order of state.working) if (order.waiting) trigger(order, instrument, model, tick, emit)
  match(state, instrument, model, tick, "buy", emit)
  match(state, instrument, model, tick, "sell", emit)
  state.working = state.working.filter((order) => {
    if (order.filled >= order.quantity) return false
    if (order.waiting || order.validity !== "IOC") return true
    emit({ _tag: "Cancelled", orderId: order.id, reason: "IOC: not filled at once", at: tick.time })
    return false
  })
}

/** The session is over: DAY orders expire, and so does what was still on its way. */
export const onSessionEnd = (state: PaperBookState, now: number, emit: Emit): void => {
  for (const order of state.working) emit({ _tag: "Expired", orderId: order.id, reason: "end of session", at: now })
  for (const instruction of state.queued) {
    if (instruction._tag !== "Place") continue
    emit({ _tag: "Expired", orderId: instruction.order.id, reason: "session ended before it arrived", at: now })
  }
  state.working = []
  state.queued = []
}

/** Quote plus protection, rounded to the tick away from us so that the protection is at least what was asked for. */
export const protectedLimit = (
  side: Side,
  instrument: Instrument,
  model: Pick<FillModel, "protection">,
  quote: { readonly price: Paise; readonly bid: Paise; readonly ask: Paise }
): Paise => {
  const reference = side === "buy" ? (quote.ask > 0 ? quote.ask : quote.price) : quote.bid > 0 ? quote.bid : quote.price
  const tick = instrument.tickSize
  return side === "buy"
    ? paise(Math.ceil(reference * (1 + model.protection) / tick) * tick)
    : paise(Math.max(tick, Math.floor(reference * (1 - model.protection) / tick) * tick))
}

const takeEffect = (
  state: PaperBookState,
  instrument: Instrument,
  model: FillModel,
  tick: BookTick,
  emit: Emit
): void => {
  let due = state.queued[0]
  while (due !== undefined && due.effectiveAt <= tick.time) {
    state.queued.shift()
    switch (due._tag) {
      case "Place":
        place(state, instrument, model, due.order, tick, emit)
        break
      case "Modify":
        modify(state, instrument, due, tick, emit)
        break
      case "Cancel":
        cancel(state, due.orderId, due.reason, tick.time, emit)
    }
    due = state.queued[0]
  }
}

const place = (
  state: PaperBookState,
  instrument: Instrument,
  model: FillModel,
  order: Order,
  tick: BookTick,
  emit: Emit
): void => {
  const reason = rejectReason(instrument, order, tick.price)
  if (reason !== undefined) {
    emit({ _tag: "Rejected", orderId: order.id, reason, at: tick.time })
    return
  }
  emit({ _tag: "Accepted", orderId: order.id, at: tick.time })
  const waiting = order.type === "stop" || order.type === "stop-limit"
  state.working.push({
    id: order.id,
    book: order.book,
    instrument: order.instrument,
    clientTag: order.clientTag,
    side: order.side,
    type: order.type,
    validity: order.validity,
    quantity: order.quantity,
    filled: 0,
    executions: 0,
    revisions: 0,
    limit: order.type === "market"
      ? protectedLimit(order.side, instrument, model, tick)
      : order.type === "stop"
      ? null
      : order.limitPrice ?? null,
    trigger: waiting ? order.triggerPrice ?? null : null,
    waiting,
    resting: false
  })
}

const cancel = (state: PaperBookState, orderId: string, reason: string, at: number, emit: Emit): void => {
  const before = state.working.length
  state.working = state.working.filter((order) => order.id !== orderId)
  if (state.working.length < before) emit({ _tag: "Cancelled", orderId, reason, at })
  else emit({ _tag: "ChangeRefused", orderId, reason: "the order is not working any more", at })
}

type Modify = Extract<ExchangeInstruction, { readonly _tag: "Modify" }>

const modify = (state: PaperBookState, instrument: Instrument, change: Modify, tick: BookTick, emit: Emit): void => {
  const order = state.working.find((each) => each.id === change.orderId)
  const reason = order === undefined
    ? "the order is not working any more"
    : modifyFault(order, instrument, change, tick.price)
  if (order === undefined || reason !== undefined) {
    emit({ _tag: "ChangeRefused", orderId: change.orderId, reason: reason ?? "", at: tick.time })
    return
  }
  const { limitPrice, quantity, triggerPrice } = change
  const onlySmaller = quantity < order.quantity && (limitPrice === undefined || limitPrice === order.limit) &&
    (triggerPrice === undefined || triggerPrice === order.trigger)
  order.quantity = quantity
  if (limitPrice !== undefined) order.limit = limitPrice
  if (triggerPrice !== undefined) order.trigger = triggerPrice
  if (!onlySmaller) {
    order.resting = false
    state.working = [...state.working.filter((each) => each !== order), order]
  }
  emit({
    _tag: "Modified",
    orderId: order.id,
    revision: ++order.revisions,
    quantity,
    ...(order.limit === null ? {} : { limitPrice: order.limit }),
    ...(order.trigger === null ? {} : { triggerPrice: order.trigger }),
    at: tick.time
  })
}

const modifyFault = (
  order: WorkingOrder,
  instrument: Instrument,
  change: Modify,
  lastPrice: Paise
): string | undefined => {
  const fault = quantityFault(change.quantity, instrument.lotSize) ??
    priceFault("limit", change.limitPrice, instrument.tickSize) ??
    priceFault("trigger", change.triggerPrice, instrument.tickSize)
  if (fault !== undefined) return fault
  if (change.quantity <= order.filled) return `quantity ${change.quantity} is filled already (${order.filled})`
  if (change.limitPrice !== undefined && order.type === "stop" && order.waiting) {
    return "a stop order has no limit price"
  }
  if (change.triggerPrice === undefined) return undefined
  if (!order.waiting) return "the order waits for no trigger"
  if (isThrough(order.side, change.triggerPrice, lastPrice)) return "the new trigger is through the market already"
  const limit = change.limitPrice ?? order.limit
  return limit === null ? undefined : stopLimitFault(order.side, change.triggerPrice, limit)
}

const trigger = (order: WorkingOrder, instrument: Instrument, model: FillModel, tick: BookTick, emit: Emit): void => {
  if (order.trigger === null || !isThrough(order.side, order.trigger, tick.price)) return
  order.waiting = false
  if (order.type === "stop") order.limit = protectedLimit(order.side, instrument, model, tick)
  emit({ _tag: "Triggered", orderId: order.id, at: tick.time })
}

const match = (
  state: PaperBookState,
  instrument: Instrument,
  model: FillModel,
  tick: BookTick,
  side: Side,
  emit: Emit
): void => {
  const orders = state.working.filter((order) => order.side === side && !order.waiting)
  if (orders.length === 0) return
  const buys = side === "buy"
  const quoted = buys ? tick.ask : tick.bid
  const price = quoted > 0 ? quoted : tick.price
  let available = availableSize(quoted > 0 ? (buys ? tick.askQuantity : tick.bidQuantity) : 0, instrument, model, tick)
  // Better limits first; the sort is stable, so equal ones keep their time priority.
  orders.sort((a, b) => buys ? (b.limit ?? 0) - (a.limit ?? 0) : (a.limit ?? 0) - (b.limit ?? 0))
  for (const order of orders) {
    const limit = order.limit
    if (limit === null || (buys ? limit < price : limit > price)) {
      order.resting = true
      continue
    }
    const quantity = Math.min(order.quantity - order.filled, available)
    if (quantity <= 0) continue
    available -= quantity
    order.filled += quantity
    order.executions += 1
    emit({
      _tag: "Filled",
      orderId: order.id,
      execution: order.executions,
      quantity,
      price: order.resting ? limit : slipped(order, price, limit, instrument.tickSize, model),
      at: tick.time
    })
  }
}

/** Whole lots that may be taken from one side at this tick; `size` 0 = the feed gives none. */
const availableSize = (size: number, instrument: Instrument, model: FillModel, tick: BookTick): number => {
  const lot = instrument.lotSize
  const lots = size > 0 ? Math.floor(size / lot) : Math.max(1, Math.floor(tick.traded * model.participation / lot))
  return lots * lot
}

const slipped = (order: WorkingOrder, price: Paise, limit: Paise, tickSize: number, model: FillModel): Paise => {
  if (model.slippage <= 0) return price
  const most = price * model.slippage / 10_000
  const slip = Math.round(orderLuck(model.seed, order, order.executions) * most / tickSize) * tickSize
  return order.side === "buy" ? paise(Math.min(price + slip, limit)) : paise(Math.max(price - slip, limit))
}
