/**
 * The client for programs that know nothing of Effect: promises, RxJS observables and `for await`. See docs/clients.md.
 */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import type { Interval } from "@keepgaining/core/candles/Interval.ts"
import type { ClientCommand, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import type { Fill, Order } from "@keepgaining/core/orders/Order.ts"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Observable } from "rxjs"
import type { AccountBookView, BrokersView } from "../contract/Brokers.ts"
import type { GttView, NewGttOrder } from "../contract/Gtt.ts"
import { type QuoteField, quoteFields, type QuoteFrame } from "../contract/Market.ts"
import type { Health, Hello } from "../contract/System.ts"
import type { Event, Portfolio } from "../contract/Trading.ts"
import { type Client, connect, type ConnectionState, type ConnectOptions } from "./Client.ts"
import { UnknownSymbol } from "./ClientErrors.ts"

/** The latest quote of an instrument. Prices in paise, `time` in epoch ms of event time. */
export type Quote = { readonly symbol: string; readonly instrument: number } & { readonly [F in QuoteField]: number }

/** An observable that can also be read with `for await`. Each subscription is one of its own. */
export interface Live<A> extends Observable<A>, AsyncIterable<A> {}

/** Runs the stream for each subscriber; the failure of the stream is the observable's error. */
const live = <A, E>(stream: Stream.Stream<A, E>): Live<A> => {
  const observable = new Observable<A>((subscriber) => {
    const fiber = Effect.runFork(Stream.runForEach(stream, (value) => Effect.sync(() => subscriber.next(value))))
    fiber.addObserver((exit) => {
      // An interrupted stream is one that the program itself ended, by unsubscribing or by closing the client.
      if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) subscriber.complete()
      else subscriber.error(Cause.squash(exit.cause))
    })
    return () => void Effect.runFork(Fiber.interrupt(fiber))
  })
  return Object.assign(observable, {
    [Symbol.asyncIterator]: () => Stream.toAsyncIterable(stream)[Symbol.asyncIterator]()
  })
}

/** Settles with the value, or rejects with the typed failure itself. */
const settle = <A, E>(effect: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromiseExit(effect).then((exit) => {
    if (Exit.isSuccess(exit)) return exit.value
    throw Cause.squash(exit.cause)
  })

const quoteAt = (symbol: string, frame: QuoteFrame, row: number): Quote => {
  const start = row * quoteFields.length
  // A frame holds an id a row and `quoteFields.length` values a row, so no read misses and every field is filled.
  const fields = Object.fromEntries(quoteFields.map((field, i) => [field, frame.values[start + i]!]))
  return { symbol, instrument: frame.ids[row]!, ...fields } as Quote
}

/** A connection to a running engine. Made with {@link KeepGaining.connect}, ended with {@link KeepGaining.close}. */
export class KeepGaining {
  readonly #client: Client
  readonly #scope: Scope.Closeable
  #instruments: Promise<ReadonlyArray<Instrument>> | undefined

  private constructor(client: Client, scope: Scope.Closeable) {
    this.#client = client
    this.#scope = scope
  }

  /** Rejects with `Unreachable`, `Unauthorized` or `ContractMismatch`; their messages say what to do. */
  static async connect(options: ConnectOptions): Promise<KeepGaining> {
    const scope = Effect.runSync(Scope.make())
    try {
      return new KeepGaining(await settle(Scope.provide(connect(options), scope)), scope)
    } catch (error) {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      throw error
    }
  }

  /** The server's greeting at the latest connect. */
  get hello(): Hello {
    return this.#client.hello()
  }

  get state(): ConnectionState {
    return this.#client.state()
  }

  /** The instruments of the session; the position in the list is the instrument's number everywhere. */
  instruments(): Promise<ReadonlyArray<Instrument>> {
    this.#instruments ??= settle(this.#client.ask((rpc) => rpc.Instruments())).catch((error: unknown) => {
      this.#instruments = undefined
      throw error
    })
    return this.#instruments
  }

  /** The instrument's number; rejects with `UnknownSymbol`. */
  async instrument(symbol: string): Promise<number> {
    const index = (await this.instruments()).findIndex((instrument) => instrument.symbol === symbol)
    if (index >= 0) return index
    throw new UnknownSymbol({ symbol, message: `"${symbol}" is not in this session. Symbols look like NSE:RELIANCE.` })
  }

  /**
   * The quotes of the symbols (all when none is named): first what is known, then what changes, at most `perSecond`
   * times a second each. Only the latest counts: whoever is slow gets fewer and newer ones.
   */
  quotes(symbols: ReadonlyArray<string> = [], { perSecond = 10 }: { readonly perSecond?: number } = {}): Live<Quote> {
    return live(Stream.unwrap(Effect.gen({ self: this }, function*() {
      const wanted = yield* Effect.tryPromise({
        try: () => Promise.all(symbols.map((symbol) => this.instrument(symbol))),
        catch: (error) => error
      })
      const instruments = yield* Effect.tryPromise({ try: () => this.instruments(), catch: (error) => error })
      const frames = this.#client.follow((rpc) =>
        rpc.Quotes({ instruments: wanted, perSecond }, { streamBufferSize: 1 })
      )
      return latestQuotes(frames, (index) => instruments[index]?.symbol ?? `#${index}`)
    })))
  }

  /** Every decision after number `after` (0 = from the start), each once and in order, over reconnects too. */
  events({ after = 0 }: { readonly after?: number } = {}): Live<Event> {
    return live(this.#client.events(after))
  }

  /** Positions, deployments and totals whenever they change. */
  portfolio(): Live<Portfolio> {
    return live(this.#client.follow((rpc) => rpc.Portfolio(undefined, { streamBufferSize: 1 })))
  }

  /** How the engine does, once a second. */
  health(): Live<Health> {
    return live(this.#client.follow((rpc) => rpc.Health(undefined, { streamBufferSize: 1 })))
  }

  /** The newest `limit` closed candles, oldest first. */
  async candles(symbol: string, interval: Interval, limit: number): Promise<ReadonlyArray<Candle>> {
    const instrument = await this.instrument(symbol)
    return settle(this.#client.ask((rpc) => rpc.Candles({ instrument, interval, limit })))
  }

  /** Newest first. */
  orders(limit: number): Promise<ReadonlyArray<Order>> {
    return settle(this.#client.ask((rpc) => rpc.Orders({ limit })))
  }

  /** Newest first. */
  fills(limit: number): Promise<ReadonlyArray<Fill>> {
    return settle(this.#client.ask((rpc) => rpc.Fills({ limit })))
  }

  /**
   * Runs a command exactly once: when the connection is lost before the answer, it is asked again under the same id.
   * Give a `commandId` of your own to make it survive your program's restart as well.
   */
  execute(command: ClientCommand, options?: { readonly commandId?: string }): Promise<CommandOutcome> {
    return settle(this.#client.execute(command, options))
  }

  /** How the broker accounts do, whenever something about them changes. */
  accounts(): Live<BrokersView> {
    return live(this.#client.follow((rpc) => rpc.WatchBrokers(undefined, { streamBufferSize: 1 })))
  }

  /** What an account holds, as its broker reported it last; rejects with `Refused` when there is no such account. */
  accountBook(account: string): Promise<AccountBookView> {
    return settle(this.#client.ask((rpc) => rpc.AccountBook({ account })))
  }

  /**
   * Lets an account take live orders until the end of the Indian day, or no more. Needs a token of scope `admin`; rejects with
   * `Refused` when the session trades on paper.
   */
  arm(account: string, armed = true): Promise<void> {
    return settle(this.#client.ask((rpc) => rpc.ArmBroker({ account, armed })))
  }

  /**
   * Gives an account that place, from 1, among accounts that do equally well, or none; the others move. Needs a token of scope
   * `admin`, like {@link exclude}.
   */
  prefer(account: string, place: number | null): Promise<void> {
    return settle(this.#client.ask((rpc) => rpc.PreferBroker({ account, place })))
  }

  /** Whether an account shall take no new positions, armed or not. What makes a position smaller goes on. */
  exclude(account: string, excluded = true): Promise<void> {
    return settle(this.#client.ask((rpc) => rpc.ExcludeBroker({ account, excluded })))
  }

  /**
   * The account's good-till-triggered orders as its broker lists them. Each call is one to the broker, so ask when you need to
   * know and never in a loop. Needs a token of scope `admin`, like the other two; rejects with `Refused`, as when the account is
   * not logged in.
   */
  gttOrders(account: string): Promise<ReadonlyArray<GttView>> {
    return settle(this.#client.ask((rpc) => rpc.GttOrders({ account })))
  }

  /**
   * Places a GTT order and gives the broker's id of it. One leg is a trigger with its limit; of two, the first that is reached
   * cancels the other. The account must be armed. It is sent once, also when the connection is lost before the answer: it is then
   * asked for again under the same id, which may be your own but means the same order only while one engine runs. Rejects with
   * `Refused` when it was not placed, and with `GttUnknown` when nobody can say: look at {@link gttOrders} before you try again.
   */
  placeGtt(
    order: Omit<NewGttOrder, "commandId" | "bootId">,
    { commandId = crypto.randomUUID() }: { readonly commandId?: string } = {}
  ): Promise<string> {
    // Of the engine that is asked now: another one would not know whether it was placed.
    const { bootId } = this.hello
    return settle(this.#client.ask((rpc) => rpc.PlaceGtt({ ...order, commandId, bootId })))
  }

  /** Cancels one by the broker's id of it; rejects with `Refused` when it was not cancelled. Needs no arming. */
  cancelGtt(account: string, id: string): Promise<void> {
    return settle(this.#client.ask((rpc) => rpc.CancelGtt({ account, id })))
  }

  /** Ends the connection and every subscription. */
  close(): Promise<void> {
    return Effect.runPromise(Scope.close(this.#scope, Exit.void))
  }
}

/** Keeps the newest quote of each instrument until the reader takes it; the connection never waits for the reader. */
const latestQuotes = <E>(frames: Stream.Stream<QuoteFrame, E>, symbolOf: (index: number) => string) =>
  Stream.unwrap(Effect.gen(function*() {
    const pending = new Map<number, Quote>()
    const some = yield* Latch.make(false)
    const reader = yield* Stream.runForEach(frames, (frame) => {
      frame.ids.forEach((id, row) => pending.set(id, quoteAt(symbolOf(id), frame, row)))
      return pending.size > 0 ? some.open : Effect.void
    }).pipe(Effect.andThen(Cause.done()), Effect.forkScoped)
    return Stream.fromPull(Effect.succeed(Effect.gen(function*() {
      yield* Effect.raceFirst(some.await, Fiber.join(reader))
      yield* some.close
      const [head, ...tail] = pending.values()
      pending.clear()
      if (head === undefined) return yield* Cause.done()
      return [head, ...tail] as const
    })))
  }))
