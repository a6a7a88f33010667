/**
 * A small file of secrets' metadata that several processes share: readable by its owner only (0600), replaced atomically,
 * changed under a lock. Reading it again costs a `stat` while nobody has changed it.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"

/** The file cannot be read or written, or its contents make no sense. Nothing was changed. */
export class PrivateFileError extends Schema.TaggedError<PrivateFileError>()("PrivateFileError", {
  path: Schema.String,
  message: Schema.String
}) {}

export interface PrivateFile<A> {
  /** As stored now, also when another process changed it. */
  readonly read: Effect.Effect<A, PrivateFileError>
  /** Reads, changes and writes as one step, also against other processes. */
  readonly update: <B>(change: (value: A) => readonly [B, A]) => Effect.Effect<B, PrivateFileError>
}

/** A crashed process leaves its lock behind; nobody holds one for longer than a write takes. */
const WAIT = Duration.millis(20)
const WAITS = 250

export const openPrivateFile = <A>(options: {
  readonly file: string
  readonly schema: Schema.Codec<A, unknown>
  /** Of a file that is not there yet. */
  readonly empty: A
  /** What to do when it is damaged. */
  readonly remedy: string
}): Effect.Effect<PrivateFile<A>, PrivateFileError> =>
  Effect.gen(function*() {
    const { empty, file, remedy } = options
    const lock = `${file}.lock`
    const text = Schema.fromJsonString(options.schema)
    const decode = Schema.decodeUnknownEffect(text)
    const encode = Schema.encodeSync(text)
    const mutex = yield* Semaphore.make(1)

    const attempt = <B>(what: string, run: () => Promise<B>): Effect.Effect<B, PrivateFileError> =>
      Effect.tryPromise({
        try: run,
        catch: (cause) =>
          new PrivateFileError({
            path: file,
            message: `Cannot ${what} ${file}: ${String(cause)}. Check that the data directory belongs to this user.`
          })
      })

    const directory = path.dirname(file)
    yield* attempt("create the directory of", () => fs.mkdir(directory, { recursive: true, mode: 0o700 }))

    let seen = ""
    let cached = empty
    const read = Effect.gen(function*() {
      const stat = yield* attempt("look at", () => fs.stat(file).catch(missing))
      if (stat === undefined) return empty
      // The file is replaced, never edited, so inode, size and time together change with its content.
      const stamp = `${stat.ino}:${stat.size}:${stat.mtimeMs}`
      if (stamp === seen) return cached
      const content = yield* attempt("read", () => fs.readFile(file, "utf8"))
      cached = yield* decode(content).pipe(
        Effect.mapError((error) =>
          new PrivateFileError({ path: file, message: `${file} is damaged (${error.message}). ${remedy}` })
        )
      )
      seen = stamp
      return cached
    })

    const write = (value: A) =>
      attempt("write", async () => {
        const temporary = `${file}.${crypto.randomBytes(6).toString("hex")}`
        const handle = await fs.open(temporary, "wx", 0o600)
        try {
          await handle.writeFile(encode(value))
          await handle.sync()
        } finally {
          await handle.close()
        }
        await fs.rename(temporary, file)
      })

    const makeLock = attempt("lock", async () => (await fs.open(lock, "wx", 0o600)).close())
    const lockedSince = attempt("look at the lock of", async () => (await fs.stat(lock).catch(missing))?.mtimeMs)
    // A lock that is the same after all the waiting was left behind.
    const takeLock = Effect.flatMap(lockedSince, (before) =>
      Effect.retry(makeLock, Schedule.spaced(WAIT).pipe(Schedule.upTo({ times: WAITS }))).pipe(
        Effect.catch((error) =>
          Effect.flatMap(lockedSince, (after) =>
            before !== undefined && before === after
              ? Effect.andThen(
                attempt("unlock", () =>
                  fs.rm(lock, { force: true })),
                makeLock
              )
              : Effect.fail(error))
        )
      ))

    return {
      read,
      update: <B>(change: (value: A) => readonly [B, A]) =>
        mutex.withPermits(1)(Effect.acquireUseRelease(
          takeLock,
          () =>
            Effect.gen(function*() {
              const [result, next] = change(yield* read)
              yield* write(next)
              return result
            }),
          () =>
            Effect.promise(() => fs.rm(lock, { force: true }))
        ))
    }
  })

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === "ENOENT") return undefined
  throw error
}
