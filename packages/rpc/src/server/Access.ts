/**
 * Who may come in. The owner logs in with a one-time link or the owner's key and gets a session cookie; programs hold
 * tokens. Everything is checked against the {@link KeyStore} each time, so a revoked token or session ends at once, also
 * when another process revoked it.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Principal } from "../contract/KeepGainingRpcs.ts"
import { type Keys, KeyStore, type KeyStoreError, layerFile, type Scope, type StoredToken } from "./KeyStore.ts"
import { findByHash, hashSecret, randomId, randomSecret, sameHash } from "./Secrets.ts"

const sessionLifetime = Duration.days(30)
const codeLifetime = Duration.minutes(10)

/** Milliseconds for the cookie's `Max-Age` and the store's expiry alike. */
export const sessionMillis = Duration.toMillis(sessionLifetime)

/** What a caller showed: where it came from and what it says. */
export interface Credential {
  readonly kind: "session" | "token"
  readonly secret: Redacted.Redacted
}

/** A token without its secret. */
export type TokenView = Omit<StoredToken, "hash">

const live = <A extends { readonly expiresAt: number }>(entries: ReadonlyArray<A>, now: number): Array<A> =>
  entries.filter((entry) => entry.expiresAt > now)

export class Access extends Context.Service<Access, {
  /** The owner's key if this is the first start; it is shown once and cannot be read again. */
  readonly claim: Effect.Effect<Redacted.Redacted | undefined, KeyStoreError>
  /** A new one-time login code, valid for ten minutes. */
  readonly createLoginCode: Effect.Effect<Redacted.Redacted, KeyStoreError>
  /** Exchanges a code for a session; `undefined` when it is unknown, used or expired. */
  readonly loginWithCode: (code: string) => Effect.Effect<Redacted.Redacted | undefined, KeyStoreError>
  /** Exchanges the owner's key for a session; `undefined` when it is not the key. */
  readonly loginWithKey: (key: string) => Effect.Effect<Redacted.Redacted | undefined, KeyStoreError>
  readonly logout: (session: Redacted.Redacted) => Effect.Effect<void, KeyStoreError>
  readonly verify: (credential: Credential) => Effect.Effect<Principal["Service"] | undefined, KeyStoreError>
  /** The token's secret is in the answer and nowhere else. */
  readonly createToken: (name: string, scope: Scope) => Effect.Effect<
    { readonly token: TokenView; readonly secret: Redacted.Redacted },
    KeyStoreError
  >
  readonly listTokens: Effect.Effect<ReadonlyArray<TokenView>, KeyStoreError>
  /** False when there is no such token. */
  readonly revokeToken: (id: string) => Effect.Effect<boolean, KeyStoreError>
}>()("@keepgaining/rpc/server/Access") {
  static readonly layer: Layer.Layer<Access, never, KeyStore> = Layer.effect(
    Access,
    Effect.gen(function*() {
      const store = yield* KeyStore

      const openSession = (keys: Keys, now: number): readonly [Redacted.Redacted, Keys] => {
        const secret = randomSecret("session")
        const session = { hash: hashSecret(secret), expiresAt: now + sessionMillis }
        return [Redacted.make(secret), { ...keys, sessions: [...live(keys.sessions, now), session] }]
      }

      const view = ({ createdAt, id, name, scope }: StoredToken): TokenView => ({ createdAt, id, name, scope })

      return Access.of({
        claim: store.update((keys) => {
          if (keys.ownerHash !== "") return [undefined, keys]
          const secret = randomSecret("owner")
          return [Redacted.make(secret), { ...keys, ownerHash: hashSecret(secret) }]
        }),
        createLoginCode: Effect.gen(function*() {
          const now = yield* Clock.currentTimeMillis
          const secret = randomSecret("code")
          const code = { hash: hashSecret(secret), expiresAt: now + Duration.toMillis(codeLifetime) }
          return yield* store.update((keys) => [
            Redacted.make(secret),
            { ...keys, codes: [...live(keys.codes, now), code] }
          ])
        }),
        loginWithCode: Effect.fn("Access.loginWithCode")(function*(code) {
          const now = yield* Clock.currentTimeMillis
          const hash = hashSecret(code)
          // A guess must not cost a write of the store; whether the code is still there is decided inside the update.
          if (findByHash(live((yield* store.read).codes, now), hash) === undefined) return undefined
          return yield* store.update((keys): readonly [Redacted.Redacted | undefined, Keys] => {
            const found = findByHash(live(keys.codes, now), hash)
            if (found === undefined) return [undefined, keys]
            return openSession({ ...keys, codes: keys.codes.filter((entry) => entry !== found) }, now)
          })
        }),
        loginWithKey: Effect.fn("Access.loginWithKey")(function*(key) {
          const now = yield* Clock.currentTimeMillis
          const keys = yield* store.read
          if (keys.ownerHash === "" || !sameHash(keys.ownerHash, hashSecret(key))) return undefined
          return yield* store.update((keys) => openSession(keys, now))
        }),
        logout: (session) =>
          store.update((keys) => {
            const hash = hashSecret(Redacted.value(session))
            return [undefined, { ...keys, sessions: keys.sessions.filter((entry) => !sameHash(entry.hash, hash)) }]
          }),
        verify: Effect.fnUntraced(function*(credential) {
          const now = yield* Clock.currentTimeMillis
          const keys = yield* store.read
          const hash = hashSecret(Redacted.value(credential.secret))
          if (credential.kind === "session") {
            return findByHash(live(keys.sessions, now), hash) === undefined
              ? undefined
              : { name: "owner", scope: "admin" as const }
          }
          const token = findByHash(keys.tokens, hash)
          return token === undefined ? undefined : { name: token.name, scope: token.scope }
        }),
        createToken: Effect.fn("Access.createToken")(function*(name, scope) {
          const createdAt = yield* Clock.currentTimeMillis
          const secret = randomSecret("token")
          const token: StoredToken = { id: randomId(), name, scope, hash: hashSecret(secret), createdAt }
          return yield* store.update((keys) => [
            { token: view(token), secret: Redacted.make(secret) },
            { ...keys, tokens: [...keys.tokens, token] }
          ])
        }),
        listTokens: Effect.map(store.read, (keys) => keys.tokens.map(view)),
        revokeToken: (id) =>
          store.update((keys) => {
            const tokens = keys.tokens.filter((token) => token.id !== id)
            return [tokens.length < keys.tokens.length, { ...keys, tokens }]
          })
      })
    })
  )

  /** Over the `owner.json` of a data directory, for commands that run beside the server or without it. */
  static readonly layerFile = (dataDirectory: string): Layer.Layer<Access, KeyStoreError> =>
    Access.layer.pipe(Layer.provide(layerFile(dataDirectory)))
}
