/** The simulation that a conformance case runs on, and waiting for what happens in it. */
import type { BrokerAccount, BrokerSession, FeedDetail } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { NewOrder } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import type { SimAccount, SimAccountOptions } from "@keepgaining/brokers/simulator/exchange/SimAccount.ts"
import { simulateBrokers, type Simulation } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Candidate } from "./Candidate.ts"

/** 2026-11-24 10:00 IST, a Tuesday. */
export const START = Date.parse("2026-11-24T10:00:00+05:30")

export const customerOf = (broker: SimAccountOptions["broker"], userId = "AB1234"): SimAccountOptions => ({
  broker,
  userId,
  name: "Asha Rao",
  apiKey: `${broker}-key-${userId}`,
  apiSecret: `planted-secret-of-${broker}-${userId}`,
  password: `planted-password-${userId}`,
  pin: "4821",
  totpSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
  mobile: "9900000001",
  redirectUrl: "http://127.0.0.1:9/callback",
  cash: 1_000_000_00
})

export interface Stage {
  readonly simulation: Simulation
  readonly customer: SimAccount
  readonly account: BrokerAccount
  readonly token: BrokerToken
  readonly session: BrokerSession
  /** As the adapter knows them. */
  readonly instruments: (symbols: ReadonlyArray<string>) => ReadonlyArray<BrokerInstrument>
  /** Symbol of a NIFTY call near the money, and of the nearest NIFTY future. */
  readonly option: string
  readonly future: string
}

/** Short enough that a request that hangs does not hold the suite up. */
export const TIMEOUT_MS = 1_000

/** A customer of the broker, logged in. The clock runs ten times as fast as the wall's. */
export const stage = (candidate: Candidate): Effect.Effect<Stage, BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const simulation = yield* simulateBrokers({
      seed: 7,
      start: START,
      speed: 10,
      accounts: [customerOf(candidate.broker)]
    })
    const customer = simulation.exchange.account(candidate.broker, "AB1234")
    if (customer === undefined) throw new Error("the customer was just added")
    const reliance = simulation.market.ofSymbol("NSE:RELIANCE")
    if (reliance === undefined) throw new Error("RELIANCE is always listed")
    customer.holdings.set("NSE:RELIANCE", { of: reliance, quantity: 40, averagePrice: paise(130_000) })
    const account = candidate.account(simulation, customer, TIMEOUT_MS)
    const token = yield* candidate.login(simulation, customer, account)
    const known = candidate.instruments(simulation)
    const nifty = simulation.market.instruments.filter(({ instrument }) =>
      instrument.underlying === "NIFTY 50" || instrument.underlying === "NSE:NIFTY 50"
    )
    const future = nifty.find(({ instrument }) => instrument.kind === "future")
    const option = nifty.filter(({ instrument }) => instrument.right === "CE").at(5)
    if (future === undefined || option === undefined) throw new Error("NIFTY always has contracts")
    return {
      simulation,
      customer,
      account,
      token,
      session: account.session(token),
      instruments: (symbols) =>
        symbols.map((symbol) => {
          const found = known.ofSymbol(symbol)
          if (found === undefined) throw new Error(`${symbol} is not listed`)
          return found
        }),
      option: option.instrument.symbol,
      future: future.instrument.symbol
    }
  })

/**
 * With the live clock moved so that it shows {@link START} now: adapters ask it for today's date, and compare it with when a
 * token says that it ends.
 */
export const fromStart = <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (live) => {
    const offset = START - live.currentTimeMillisUnsafe()
    const millis = (): number => live.currentTimeMillisUnsafe() + offset
    const nanos = (): bigint => live.currentTimeNanosUnsafe() + BigInt(offset) * 1_000_000n
    return Effect.provideService(run, Clock.Clock, {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: () => live.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: live.monotonicTimeNanos,
      sleep: (duration) => live.sleep(duration)
    })
  })

/** Waits until it is so, looking every 20 ms. */
export const eventually = <A>(what: string, look: () => A | undefined): Effect.Effect<A> =>
  Effect.gen(function*() {
    for (let tries = 0; tries < 500; tries++) {
      const found = look()
      if (found !== undefined && found !== false) return found
      yield* Effect.sleep(20)
    }
    throw new Error(`waited 10 s in vain: ${what}`)
  })

let tags = 0
export const someTag = (): string => `kg${(++tags).toString(36).padStart(14, "0")}`

/** A delivery purchase of RELIANCE, five per cent below the market: it rests. */
export const restingOrder = ({ simulation }: Stage, changes: Partial<NewOrder> = {}): NewOrder => {
  const of = simulation.market.ofSymbol("NSE:RELIANCE")
  if (of === undefined) throw new Error("RELIANCE is always listed")
  const { price } = simulation.exchange.quote(of)
  return {
    tag: someTag(),
    symbol: "NSE:RELIANCE",
    side: "buy",
    quantity: 10,
    type: "limit",
    product: "delivery",
    validity: "DAY",
    limitPrice: paise(Math.round(price * 0.95 / 10) * 10),
    ...changes
  }
}

/** The same, three per cent above the market: it fills. */
export const fillingOrder = (on: Stage, changes: Partial<NewOrder> = {}): NewOrder => {
  const order = restingOrder(on)
  return { ...order, limitPrice: paise(Math.round((order.limitPrice ?? 0) / 0.95 * 1.03 / 10) * 10), ...changes }
}

export const details: ReadonlyArray<FeedDetail> = ["price", "quote", "full"]
