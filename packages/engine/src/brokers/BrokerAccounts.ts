/**
 * The broker accounts of this installation: `brokers.json` in the data directory. Secrets and tokens in it are sealed by the
 * {@link Vault}; they are opened only where they are used, as `Redacted`. Several processes may share the file.
 */
import { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import { Profile } from "@keepgaining/brokers/port/Portfolio.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import { openPrivateFile, type PrivateFileError } from "../storage/PrivateFile.ts"
import { placed } from "./orderOfPreference.ts"
import { Vault, VaultRefused } from "./Vault.ts"

/** Our name of an account: `zerodha`, `kite-asha`. */
export const AccountId = Schema.String.check(Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,31}$/))

/** What may be shown of an account. */
export const AccountRecord = Schema.Struct({
  id: AccountId,
  broker: Broker,
  /** The broker's user or client id. */
  userId: Schema.NonEmptyString,
  apiKey: Schema.NonEmptyString,
  /** Exactly as registered with the broker. */
  redirectUrl: Schema.NonEmptyString,
  /** Of a server that speaks all of the broker's protocols, such as the simulator; the broker's own hosts without it. */
  root: Schema.optionalKey(Schema.String),
  /** Whether the engine may log in by itself, with what the user has stored for that. */
  automatic: Schema.Boolean,
  /** Registered with the broker as where orders come from; without it no live order is sent to a real account. */
  staticIp: Schema.optionalKey(Schema.String),
  /** The broker's id of the user's algorithm, or `generic` below the rate from which one is registered. */
  algo: Schema.optionalKey(Schema.String),
  /** Orders go to the broker's sandbox, whose token is the API secret. */
  sandbox: Schema.optionalKey(Schema.Boolean),
  /** Its place in the user's order of preference, from 1, and since when, epoch ms; none = after all that are named. */
  preference: Schema.optionalKey(
    Schema.Struct({ place: Schema.Int.check(Schema.isGreaterThan(0)), since: Schema.Finite })
  ),
  /** The user wants no new positions there, and since when, epoch ms. What makes a position smaller is sent all the same. */
  excluded: Schema.optionalKey(Schema.Struct({ since: Schema.Finite }))
})
export type AccountRecord = typeof AccountRecord.Type

/** What the user says for an algorithm that needs no registration. */
export const GENERIC_ALGO = "generic"

/** What the user registered with the broker for orders by program. */
export type Registration = Pick<AccountRecord, "staticIp" | "algo">

/** What the user wants of the choice of an account for an order. */
export type RoutingWishes = Pick<AccountRecord, "preference" | "excluded">

/** Only `apiSecret` is needed; the others are for logins without hands. */
export const AccountSecrets = Schema.Struct({
  apiSecret: Schema.String,
  password: Schema.optionalKey(Schema.String),
  pin: Schema.optionalKey(Schema.String),
  /** Base32. */
  totpSecret: Schema.optionalKey(Schema.String),
  mobile: Schema.optionalKey(Schema.String)
})
export type AccountSecrets = typeof AccountSecrets.Type

const StoredToken = Schema.Struct({
  access: Schema.String,
  feed: Schema.optionalKey(Schema.String),
  refresh: Schema.optionalKey(Schema.String),
  profile: Profile,
  issuedAt: Schema.Finite,
  endsAt: Schema.Finite
})

const Stored = Schema.Struct({
  ...AccountRecord.fields,
  secrets: Schema.String,
  token: Schema.optionalKey(Schema.String)
})

const Accounts = Schema.Struct({ version: Schema.Literal(1), accounts: Schema.Array(Stored) })

type Failure = PrivateFileError | VaultRefused

export class BrokerAccounts extends Context.Service<BrokerAccounts, {
  readonly list: Effect.Effect<ReadonlyArray<AccountRecord>, Failure>
  /** Replaces the account of the same id, and forgets its token; what the user wants of its orders stays. */
  readonly put: (record: AccountRecord, secrets: Redacted.Redacted<AccountSecrets>) => Effect.Effect<void, Failure>
  /** Whether there was one. Its secrets and token are gone with it. */
  readonly remove: (id: string) => Effect.Effect<boolean, Failure>
  readonly setAutomatic: (id: string, automatic: boolean) => Effect.Effect<boolean, Failure>
  /** In place of what was registered before. */
  readonly setRegistration: (id: string, registration: Registration) => Effect.Effect<boolean, Failure>
  /** Gives it that place in the order of preference, or none; the others move. `now`: epoch ms. */
  readonly setPreference: (id: string, place: number | null, now: number) => Effect.Effect<boolean, Failure>
  readonly setExcluded: (id: string, excluded: boolean, now: number) => Effect.Effect<boolean, Failure>
  readonly secrets: (id: string) => Effect.Effect<Redacted.Redacted<AccountSecrets> | undefined, Failure>
  readonly token: (id: string) => Effect.Effect<BrokerToken | undefined, Failure>
  /** Without a token it forgets the one that is stored. */
  readonly saveToken: (id: string, token: BrokerToken | undefined) => Effect.Effect<void, Failure>
  /** That one only: not another that has taken its place meanwhile. */
  readonly forgetToken: (id: string, token: BrokerToken) => Effect.Effect<void, Failure>
  /** Changes whenever the account is added anew, also with other secrets only. */
  readonly revision: (id: string) => Effect.Effect<string | undefined, Failure>
}>()("@keepgaining/engine/brokers/BrokerAccounts") {}

const secretsText = Schema.fromJsonString(AccountSecrets)
const tokenText = Schema.fromJsonString(StoredToken)

const recordOf = ({ secrets: _secrets, token: _token, ...record }: typeof Stored.Type): AccountRecord => record

type Stored = typeof Stored.Type

/** Ids in the order of preference. */
const orderOf = (accounts: ReadonlyArray<Stored>): ReadonlyArray<string> =>
  accounts.flatMap(({ id, preference }) => preference === undefined ? [] : [{ id, place: preference.place }])
    .toSorted((a, b) => a.place - b.place).map(({ id }) => id)

/** Places by that order, those that change from `now` on. */
const withOrder = (
  accounts: ReadonlyArray<Stored>,
  order: ReadonlyArray<string>,
  now: (stored: Stored) => number
): ReadonlyArray<Stored> =>
  accounts.map((stored) => {
    const { preference, ...rest } = stored
    const place = order.indexOf(stored.id) + 1
    return place === preference?.place
      ? stored
      : place === 0
      ? rest
      : { ...rest, preference: { place, since: now(stored) } }
  })

const wishesOf = ({ excluded, preference }: RoutingWishes): RoutingWishes => ({
  ...(preference === undefined ? {} : { preference }),
  ...(excluded === undefined ? {} : { excluded })
})

const plainToken = (token: BrokerToken): typeof StoredToken.Type => ({
  access: Redacted.value(token.access),
  ...(token.feed === undefined ? {} : { feed: Redacted.value(token.feed) }),
  ...(token.refresh === undefined ? {} : { refresh: Redacted.value(token.refresh) }),
  profile: token.profile,
  issuedAt: token.issuedAt,
  endsAt: token.endsAt
})

const tokenOf = ({ access, feed, refresh, ...rest }: typeof StoredToken.Type): BrokerToken => ({
  ...rest,
  access: Redacted.make(access),
  ...(feed === undefined ? {} : { feed: Redacted.make(feed) }),
  ...(refresh === undefined ? {} : { refresh: Redacted.make(refresh) })
})

const make = (dataDirectory: string) =>
  Effect.gen(function*() {
    const vault = yield* Vault
    const file = yield* openPrivateFile({
      file: path.join(dataDirectory, "brokers.json"),
      schema: Accounts,
      empty: { version: 1, accounts: [] } as typeof Accounts.Type,
      remedy: "Move it away and add the accounts again."
    })
    const change = (id: string, how: (stored: Stored) => Stored) =>
      file.update((all) => [
        all.accounts.some((each) => each.id === id),
        { ...all, accounts: all.accounts.map((each) => each.id === id ? how(each) : each) }
      ])
    /** What was sealed here was encoded here; of what a later version wrote, nothing may be said but that. */
    const unseal = <A>(
      sealed: string,
      about: string,
      schema: Schema.Codec<A, string>
    ): Effect.Effect<A, VaultRefused> =>
      Effect.flatMap(vault.open(sealed, about), (text) =>
        Effect.mapError(Schema.decodeUnknownEffect(schema)(Redacted.value(text)), () =>
          new VaultRefused({
            reason: `What is stored of ${about} is not of this version of the engine`,
            remedy: "Update the engine, or remove the account and add it again"
          })))
    const find = (id: string) =>
      Effect.map(file.read, ({ accounts }) =>
        accounts.find((each) => each.id === id))

    return BrokerAccounts.of({
      list: Effect.map(file.read, ({ accounts }) => accounts.map(recordOf)),
      put: (record, secrets) =>
        Effect.gen(function*() {
          const text = Redacted.make(Schema.encodeSync(secretsText)(Redacted.value(secrets)))
          const sealed = yield* vault.seal(text, `${record.id} secrets`)
          yield* file.update((all) => [
            undefined,
            {
              ...all,
              accounts: [
                ...all.accounts.filter(({ id }) => id !== record.id),
                { ...wishesOf(all.accounts.find(({ id }) => id === record.id) ?? {}), ...record, secrets: sealed }
              ]
            }
          ])
        }),
      remove: (id) =>
        file.update((all) => {
          const accounts = all.accounts.filter((each) => each.id !== id)
          // The others move up, by nobody's new wish.
          const moved = withOrder(accounts, orderOf(accounts), ({ preference }) => preference?.since ?? 0)
          return [accounts.length < all.accounts.length, { ...all, accounts: moved }]
        }),
      setAutomatic: (id, automatic) => change(id, (stored) => ({ ...stored, automatic })),
      setRegistration: (id, { algo, staticIp }) =>
        change(id, ({ algo: _algo, staticIp: _staticIp, ...rest }) => ({
          ...rest,
          ...(staticIp === undefined ? {} : { staticIp }),
          ...(algo === undefined ? {} : { algo })
        })),
      setPreference: (id, place, now) =>
        file.update((all) => {
          const { accounts } = all
          if (!accounts.some((each) => each.id === id)) return [false, all]
          return [true, { ...all, accounts: withOrder(accounts, placed(orderOf(accounts), id, place), () => now) }]
        }),
      setExcluded: (id, excluded, now) =>
        change(
          id,
          ({ excluded: before, ...rest }) => excluded ? { ...rest, excluded: before ?? { since: now } } : rest
        ),
      secrets: (id) =>
        Effect.gen(function*() {
          const stored = yield* find(id)
          if (stored === undefined) return undefined
          return Redacted.make(yield* unseal(stored.secrets, `${id} secrets`, secretsText))
        }),
      token: (id) =>
        Effect.gen(function*() {
          const stored = yield* find(id)
          if (stored?.token === undefined) return undefined
          return tokenOf(yield* unseal(stored.token, `${id} token`, tokenText))
        }),
      saveToken: (id, token) =>
        Effect.gen(function*() {
          if (token === undefined) {
            yield* change(id, ({ token: _token, ...rest }) => rest)
            return
          }
          const text = Redacted.make(Schema.encodeSync(tokenText)(plainToken(token)))
          const sealed = yield* vault.seal(text, `${id} token`)
          yield* change(id, (stored) => ({ ...stored, token: sealed }))
        }),
      forgetToken: (id, token) =>
        Effect.gen(function*() {
          const sealed = (yield* find(id))?.token
          if (sealed === undefined) return
          const { access } = yield* unseal(sealed, `${id} token`, tokenText)
          if (access !== Redacted.value(token.access)) return
          // No two sealed texts are alike, so this is still that token.
          yield* change(
            id,
            ({ token: present, ...rest }) =>
              present === undefined || present === sealed ? rest : { ...rest, token: present }
          )
        }),
      revision: (id) => Effect.map(find(id), (stored) => stored?.secrets)
    })
  })

export const layer = (dataDirectory: string): Layer.Layer<BrokerAccounts, Failure, Vault> =>
  Layer.effect(BrokerAccounts, make(dataDirectory))
