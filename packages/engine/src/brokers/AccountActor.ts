/**
 * One broker account as an actor: it keeps a token, tries it, holds the market feed and the order stream open while it is
 * good, and compares the books. It never trades by itself.
 *
 * Its life: wait for a token (from a login by hand, or one of its own where the user allowed that) - try it with the
 * profile - streams, each opened again after it ends, with a growing random wait - until the token ends or is refused.
 */
import type { BookChange, BrokerOrderBook } from "@keepgaining/brokers/orders/BrokerOrderBook.ts"
import type {
  BrokerAccount,
  BrokerSession,
  FeedDetail,
  MarketFeedConnection,
  OrderFeedEvent
} from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import { type BrokerInstrument, type BrokerInstruments, marketOf } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { isFinal } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import type { Capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { withRoom } from "@keepgaining/brokers/port/feedRoom.ts"
import type { Funds } from "@keepgaining/brokers/port/Portfolio.ts"
import type { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { AccountBooks, type ExpectedPositions } from "./AccountBooks.ts"
import type { AccountBook, AccountPhase, AccountStatus, StreamStatus } from "./AccountStatus.ts"
import { backoff } from "./backoff.ts"
import type { AccountRecord, RoutingWishes } from "./BrokerAccounts.ts"
import type { CallGate } from "./CallGate.ts"
import { Priority } from "./CallTurns.ts"
import { differenceInWords } from "./differenceInWords.ts"
import { guardSession, throughGate } from "./guardSession.ts"
import { keepStream } from "./keepStream.ts"
import { Listeners } from "./Listeners.ts"
import { PriceBands } from "./PriceBands.ts"

export type BatchListener = (batch: FeedBatch) => void
/** `connection`: which one of the market feed it came on, counted from 1. */
export type FrameListener = (frame: Uint8Array, receivedAt: number, connection: number) => void
export type BookListener = (change: BookChange) => void

export interface AccountActorOptions {
  readonly record: AccountRecord
  readonly adapter: BrokerAccount
  readonly capabilities: Capabilities
  readonly gate: CallGate
  /** The stored token, good or not. Fails when it cannot be read, which says nothing about the token. */
  readonly token: Effect.Effect<BrokerToken | undefined, { readonly message: string }>
  /** That one only: another may have taken its place. */
  readonly forgetToken: (token: BrokerToken) => Effect.Effect<void>
  /** Whether a tag is one that this engine gave. */
  readonly isOurs: (tag: string) => boolean
}

/** Between looks for a token that another process may have stored. */
const TOKEN_LOOK_MS = 1_000
/** Between comparisons of the books while all is quiet. */
const RECONCILE_MS = 60_000
/** At least so long between two comparisons, whoever asks for them. */
const RECONCILE_LEAST_MS = 3_000

/** From an occasion to the comparison, so that the stream has told what the books tell too. */
const SETTLE_MS = 1_000

type TokenEnd = "ended" | "refused" | "replaced" | "forgotten"

const endInWords: Readonly<Record<TokenEnd, string>> = {
  replaced: "the token was replaced",
  ended: "the token has ended",
  refused: "the broker refused the token",
  forgotten: "logged out"
}

const isSame = (a: BrokerToken, b: BrokerToken): boolean =>
  a.issuedAt === b.issuedAt && Redacted.value(a.access) === Redacted.value(b.access)

const idle: StreamStatus = { state: "off", detail: "", reconnects: 0, lastHeardAt: null }

export class AccountActor {
  readonly record: AccountRecord
  readonly adapter: BrokerAccount
  /** As they hold for this account. */
  readonly capabilities: Capabilities
  /** What its feed and its quotes say. */
  readonly bands: PriceBands
  readonly #options: AccountActorOptions
  readonly #batchListeners: Listeners<Parameters<BatchListener>>
  readonly #frameListeners: Listeners<Parameters<FrameListener>>
  readonly #books: AccountBooks
  readonly #wanted = new Map<BrokerInstrument, FeedDetail>()
  /** Of what was ever subscribed, by its row. */
  readonly #symbols = new Map<number, string>()
  readonly #feedWanted = Latch.makeUnsafe(false)
  readonly #reopen = Latch.makeUnsafe(false)
  readonly #reconcileNow = Latch.makeUnsafe(false)
  readonly #isLive = Latch.makeUnsafe(false)
  #phase: AccountPhase = "logged-out"
  #detail = "no login yet"
  #since = 0
  #token: BrokerToken | undefined
  /** It is not tried again, also when it could not be forgotten. */
  #refused: BrokerToken | undefined
  #session: BrokerSession | undefined
  #feed: StreamStatus = idle
  #orders: StreamStatus = idle
  #connection: MarketFeedConnection | undefined
  #connections = 0
  #subscriptions = 0
  nextLoginAt: number | null = null
  automatic: boolean
  /** As they are stored now; the account goes on when they change. */
  wishes: RoutingWishes

  constructor(options: AccountActorOptions) {
    this.#options = options
    this.record = options.record
    this.adapter = options.adapter
    this.capabilities = options.capabilities
    this.automatic = options.record.automatic
    this.wishes = options.record
    const { id } = options.record
    this.#batchListeners = new Listeners(`the market feed of ${id}`)
    this.#frameListeners = new Listeners(`the frames of ${id}`)
    this.#books = new AccountBooks(id, options.isOurs)
    this.bands = new PriceBands(id)
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
    return this.#books.book
  }

  get funds(): Funds | null {
    return this.#books.funds
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

  get gate(): CallGate {
    return this.#options.gate
  }

  /** Waits until calls are answered. */
  readonly live: Effect.Effect<void> = Effect.suspend(() => this.#isLive.await)

  status(): AccountStatus {
    const { broker, id, root, sandbox, userId } = this.record
    const counters = this.#connection?.counters
    const profile = this.#token?.profile
    const books = this.#books
    return {
      account: id,
      broker,
      userId,
      name: profile?.name ?? null,
      exchanges: profile?.exchanges ?? [],
      automatic: this.automatic,
      simulated: root !== undefined,
      sandbox: sandbox === true,
      preference: this.wishes.preference ?? null,
      excluded: this.wishes.excluded ?? null,
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
      funds: books.funds,
      openOrders: [...books.book.orders.values()].filter(({ status }) => !isFinal(status)).length,
      openPositions: books.positions.filter(({ quantity }) => quantity !== 0).length,
      differences: books.differences.map(differenceInWords),
      reconciledAt: books.comparedAt,
      callsWaiting: this.#options.gate.waiting(),
      resting: this.#options.gate.resting()
    }
  }

  accountBook(): AccountBook {
    const { book, holdings, positions } = this.#books
    return {
      account: this.record.id,
      orders: [...book.orders.values()].reverse(),
      trades: [...book.trades.values()].reverse(),
      positions,
      holdings
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

  /**
   * From now on, through every reconnection. What exceeds the connection's limits for that detail is left out, or as it was
   * before; answers how many instruments that are.
   */
  subscribe(instruments: ReadonlyArray<BrokerInstrument>, detail: FeedDetail): number {
    const taken = withRoom(this.capabilities, this.#wanted, instruments, detail)
    for (const each of taken) {
      this.#wanted.set(each, detail)
      this.#symbols.set(each.index, each.instrument.symbol)
    }
    this.#subscriptions++
    this.#connection?.subscribe(taken, detail)
    this.#feedWanted.openUnsafe()
    return new Set(instruments).size - taken.length
  }

  /** What the broker's newest master calls otherwise than before is subscribed anew; what lost its token is given up. */
  renew(instruments: BrokerInstruments): void {
    const changed: Array<BrokerInstrument> = []
    const before = [...this.#wanted]
    for (const [old, detail] of before) {
      const fresh = instruments.ofSymbol(old.instrument.symbol)
      // The token of a contract that expired goes to another one.
      const isListed = fresh !== undefined && instruments.ofToken(marketOf(fresh.instrument), fresh.token) === fresh
      if (isListed && fresh.token === old.token && fresh.tradingSymbol === old.tradingSymbol) continue
      changed.push(old)
      this.#wanted.delete(old)
      if (isListed) {
        this.#wanted.set(fresh, detail)
        this.#symbols.set(fresh.index, fresh.instrument.symbol)
      }
    }
    if (changed.length === 0) return
    this.#subscriptions++
    this.#connection?.unsubscribe(changed)
    const gone = new Set(changed.map(({ token }) => token))
    const known = new Set(before.map(([each]) => each))
    for (const [each, detail] of this.#wanted) {
      if (!known.has(each) || gone.has(each.token)) this.#connection?.subscribe([each], detail)
    }
  }

  /** Changes whenever {@link subscribed} does. */
  get subscriptions(): number {
    return this.#subscriptions
  }

  /** Through every reconnection. */
  get subscribed(): ReadonlyMap<BrokerInstrument, FeedDetail> {
    return this.#wanted
  }

  /** Opens the market feed anew: it is there, but brings nothing. */
  reopenFeed(): void {
    this.#reopen.openUnsafe()
  }

  /** Called from the socket's callback, with a batch that is reused. Answers how to stop. */
  onBatch(listener: BatchListener): () => void {
    return this.#batchListeners.add(listener)
  }

  /** Called from the socket's callback before the frame is decoded. It may be reused: copy it. Answers how to stop. */
  onFrame(listener: FrameListener): () => void {
    return this.#frameListeners.add(listener)
  }

  /** What changed in the account's order book, by its stream or by a comparison. */
  onChange(listener: BookListener): () => void {
    return this.#books.listeners.add(listener)
  }

  /** `expected`: what the engine believes to hold there at an instant, epoch ms. Answers how to stop. */
  expectPositions(expected: (at: number) => ExpectedPositions): () => void {
    this.#books.expected = expected
    return () => {
      if (this.#books.expected === expected) this.#books.expected = undefined
    }
  }

  /** Compares the books soon. */
  reconcileSoon(): void {
    this.#reconcileNow.openUnsafe()
  }

  /** The broker knows what was sent under the tag by these ids. */
  nameOrders(tag: string, orderIds: ReadonlyArray<string>): Effect.Effect<void> {
    return this.#books.name(tag, orderIds)
  }

  /** Reads the order book now and takes what it says; for whoever looks for an order by its tag. */
  readonly readBook: Effect.Effect<BrokerOrderBook, BrokerError | undefined> = Effect.suspend(() =>
    this.#session === undefined ? Effect.fail(undefined) : this.#books.read(this.#session)
  )

  // ---- its life ----------------------------------------------------------------------------------------------------

  readonly run: Effect.Effect<never> = Effect.suspend(() =>
    Effect.forever(Effect.gen({ self: this }, function*(this: AccountActor) {
      const token = yield* this.#waitForToken()
      const end = yield* Effect.scoped(this.#useToken(token)).pipe(
        Effect.ensuring(Effect.sync(() => {
          this.#session = undefined
          this.#isLive.closeUnsafe()
          this.#feed = { ...this.#feed, state: "off" }
          this.#orders = { ...this.#orders, state: "off" }
        }))
      )
      // A logout, or another login, ends the token at the broker as well, and that may be noticed first.
      const stored = yield* Effect.orElseSucceed(this.#options.token, () => token)
      if (stored !== undefined && !isSame(stored, token)) return
      this.#token = undefined
      this.#enter(
        "logged-out",
        endInWords[stored === undefined ? "forgotten" : end],
        yield* Clock.currentTimeMillis
      )
      if (end !== "refused") return
      this.#refused = token
      yield* this.#options.forgetToken(token)
    }))
  ).pipe(
    // Whoever still holds the actor must not take it for one that works.
    Effect.onExit(() =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        this.#enter("logged-out", "the account does not run", now)
      })
    )
  )

  #waitForToken(): Effect.Effect<BrokerToken> {
    return Effect.gen({ self: this }, function*(this: AccountActor) {
      while (true) {
        const token = yield* this.#options.token.pipe(
          Effect.catch((error) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              this.setLoggedOut(error.message, now)
              return undefined
            })
          )
        )
        const now = yield* Clock.currentTimeMillis
        const isRefused = token !== undefined && this.#refused !== undefined && isSame(token, this.#refused)
        if (token !== undefined && token.endsAt > now && !isRefused) {
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
      const { gate } = this.#options
      const plain = this.adapter.session(token)
      const session = guardSession(
        plain,
        gate,
        () => doubt.openUnsafe(),
        (quotes, at) => this.bands.takeQuotes(quotes, at)
      )
      this.#session = session
      const scope = yield* Effect.scope
      // A loop that dies takes the whole account down, which its supervisor starts anew.
      const fork = (loop: Effect.Effect<unknown, never, Scope.Scope>) =>
        Effect.forkIn(
          Effect.catchCause(
            Effect.provideService(loop, Scope.Scope, scope),
            (cause) => Cause.hasInterruptsOnly(cause) ? Effect.void : Deferred.failCause(refused, cause)
          ),
          scope
        )

      // A token that one call was refused for may still be good: its profile tells.
      const doubts = Effect.forever(Effect.gen({ self: this }, function*(this: AccountActor) {
        yield* doubt.await
        doubt.closeUnsafe()
        const error = yield* Effect.flip(throughGate(gate, "reads", Priority.exit, plain.portfolio.profile)).pipe(
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
          // What cannot be read now is as it was.
          const stored = yield* Effect.orElseSucceed(this.#options.token, () => token)
          if (stored === undefined) return "forgotten" as const
          if (!isSame(stored, token)) return "replaced" as const
          yield* Effect.sleep(Math.min(TOKEN_LOOK_MS, Math.max(1, token.endsAt - now)))
        }
      })

      yield* fork(doubts)
      yield* fork(tries)
      return yield* Effect.raceFirst(Deferred.await(refused), watch)
    })
  }

  #keepFeed(session: BrokerSession, doubt: Latch.Latch): Effect.Effect<never> {
    return Effect.gen({ self: this }, function*(this: AccountActor) {
      const tell = yield* this.#batchListeners.teller
      const tellFrame = yield* this.#frameListeners.teller
      const symbolOf = (index: number): string | undefined => this.#symbols.get(index)
      const onBatch: BatchListener = (batch) => {
        this.bands.takeBatch(batch, symbolOf)
        this.#feed = { ...this.#feed, lastHeardAt: batch.ticks.receiveTime[0] ?? this.#feed.lastHeardAt }
        tell(batch)
      }
      yield* this.#feedWanted.await
      return yield* keepStream({
        open: Effect.suspend(() => {
          const connection = ++this.#connections
          return session.marketFeed.open(onBatch, (frame, receivedAt) => tellFrame(frame, receivedAt, connection))
        }),
        use: (connection) =>
          Effect.suspend(() => {
            this.#connection = connection
            const byDetail = Map.groupBy(this.#wanted, ([, detail]) => detail)
            for (const [detail, of] of byDetail) connection.subscribe(of.map(([each]) => each), detail)
            this.#reopen.closeUnsafe()
            const reopened = Effect.as(this.#reopen.await, { cause: "silent", reason: "no ticks came" } as const)
            return Effect.ensuring(
              Effect.raceFirst(connection.ended, reopened),
              Effect.sync(() => {
                this.#connection = undefined
              })
            )
          }),
        show: (change) => {
          this.#feed = { ...this.#feed, ...change }
        },
        onUnauthorised: () => doubt.openUnsafe()
      })
    })
  }

  #keepOrders(session: BrokerSession, doubt: Latch.Latch): Effect.Effect<never> {
    return Effect.gen({ self: this }, function*(this: AccountActor) {
      const clock = yield* Clock.Clock
      const follow = yield* this.#books.follower
      const onEvent = (event: OrderFeedEvent): void => {
        this.#orders = { ...this.#orders, lastHeardAt: clock.currentTimeMillisUnsafe() }
        if (follow(event)) this.reconcileSoon()
      }
      return yield* keepStream({
        open: session.orderFeed.open(onEvent),
        use: ({ ended }) => Effect.andThen(Effect.sync(() => this.reconcileSoon()), ended),
        show: (change) => {
          this.#orders = { ...this.#orders, ...change }
        },
        onUnauthorised: () => doubt.openUnsafe()
      })
    })
  }

  #keepReconciled(session: BrokerSession): Effect.Effect<never> {
    return Effect.forever(Effect.gen({ self: this }, function*(this: AccountActor) {
      this.#reconcileNow.closeUnsafe()
      yield* this.#books.compare(session).pipe(
        Effect.catch((error) => Effect.logDebug(`The books of ${this.record.id} were not compared: ${error.message}`))
      )
      yield* Effect.sleep(RECONCILE_LEAST_MS)
      yield* Effect.raceFirst(
        Effect.andThen(this.#reconcileNow.await, Effect.sleep(SETTLE_MS)),
        Effect.sleep(RECONCILE_MS)
      )
    }))
  }
}
