/**
 * The simulated brokers as accounts of this installation: the simulator on loopback in the same process, an account at each
 * broker, and logins to which the customer has always consented. Nothing in here can reach a real broker.
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { SimAccountOptions } from "@keepgaining/brokers/simulator/exchange/SimAccount.ts"
import { simulateBrokers, type Simulation } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import type { HoursRules } from "@keepgaining/core/candles/TradingHours.ts"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { AutomaticLogin } from "./automaticLogin.ts"
import type { AccountRecord, AccountSecrets } from "./BrokerAccounts.ts"

/** The running simulator, for those who script it. */
export class SimulatedBrokers extends Context.Service<SimulatedBrokers, Simulation>()(
  "@keepgaining/engine/brokers/SimulatedBrokers"
) {}

export interface SimulatedOptions {
  readonly seed: number
  /** Where browsers are sent back to. */
  readonly redirectUrl: string
  /** 0 or absent = any free one. */
  readonly ports?: Partial<Record<Broker, number>>
  /** Weekdays on which nothing trades, `YYYY-MM-DD`. */
  readonly closed?: ReadonlyArray<string>
  /** When the exchange takes orders and trades; always when absent. */
  readonly hours?: HoursRules
}

const TEN_LAKH = 10_00_000 * 100

/** Customers whose secrets are everybody's: they open nothing but the simulator. */
export const simulatedCustomers = (redirectUrl: string): ReadonlyArray<SimAccountOptions> => {
  const customer = (broker: Broker, userId: string): SimAccountOptions => ({
    broker,
    userId,
    name: "Asha Rao",
    apiKey: `${broker}-simulated-key`,
    apiSecret: `${broker}-simulated-secret`,
    password: "simulated",
    pin: "4821",
    totpSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    mobile: "9900000001",
    redirectUrl,
    cash: TEN_LAKH
  })
  return [
    customer("upstox", "5KAB01"),
    customer("kite", "AB1234"),
    customer("angel", "A100200"),
    customer("fyers", "XA00330")
  ]
}

/** The clock of the simulation is Effect's: whoever wants another time of day gives another clock. */
export const layer = (options: SimulatedOptions): Layer.Layer<SimulatedBrokers> =>
  Layer.effect(
    SimulatedBrokers,
    Effect.flatMap(Clock.currentTimeMillis, (start) =>
      simulateBrokers({
        seed: options.seed,
        start,
        speed: 1,
        strikes: 20,
        accounts: simulatedCustomers(options.redirectUrl),
        ...(options.ports === undefined ? {} : { ports: options.ports }),
        ...(options.closed === undefined ? {} : { closed: options.closed }),
        ...(options.hours === undefined ? {} : { hours: options.hours })
      }))
  )

export interface SimulatedAccount {
  readonly record: AccountRecord
  readonly secrets: Redacted.Redacted<AccountSecrets>
}

/** An account at every broker that the simulation has. */
export const simulatedAccounts = ({ exchange, servers }: Simulation): ReadonlyArray<SimulatedAccount> =>
  [...exchange.accounts.values()].flatMap((customer) => {
    const root = servers[customer.broker]?.url
    if (root === undefined) return []
    const { apiKey, apiSecret, broker, mobile, password, pin, redirectUrl, totpSecret, userId } = customer
    return [{
      record: { id: `${broker}-sim`, broker, userId, apiKey, redirectUrl, root, automatic: true },
      secrets: Redacted.make({ apiSecret, password, pin, totpSecret, mobile })
    }]
  })

/** The simulator's own consent in place of a browser; where a broker is logged in to by API, that. */
export const consentingLogin =
  (simulation: Simulation, byApi: AutomaticLogin): AutomaticLogin => (record, adapter, secrets) => {
    const customer = simulation.exchange.account(record.broker, record.userId)
    const sessions = simulation.sessions[record.broker]
    return adapter.auth.standing !== undefined || adapter.auth.loginByApi !== undefined || customer === undefined ||
        sessions === undefined
      ? byApi(record, adapter, secrets)
      : adapter.auth.exchange(Redacted.make(sessions.grant(customer)))
  }
