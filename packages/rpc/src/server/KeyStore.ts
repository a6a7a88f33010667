/** Where the hashes of keys, tokens, sessions and login codes are kept. No secret itself is ever stored. */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { randomId } from "./Secrets.ts"

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

const decodeKeys = Schema.decodeUnknownEffect(Schema.fromJsonString(Keys))
const encodeKeys = Schema.encodeSync(Schema.fromJsonString(Keys))

/** A crashed process leaves its lock behind; nobody holds one for longer than a write takes. */
const staleLockMillis = 5_000

/** `owner.json` in the data directory, readable by its owner only (0600), replaced atomically. */
export const layerFile = (dataDirectory: string): Layer.Layer<KeyStore, KeyStoreError> =>
  Layer.effect(
    KeyStore,
    Effect.gen(function*() {
      const file = path.join(dataDirectory, "owner.json")
      const lock = `${file}.lock`
      const mutex = yield* Semaphore.make(1)

      const attempt = <A>(what: string, run: () => Promise<A>): Effect.Effect<A, KeyStoreError> =>
        Effect.tryPromise({
          try: run,
          catch: (cause) =>
            new KeyStoreError({
              path: file,
              message: `Cannot ${what} ${file}: ${String(cause)}. Check that the data directory belongs to this user.`
            })
        })

      yield* attempt("create the directory of", () => fs.mkdir(dataDirectory, { recursive: true, mode: 0o700 }))

      let seen = ""
      let cached: Keys = noKeys
      const read = Effect.gen(function*() {
        const stat = yield* attempt("look at", () => fs.stat(file).catch(missing))
        if (stat === undefined) return noKeys
        // The file is replaced, never edited, so inode, size and time together change with its content.
        const stamp = `${stat.ino}:${stat.size}:${stat.mtimeMs}`
        if (stamp === seen) return cached
        const text = yield* attempt("read", () => fs.readFile(file, "utf8"))
        cached = yield* decodeKeys(text).pipe(
          Effect.mapError((error) =>
            new KeyStoreError({
              path: file,
              message: `${file} is damaged (${error.message}). Move it away: the next start makes a new owner's key.`
            })
          )
        )
        seen = stamp
        return cached
      })

      const write = (keys: Keys) =>
        attempt("write", async () => {
          const temporary = `${file}.${randomId()}`
          const handle = await fs.open(temporary, "wx", 0o600)
          try {
            await handle.writeFile(encodeKeys(keys))
            await handle.sync()
          } finally {
            await handle.close()
          }
          await fs.rename(temporary, file)
        })

      const takeLock = attempt("lock", async () => {
        const stat = await fs.stat(lock).catch(missing)
        if (stat !== undefined && Date.now() - stat.mtimeMs > staleLockMillis) await fs.rm(lock, { force: true })
        await (await fs.open(lock, "wx", 0o600)).close()
      }).pipe(Effect.retry(Schedule.spaced(Duration.millis(20)).pipe(Schedule.upTo({ times: 300 }))))

      return KeyStore.of({
        read,
        update: (change) =>
          mutex.withPermits(1)(Effect.acquireUseRelease(
            takeLock,
            () =>
              Effect.gen(function*() {
                const [result, next] = change(yield* read)
                yield* write(next)
                return result
              }),
            () => Effect.promise(() => fs.rm(lock, { force: true }))
          ))
      })
    })
  )

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === "ENOENT") return undefined
  throw error
}
