/** Accounts of an installation at simulated brokers, over real sockets and a real vault, by a clock that the test moves. */
import { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { NewOrder } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { SimAccount, SimAccountOptions } from "@keepgaining/brokers/simulator/exchange/SimAccount.ts"
import { simulateBrokers, type Simulation } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { gunzipSync } from "node:zlib"
import { Supervisor } from "../../src/actors/Supervisor.ts"
import type { AccountActor } from "../../src/brokers/AccountActor.ts"
import * as AccountCapabilities from "../../src/brokers/AccountCapabilities.ts"
import { type AutomaticLogin, automaticLogin } from "../../src/brokers/automaticLogin.ts"
import * as BrokerAccounts from "../../src/brokers/BrokerAccounts.ts"
import * as Brokers from "../../src/brokers/Brokers.ts"
import { orderTag } from "../../src/brokers/orderTag.ts"
import { consentingLogin } from "../../src/brokers/simulated.ts"
import * as Vault from "../../src/brokers/Vault.ts"
import { InstrumentStore, type MasterRecord } from "../../src/instruments/InstrumentStore.ts"
import { masterFormats } from "../../src/instruments/InstrumentSync.ts"
import type { MasterEntry } from "../../src/instruments/master/MasterEntry.ts"
import { MasterReader } from "../../src/instruments/master/MasterReader.ts"
import * as MarketRules from "../../src/rules/MarketRules.ts"
import { RushClock } from "./RushClock.ts"

export const registered: ReadonlyArray<Broker> = Broker.literals

export const customer = (broker: Broker, userId: string): SimAccountOptions => ({
  broker,
  userId,
  name: `Customer ${userId}`,
  apiKey: `key-${broker}-${userId}`,
  apiSecret: `planted-api-secret-${broker}-${userId}`,
  password: `planted-password-${userId}`,
  pin: "90471863",
  totpSecret: "KRSXG5CTMVRXEZLUKN2XAZLSKNSWG4TF",
  mobile: "9900000001",
  redirectUrl: "http://127.0.0.1:9/brokers/callback",
  cash: 1_000_000_00
})

/** A directory that is removed with the scope. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => fs.mkdtemp(path.join(os.tmpdir(), "keepgaining-brokers-"))),
  (directory) => Effect.promise(() => fs.rm(directory, { recursive: true, force: true }))
)

/** A broker's master as its server publishes it, through the reader of the engine. */
const masterOf = (broker: Broker, root: string): Effect.Effect<ReadonlyArray<MasterEntry>> =>
  Effect.promise(async () => {
    const entries: Array<MasterEntry> = []
    const reader = new MasterReader(masterFormats[broker], (entry) => entries.push(entry))
    for (const file of masterFormats[broker].files) {
      const answer = await fetch(`${root}${file}`)
      if (answer.status !== 200) throw new Error(`${broker} has no ${file}: ${answer.status}`)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      reader.push(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes)
      reader.endFile()
    }
    reader.end()
    if (reader.problem !== undefined) throw new Error(`the master of ${broker}: ${reader.problem}`)
    return entries
  })

export interface AccountStage {
  readonly clock: RushClock
  readonly simulation: Simulation
  readonly brokers: Brokers.Brokers["Service"]
  readonly accounts: BrokerAccounts.BrokerAccounts["Service"]
  readonly calendar: MarketRules.MarketRules["Service"]["calendar"]
  /** What is subscribed of each account. */
  readonly symbols: ReadonlyArray<string>
  readonly directory: string
  /** Fetches all masters anew, as every morning. */
  readonly fetchMasters: Effect.Effect<void>
  /** Every automated login that was begun. */
  readonly logins: Array<{ readonly account: string; readonly at: number }>
  readonly supervisor: Supervisor["Service"]
  /** For parts of the engine that are built upon the accounts. */
  readonly services: Context.Context<Brokers.Brokers | MarketRules.MarketRules | InstrumentStore>
}

export interface StageOptions {
  /** Epoch ms. */
  readonly start: number
  readonly customers: ReadonlyArray<SimAccountOptions>
  /** Symbols that every account's feed is asked for. */
  readonly symbols?: ReadonlyArray<string>
  readonly automatic?: boolean
  readonly seed?: number
  /** Whether the brokers refuse more requests than they document. */
  readonly limits?: boolean
  /** In place of the simulator's consent. */
  readonly login?: (usual: AutomaticLogin, simulation: Simulation) => AutomaticLogin
  /** A temporary one when absent. */
  readonly directory?: string
  /** Longest wait for an answer, ms of the wall: the brokers' SDKs have clocks of their own. */
  readonly timeout?: number
}

export const accountId = ({ broker, userId }: SimAccountOptions): string => `${broker}-${userId.toLowerCase()}`

/** All accounts are stored and run; whether they log in by themselves is up to `automatic`. */
export const accountStage = (options: StageOptions): Effect.Effect<AccountStage, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { customers, start, symbols = ["NSE:RELIANCE", "NSE:NIFTY 50"] } = options
    const directory = options.directory ?? (yield* temporaryDirectory)
    const clock = new RushClock(start)
    yield* clock.watchRequests
    const simulation = yield* simulateBrokers({
      seed: options.seed ?? 11,
      start,
      speed: 1,
      strikes: 2,
      accounts: customers,
      limits: options.limits === true
    }).pipe(Effect.provideService(Clock.Clock, clock.brokers))
    const masters = new Map<Broker, ReadonlyArray<MasterEntry>>()
    let fetchedAt = start
    const fetchMasters = Effect.gen(function*() {
      for (const broker of new Set(customers.map((each) => each.broker))) {
        masters.set(broker, yield* masterOf(broker, simulation.servers[broker]?.url ?? ""))
      }
      fetchedAt = clock.now
    })
    yield* fetchMasters
    const logins: AccountStage["logins"] = []
    const usual = consentingLogin(simulation, automaticLogin(directory))
    const login = options.login?.(usual, simulation) ?? usual
    const store = Layer.mock(InstrumentStore)({
      entries: (broker) => Effect.succeed(masters.get(broker) ?? []),
      // Nobody reads more of it than when it was fetched.
      master: () => Effect.sync(() => ({ fetchedAt: new Date(fetchedAt) } as MasterRecord))
    })
    const layer = Brokers.layer({
      login: (record, adapter, secrets) => {
        logins.push({ account: record.id, at: clock.now })
        return login(record, adapter, secrets)
      },
      ...(options.timeout === undefined ? {} : { timeout: options.timeout })
    }).pipe(
      Layer.provide(AccountCapabilities.layer(directory)),
      Layer.provideMerge(BrokerAccounts.layer(directory)),
      Layer.provide(Vault.layer(directory)),
      Layer.provideMerge(Layer.mergeAll(Supervisor.layer, MarketRules.layer(), store))
    )
    const context = yield* Effect.orDie(Layer.build(layer)).pipe(Effect.provideService(Clock.Clock, clock.engine))
    const brokers = Context.get(context, Brokers.Brokers)
    const { calendar } = Context.get(context, MarketRules.MarketRules)
    const on = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A> =>
      Effect.orDie(effect).pipe(Effect.provideService(Clock.Clock, clock.engine))
    for (const each of customers) {
      const root = simulation.servers[each.broker]?.url
      if (root === undefined) throw new Error(`${each.broker} is not simulated`)
      const { apiKey, apiSecret, broker, mobile, password, pin, redirectUrl, totpSecret, userId } = each
      yield* on(brokers.add(
        { id: accountId(each), broker, userId, apiKey, redirectUrl, root, automatic: options.automatic ?? true },
        Redacted.make({ apiSecret, password, pin, totpSecret, mobile })
      ))
    }
    const table = InstrumentTable.from(symbols.map((symbol) => {
      const of = simulation.market.ofSymbol(symbol)
      if (of === undefined) throw new Error(`${symbol} is not listed`)
      return of.instrument
    }))
    yield* on(brokers.learn(table))
    for (const actor of brokers.actors()) {
      actor.subscribe(symbols.flatMap((each) => brokers.instruments(actor.record.broker).ofSymbol(each) ?? []), "full")
    }
    return {
      clock,
      simulation,
      brokers,
      accounts: Context.get(context, BrokerAccounts.BrokerAccounts),
      supervisor: Context.get(context, Supervisor),
      services: context,
      calendar,
      symbols,
      directory,
      fetchMasters,
      logins
    }
  })

/** The actor of a customer of the stage. */
export const actorOf = ({ brokers }: AccountStage, of: SimAccountOptions): AccountActor => {
  const actor = brokers.actor(accountId(of))
  if (actor === undefined) throw new Error(`${accountId(of)} does not run`)
  return actor
}

/** The customer of the simulator whose account that is. */
export const simAccountOf = ({ simulation }: AccountStage, { broker, userId }: SimAccountOptions): SimAccount => {
  const found = simulation.exchange.account(broker, userId)
  if (found === undefined) throw new Error(`${broker} has no customer ${userId}`)
  return found
}

/** Runs something that waits by the stage's clock, while that goes on. */
export const during = <A, E>({ clock }: AccountStage, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Effect.provideService(effect, Clock.Clock, clock.engine))
    for (let steps = 0; fiber.pollUnsafe() === undefined; steps++) {
      if (steps > 3_000) throw new Error("five minutes passed in vain")
      yield* clock.leap(clock.now + 100)
    }
    return yield* Fiber.join(fiber)
  })

/** Lets time pass until it is so; answers how long it took, ms. */
export const until = (
  { clock }: AccountStage,
  what: string,
  is: () => boolean,
  most = 120_000
): Effect.Effect<number> =>
  Effect.gen(function*() {
    const begun = clock.now
    while (!is()) {
      if (clock.now - begun > most) throw new Error(`${most} ms passed in vain: ${what}`)
      yield* clock.leap(clock.now + 250)
    }
    return clock.now - begun
  })

/** Whether an account is as it should be. */
export const isWell = (actor: AccountActor): boolean =>
  actor.phase === "live" && actor.session !== undefined && actor.isFeeding && actor.ordersLive

let orders = 0

/** Ten RELIANCE for the day, at a limit so many per cent from the market: above it buys at once, below it rests. */
export const someOrder = ({ simulation }: AccountStage, percent: number): NewOrder => {
  const of = simulation.market.ofSymbol("NSE:RELIANCE")
  if (of === undefined) throw new Error("RELIANCE is always listed")
  const { price } = simulation.exchange.quote(of)
  return {
    tag: orderTag("accounts", String(orders++)),
    symbol: "NSE:RELIANCE",
    side: "buy",
    quantity: 10,
    type: "limit",
    product: "intraday",
    validity: "DAY",
    limitPrice: paise(Math.round(price * (1 + percent / 100) / 10) * 10)
  }
}
