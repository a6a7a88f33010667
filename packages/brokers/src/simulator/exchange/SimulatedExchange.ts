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
import type { Paise } from "@keepgaining/core/market/Money.ts"
import * as PaperBook from "@keepgaining/core/matching/PaperBook.ts"
import type { ExchangeReport } from "@keepgaining/core/orders/Order.ts"
import * as Result from "effect/Result"
import { bookFaults } from "../faults/Fault.ts"
import type { FaultBoard } from "../faults/FaultBoard.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimMarket, SimQuote } from "../market/SimMarket.ts"
import { applyReport } from "./applyReport.ts"
import { bookOrder } from "./bookOrder.ts"
import { type Funds, fundsOf } from "./fundsOf.ts"
import { GttBook, type GttListener, type NewSimGtt } from "./GttBook.ts"
import { finalFault, modifyFault, placeFault } from "./orderFault.ts"
import { accountKey, bookTrade, keyOf, openAccount, type SimAccount, type SimAccountOptions } from "./SimAccount.ts"
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
  readonly #histories = new Map<string, Array<Readonly<SimOrder>>>()
  readonly #books = new Map<number, PaperBook.PaperBookState>()
  readonly #partSizes = new Map<string, number>()
  readonly #lastVolume = new Map<number, number>()
  readonly #watched = new Map<number, number>()
  readonly #gtts = new GttBook()
  readonly #tickListeners = new Set<TickListener>()
  readonly #orderListeners = new Set<OrderListener>()
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
    return this.#gtts.onChange(listener)
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

  /** They as a broker's book lists them. */
  book(account: SimAccount): ReadonlyArray<Readonly<SimOrder>> {
    const orders = this.orders(account)
    const scope = { broker: account.broker, account: account.userId, operation: "book" } as const
    return this.#faults.take(bookFaults, scope) === undefined
      ? orders
      : orders.map((order) => ({ ...order, tag: undefined }))
  }

  order(account: SimAccount, orderId: string): SimOrder | undefined {
    const order = this.#orders.get(orderId)
    return order?.account === keyOf(account) ? order : undefined
  }

  /** Every state that the order was in, the first one first; none of an order that is not the account's. */
  history(account: SimAccount, orderId: string): ReadonlyArray<Readonly<SimOrder>> {
    return this.order(account, orderId) === undefined ? [] : this.#histories.get(orderId) ?? []
  }

  gtts(account: SimAccount): ReadonlyArray<SimGtt> {
    return this.#gtts.of(account)
  }

  funds(account: SimAccount): Funds {
    return fundsOf(account, this.orders(account), (of) => this.quote(of).price)
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
    const fault = this.#closedFault(account, request.of, "place") ??
      placeFault(
        account,
        request,
        () => this.quote(request.of).price,
        () => this.quote(request.of),
        () => this.funds(account).available
      )
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
    const fault = finalFault(order, "modified") ?? this.#closedFault(account, order.of, "modify") ??
      modifyFault(order, request, this.#maxModifications, () => this.quote(order.of))
    if (fault !== undefined) return fault
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
    const fault = finalFault(order, "cancelled") ?? this.#closedFault(account, order.of, "cancel")
    if (fault !== undefined) return fault
    PaperBook.instruct(this.#book(order.of), {
      _tag: "Cancel",
      orderId,
      instrument: order.of.index,
      reason: "cancelled by user",
      effectiveAt: this.#now
    })
    return order
  }

  placeGtt(account: SimAccount, gtt: NewSimGtt): SimGtt | Refusal {
    return this.#gtts.place(account, gtt, () => ++this.#ids, this.#now)
  }

  cancelGtt(account: SimAccount, id: string): SimGtt | Refusal {
    return this.#gtts.cancel(account, id, this.#gttStamp(account, id))
  }

  /** Its new quantity and triggers, whole. */
  modifyGtt(account: SimAccount, id: string, change: Pick<SimGtt, "quantity" | "legs">): SimGtt | Refusal {
    return this.#gtts.modify(account, id, change, (of) => this.quote(of).price, this.#gttStamp(account, id))
  }

  /** When a change of now says that it happened. */
  #gttStamp(account: SimAccount, id: string): number {
    const known = this.gtts(account).find((each) => each.id === id)
    return known !== undefined && this.#keepsStamp(account, "gtt", known.of) ? known.changedAt : this.#now
  }

  #keepsStamp({ broker, userId }: SimAccount, operation: "place" | "modify" | "cancel" | "gtt", of: SimInstrument) {
    const scope = { broker, account: userId, operation, symbol: of.instrument.symbol }
    return this.#faults.take(["old-stamp"], scope) !== undefined
  }

  #closedFault(account: SimAccount, of: SimInstrument, operation: "place" | "modify" | "cancel"): Refusal | undefined {
    const scope = { broker: account.broker, account: account.userId, operation, symbol: of.instrument.symbol }
    return this.isOpen(of) && this.#faults.take(["market-closed"], scope) === undefined
      ? undefined
      : refusal("closed", "Markets are closed right now. Place an after market order instead.")
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
    for (const index of this.#gtts.waitsFor()) active.add(index)
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
    this.#gtts.onPrice(of, quote.price, this.#now, (gtt, limitPrice) => this.#placeOf(gtt, limitPrice))
  }

  /** The order of a GTT order that was triggered, by its id. */
  #placeOf(gtt: SimGtt, limitPrice: Paise): string | undefined {
    const account = this.accounts.get(gtt.account)
    if (account === undefined) return undefined
    const placed = this.place(account, { ...gtt, type: "limit", validity: "DAY", limitPrice })
    return "_tag" in placed ? undefined : placed[0]?.orderId
  }

  #report(report: ExchangeReport): void {
    const order = this.#orders.get(report.orderId)
    if (order === undefined) return
    const stamp = order.changedAt
    const kind = applyReport(order, report, this.#now)
    if (kind === undefined) return
    const account = this.accounts.get(order.account)
    const asked = kind === "modified" ? "modify" : kind === "cancelled" ? "cancel" : "place"
    if (account !== undefined && this.#keepsStamp(account, asked, order.of)) order.changedAt = stamp
    if (report._tag !== "Filled") return this.#emit(kind, order)
    const { price, quantity } = report
    const trade: SimTrade = { tradeId: String(70_000_000 + ++this.#trades), order, quantity, price, at: this.#now }
    if (account !== undefined) bookTrade(account, trade)
    if (kind === "complete") this.#partSizes.delete(order.orderId)
    this.#emit(kind, order, trade)
  }

  #isToldStrangely({ account: key, of }: SimOrder): boolean {
    const account = this.accounts.get(key)
    if (account === undefined) return false
    const { broker, userId } = account
    const scope = { broker, account: userId, operation: "order-feed", symbol: of.instrument.symbol } as const
    return this.#faults.take(["strange-status"], scope) !== undefined
  }

  #emit(kind: SimOrderEvent["kind"], order: SimOrder, trade?: SimTrade): void {
    const states = this.#histories.get(order.orderId) ?? []
    this.#histories.set(order.orderId, states)
    states.push({ ...order })
    const told: SimOrder = this.#isToldStrangely(order) ? { ...order, status: "strange" } : { ...order }
    const event: SimOrderEvent = trade === undefined ? { kind, order: told } : { kind, order: told, trade }
    for (const listener of this.#orderListeners) listener(event)
  }
}

const halves = (quantity: number, lot: number): ReadonlyArray<number> => {
  const half = Math.floor(quantity / 2 / lot) * lot
  return [half, quantity - half]
}
