/**
 * One broker account as an actor: it keeps a token, tries it, holds the market feed and the order stream open while it is
 * good, and compares the books. It never trades by itself.
 *
 * Its life: wait for a token (from a login by hand, or one of its own where the user allowed that) - try it with the
 * profile - streams, each opened again after it ends, with a growing random wait - until the token ends or is refused.
 */
import {
  type BookChange,
  type BrokerOrderBook,
  emptyBook,
  observe,
  observeAll,
  observeTrade
} from "@keepgaining/brokers/orders/BrokerOrderBook.ts"
import { compareOrders, type Difference } from "@keepgaining/brokers/orders/reconcile.ts"
import type {
  BrokerAccount,
  BrokerSession,
  FeedDetail,
  FeedEnd,
  MarketFeedConnection,
  OrderFeedEvent
} from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { isFinal } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import type { BrokerPosition, Funds, Holding } from "@keepgaining/brokers/port/Portfolio.ts"
import type { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import type { AccountBook, AccountPhase, AccountStatus, StreamStatus } from "./AccountStatus.ts"
import { backoff, SETTLED_MS } from "./backoff.ts"
import type { AccountRecord } from "./BrokerAccounts.ts"
import type { CallGate } from "./CallGate.ts"
import { guardSession } from "./guardSession.ts"

export type BatchListener = (batch: FeedBatch) => void
export type FrameListener = (frame: Uint8Array, receivedAt: number) => void
export type BookListener = (change: BookChange) => void

export interface AccountActorOptions {
  readonly record: AccountRecord
  readonly adapter: BrokerAccount
  readonly gate: CallGate
  /** The stored token, good or not. */
  readonly token: Effect.Effect<BrokerToken | undefined>
  readonly forgetToken: Effect.Effect<void>
  /** Whether a tag is one that this engine gave. */
  readonly isOurs: (tag: string) => boolean
}

/** Between looks for a token that another process may have stored. */
const TOKEN_LOOK_MS = 1_000
/** Between comparisons of the books while all is quiet. */
const RECONCILE_MS = 60_000
/** At least so long between two comparisons, whoever asks for them. */
const RECONCILE_LEAST_MS = 3_000

type TokenEnd = "ended" | "refused" | "replaced"

const idle: StreamStatus = { state: "off", detail: "", reconnects: 0, lastHeardAt: null }

export class AccountActor {
  readonly record: AccountRecord
  readonly adapter: BrokerAccount
  readonly #options: AccountActorOptions
  readonly #batchListeners = new Set<BatchListener>()
  readonly #frameListeners = new Set<FrameListener>()
  readonly #bookListeners = new Set<BookListener>()
  readonly #wanted = new Map<BrokerInstrument, FeedDetail>()
  readonly #feedWanted = Latch.makeUnsafe(false)
  readonly #reconcileNow = Latch.makeUnsafe(false)
  readonly #isLive = Latch.makeUnsafe(false)
  #phase: AccountPhase = "logged-out"
  #detail = "no login yet"
  #since = 0
  #token: BrokerToken | undefined
  #session: BrokerSession | undefined
  #feed: StreamStatus = idle
  #orders: StreamStatus = idle
  #connection: MarketFeedConnection | undefined
  #book: BrokerOrderBook = emptyBook
  #positions: ReadonlyArray<BrokerPosition> = []
  #holdings: ReadonlyArray<Holding> = []
  #funds: Funds | null = null
  #differences: ReadonlyArray<Difference> = []
  #reconciledAt: number | null = null
  nextLoginAt: number | null = null
  automatic: boolean

  constructor(options: AccountActorOptions) {
    this.#options = options
    this.record = options.record
    this.adapter = options.adapter
    this.automatic = options.record.automatic
  }

  // ---- what others see ---------------------------------------------------------------------------------------------

  /** Calls to the broker, each through the gate; `undefined` while there is no token that works. */
  get session(): BrokerSession | undefined {
    return this.#phase === "live" ? this.#session : undefined
  }

  get phase(): AccountPhase {
    return this.#phase
  }

  get token(): BrokerToken | undefined {
    return this.#token
  }

  get book(): BrokerOrderBook {
    return this.#book
  }

  get funds(): Funds | null {
    return this.#funds
  }

  get lastTickAt(): number | null {
    return this.#feed.lastHeardAt
  }

  get isFeeding(): boolean {
    return this.#feed.state === "live"
  }

  get ordersLive(): boolean {
    return this.#orders.state === "live"
  }

  /** Waits until calls are answered. */
  readonly live: Effect.Effect<void> = Effect.suspend(() => this.#isLive.await)

  status(): AccountStatus {
    const { broker, id, root, userId } = this.record
    const counters = this.#connection?.counters
    const profile = this.#token?.profile
    return {
      account: id,
      broker,
      userId,
      name: profile?.name ?? null,
      exchanges: profile?.exchanges ?? [],
      automatic: this.automatic,
      simulated: root !== undefined,
      phase: this.#phase,
      detail: this.#detail,
      since: this.#since,
      tokenEndsAt: this.#token?.endsAt ?? null,
      nextLoginAt: this.nextLoginAt,
      feed: {
        ...this.#feed,
        instruments: this.#wanted.size,
        frames: counters?.frames ?? 0,
        malformed: counters?.malformed ?? 0
      },
      orders: this.#orders,
      funds: this.#funds,
      openOrders: [...this.#book.orders.values()].filter(({ status }) => !isFinal(status)).length,
      openPositions: this.#positions.filter(({ quantity }) => quantity !== 0).length,
      differences: this.#differences.map(inWords),
      reconciledAt: this.#reconciledAt,
      callsWaiting: this.#options.gate.waiting(),
      resting: this.#options.gate.resting()
    }
  }

  accountBook(): AccountBook {
    return {
      account: this.record.id,
      orders: [...this.#book.orders.values()].reverse(),
      trades: [...this.#book.trades.values()].reverse(),
      positions: this.#positions,
      holdings: this.#holdings
    }
  }

  /** Somebody logs in, or the engine does. */
  setLoggingIn(detail: string, now: number): void {
    if (this.#phase === "logged-out" || this.#phase === "logging-in") this.#enter("logging-in", detail, now)
  }

  setLoggedOut(detail: string, now: number): void {
    if (this.#phase === "logging-in" || this.#phase === "logged-out") this.#enter("logged-out", detail, now)
  }

  // ---- what others want --------------------------------------------------------------------------------------------

  /** From now on, through every reconnection. What exceeds the connection's limit is left out; answers how much that is. */
  subscribe(instruments: ReadonlyArray<BrokerInstrument>, detail: FeedDetail): number {
    const most = Math.max(...capabilities[this.record.broker].feedModes.map((mode) => mode.instruments))
    const room = Math.max(0, most - this.#wanted.size)
    const taken = instruments.filter((each) => !this.#wanted.has(each)).slice(0, room)
    for (const each of taken) this.#wanted.set(each, detail)
    for (const each of instruments) if (this.#wanted.has(each)) this.#wanted.set(each, detail)
    this.#connection?.subscribe(instruments.filter((each) => this.#wanted.has(each)), detail)
    this.#feedWanted.openUnsafe()
    return instruments.filter((each) => !this.#wanted.has(each)).length
  }

  /** Called from the socket's callback, with a batch that is reused. Answers how to stop. */
  onBatch(listener: BatchListener): () => void {
    this.#batchListeners.add(listener)
    return () => this.#batchListeners.delete(listener)
  }

  onFrame(listener: FrameListener): () => void {
    this.#frameListeners.add(listener)
    return () => this.#frameListeners.delete(listener)
  }

  /** What changed in the account's order book, by its stream or by a comparison. */
  onChange(listener: BookListener): () => void {
    this.#bookListeners.add(listener)
    return () => this.#bookListeners.delete(listener)
  }

  /** Compares the books soon. */
  reconcileSoon(): void {
    this.#reconcileNow.openUnsafe()
  }

  /** Reads the order book now and takes what it says; for whoever looks for an order by its tag. */
  readonly readBook: Effect.Effect<BrokerOrderBook, BrokerError | undefined> = Effect.suspend(() =>
    this.#session === undefined
      ? Effect.fail(undefined)
      : Effect.map(this.#session.orders.book, (rows) => {
        this.#take(observeAll(this.#book, rows))
        return this.#book
      })
  )

  // ---- its life ----------------------------------------------------------------------------------------------------

  readonly run: Effect.Effect<never> = Effect.suspend(() =>
    Effect.forever(Effect.gen({ self: this }, function*(this: AccountActor) {
      const token = yield* this.#waitForToken()
      const end = yield* Effect.scoped(this.#useToken(token))
      this.#session = undefined
      this.#isLive.closeUnsafe()
      const now = yield* Clock.currentTimeMillis
      if (end === "replaced") return
      this.#token = undefined
      this.#enter("logged-out", end === "ended" ? "the token has ended" : "the broker refused the token", now)
      if (end === "refused") yield* this.#options.forgetToken
    }))
  )

  #waitForToken(): Effect.Effect<BrokerToken> {
    return Effect.gen({ self: this }, function*(this: AccountActor) {
      while (true) {
        const token = yield* this.#options.token
        const now = yield* Clock.currentTimeMillis
        if (token !== undefined && token.endsAt > now) {
          this.#token = token
          return token
        }
        yield* Effect.sleep(TOKEN_LOOK_MS)
      }
    })
  }

  #enter(phase: AccountPhase, detail: string, now: number): void {
    if (phase !== this.#phase) this.#since = now
    this.#phase = phase
    this.#detail = detail
  }

  #useToken(token: BrokerToken): Effect.Effect<TokenEnd, never, Scope.Scope> {
    return Effect.gen({ self: this }, function*(this: AccountActor) {
      const refused = yield* Deferred.make<TokenEnd>()
      const doubt = Latch.makeUnsafe(false)
      const session = guardSession(this.adapter.session(token), this.#options.gate, () => doubt.openUnsafe())
      this.#session = session
      const scope = yield* Effect.scope
      const fork = (loop: Effect.Effect<unknown, never, Scope.Scope>) =>
        Effect.forkIn(Effect.provideService(loop, Scope.Scope, scope), scope)

      // A token that one call was refused for may still be good: its profile tells.
      const doubts = Effect.forever(Effect.gen({ self: this }, function*(this: AccountActor) {
        yield* doubt.await
        doubt.closeUnsafe()
        const error = yield* Effect.flip(this.adapter.session(token).portfolio.profile).pipe(
          Effect.orElseSucceed(() => undefined)
        )
        if (error?._tag === "Unauthorised") yield* Deferred.succeed(refused, "refused" as const)
      }))

      const tries = Effect.gen({ self: this }, function*(this: AccountActor) {
        for (let attempt = 1;; attempt++) {
          this.#enter("connecting", "trying the token", yield* Clock.currentTimeMillis)
          const error = yield* Effect.flip(session.portfolio.profile).pipe(Effect.orElseSucceed(() => undefined))
          if (error === undefined) break
          if (error._tag === "Unauthorised") return yield* Deferred.succeed(refused, "refused" as const)
          this.#enter("unreachable", error.message, yield* Clock.currentTimeMillis)
          yield* Effect.sleep(backoff(attempt, yield* Random.next))
        }
        this.#enter("live", "", yield* Clock.currentTimeMillis)
        this.#isLive.openUnsafe()
        yield* fork(this.#keepFeed(session, doubt))
        yield* fork(this.#keepOrders(session, doubt))
        yield* fork(this.#keepReconciled(session))
      })

      const watch = Effect.gen({ self: this }, function*(this: AccountActor) {
        while (true) {
          const now = yield* Clock.currentTimeMillis
          if (now >= token.endsAt) return "ended" as const
          const stored = yield* this.#options.token
          if (stored === undefined) return "refused" as const
          if (stored.issuedAt !== token.issuedAt) return "replaced" as const
          yield* Effect.sleep(Math.min(TOKEN_LOOK_MS, Math.max(1, token.endsAt - now)))
        }
      })

      yield* fork(doubts)
      yield* fork(tries)
      const end = yield* Effect.raceFirst(Deferred.await(refused), watch)
      this.#feed = { ...this.#feed, state: "off" }
      this.#orders = { ...this.#orders, state: "off" }
      return end
    })
  }

  /** Opens a stream again and again while the scope lasts. */
  #keep<A>(
    open: Effect.Effect<A, BrokerError, Scope.Scope>,
    use: (stream: A) => Effect.Effect<FeedEnd>,
    show: (change: Partial<StreamStatus>) => void,
    doubt: Latch.Latch
  ): Effect.Effect<never> {
    return Effect.gen(function*() {
      let attempt = 0
      let openings = 0
      while (true) {
        show({ state: "connecting", reconnects: openings })
        const openedAt = yield* Clock.currentTimeMillis
        const reason = yield* Effect.scoped(
          Effect.matchEffect(open, {
            onFailure: (error) =>
              Effect.sync(() => {
                if (error._tag === "Unauthorised") doubt.openUnsafe()
                return error.message
              }),
            onSuccess: (stream) =>
              Effect.map(
                Effect.suspend(() => {
                  show({ state: "live", detail: "" })
                  return use(stream)
                }),
                (end) => {
                  if (end.cause === "unauthorised") doubt.openUnsafe()
                  openings++
                  return end.reason
                }
              )
          })
        )
        const now = yield* Clock.currentTimeMillis
        attempt = now - openedAt >= SETTLED_MS ? 1 : attempt + 1
        show({ state: "waiting", detail: reason })
        yield* Effect.sleep(backoff(attempt, yield* Random.next))
      }
    })
  }

  #keepFeed(session: BrokerSession, doubt: Latch.Latch): Effect.Effect<never> {
    const onBatch: BatchListener = (batch) => {
      this.#feed = { ...this.#feed, lastHeardAt: batch.ticks.receiveTime[0] ?? this.#feed.lastHeardAt }
      for (const listener of this.#batchListeners) listener(batch)
    }
    const onFrame: FrameListener = (frame, receivedAt) => {
      for (const listener of this.#frameListeners) listener(frame, receivedAt)
    }
    return Effect.andThen(
      this.#feedWanted.await,
      this.#keep(
        session.marketFeed.open(onBatch, onFrame),
        (connection) =>
          Effect.suspend(() => {
            this.#connection = connection
            const byDetail = Map.groupBy(this.#wanted, ([, detail]) => detail)
            for (const [detail, of] of byDetail) connection.subscribe(of.map(([each]) => each), detail)
            return Effect.ensuring(
              connection.ended,
              Effect.sync(() => {
                this.#connection = undefined
              })
            )
          }),
        (change) => {
          this.#feed = { ...this.#feed, ...change }
        },
        doubt
      )
    )
  }

  #keepOrders(session: BrokerSession, doubt: Latch.Latch): Effect.Effect<never> {
    return Effect.gen({ self: this }, function*(this: AccountActor) {
      const clock = yield* Clock.Clock
      const onEvent = (event: OrderFeedEvent): void => {
        this.#orders = { ...this.#orders, lastHeardAt: clock.currentTimeMillisUnsafe() }
        if (event._tag === "Order") this.#take(observe(this.#book, event.order))
        else if (event._tag === "Trade") this.#book = observeTrade(this.#book, event.trade)
        // The stream has said something that cannot be read, or repeats nothing: the book has it.
        else if (event._tag === "Unreadable") this.reconcileSoon()
      }
      return yield* this.#keep(
        session.orderFeed.open(onEvent),
        ({ ended }) => Effect.andThen(Effect.sync(() => this.reconcileSoon()), ended),
        (change) => {
          this.#orders = { ...this.#orders, ...change }
        },
        doubt
      )
    })
  }

  #keepReconciled(session: BrokerSession): Effect.Effect<never> {
    return Effect.forever(Effect.gen({ self: this }, function*(this: AccountActor) {
      this.#reconcileNow.closeUnsafe()
      yield* this.#reconcile(session).pipe(
        Effect.catch((error) => Effect.logDebug(`The books of ${this.record.id} were not compared: ${error.message}`))
      )
      yield* Effect.sleep(RECONCILE_LEAST_MS)
      yield* Effect.raceFirst(this.#reconcileNow.await, Effect.sleep(RECONCILE_MS))
    }))
  }

  #reconcile(session: BrokerSession): Effect.Effect<void, BrokerError> {
    return Effect.gen({ self: this }, function*(this: AccountActor) {
      const rows = yield* session.orders.book
      this.#differences = compareOrders(this.#book, rows, this.#options.isOurs)
      this.#take(observeAll(this.#book, rows))
      for (const trade of yield* session.orders.trades) this.#book = observeTrade(this.#book, trade)
      this.#positions = yield* session.portfolio.positions
      this.#holdings = yield* session.portfolio.holdings
      this.#funds = yield* session.portfolio.funds
      this.#reconciledAt = yield* Clock.currentTimeMillis
    })
  }

  #take({ book, changes }: { readonly book: BrokerOrderBook; readonly changes: ReadonlyArray<BookChange> }): void {
    this.#book = book
    for (const change of changes) for (const listener of this.#bookListeners) listener(change)
  }
}

const inWords = (difference: Difference): string => {
  switch (difference._tag) {
    case "Missing":
      return `order ${difference.order.orderId} (${difference.order.symbol}) works here but is not in the broker's book`
    case "Foreign":
      return `order ${difference.order.orderId} (${difference.order.symbol}) was placed elsewhere`
    case "Differs":
      return `order ${difference.ours.orderId} (${difference.ours.symbol}): filled ${difference.ours.filled} here, ` +
        `${difference.theirs.filled} at the broker, who calls it ${difference.theirs.brokerStatus}`
    case "Position":
      return `position in ${difference.symbol} (${difference.product}): ${difference.ours} here, ` +
        `${difference.theirs} at the broker`
  }
}
