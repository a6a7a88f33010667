/**
 * A session that trades with real money, at simulated brokers: the kernel, the dispatcher with everything that it uses, and
 * the accounts, in one process and by one clock. Its journal is kept in memory, and it can be killed and begun again from that.
 */
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import type { Command, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { isWorking, type Order, type OrderRequest } from "@keepgaining/core/orders/Order.ts"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { makeExchangeToday } from "../../src/execution/ExchangeToday.ts"
import { LiveOrderPort, LiveOrderPorts } from "../../src/execution/LiveOrderPort.ts"
import { dispatchOrders } from "../../src/execution/OrderDispatcher.ts"
import { makePrepare } from "../../src/execution/prepareOrder.ts"
import { Kernel } from "../../src/kernel/Kernel.ts"
import { loadCalendar, loadCharges, loadMarginRates } from "../../src/rules/RuleFiles.ts"
import { sessionDefaults } from "../../src/session/Settings.ts"
import { type AccountStage, accountStage, type StageOptions } from "../brokers/accountStage.ts"

type Input =
  | { readonly _tag: "Batch"; readonly batch: TickBatch }
  | { readonly _tag: "Command"; readonly id: string; readonly command: Command }

const charges = new ChargeSchedule(Effect.runSync(loadCharges()))
const margins = new MarginSchedule(Effect.runSync(loadMarginRates()))
const hours = new TradingHours(calendarHours(Effect.runSync(loadCalendar()), { holidays: true }))

/** A session's memory, and what it decided. */
class SessionInMemory {
  readonly inputs: ReadonlyArray<Input>
  readonly decisions: Array<Decision> = []
  readonly changed = Latch.makeUnsafe(false)
  readonly kernel: Kernel
  readonly #inputs: Array<Input> = []

  constructor(instruments: InstrumentTable) {
    this.inputs = this.#inputs
    this.kernel = new Kernel({
      instruments,
      hours,
      partitions: 1,
      seed: 1,
      desk: { ...sessionDefaults.desk, live: true },
      charges,
      margins,
      staleAfter: sessionDefaults.staleAfter,
      strategyNamed: () => undefined
    })
  }

  take(input: Input): CommandOutcome {
    this.#inputs.push(input)
    let outcome: CommandOutcome = { _tag: "Done" }
    if (input._tag === "Batch") this.kernel.batch(input.batch)
    else outcome = this.kernel.command(input.id, input.command)
    for (const { decision } of this.kernel.takeDecisions()) this.decisions.push(decision)
    this.changed.openUnsafe()
    return outcome
  }

  events(after: number): Stream.Stream<{ readonly decision: Decision }> {
    let next = after
    return Stream.fromPull(Effect.succeed(Effect.gen({ self: this }, function*(this: SessionInMemory) {
      while (this.decisions.length <= next) {
        this.changed.closeUnsafe()
        yield* this.changed.await
      }
      // There is one, as was just seen.
      return [{ decision: this.decisions[next++]! }] as const
    })))
  }
}

export interface LiveStage extends AccountStage {
  readonly session: () => SessionInMemory
  /** The market's time goes on in steps of 100 ms, with a tick of everything in each, until it is so. */
  readonly until: (what: string, is: () => boolean, most?: number) => Effect.Effect<void>
  readonly command: (command: Command) => CommandOutcome
  /** The id of the order that was taken. */
  readonly order: (symbol: string, changes?: Partial<OrderRequest>) => string
  readonly orderOf: (id: string) => Order | undefined
  /** Whether all of the orders have ended. */
  readonly ended: (ids: ReadonlyArray<string>) => boolean
  /** The dispatcher and its memory are gone, and begun again from the journal. */
  readonly restart: Effect.Effect<void>
  /** How commands become durable; at once when not set. */
  durable: Effect.Effect<void>
}

export const indexOf = ({ session }: Pick<LiveStage, "session">, symbol: string): number => {
  const index = session().kernel.instruments.indexOf(symbol)
  if (index === undefined) throw new Error(`${symbol} is not in the session`)
  return index
}

let tags = 0

export const liveStage = (options: StageOptions): Effect.Effect<LiveStage, never, Scope.Scope> =>
  Effect.gen(function*() {
    const accounts = yield* accountStage(options)
    const { clock, simulation, symbols } = accounts
    const table = (): InstrumentTable =>
      InstrumentTable.from(symbols.flatMap((symbol) => simulation.market.ofSymbol(symbol)?.instrument ?? []))
    const began = table()
    let session = new SessionInMemory(began)
    const outer = yield* Effect.scope
    const services = Context.merge(
      accounts.services,
      yield* Layer.build(LiveOrderPort.layer).pipe(Effect.provideContext(accounts.services))
    )
    let running: Scope.Closeable | undefined
    let given = 0

    const begin = Effect.gen(function*() {
      const today = yield* makeExchangeToday
      const prepare = yield* makePrepare(today)
      const own = session
      yield* Effect.forkScoped(dispatchOrders({
        ports: yield* LiveOrderPorts,
        prepare,
        today,
        kernel: () => own.kernel,
        execute: (id, command) =>
          Effect.suspend(() => Effect.as(stage.durable, own.take({ _tag: "Command", id, command }))),
        last: () => own.decisions.length,
        events: (after) => own.events(after),
        session: "live stage"
      }))
    })
    const inScope = Effect.gen(function*() {
      const scope = yield* Scope.fork(outer)
      running = scope
      yield* begin.pipe(
        Effect.provideContext(services),
        Effect.provideService(Scope.Scope, scope),
        Effect.provideService(Clock.Clock, clock.engine)
      )
    })

    const tick = (): void => {
      const batch = new TickBatch(symbols.length)
      for (const [instrument, { symbol }] of session.kernel.instruments.all().entries()) {
        const of = simulation.market.ofSymbol(symbol)
        if (of === undefined) continue
        const quote = simulation.exchange.quote(of)
        batch.push({
          instrument,
          eventTime: clock.now,
          price: quote.price,
          volume: quote.volume,
          bid: quote.bid,
          ask: quote.ask,
          bidQuantity: quote.bidQuantity,
          askQuantity: quote.askQuantity
        })
      }
      session.take({ _tag: "Batch", batch })
    }

    const stage: LiveStage = {
      ...accounts,
      durable: Effect.void,
      session: () => session,
      until: (what, is, most = 120_000) =>
        Effect.gen(function*() {
          const begun = clock.now
          while (!is()) {
            if (clock.now - begun > most) throw new Error(`${most} ms passed in vain: ${what}`)
            yield* clock.leap(clock.now + 100)
            tick()
            yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
          }
        }),
      command: (command) => session.take({ _tag: "Command", id: `by hand ${++given}`, command }),
      order: (symbol, changes = {}) => {
        const outcome = session.take({
          _tag: "Command",
          id: `by hand ${++given}`,
          command: {
            _tag: "PlaceOrder",
            venue: "live",
            request: {
              clientTag: `t${++tags}`,
              instrument: indexOf(stage, symbol),
              side: "buy",
              quantity: session.kernel.instruments.at(indexOf(stage, symbol)).lotSize,
              type: "market",
              validity: "DAY",
              product: "intraday",
              purpose: "manual",
              reduceOnly: false,
              ...changes
            }
          }
        })
        if (outcome._tag !== "Done" || outcome.orderId === undefined) {
          throw new Error(`${symbol}: ${outcome._tag === "Refused" ? outcome.reason : "no order"}`)
        }
        return outcome.orderId
      },
      orderOf: (id) => session.kernel.desk.state.orders[id]?.order,
      ended: (ids) =>
        ids.every((id) => {
          const order = session.kernel.desk.state.orders[id]?.order
          return order !== undefined && !isWorking(order.status)
        }),
      restart: Effect.gen(function*() {
        if (running !== undefined) yield* Scope.close(running, Exit.void)
        const { inputs } = session
        const before = session.decisions
        session = new SessionInMemory(began)
        for (const input of inputs) session.take(input)
        // What was decided is decided again, exactly so.
        if (JSON.stringify(session.decisions) !== JSON.stringify(before)) {
          throw new Error("the replay decided otherwise")
        }
        yield* inScope
      })
    }
    yield* inScope
    return stage
  })
