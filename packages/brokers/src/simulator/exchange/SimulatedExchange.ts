/**
 * The exchange and the back offices behind all simulated brokers: one market, accounts, orders matched by the same book as
 * paper trading. Synchronous and free of I/O; time is what {@link SimulatedExchange.advance} is told. Broker layers
 * translate requests into its calls and its events into their frames.
 *
 * Order of things: a placed order is `received` and acknowledged; at the next step of the market it is opened, rejected or
 * filled. So the acknowledgement comes before the first update, unless a fault holds it back.
 */
import { segmentOf } from "@keepgaining/core/candles/segmentOf.ts"
import type { TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { slices } from "@keepgaining/core/contracts/slices.ts"
import { formatIstDate, istDay } from "@keepgaining/core/market/IndianTime.ts"
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import { type Paise, paise } from "@keepgaining/core/market/Money.ts"
import * as PaperBook from "@keepgaining/core/matching/PaperBook.ts"
import type { ExchangeReport, Order } from "@keepgaining/core/orders/Order.ts"
import { priceFault, quantityFault } from "@keepgaining/core/orders/rejectReason.ts"
import * as Result from "effect/Result"
import type { FaultBoard } from "../faults/FaultBoard.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimMarket, SimQuote } from "../market/SimMarket.ts"
import {
  bookTrade,
  netQuantity,
  openAccount,
  orderMargin,
  realisedToday,
  type SimAccount,
  type SimAccountOptions,
  usedByPositions
} from "./SimAccount.ts"
import {
  type ModifyRequest,
  type PlaceRequest,
  type Refusal,
  refusal,
  type SimGtt,
  type SimOrder,
  type SimOrderEvent,
  type SimTrade
} from "./SimOrder.ts"

export interface ExchangeOptions {
  readonly seed: number
  readonly market: SimMarket
  readonly faults: FaultBoard
  /** Virtual time at the start, epoch ms. */
  readonly start: number
  /** When it takes orders and trades; always when absent. */
  readonly hours?: TradingHours
  /** Between steps of the market, ms. */
  readonly step?: number
  /** Changes of one order after which a broker takes no more, as Kite's 25. */
  readonly maxModifications?: number
}

type TickListener = (of: SimInstrument, quote: SimQuote) => void
type OrderListener = (event: SimOrderEvent) => void
type GttListener = (gtt: Readonly<SimGtt>) => void

/** A jump of the clock further than this is one step, not thousands. */
const LONGEST_RUN_MS = 10_000

export class SimulatedExchange {
  readonly market: SimMarket
  readonly accounts = new Map<string, SimAccount>()
  readonly #faults: FaultBoard
  readonly #fill: PaperBook.FillModel
  readonly #hours: TradingHours | undefined
  readonly #underlyings: ReadonlySet<string>
  readonly #step: number
  readonly #maxModifications: number
  readonly #orders = new Map<string, SimOrder>()
  readonly #books = new Map<number, PaperBook.PaperBookState>()
  readonly #partSizes = new Map<string, number>()
  readonly #lastVolume = new Map<number, number>()
  readonly #watched = new Map<number, number>()
  readonly #gtts = new Map<string, SimGtt>()
  readonly #tickListeners = new Set<TickListener>()
  readonly #orderListeners = new Set<OrderListener>()
  readonly #gttListeners = new Set<GttListener>()
  #now: number
  #ids = 0
  #trades = 0

  constructor(options: ExchangeOptions) {
    this.market = options.market
    this.#faults = options.faults
    this.#now = options.start
    this.#hours = options.hours
    this.#underlyings = new Set(this.market.instruments.flatMap(({ instrument }) => instrument.underlying ?? []))
    this.#step = options.step ?? 250
    this.#maxModifications = options.maxModifications ?? 25
    this.#fill = { seed: options.seed, protection: 0.01, participation: 0.1, slippage: 0 }
  }

  get now(): number {
    return this.#now
  }

  addAccount(options: SimAccountOptions): SimAccount {
    const account = openAccount(options)
    this.accounts.set(accountKey(options.broker, options.userId), account)
    return account
  }

  account(broker: SimAccountOptions["broker"], userId: string): SimAccount | undefined {
    return this.accounts.get(accountKey(broker, userId))
  }

  /** Ticks come for watched instruments only; every call of it is undone by what it answers. */
  watch(of: SimInstrument): () => void {
    this.#watched.set(of.index, (this.#watched.get(of.index) ?? 0) + 1)
    let done = false
    return () => {
      if (done) return
      done = true
      const left = (this.#watched.get(of.index) ?? 1) - 1
      if (left === 0) this.#watched.delete(of.index)
      else this.#watched.set(of.index, left)
    }
  }

  onTick(listener: TickListener): () => void {
    this.#tickListeners.add(listener)
    return () => this.#tickListeners.delete(listener)
  }

  /** Called within the change itself: the order of an event is a copy that stays as it was. */
  onOrder(listener: OrderListener): () => void {
    this.#orderListeners.add(listener)
    return () => this.#orderListeners.delete(listener)
  }

  onGtt(listener: GttListener): () => void {
    this.#gttListeners.add(listener)
    return () => this.#gttListeners.delete(listener)
  }

  quote(of: SimInstrument): SimQuote {
    return this.market.quote(of, this.#now)
  }

  /** Goes on to that time, step by step; a clock that goes back is ignored. */
  advance(to: number): void {
    if (to - this.#now > LONGEST_RUN_MS) {
      const before = istDay(this.#now)
      this.#now = to - this.#step
      if (this.#hours !== undefined && istDay(this.#now) !== before) this.endSession()
    }
    while (this.#now + this.#step <= to) {
      const before = istDay(this.#now)
      this.#now += this.#step
      if (this.#hours !== undefined && istDay(this.#now) !== before) this.endSession()
      this.#tickAll()
    }
  }

  /** Whether the instrument trades now. */
  isOpen({ instrument }: SimInstrument): boolean {
    if (this.#hours === undefined) return true
    const spans = this.#hours.of(segmentOf(instrument, this.#underlyings)).day(this.#now)?.spans ?? []
    return spans.some(({ close, open }) => this.#now >= open && this.#now < close)
  }

  /** What is left of the day's orders expires. */
  endSession(): void {
    for (const book of this.#books.values()) {
      PaperBook.onSessionEnd(book, this.#now, (report) => this.#report(report))
    }
  }

  orders(account: SimAccount): ReadonlyArray<SimOrder> {
    return [...this.#orders.values()].filter((order) => order.account === keyOf(account))
  }

  order(account: SimAccount, orderId: string): SimOrder | undefined {
    const order = this.#orders.get(orderId)
    return order?.account === keyOf(account) ? order : undefined
  }

  gtts(account: SimAccount): ReadonlyArray<SimGtt> {
    return [...this.#gtts.values()].filter((gtt) => gtt.account === keyOf(account))
  }

  /** In paise. */
  funds(account: SimAccount): { readonly available: number; readonly used: number } {
    let used = usedByPositions(account)
    for (const order of this.orders(account)) {
      if (isWorking(order)) {
        used += orderMargin(order, order.quantity - order.filled, priceOf(order, this.quote(order.of)))
      }
    }
    return { available: Math.floor(account.cash + realisedToday(account) - used), used: Math.ceil(used) }
  }

  /** The orders that it became: several when it is sliced. */
  place(account: SimAccount, request: PlaceRequest): ReadonlyArray<SimOrder> | Refusal {
    const scope = {
      broker: account.broker,
      account: account.userId,
      operation: "place",
      symbol: request.of.instrument.symbol
    } as const
    const risk = this.#faults.take(["reject-at-once"], scope)
    if (risk !== undefined) return refusal("risk", "RMS:Rule: Check circuit limit including square off order exceeds")
    const fault = this.#closedFault(account, request.of, "place") ?? this.#placeFault(account, request)
    if (fault !== undefined) return fault
    const freeze = request.of.freezeQuantity
    const lot = request.of.instrument.lotSize
    const cut = request.slice === true && freeze > 0 && request.quantity > freeze
      ? Result.getOrElse(slices(request.quantity, lot, freeze), () => [request.quantity])
      : this.#faults.take(["slice"], scope) !== undefined && request.quantity >= 2 * lot
      ? halves(request.quantity, lot)
      : [request.quantity]
    const ghost = this.#faults.take(["ghost"], scope) !== undefined
    const made: Array<SimOrder> = []
    for (const quantity of cut) {
      const order = this.#newOrder(account, request, quantity, made[0]?.orderId)
      made.push(order)
      if (ghost) continue
      this.#orders.set(order.orderId, order)
      this.#emit("received", order)
      const parts = this.#faults.take(["part-fills"], scope)?.parts
      if (parts !== undefined) {
        this.#partSizes.set(order.orderId, Math.max(lot, Math.floor(quantity / parts / lot) * lot))
      }
      if (this.#faults.take(["reject-later"], scope) !== undefined) {
        order.status = "rejected"
        order.message = "RMS:Margin Exceeds,Required:1,Available:0"
        this.#emit("rejected", order)
        continue
      }
      PaperBook.instruct(this.#book(order.of), { _tag: "Place", order: bookOrder(order), effectiveAt: this.#now })
    }
    return made
  }

  modify(account: SimAccount, request: ModifyRequest): SimOrder | Refusal {
    const order = this.order(account, request.orderId)
    if (order === undefined) return refusal("unknown-order", `Order ${request.orderId} not found`)
    if (!isWorking(order)) return refusal("final-order", `Order cannot be modified as it is ${order.status}`)
    const closed = this.#closedFault(account, order.of, "modify")
    if (closed !== undefined) return closed
    if (order.modifications >= this.#maxModifications) {
      return refusal("too-many-changes", "Maximum allowed order modifications exceeded")
    }
    const { instrument } = order.of
    const fault = (request.quantity === undefined ? undefined : quantityFault(request.quantity, instrument.lotSize)) ??
      priceFault("limit", request.limitPrice, instrument.tickSize) ??
      priceFault("trigger", request.triggerPrice, instrument.tickSize)
    if (fault !== undefined) return refusal("price", fault)
    order.modifications += 1
    PaperBook.instruct(this.#book(order.of), {
      _tag: "Modify",
      orderId: order.orderId,
      instrument: order.of.index,
      quantity: request.quantity ?? order.quantity,
      ...(request.limitPrice === undefined || order.type === "market" ? {} : { limitPrice: request.limitPrice }),
      ...(request.triggerPrice === undefined || order.status !== "waiting"
        ? {}
        : { triggerPrice: request.triggerPrice }),
      effectiveAt: this.#now
    })
    return order
  }

  cancel(account: SimAccount, orderId: string): SimOrder | Refusal {
    const order = this.order(account, orderId)
    if (order === undefined) return refusal("unknown-order", `Order ${orderId} not found`)
    if (!isWorking(order)) return refusal("final-order", `Order cannot be cancelled as it is ${order.status}`)
    const closed = this.#closedFault(account, order.of, "cancel")
    if (closed !== undefined) return closed
    PaperBook.instruct(this.#book(order.of), {
      _tag: "Cancel",
      orderId,
      instrument: order.of.index,
      reason: "cancelled by user",
      effectiveAt: this.#now
    })
    return order
  }

  placeGtt(
    account: SimAccount,
    gtt: Pick<SimGtt, "of" | "side" | "quantity" | "product" | "lastPrice" | "legs">
  ): SimGtt | Refusal {
    const fault = gttFault(gtt.of, gtt)
    if (fault !== undefined) return refusal("price", fault)
    const made: SimGtt = {
      ...gtt,
      id: String(++this.#ids + 100_000_000),
      account: keyOf(account),
      status: "active",
      orderId: undefined,
      createdAt: this.#now,
      changedAt: this.#now
    }
    this.#gtts.set(made.id, made)
    this.#emitGtt(made)
    return made
  }

  cancelGtt(account: SimAccount, id: string): SimGtt | Refusal {
    const gtt = this.#gtts.get(id)
    if (gtt === undefined || gtt.account !== keyOf(account)) return refusal("unknown-order", `GTT ${id} not found`)
    if (gtt.status !== "active") return refusal("final-order", `GTT cannot be cancelled as it is ${gtt.status}`)
    gtt.status = "cancelled"
    gtt.changedAt = this.#now
    this.#emitGtt(gtt)
    return gtt
  }

  /** Its new quantity and triggers, whole. */
  modifyGtt(account: SimAccount, id: string, change: Pick<SimGtt, "quantity" | "legs">): SimGtt | Refusal {
    const gtt = this.#gtts.get(id)
    if (gtt === undefined || gtt.account !== keyOf(account)) return refusal("unknown-order", `GTT ${id} not found`)
    if (gtt.status !== "active") return refusal("final-order", `GTT cannot be modified as it is ${gtt.status}`)
    const fault = gttFault(gtt.of, change)
    if (fault !== undefined) return refusal("price", fault)
    const changed: SimGtt = { ...gtt, ...change, lastPrice: this.quote(gtt.of).price, changedAt: this.#now }
    this.#gtts.set(id, changed)
    this.#emitGtt(changed)
    return changed
  }

  #closedFault(account: SimAccount, of: SimInstrument, operation: "place" | "modify" | "cancel"): Refusal | undefined {
    const scope = { broker: account.broker, account: account.userId, operation, symbol: of.instrument.symbol }
    return this.isOpen(of) && this.#faults.take(["market-closed"], scope) === undefined
      ? undefined
      : refusal("closed", "Markets are closed right now. Place an after market order instead.")
  }

  #placeFault(account: SimAccount, request: PlaceRequest): Refusal | undefined {
    const { instrument } = request.of
    if (!isTradable(instrument)) return refusal("not-tradable", `${instrument.symbol} cannot be traded`)
    const quantity = quantityFault(request.quantity, instrument.lotSize)
    if (quantity !== undefined) return refusal("quantity", quantity)
    const freeze = request.of.freezeQuantity
    if (freeze > 0 && request.quantity > freeze && request.slice !== true) {
      return refusal("freeze", `quantity ${request.quantity} is above the freeze quantity of ${freeze}`)
    }
    const price = priceFault("limit", request.limitPrice, instrument.tickSize) ??
      priceFault("trigger", request.triggerPrice, instrument.tickSize)
    if (price !== undefined) return refusal("price", price)
    if (request.side === "sell" && request.product === "delivery" && instrument.kind === "equity") {
      const bought = account.positions.get(`${request.of.index}|delivery`)
      const owned = (account.holdings.get(instrument.symbol)?.quantity ?? 0) +
        (bought === undefined ? 0 : netQuantity(bought))
      if (owned < request.quantity) {
        return refusal("holdings", `${request.quantity} shares to sell, ${owned} held`)
      }
      return undefined
    }
    const position = account.positions.get(`${request.of.index}|${request.product}`)
    const net = position === undefined ? 0 : netQuantity(position)
    const opens = request.side === "buy" ? request.quantity + Math.min(0, net) : request.quantity - Math.max(0, net)
    if (opens <= 0) return undefined
    const needed = orderMargin(
      request,
      opens,
      request.limitPrice ?? request.triggerPrice ?? this.quote(request.of).price
    )
    const { available } = this.funds(account)
    return needed <= available
      ? undefined
      : refusal(
        "margin",
        `Insufficient funds. Required margin is ${(needed / 100).toFixed(2)} but available margin is ${
          (available / 100).toFixed(2)
        }.`
      )
  }

  #newOrder(account: SimAccount, request: PlaceRequest, quantity: number, parentId: string | undefined): SimOrder {
    const number = ++this.#ids
    const date = formatIstDate(this.#now).replaceAll("-", "").slice(2)
    return {
      orderId: `${date}${String(number).padStart(9, "0")}`,
      exchangeOrderId: String(1_100_000_000_000_000 + number),
      parentId,
      account: keyOf(account),
      tag: request.tag,
      algo: request.algo,
      of: request.of,
      side: request.side,
      type: request.type,
      product: request.product,
      validity: request.validity,
      quantity,
      limitPrice: request.limitPrice,
      triggerPrice: request.triggerPrice,
      status: "received",
      filled: 0,
      averagePrice: 0,
      message: undefined,
      modifications: 0,
      receivedAt: this.#now,
      changedAt: this.#now
    }
  }

  #book(of: SimInstrument): PaperBook.PaperBookState {
    const known = this.#books.get(of.index)
    if (known !== undefined) return known
    const book = PaperBook.initial()
    this.#books.set(of.index, book)
    return book
  }

  #tickAll(): void {
    const active = new Set(this.#watched.keys())
    for (const [index, book] of this.#books) if (!PaperBook.isIdle(book)) active.add(index)
    for (const gtt of this.#gtts.values()) if (gtt.status === "active") active.add(gtt.of.index)
    for (const index of active) {
      const of = this.market.at(index)
      if (this.isOpen(of)) this.#tick(of)
      else this.#expire(index)
    }
  }

  /** Its session has ended. */
  #expire(index: number): void {
    const book = this.#books.get(index)
    if (book !== undefined && !PaperBook.isIdle(book)) {
      PaperBook.onSessionEnd(book, this.#now, (report) => this.#report(report))
    }
  }

  #tick(of: SimInstrument): void {
    const quote = this.quote(of)
    const traded = quote.volume - (this.#lastVolume.get(of.index) ?? quote.volume)
    this.#lastVolume.set(of.index, quote.volume)
    for (const listener of this.#tickListeners) listener(of, quote)
    const book = this.#books.get(of.index)
    if (book !== undefined && !PaperBook.isIdle(book)) {
      let size = Infinity
      for (const order of book.working) size = Math.min(size, this.#partSizes.get(order.id) ?? Infinity)
      for (const each of book.queued) {
        if (each._tag === "Place") size = Math.min(size, this.#partSizes.get(each.order.id) ?? Infinity)
      }
      PaperBook.onTick(book, of.instrument, this.#fill, {
        time: this.#now,
        price: quote.price,
        traded: Math.max(0, traded),
        bid: quote.bid,
        ask: quote.ask,
        bidQuantity: Math.min(size, quote.bidQuantity),
        askQuantity: Math.min(size, quote.askQuantity)
      }, (report) => this.#report(report))
    }
    for (const gtt of this.#gtts.values()) {
      if (gtt.status === "active" && gtt.of.index === of.index) this.#watchGtt(gtt, quote.price)
    }
  }

  /** A trigger at or below the price at which it was set waits for a fall, one above for a rise. */
  #watchGtt(gtt: SimGtt, price: Paise): void {
    const leg = gtt.legs.find(({ triggerPrice }) =>
      triggerPrice <= gtt.lastPrice ? price <= triggerPrice : price >= triggerPrice
    )
    const account = this.accounts.get(gtt.account)
    if (leg === undefined || account === undefined) return
    gtt.status = "triggered"
    gtt.changedAt = this.#now
    const placed = this.place(account, { ...gtt, type: "limit", validity: "DAY", limitPrice: leg.limitPrice })
    if (!("_tag" in placed)) gtt.orderId = placed[0]?.orderId
    this.#emitGtt(gtt)
  }

  #report(report: ExchangeReport): void {
    const order = this.#orders.get(report.orderId)
    if (order === undefined) return
    order.changedAt = this.#now
    switch (report._tag) {
      case "Accepted":
        order.status = order.type === "stop" || order.type === "stop-limit" ? "waiting" : "open"
        return this.#emit(order.status, order)
      case "Triggered":
        order.status = "open"
        return this.#emit("triggered", order)
      case "Filled":
        return this.#filled(order, report.quantity, report.price)
      case "Modified":
        order.quantity = report.quantity
        if (report.limitPrice !== undefined) order.limitPrice = report.limitPrice
        if (report.triggerPrice !== undefined) order.triggerPrice = report.triggerPrice
        return this.#emit("modified", order)
      case "ChangeRefused":
        return this.#emit("change-refused", order)
      case "Rejected":
        order.status = "rejected"
        order.message = report.reason
        return this.#emit("rejected", order)
      case "Cancelled":
      case "Expired":
        order.status = "cancelled"
        order.message = report.reason
        return this.#emit("cancelled", order)
    }
  }

  #filled(order: SimOrder, quantity: number, price: Paise): void {
    const account = this.accounts.get(order.account)
    order.averagePrice = (order.averagePrice * order.filled + price * quantity) / (order.filled + quantity)
    order.filled += quantity
    const trade: SimTrade = { tradeId: String(70_000_000 + ++this.#trades), order, quantity, price, at: this.#now }
    if (account !== undefined) bookTrade(account, trade)
    if (order.filled < order.quantity) return this.#emit("filled", order, trade)
    order.status = "complete"
    this.#partSizes.delete(order.orderId)
    this.#emit("complete", order, trade)
  }

  #emit(kind: SimOrderEvent["kind"], order: SimOrder, trade?: SimTrade): void {
    const event: SimOrderEvent = trade === undefined
      ? { kind, order: { ...order } }
      : { kind, order: { ...order }, trade }
    for (const listener of this.#orderListeners) listener(event)
  }

  #emitGtt(gtt: SimGtt): void {
    for (const listener of this.#gttListeners) listener({ ...gtt })
  }
}

export const accountKey = (broker: string, userId: string): string => `${broker}|${userId}`

const keyOf = (account: SimAccount): string => accountKey(account.broker, account.userId)

const isWorking = (order: SimOrder): boolean =>
  order.status === "received" || order.status === "open" || order.status === "waiting"

const priceOf = (order: SimOrder, quote: SimQuote): number => order.limitPrice ?? order.triggerPrice ?? quote.price

const gttFault = (
  { instrument: { lotSize, tickSize } }: SimInstrument,
  { legs, quantity }: Pick<SimGtt, "quantity" | "legs">
): string | undefined =>
  quantityFault(quantity, lotSize) ??
    legs.map(({ triggerPrice }) => priceFault("trigger", triggerPrice, tickSize)).find((each) => each !== undefined)

const halves = (quantity: number, lot: number): ReadonlyArray<number> => {
  const half = Math.floor(quantity / 2 / lot) * lot
  return [half, quantity - half]
}

/** As the book wants it. */
const bookOrder = (order: SimOrder): Order => ({
  id: order.orderId,
  book: order.account,
  venue: "paper",
  clientTag: order.tag ?? order.orderId,
  instrument: order.of.index,
  side: order.side,
  quantity: order.quantity,
  type: order.type,
  ...(order.limitPrice === undefined ? {} : { limitPrice: order.limitPrice }),
  ...(order.triggerPrice === undefined ? {} : { triggerPrice: order.triggerPrice }),
  validity: order.validity,
  product: order.product,
  purpose: "manual",
  reduceOnly: false,
  status: "pending",
  filledQuantity: 0,
  averagePrice: 0,
  createdAt: order.receivedAt,
  updatedAt: order.receivedAt,
  cause: 0
})

/** Rupees of a price, as JSON answers have it. */
export const inRupees = (price: number | undefined): number => (price ?? 0) / 100

/** Paise of a price in a request; 0 means that there is none. */
export const inPaise = (rupees: number | undefined): Paise | undefined =>
  rupees === undefined || !(rupees > 0) ? undefined : paise(Math.round(rupees * 100))
