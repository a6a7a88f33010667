/** Where the hashes of keys, tokens, sessions and login codes are kept. No secret itself is ever stored. */
import { openPrivateFile, type PrivateFileError } from "@keepgaining/engine/storage/PrivateFile.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as path from "node:path"

export const Scope = Schema.Literals(["view", "trade", "admin"])
export type Scope = typeof Scope.Type

/** Times are wall clock, epoch ms. */
export const StoredToken = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  scope: Scope,
  hash: Schema.String,
  createdAt: Schema.Finite
})
export type StoredToken = typeof StoredToken.Type

/** A browser's login, or a login code that was not used yet. */
export const Expiring = Schema.Struct({ hash: Schema.String, expiresAt: Schema.Finite })
export type Expiring = typeof Expiring.Type

export const Keys = Schema.Struct({
  version: Schema.Literal(1),
  /** Empty until the first start made the owner's key. */
  ownerHash: Schema.String,
  sessions: Schema.Array(Expiring),
  codes: Schema.Array(Expiring),
  tokens: Schema.Array(StoredToken)
})
export type Keys = typeof Keys.Type

export const noKeys: Keys = { version: 1, ownerHash: "", sessions: [], codes: [], tokens: [] }

/** The store cannot be read or written. The server refuses every login meanwhile. */
export class KeyStoreError extends Schema.TaggedError<KeyStoreError>()("KeyStoreError", {
  path: Schema.String,
  message: Schema.String
}) {}

export class KeyStore extends Context.Service<KeyStore, {
  /** As stored now, also when another process changed it. */
  readonly read: Effect.Effect<Keys, KeyStoreError>
  /** Reads, changes and writes as one step, also against other processes. */
  readonly update: <A>(change: (keys: Keys) => readonly [A, Keys]) => Effect.Effect<A, KeyStoreError>
}>()("@keepgaining/rpc/server/KeyStore") {}

/** Keeps everything in memory; for tests. */
export const layerMemory: Layer.Layer<KeyStore> = Layer.sync(KeyStore, () => {
  let keys = noKeys
  return KeyStore.of({
    read: Effect.sync(() => keys),
    update: (change) =>
      Effect.sync(() => {
        const [result, next] = change(keys)
        keys = next
        return result
      })
  })
})

/** `owner.json` in the data directory, readable by its owner only (0600), replaced atomically. */
export const layerFile = (dataDirectory: string): Layer.Layer<KeyStore, KeyStoreError> =>
  Layer.effect(
    KeyStore,
    openPrivateFile({
      file: path.join(dataDirectory, "owner.json"),
      schema: Keys,
      empty: noKeys,
      remedy: "Move it away: the next start makes a new owner's key."
    }).pipe(
      Effect.map((file) =>
        KeyStore.of({
          read: Effect.mapError(file.read, keyStoreError),
          update: (change) => Effect.mapError(file.update(change), keyStoreError)
        })
      ),
      Effect.mapError(keyStoreError)
    )
  )

const keyStoreError = ({ message, path }: PrivateFileError): KeyStoreError => new KeyStoreError({ path, message })
