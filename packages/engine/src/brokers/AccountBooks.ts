/** What an account holds, from its order stream and from comparisons with the broker's own books. */
import {
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
import type { BrokerPosition, Funds, Holding } from "@keepgaining/brokers/port/Portfolio.ts"
import { istDay, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { forgetPastOrders, forgetPastTrades } from "./forgetPast.ts"
import { Listeners } from "./Listeners.ts"

export class AccountBooks {
  readonly listeners: Listeners<[change: BookChange]>
  readonly #isOurs: (tag: string) => boolean
  book: BrokerOrderBook = emptyBook
  positions: ReadonlyArray<BrokerPosition> = []
  holdings: ReadonlyArray<Holding> = []
  funds: Funds | null = null
  /** What the last comparison found. */
  differences: ReadonlyArray<Difference> = []
  comparedAt: number | null = null
  /** What the engine believes to hold there, by `positionKey`; nothing is compared while nobody says. */
  expected: (() => ReadonlyMap<string, number>) | undefined

  constructor(account: string, isOurs: (tag: string) => boolean) {
    this.listeners = new Listeners(`the order book of ${account}`)
    this.#isOurs = isOurs
  }

  /** Takes what the order stream says, from its callback; answers whether the books must be asked. */
  readonly follower: Effect.Effect<(event: OrderFeedEvent) => boolean> = Effect.map(
    Effect.suspend(() => this.listeners.teller),
    (tell) => (event) => {
      if (event._tag === "Order") this.#take(observe(this.book, event.order), tell)
      else if (event._tag === "Trade") this.book = observeTrade(this.book, event.trade)
      // What fills moves positions and funds, which no stream tells.
      return event._tag === "Unreadable" || event._tag === "Trade" ||
        (event._tag === "Order" && event.order.filled > 0)
    }
  )

  /** Reads the order book. */
  read(session: BrokerSession): Effect.Effect<BrokerOrderBook, BrokerError> {
    return Effect.zipWith(session.orders.book, this.listeners.teller, (rows, tell) => {
      this.#take(observeAll(this.book, rows), tell)
      return this.book
    })
  }

  /** Reads everything, and notes where it differs from what was known. */
  compare(session: BrokerSession): Effect.Effect<void, BrokerError> {
    return Effect.gen({ self: this }, function*(this: AccountBooks) {
      const tell = yield* this.listeners.teller
      const rows = yield* session.orders.book
      const midnight = startOfIstDay(istDay(yield* Clock.currentTimeMillis))
      this.#take(forgetPastOrders(this.book, rows, midnight), tell)
      const orders = compareOrders(this.book, rows, this.#isOurs)
      this.#take(observeAll(this.book, rows), tell)
      const trades = yield* session.orders.trades
      // Ids of the past must be gone before today's are taken.
      this.book = forgetPastTrades(this.book, midnight)
      for (const trade of trades) this.book = observeTrade(this.book, trade)
      this.positions = yield* session.portfolio.positions
      // Deliveries become holdings overnight, so only what stays a position can be compared.
      const kept = this.positions.filter(({ product }) => product !== "delivery")
      const positions = this.expected === undefined ? [] : comparePositions(this.expected(), kept)
      this.differences = [...orders, ...positions]
      this.holdings = yield* session.portfolio.holdings
      this.funds = yield* session.portfolio.funds
      this.comparedAt = yield* Clock.currentTimeMillis
    })
  }

  #take({ book, changes }: Observed, tell: (change: BookChange) => void): void {
    this.book = book
    for (const change of changes) tell(change)
  }
}
