/**
 * An order desk with its books and guards and a market of ticks, for tests: what a kernel does, in few lines.
 * `books[i]!` and `guards[i]!` below: there is one of each per instrument of the table, and tests use no other index.
 */
import { assert } from "@effect/vitest"
import { segmentsOf } from "@keepgaining/core/candles/segmentOf.ts"
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import {
  defaultDeskSettings,
  type DeskQuote,
  type DeskSettings,
  initialDesk
} from "@keepgaining/core/desk/DeskState.ts"
import { OrderDesk } from "@keepgaining/core/desk/OrderDesk.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { type Instrument, InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { type Paise, paise } from "@keepgaining/core/market/Money.ts"
import * as PaperBook from "@keepgaining/core/matching/PaperBook.ts"
import * as Guard from "@keepgaining/core/orders/Guard.ts"
import type { ExchangeInstruction, ExchangeReport, Order, OrderRequest } from "@keepgaining/core/orders/Order.ts"
import type { Signal } from "@keepgaining/core/strategies/Signal.ts"
import type { OrderUpdate } from "@keepgaining/core/strategies/Strategy.ts"
import { shippedCharges } from "../charges/shippedCharges.ts"
import { shippedMargins } from "../margins/shippedMargins.ts"

export const open = parseIst("2026-06-01 09:15:00")!

export const share: Instrument = { symbol: "NSE:RELIANCE", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 }
export const future: Instrument = {
  symbol: "NSE:NIFTY26JUNFUT",
  exchange: "NSE",
  kind: "future",
  tickSize: 5,
  lotSize: 75,
  underlying: "NSE:NIFTY 50"
}
export const index: Instrument = { symbol: "NSE:NIFTY 50", exchange: "NSE", kind: "index", tickSize: 5, lotSize: 1 }

/** Indices of the instruments above in the table. */
export const SHARE = 0
export const FUTURE = 1
export const INDEX = 2

export const settings: DeskSettings = {
  ...defaultDeskSettings,
  charges: shippedCharges,
  margins: shippedMargins,
  fills: { seed: 1, protection: 0.005, participation: 1, slippage: 0 },
  latency: { base: 50, jitter: 0 }
}

type Tagged<Tag extends Decision["_tag"]> = Extract<Decision, { readonly _tag: Tag }>

export class DeskAtWork {
  readonly desk: OrderDesk
  now = open
  decisions: Array<Decision> = []
  told: Array<OrderUpdate> = []
  sent: Array<ExchangeInstruction> = []
  readonly books: Array<PaperBook.PaperBookState>
  readonly guards: Array<Guard.GuardState>
  readonly quotes = new Map<number, DeskQuote>()
  readonly instruments: InstrumentTable

  constructor(
    changed: Partial<DeskSettings> = {},
    listed: ReadonlyArray<Instrument> = [share, future, index],
    hours = new TradingHours(plainHours)
  ) {
    this.instruments = InstrumentTable.from(listed)
    this.books = listed.map(() => PaperBook.initial())
    this.guards = listed.map(() => Guard.initial())
    this.desk = new OrderDesk({ ...settings, ...changed }, {
      now: () => this.now,
      cause: () => 7,
      instruments: this.instruments,
      quote: (instrument) => this.quotes.get(instrument),
      lastPrice: (instrument) => this.quotes.get(instrument)?.price,
      segmentOf: (instrument) => segmentsOf(this.instruments)[instrument]!,
      session: (segment, instant) => hours.of(segment).day(instant),
      emit: (decision) => this.decisions.push(decision),
      send: (instruction) => {
        this.sent.push(instruction)
        const instrument = instruction._tag === "Place" ? instruction.order.instrument : instruction.instrument
        PaperBook.instruct(this.books[instrument]!, instruction)
      },
      guard: (instruction) => Guard.instruct(this.guards[instruction.instrument]!, instruction),
      notify: (_book, _instrument, update) => this.told.push(update)
    }, initialDesk())
    this.desk.onSessionStart(this.now)
  }

  deploy(id = "d1", lots = 10, mode: "paper" | "signal" = "paper"): void {
    this.desk.onDeployed({ id, strategy: "Test", parameters: {}, instruments: [], lots, mode })
  }

  /** Lets event time pass: what is due fires at its own time. */
  advance(to: number): void {
    for (let due = this.desk.nextDue(this.now); due <= to; due = this.desk.nextDue(this.now)) {
      this.now = Math.max(this.now, due)
      this.desk.onTime(due)
    }
    this.now = to
  }

  /** One tick `after` ms from now, at a quote one tick wide with that size. */
  tick(price: number, after = 100, instrument = SHARE, size = 1_000): void {
    this.advance(this.now + after)
    const tick = {
      time: this.now,
      price: paise(price),
      traded: 0,
      bid: paise(price),
      ask: paise(price + 5),
      bidQuantity: size,
      askQuantity: size
    }
    this.quotes.set(instrument, tick)
    const reports: Array<ExchangeReport> = []
    const triggers: Array<Guard.GuardTrigger> = []
    PaperBook.onTick(
      this.books[instrument]!,
      this.instruments.at(instrument),
      this.desk.settings.fills,
      tick,
      (each) => reports.push(each)
    )
    Guard.onTick(this.guards[instrument]!, instrument, tick, (each) => triggers.push(each))
    for (const report of reports) this.desk.onReport(report)
    for (const trigger of triggers) this.desk.onGuard(trigger)
  }

  endSession(now: number): void {
    this.advance(now)
    const reports: Array<ExchangeReport> = []
    for (const book of this.books) PaperBook.onSessionEnd(book, now, (each) => reports.push(each))
    for (const report of reports) this.desk.onReport(report)
    this.desk.onSessionEnd(now)
  }

  /** Begins another day, before any price of it. */
  startSession(now: number): void {
    this.now = now
    this.desk.onSessionStart(now)
  }

  signal(
    action: Signal["action"],
    entry: number,
    more: Partial<Record<"stop" | "target" | "trail" | "validFor", number>> = {},
    instrument = SHARE,
    book = "d1"
  ): void {
    const price = (value: number | undefined): Paise | undefined => value === undefined ? undefined : paise(value)
    const stop = price(more.stop ?? (action === "exit" ? undefined : entry + (action === "long" ? -500 : 500)))
    const target = price(more.target)
    const trail = price(more.trail)
    this.desk.onSignal(book, instrument, {
      action,
      entry: paise(entry),
      ...(stop === undefined ? {} : { stop }),
      ...(target === undefined ? {} : { target }),
      ...(trail === undefined ? {} : { trail }),
      strength: 1,
      validUntil: this.now + (more.validFor ?? 10_000),
      reasons: []
    })
  }

  request(more: Partial<OrderRequest> = {}, book = "manual") {
    return this.desk.onRequest(book, {
      clientTag: `t${this.desk.state.orderCount}`,
      instrument: SHARE,
      side: "buy",
      quantity: 10,
      type: "market",
      validity: "DAY",
      product: "intraday",
      purpose: "manual",
      reduceOnly: false,
      ...more
    })
  }

  held(book = "d1", instrument = SHARE): number {
    return this.desk.positions().find((each) => each.book === book && each.instrument === instrument)?.quantity ?? 0
  }

  of<Tag extends Decision["_tag"]>(tag: Tag): ReadonlyArray<Tagged<Tag>> {
    // The filter is what makes the type true.
    return this.decisions.filter((decision) => decision._tag === tag) as unknown as ReadonlyArray<Tagged<Tag>>
  }

  order(id: string): Order {
    const order = this.of("OrderChanged").findLast((each) => each.order.id === id)?.order
    if (order === undefined) throw new Error(`No order ${id}`)
    return order
  }

  /** Orders in short: id, purpose, side, quantity, status. */
  orders(): ReadonlyArray<string> {
    const ids = [...new Set(this.of("OrderChanged").map((each) => each.order.id))]
    return ids.map((id) => {
      const { purpose, quantity, side, status } = this.order(id)
      return `${id} ${purpose} ${side} ${quantity} ${status}`
    })
  }

  ignored(): ReadonlyArray<string> {
    return this.of("SignalIgnored").map((each) => each.reason)
  }
}

/** A desk with the deployment `d1` and a first price. */
export const ready = (changed: ConstructorParameters<typeof DeskAtWork>[0] = {}, price = 10_000): DeskAtWork => {
  const work = new DeskAtWork(changed)
  work.deploy()
  work.tick(price)
  work.tick(1_500_000, 0, FUTURE)
  return work
}

/** The same, holding its ten shares from a long signal. */
export const long = (
  changed: ConstructorParameters<typeof DeskAtWork>[0] = {},
  more: Parameters<DeskAtWork["signal"]>[2] = {}
): DeskAtWork => {
  const work = ready(changed)
  work.signal("long", 10_000, { stop: 9_900, target: 10_300, ...more })
  work.tick(10_000)
  assert.strictEqual(work.held(), 10)
  return work
}
