/** Sources without a running engine: stored accounts, each with a gate of its own and the token that is stored for it. */
import { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { accountAdapter } from "../../brokers/accountAdapter.ts"
import { AccountCapabilities } from "../../brokers/AccountCapabilities.ts"
import type { BrokerAccounts } from "../../brokers/BrokerAccounts.ts"
import { makeCallGate } from "../../brokers/CallGate.ts"
import { guardSession } from "../../brokers/guardSession.ts"
import { InstrumentStore } from "../../instruments/InstrumentStore.ts"
import { MarketRules } from "../../rules/MarketRules.ts"
import { HistorySources } from "../HistorySources.ts"
import { DownloadRefused } from "../planChunks.ts"
import { accountSource } from "./accountSource.ts"
import { serverSource } from "./serverSource.ts"

/** For one answer, ms. */
const TIMEOUT_MS = 30_000

const refused = (reason: string) => new DownloadRefused({ reason })

/** `accounts`: opened only when an account is asked for, for it may want the key of the vault. */
export const layer = (
  accounts: Effect.Effect<BrokerAccounts["Service"], { readonly message: string }, Scope.Scope>
): Layer.Layer<HistorySources, never, InstrumentStore | MarketRules | HttpClient.HttpClient> =>
  Layer.effect(
    HistorySources,
    Effect.gen(function*() {
      const store = yield* InstrumentStore
      const limits = yield* AccountCapabilities
      const { calendar, indexNames } = yield* MarketRules
      const client = yield* HttpClient.HttpClient
      const scope = yield* Effect.scope

      const openAccount = (name: string) =>
        Effect.gen(function*() {
          const stored = yield* accounts
          const all = yield* stored.list
          const record = all.find(({ id }) => id === name)
          if (record === undefined) {
            const known = all.length === 0 ? "none is there" : `there are ${all.map(({ id }) => id).join(", ")}`
            return yield* refused(`There is no account ${name}: ${known}`)
          }
          const { broker, id } = record
          const secrets = yield* stored.secrets(id)
          const token = yield* stored.token(id)
          const known = new BrokerInstruments()
          if (secrets === undefined) return yield* refused(`There is no account ${name} any more`)
          const capabilities = yield* Effect.mapError(
            limits.of(record),
            ({ message, remedy }) => refused(`${message}. ${remedy}`)
          )
          const adapter = accountAdapter(record, secrets, { instruments: known, timeout: TIMEOUT_MS, capabilities })
          if (token === undefined || token.endsAt <= (yield* Clock.currentTimeMillis)) {
            return yield* refused(`${id} is not logged in: keepgaining brokers login ${id}`)
          }
          const gate = yield* makeCallGate({ broker, account: id, capabilities })
          // A token that is refused ends the download, and the next login is by hand.
          const { marketData } = guardSession(adapter.session(token), gate, () => undefined)
          return accountSource({ account: id, broker, capabilities, marketData: () => marketData }, {
            store,
            names: indexNames,
            calendar,
            known
          })
        }).pipe(
          Effect.provideService(Scope.Scope, scope),
          Effect.mapError((error) => error instanceof DownloadRefused ? error : refused(error.message))
        )

      return HistorySources.of({
        open: (name) =>
          name._tag === "Account"
            ? openAccount(name.account)
            : serverSource(name.url).pipe(Effect.provideService(HttpClient.HttpClient, client))
      })
    })
  )
