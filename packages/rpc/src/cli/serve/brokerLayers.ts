/** The broker accounts that `serve` runs: the user's own, or, with `--profile sim`, simulated ones. */
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import * as AccountCapabilities from "@keepgaining/engine/brokers/AccountCapabilities.ts"
import { automaticLogin } from "@keepgaining/engine/brokers/automaticLogin.ts"
import * as BrokerAccounts from "@keepgaining/engine/brokers/BrokerAccounts.ts"
import * as Brokers from "@keepgaining/engine/brokers/Brokers.ts"
import {
  consentingLogin,
  layer as simulatedLayer,
  simulatedAccounts,
  SimulatedBrokers
} from "@keepgaining/engine/brokers/simulated.ts"
import * as Vault from "@keepgaining/engine/brokers/Vault.ts"
import * as InstrumentSearch from "@keepgaining/engine/instruments/InstrumentSearch.ts"
import * as InstrumentStore from "@keepgaining/engine/instruments/InstrumentStore.ts"
import * as InstrumentSync from "@keepgaining/engine/instruments/InstrumentSync.ts"
import { MasterBroker } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import { addresses, layerHttp, type MasterAddresses } from "@keepgaining/engine/instruments/MasterSource.ts"
import { MarketRules } from "@keepgaining/engine/rules/MarketRules.ts"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { mastersOf, type ServeInput } from "./ServeInput.ts"

/** Where the user may keep corrected login steps. */
export const loginStepsFolder = (data: string): string => path.join(data, "login")

/** Where brokers send browsers back to. */
export const redirectUrlOf = (port: number): string => `http://127.0.0.1:${port}/brokers/callback`

/** What is stored of accounts, sealed. */
export const accountsLayer = (data: string) => BrokerAccounts.layer(data).pipe(Layer.provide(Vault.layer(data)))

/** The masters in the session's own database, searched and kept up to date. */
const masters = (
  brokers: ReadonlyArray<MasterBroker>,
  source: Effect.Effect<MasterAddresses, { readonly message: string }>,
  sync: typeof InstrumentSync.layer
) =>
  (brokers.length === 0 ? Layer.empty : InstrumentSync.layerSchedule(brokers)).pipe(
    Layer.provideMerge(sync),
    Layer.provide(Layer.unwrap(Effect.map(Effect.orDie(source), layerHttp)).pipe(Layer.provide(FetchHttpClient.layer))),
    Layer.provideMerge(InstrumentSearch.layer),
    Layer.provideMerge(InstrumentStore.layer)
  )

/** The user's accounts, and masters from the brokers. */
export const ownBrokers = (input: ServeInput) =>
  Brokers.layer({ login: automaticLogin(loginStepsFolder(input.data)) }).pipe(
    Layer.provide(AccountCapabilities.layer(input.data)),
    Layer.provideMerge(accountsLayer(input.data)),
    Layer.provideMerge(masters(mastersOf(input.masters) ?? [], addresses, InstrumentSync.layer))
  )

/** For an answer of a simulated broker, ms by the machine's clock. */
const TIMEOUT_MS = 10_000

/** A simulated stock exchange lists fewer instruments than a real one. */
const smallMarket = { fewest: 50, kept: 0.5, rejected: 0.01 }

/** Simulated brokers in this process, with an account at each of them. */
export const simulatedBrokers = (input: ServeInput) =>
  Layer.unwrap(Effect.gen(function*() {
    const simulation = yield* SimulatedBrokers
    const accounts = yield* BrokerAccounts.BrokerAccounts
    const simulated = simulatedAccounts(simulation)
    const ids = new Set(simulated.map(({ record }) => record.id))
    for (const { id } of yield* accounts.list) if (!ids.has(id)) yield* accounts.remove(id)
    for (const { record, secrets } of simulated) yield* accounts.put(record, secrets)
    const urlOf = (broker: MasterBroker): string => simulation.servers[broker]?.url ?? ""
    const source = Effect.succeed({
      upstox: urlOf("upstox"),
      kite: urlOf("kite"),
      angel: urlOf("angel"),
      fyers: urlOf("fyers")
    })
    const login = consentingLogin(simulation, automaticLogin(loginStepsFolder(input.data)))
    // Sockets are no faster than the machine, however fast the clock of the market is.
    return Brokers.layer({ login, timeout: TIMEOUT_MS * input.pace }).pipe(
      Layer.provide(AccountCapabilities.layer(input.data)),
      Layer.provideMerge(
        masters(
          MasterBroker.literals.filter((broker) => simulation.servers[broker] !== undefined),
          source,
          InstrumentSync.layerWith(smallMarket)
        )
      )
    )
  })).pipe(
    Layer.provideMerge(accountsLayer(input.data)),
    Layer.provideMerge(Layer.unwrap(Effect.map(MarketRules, ({ calendar }) =>
      simulatedLayer({
        seed: input.seed,
        redirectUrl: redirectUrlOf(input.port),
        closed: calendar.rules.holidays.map(({ date }) => date),
        hours: calendarHours(calendar, { holidays: true })
      }))))
  )
