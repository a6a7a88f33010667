/**
 * All simulated brokers in one scope: one market and exchange, a loopback port each, one clock. The market goes on by itself
 * while the clock runs.
 */
import { type HoursRules, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { istDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Broker } from "../port/Broker.ts"
import { simAngel } from "./angel/simAngel.ts"
import type { BrokerStage } from "./BrokerStage.ts"
import type { SimAccountOptions } from "./exchange/SimAccount.ts"
import { SimulatedExchange } from "./exchange/SimulatedExchange.ts"
import { clockFaults, type FaultRule, masterFaults, tokenFaults } from "./faults/Fault.ts"
import { FaultBoard } from "./faults/FaultBoard.ts"
import { simFyers } from "./fyers/simFyers.ts"
import { simKite } from "./kite/simKite.ts"
import { SimMarket } from "./market/SimMarket.ts"
import { universe } from "./market/universe.ts"
import { CallLimits } from "./server/CallLimits.ts"
import type { SimBroker } from "./server/SimBroker.ts"
import { SimJournal } from "./server/SimJournal.ts"
import { type SimServer, simServer } from "./server/SimServer.ts"
import { SimClock } from "./SimClock.ts"
import { SimSessions } from "./SimSessions.ts"
import { simUpstox } from "./upstox/simUpstox.ts"

export interface SimulationOptions {
  readonly seed: number
  /** Virtual time at the start, epoch ms. */
  readonly start: number
  /** Virtual ms a wall ms; 0 stands still until it is set. */
  readonly speed: number
  readonly accounts: ReadonlyArray<SimAccountOptions>
  /** Weekdays on which nothing trades, `YYYY-MM-DD`; none when absent. */
  readonly closed?: ReadonlyArray<string>
  /** When the exchange takes orders and trades, as the calendar has it; always when absent. */
  readonly hours?: HoursRules
  /** Strikes listed on each side of the money. */
  readonly strikes?: number
  /** Whether more requests than a broker's documents allow are refused by it; they are not when absent. */
  readonly limits?: boolean
  /** 0 or absent = any free one. */
  readonly ports?: Partial<Record<Broker, number>>
}

export interface Simulation {
  readonly clock: SimClock
  readonly market: SimMarket
  readonly exchange: SimulatedExchange
  readonly faults: FaultBoard
  readonly journal: SimJournal
  readonly servers: Readonly<Partial<Record<Broker, SimServer>>>
  readonly brokers: ReadonlyArray<SimBroker>
  /** Who is logged in at each. */
  readonly sessions: Readonly<Partial<Record<Broker, SimSessions>>>
  /** Brings the market up to the clock. */
  readonly catchUp: () => number
}

/** What a token has that ends early. */
const EARLY_END_MS = 3_600_000

/** Wall time between steps of the market when nobody asks for anything, ms. */
const PACE_MS = 100

const layers: ReadonlyArray<readonly [Broker, (stage: BrokerStage) => SimBroker]> = [
  ["upstox", simUpstox],
  ["kite", simKite],
  ["angel", simAngel],
  ["fyers", simFyers]
]

export const simulateBrokers = (options: SimulationOptions): Effect.Effect<Simulation, never, Scope.Scope> =>
  Effect.gen(function*() {
    const wall = yield* Clock.Clock
    const real = (): number => wall.currentTimeMillisUnsafe()
    const clock = new SimClock(real, options.start, options.speed)
    const faults = new FaultBoard(options.seed)
    const hours = options.hours === undefined ? undefined : new TradingHours(options.hours)
    const market = new SimMarket(
      options.seed,
      universe({ day: options.start, ...(options.strikes === undefined ? {} : { strikes: options.strikes }) }),
      options.closed,
      hours
    )
    const exchange = new SimulatedExchange({
      seed: options.seed,
      market,
      faults,
      start: options.start,
      ...(hours === undefined ? {} : { hours })
    })
    const journal = new SimJournal()
    for (const account of options.accounts) exchange.addAccount(account)
    let day = istDay(options.start)
    const catchUp = (): number => {
      const at = clock.now
      exchange.advance(at)
      if (istDay(at) !== day) {
        day = istDay(at)
        newDay()
      }
      return at
    }
    const brokers: Array<SimBroker> = []
    const begins: Array<() => void> = []
    /** What masters say from now on. Brokers whose lists changed begin anew: they close their streams overnight. */
    const newDay = (): void => {
      const changed = faults.takeAll(masterFaults).map((rule) => relist(market, rule)).includes(true)
      if (changed) { for (const begin of begins) begin() }
    }
    const logins: Partial<Record<Broker, SimSessions>> = {}
    const servers: Partial<Record<Broker, SimServer>> = {}
    for (const [broker, make] of layers) {
      const skew = (): number => faults.lasting(clockFaults, { broker })?.delay ?? 0
      const now = (): number => clock.now + skew()
      const sessions = new SimSessions(broker, options.seed, now, ({ userId }) => {
        const early = faults.lasting(tokenFaults, { broker, account: userId, operation: "login" })
        return early === undefined ? undefined : now() + (early.delay ?? EARLY_END_MS)
      })
      logins[broker] = sessions
      const seat = brokers.length
      const stage: BrokerStage = { exchange, market, sessions, now, skew, wall: real, faults }
      let layer = make(stage)
      brokers.push(layer)
      const port = options.ports?.[broker] ?? 0
      const server = yield* simServer({
        layer: () => layer,
        faults,
        journal,
        catchUp,
        port,
        ...(options.limits === true ? { limits: new CallLimits() } : {})
      })
      servers[broker] = server
      begins.push(() => {
        layer = make(stage)
        brokers[seat] = layer
        server.dropSockets()
      })
    }
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(PACE_MS), Effect.sync(catchUp))))
    return { clock, market, exchange, faults, journal, servers, brokers, sessions: logins, catchUp }
  })

/** Whether anything changed by it. */
const relist = (market: SimMarket, { fault, symbol = "", to }: FaultRule): boolean => {
  if (to === undefined) return false
  return market.relist(
    symbol,
    fault === "renumber" ? { exchangeToken: to } : fault === "lot-change" ? { lotSize: to } : { freezeQuantity: to }
  )
}
