/**
 * What `doctor` looks at. Every check ends in a finding with a remedy, none fails, and none changes anything: it may
 * run beside a running engine, so it never opens the embedded database, which has room for one process only.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import effectManifest from "effect/package.json" with { type: "json" }
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as fs from "node:fs/promises"
import { createServer } from "node:net"
import * as path from "node:path"
import packageManifest from "../../package.json" with { type: "json" }

export const Finding = Schema.Struct({
  check: Schema.String,
  /** `missing` is something optional that was not set up; only `broken` keeps the engine from working. */
  state: Schema.Literals(["ok", "missing", "warning", "broken"]),
  found: Schema.String,
  /** What to do about it; absent when nothing needs to be done. */
  remedy: Schema.optionalKey(Schema.String)
})
export type Finding = typeof Finding.Type

export interface Subject {
  readonly dataDirectory: string
  readonly host: string
  readonly port: number
  /** Absent: the embedded database in the data directory. */
  readonly databaseUrl: Redacted.Redacted | undefined
}

const GIBIBYTE = 1_024 ** 3
/** A heavy recording day is about four GiB; below half of one the journal may not finish the day. */
const DISK_WARNING = 5 * GIBIBYTE
const DISK_BROKEN = 0.5 * GIBIBYTE
/** Node runs TypeScript unbuilt since this version. */
const OLDEST_NODE = 24

const messageOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  // A wrapped error says what was attempted; its cause says why it did not work.
  const inner = cause.cause === undefined ? "" : messageOf(cause.cause)
  return inner === "" || cause.message.includes(inner) ? cause.message : `${cause.message}: ${inner}`
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

const succeeds = (attempt: () => Promise<unknown>): Promise<boolean> => attempt().then(() => true, () => false)

/** A check by promise; what it throws becomes a finding as well. */
const check = (
  name: string,
  remedy: string,
  look: () => Promise<Omit<Finding, "check">>
): Effect.Effect<Finding> =>
  Effect.promise(() =>
    look().then(
      (finding) => ({ check: name, ...finding }),
      (cause: unknown) => ({ check: name, state: "broken" as const, found: messageOf(cause), remedy })
    )
  )

/** Versions of what runs: Node, Effect, KeepGaining itself. */
export const versions = (nodeVersion: string): ReadonlyArray<Finding> => {
  const major = Number(nodeVersion.split(".")[0])
  const wanted = packageManifest.dependencies.effect
  return [
    { check: "keepgaining", state: "ok", found: packageManifest.version },
    major >= OLDEST_NODE
      ? { check: "node", state: "ok", found: nodeVersion }
      : {
        check: "node",
        state: "broken",
        found: nodeVersion,
        remedy:
          `Needs Node ${OLDEST_NODE} or newer. Start it by \`npx --yes bun run keepgaining\`, which brings its own.`
      },
    effectManifest.version === wanted
      ? { check: "effect", state: "ok", found: effectManifest.version }
      : {
        check: "effect",
        state: "broken",
        found: `${effectManifest.version}, but ${wanted} is wanted`,
        remedy: "Install what bun.lock says: `npx --yes bun install --frozen-lockfile`."
      }
  ]
}

/** The folder itself, or the nearest one above it that exists. */
const nearestExisting = async (folder: string): Promise<string> => {
  let candidate = path.resolve(folder)
  while (!(await succeeds(() => fs.stat(candidate))) && path.dirname(candidate) !== candidate) {
    candidate = path.dirname(candidate)
  }
  return candidate
}

export const dataDirectory = (folder: string): Effect.Effect<Finding> => {
  const remedy = "Choose a directory that this user may write to."
  return check("data directory", remedy, async () => {
    const existing = await nearestExisting(folder)
    const exists = existing === path.resolve(folder)
    if (!(await fs.stat(existing)).isDirectory()) {
      return { state: "broken", found: `${existing} is a file`, remedy }
    }
    if (!(await succeeds(() => fs.access(existing, fs.constants.W_OK | fs.constants.X_OK)))) {
      return { state: "broken", found: `${existing} cannot be written to`, remedy }
    }
    return exists
      ? { state: "ok", found: existing }
      : { state: "missing", found: `${path.resolve(folder)} does not exist yet`, remedy: "The first start makes it." }
  })
}

export const disk = (folder: string): Effect.Effect<Finding> =>
  check("disk", "See that the data directory is on a mounted disk.", async () => {
    const { bavail, bsize } = await fs.statfs(await nearestExisting(folder))
    const free = bavail * bsize
    const found = `${(free / GIBIBYTE).toFixed(1)} GiB free`
    if (free >= DISK_WARNING) return { state: "ok", found }
    const remedy = "A day's recording takes up to 4 GiB: free some space or move the data directory."
    return { state: free < DISK_BROKEN ? "broken" : "warning", found, remedy }
  })

export const port = (host: string, number: number): Effect.Effect<Finding> =>
  check("port", "Choose another one with --port.", () =>
    new Promise((resolve, reject) => {
      const server = createServer()
      server.once("error", (cause) => {
        if (codeOf(cause) !== "EADDRINUSE") reject(cause)
        else {
          resolve({
            state: "broken",
            found: `${host}:${number} is in use`,
            remedy: "KeepGaining may be running already; if not, stop the other program or choose another --port."
          })
        }
      })
      server.listen({ host, port: number, exclusive: true }, () => {
        server.close(() => resolve({ state: "ok", found: `${host}:${number} is free` }))
      })
    }))

/**
 * The wall clock cannot be compared with a better one offline; but it must be in this century, must not go back, and
 * must not be behind what the engine wrote before.
 */
export const clock = (folder: string): Effect.Effect<Finding> =>
  Effect.gen(function*() {
    const readings: Array<number> = []
    for (let n = 0; n < 5; n++) {
      readings.push(yield* Clock.currentTimeMillis)
      yield* Effect.sleep(2)
    }
    const now = readings.at(-1) ?? 0
    const newest = yield* Effect.promise(() => newestChange(folder))
    const found = new Date(now).toISOString()
    const remedy = "Set the machine's clock, best by NTP (`timedatectl set-ntp true`), before trading."
    const wrong = (what: string): Finding => ({ check: "clock", state: "broken", found: `${found}: ${what}`, remedy })
    if (readings.some((reading, n) => reading < (readings[n - 1] ?? 0))) return wrong("it went back while looked at")
    const year = new Date(now).getUTCFullYear()
    if (year < 2026 || year > 2099) return wrong("not a likely year")
    if (newest > now + 60_000) return wrong(`files in the data directory are from ${new Date(newest).toISOString()}`)
    return { check: "clock", state: "ok", found }
  })

/** Latest modification in the folder, one level deep; 0 when there is none. */
const newestChange = async (folder: string): Promise<number> => {
  const names = await fs.readdir(folder).catch(() => [])
  const times = await Promise.all(
    names.map((name) => fs.stat(path.join(folder, name)).then((stat) => stat.mtimeMs, () => 0))
  )
  return Math.max(0, ...times)
}

const DATABASE_REMEDY = "See that the server runs and that DATABASE_URL has the right host, user and password; " +
  "without DATABASE_URL the embedded database is used."

/** A configured server is asked for its version; of the embedded database only the files are looked at. */
export const database = (subject: Subject): Effect.Effect<Finding> => {
  const { databaseUrl } = subject
  if (databaseUrl === undefined) return embeddedDatabase(subject.dataDirectory)
  const client = PgClient.layer({ url: databaseUrl, connectTimeout: "5 seconds", maxConnections: 1 })
  return Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    const rows = yield* sql<{ version: string }>`select current_setting('server_version') as version`
    return { check: "database", state: "ok" as const, found: `PostgreSQL ${rows[0]?.version ?? "?"} at DATABASE_URL` }
  }).pipe(
    Effect.provide(client),
    Effect.timeout("10 seconds"),
    Effect.catch((cause) =>
      Effect.succeed({ check: "database", state: "broken" as const, found: messageOf(cause), remedy: DATABASE_REMEDY })
    )
  )
}

const embeddedDatabase = (folder: string): Effect.Effect<Finding> =>
  check("database", "Move the folder away: the next start makes a new one from the journal.", async () => {
    const names = await fs.readdir(folder).catch((): ReadonlyArray<string> => [])
    for (const name of names) {
      const version = await fs.readFile(path.join(folder, name, "PG_VERSION"), "utf8").catch(() => undefined)
      if (version !== undefined) {
        return { state: "ok", found: `embedded PGlite ${version.trim()} in ${path.join(folder, name)}` }
      }
    }
    return {
      state: "missing",
      found: "embedded PGlite, not created yet",
      remedy: "The first start makes it. Set DATABASE_URL to use a PostgreSQL server instead."
    }
  })

export const ownersKey = (folder: string): Effect.Effect<Finding> =>
  check("owner's key", "Make it readable by this user only.", async () => {
    const file = path.join(folder, "owner.json")
    const stat = await fs.stat(file).catch(() => undefined)
    if (stat === undefined) {
      return { state: "missing", found: "none yet", remedy: "The first start makes it and prints a login link." }
    }
    if ((stat.mode & 0o077) === 0 || process.platform === "win32") return { state: "ok", found: file }
    return { state: "warning", found: `${file} is open to others`, remedy: `chmod 600 ${file}` }
  })

/** The terminal that the server hands out is built before the first start. */
export const terminal = (folder: string): Effect.Effect<Finding> =>
  check("terminal", "Build it: `npx --yes bun run start`.", async () => {
    const built = await succeeds(() => fs.access(path.join(folder, "index.html")))
    return built
      ? { state: "ok", found: folder }
      : { state: "missing", found: "not built", remedy: "`npx --yes bun run start` builds it." }
  })

const webDist = path.join(import.meta.dirname, "..", "..", "..", "web", "dist")

/** All checks, in the order in which to read them. */
export const all = (subject: Subject): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.gen(function*() {
    const found = yield* Effect.all([
      dataDirectory(subject.dataDirectory),
      disk(subject.dataDirectory),
      database(subject),
      ownersKey(subject.dataDirectory),
      port(subject.host, subject.port),
      terminal(webDist),
      clock(subject.dataDirectory)
    ], { concurrency: "unbounded" })
    return [...versions(process.versions.node), ...found]
  })
