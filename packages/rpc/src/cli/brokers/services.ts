/** What the commands on broker accounts run on: the stored accounts, without a running engine. */
import type { BrokerAccount } from "@keepgaining/brokers/port/BrokerAccount.ts"
import { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { accountAdapter } from "@keepgaining/engine/brokers/accountAdapter.ts"
import { type AccountRecord, type AccountSecrets, BrokerAccounts } from "@keepgaining/engine/brokers/BrokerAccounts.ts"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"
import { accountsLayer } from "../serve/brokerLayers.ts"

export const shared = {
  data: Flag.String("data").pipe(Flag.withDescription("Data directory"), Flag.withDefault(defaults.dataDirectory)),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
} as const

export const withAccounts = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  data: string,
  use: (accounts: BrokerAccounts["Service"]) => Effect.Effect<A, E, R>
) =>
  Effect.flatMap(BrokerAccounts, use).pipe(
    Effect.provide(accountsLayer(data)),
    Effect.mapError((error): E | { readonly _tag: string; readonly message: string } => error),
    reported
  )

const TIMEOUT_MS = 15_000

/** Only its logins are of use: it knows no instruments. */
export const adapterOf = (record: AccountRecord, secrets: Redacted.Redacted<AccountSecrets>): BrokerAccount =>
  accountAdapter(record, secrets, { instruments: new BrokerInstruments(), timeout: TIMEOUT_MS })

/** The account of that name, or the only one of that broker. */
export const findAccount = Effect.fnUntraced(function*(accounts: BrokerAccounts["Service"], name: string) {
  const all = yield* accounts.list
  const found = all.find(({ id }) => id === name) ??
    (all.filter(({ broker }) => broker === name).length === 1 ? all.find(({ broker }) => broker === name) : undefined)
  if (found !== undefined) return found
  const known = all.length === 0 ? "none is there" : `there are ${all.map(({ id }) => id).join(", ")}`
  return yield* fail(
    "Usage",
    `no account ${JSON.stringify(name)}: ${known}. Add one: keepgaining brokers add`,
    BAD_INPUT
  )
})
