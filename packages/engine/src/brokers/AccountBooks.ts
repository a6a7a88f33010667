/** What an account holds, from its order stream and from comparisons with the broker's own books. */
import {
  askedFor,
  type BookChange,
  type BrokerOrderBook,
  emptyBook,
  observe,
  observeAll,
  type Observed,
  observeTrade
} from "@keepgaining/brokers/orders/BrokerOrderBook.ts"
import { compareOrders, comparePositions, type Difference } from "@keepgaining/brokers/orders/reconcile.ts"
import type { BrokerSession, OrderFeedEvent } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerOrder } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { BrokerPosition, Funds, Holding } from "@keepgaining/brokers/port/Portfolio.ts"
import { istDay, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { forgetPastOrders, forgetPastTrades } from "./forgetPast.ts"
import { Listeners } from "./Listeners.ts"

/** What the engine believes to hold at an account. */
export interface ExpectedPositions {
  /** Signed units by `positionKey`, without deliveries. */
  readonly held: ReadonlyMap<string, number>
  /** Whether the contract has expired: what a broker still shows of it says nothing. */
  readonly isOver: (symbol: string) => boolean
}

export class AccountBooks {
  readonly listeners: Listeners<[change: BookChange]>
  readonly #isOurs: (tag: string) => boolean
  /** Tags of orders by the broker's ids: not every book gives tags back (`brokers.md`, section 6). */
  readonly #tags = new Map<string, string>()
  book: BrokerOrderBook = emptyBook
  positions: ReadonlyArray<BrokerPosition> = []
  holdings: ReadonlyArray<Holding> = []
  funds: Funds | null = null
  /** What the last comparison found. */
  differences: ReadonlyArray<Difference> = []
  comparedAt: number | null = null
  /** Nothing is compared while nobody says. */
  expected: ((at: number) => ExpectedPositions) | undefined

  constructor(account: string, isOurs: (tag: string) => boolean) {
    this.listeners = new Listeners(`the order book of ${account}`)
    this.#isOurs = isOurs
  }

  /** Takes what the order stream says, from its callback; answers whether the books must be asked. */
  readonly follower: Effect.Effect<(event: OrderFeedEvent) => boolean> = Effect.map(
    Effect.suspend(() => this.listeners.teller),
    (tell) => (event) => {
      if (event._tag === "Order") this.#take(observe(this.book, this.#withTag(event.order)), tell)
      else if (event._tag === "Trade") this.book = observeTrade(this.book, event.trade)
      // What fills moves positions and funds, which no stream tells; a status that we do not know may mean anything.
      return event._tag === "Unreadable" || event._tag === "Trade" ||
        (event._tag === "Order" && (event.order.filled > 0 || event.order.status === "unknown"))
    }
  )

  /** The broker knows what was sent under the tag by these ids. */
  name(tag: string, orderIds: ReadonlyArray<string>): Effect.Effect<void> {
    return Effect.map(this.listeners.teller, (tell) => {
      for (const orderId of orderIds) {
        this.#tags.set(orderId, tag)
        const before = this.book.orders.get(orderId)
        if (before === undefined || before.tag !== undefined) continue
        const order = { ...before, tag }
        this.#take({
          book: { ...this.book, orders: new Map(this.book.orders).set(orderId, order) },
          changes: [{ _tag: "Moved", order, before }]
        }, tell)
      }
    })
  }

  /** Reads the order book. */
  read(session: BrokerSession): Effect.Effect<BrokerOrderBook, BrokerError> {
    return Effect.zipWith(this.#askOrders(session), this.listeners.teller, ({ moment, rows }, tell) => {
      this.#take(observeAll(this.book, rows, moment), tell)
      return this.book
    })
  }

  /** Reads everything, and notes where it differs from what was known. */
  compare(session: BrokerSession): Effect.Effect<void, BrokerError> {
    return Effect.gen({ self: this }, function*(this: AccountBooks) {
      const tell = yield* this.listeners.teller
      const { moment, rows } = yield* this.#askOrders(session)
      const midnight = startOfIstDay(istDay(yield* Clock.currentTimeMillis))
      const before = this.book.orders
      this.#take(forgetPastOrders(this.book, rows, midnight), tell)
      for (const id of before.keys()) if (!this.book.orders.has(id)) this.#tags.delete(id)
      const orders = compareOrders(this.book, rows, this.#isOurs)
      this.#take(observeAll(this.book, rows, moment), tell)
      const trades = yield* session.orders.trades
      // Ids of the past must be gone before today's are taken.
      this.book = forgetPastTrades(this.book, midnight)
      for (const trade of trades) this.book = observeTrade(this.book, trade)
      this.positions = yield* session.portfolio.positions
      const expected = this.expected?.(yield* Clock.currentTimeMillis)
      // Deliveries become holdings overnight, so only what stays a position can be compared.
      const kept = this.positions.filter(({ product, symbol }) => product !== "delivery" && !expected?.isOver(symbol))
      const positions = expected === undefined ? [] : comparePositions(expected.held, kept)
      this.differences = [...orders, ...positions]
      this.holdings = yield* session.portfolio.holdings
      this.funds = yield* session.portfolio.funds
      this.comparedAt = yield* Clock.currentTimeMillis
    })
  }

  /** The rows of the broker's order book, and when they were asked for. */
  #askOrders(session: BrokerSession) {
    return Effect.suspend(() => {
      this.book = askedFor(this.book)
      const { moment } = this.book
      return Effect.map(session.orders.book, (rows) => ({ moment, rows: rows.map((row) => this.#withTag(row)) }))
    })
  }

  #withTag(row: BrokerOrder): BrokerOrder {
    const tag = row.tag === undefined ? this.#tags.get(row.orderId) : undefined
    return tag === undefined ? row : { ...row, tag }
  }

  #take({ book, changes }: Observed, tell: (change: BookChange) => void): void {
    this.book = book
    for (const change of changes) tell(change)
  }
}
