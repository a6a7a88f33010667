import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { capture, environment, isRoot, say, SetupFailed } from "./command.ts"
import { installPackages } from "./debian.ts"

export interface TestPostgres {
  /** Connection URL of a database that the tests may create schemas and databases in. */
  readonly url: string
  /** Stops the server and removes its files; does nothing to a server that was given. */
  readonly stop: () => void
}

/** A PostgreSQL server for the tests: the one given in KEEPGAINING_TEST_POSTGRES, or a temporary one of our own. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const given = process.env["KEEPGAINING_TEST_POSTGRES"]
  if (given !== undefined && given !== "") return { url: given, stop: () => {} }
  return await startTemporary(findBinaries())
}

const installed = "/usr/lib/postgresql"

const newestBinaries = (): string | undefined => {
  const versions = existsSync(installed) ? readdirSync(installed) : []
  const debian = versions
    .filter((version) => existsSync(join(installed, version, "bin", "initdb")))
    .toSorted((a, b) => Number(b) - Number(a))[0]
  if (debian !== undefined) return join(installed, debian, "bin")
  const elsewhere = capture("pg_config", ["--bindir"])
  return elsewhere.ok && existsSync(join(elsewhere.output, "initdb")) ? elsewhere.output : undefined
}

const findBinaries = (): string => {
  const found = newestBinaries()
  if (found !== undefined) return found
  if (installPackages(["postgresql"])) {
    const binaries = newestBinaries()
    if (binaries !== undefined) return binaries
  }
  throw new SetupFailed(
    "The tests need a PostgreSQL server and there is none. Install it (Debian: `apt-get install postgresql`), or set " +
      "KEEPGAINING_TEST_POSTGRES to the URL of a server they may use; `--without-postgres` skips these tests."
  )
}

/** PostgreSQL refuses to run as root; this is the account it runs as then. */
interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const unprivileged = (): Account | undefined => {
  if (!isRoot()) return undefined
  const lines = readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":"))
  for (const wanted of ["postgres", "nobody"]) {
    const entry = lines.find(([name]) => name === wanted)
    const [name, , uid, gid] = entry ?? []
    if (name !== undefined) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new SetupFailed("PostgreSQL does not run as root, and there is no account `postgres` or `nobody` to run it as.")
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === "string") reject(new Error("no port"))
        else resolve(address.port)
      })
    })
  })

const startTemporary = async (binaries: string): Promise<TestPostgres> => {
  const account = unprivileged()
  const folder = mkdtempSync(join(tmpdir(), "keepgaining-postgres-"))
  const data = join(folder, "data")
  const password = randomBytes(12).toString("hex")
  const passwordFile = join(folder, "password")
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account !== undefined) { for (const path of [folder, passwordFile]) chownSync(path, account.uid, account.gid) }

  const as = (program: string, args: ReadonlyArray<string>): void => {
    const path = join(binaries, program)
    // Output goes to files: a server that inherits our pipes would keep them open and this call waiting.
    const result = spawnSync(path, args, {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
      env: environment({ LC_ALL: "C" }),
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid })
    })
    if (result.status !== 0) {
      const log = join(folder, "log")
      const why = result.error?.message ?? `${result.stderr}${existsSync(log) ? readFileSync(log, "utf8") : ""}`
      throw new SetupFailed(`${program} failed: ${why.trim()}`)
    }
  }

  let running = false
  const stop = (): void => {
    if (running) as("pg_ctl", ["stop", "-D", data, "-m", "immediate", "-s"])
    running = false
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    as("initdb", [
      "-D",
      data,
      "-U",
      "keepgaining",
      "-A",
      "scram-sha-256",
      `--pwfile=${passwordFile}`,
      "-E",
      "UTF8",
      "--locale=C",
      "--no-sync"
    ])
    const port = await freePort()
    // Nothing in it outlives the run, so it need not survive a power cut.
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off ` +
      `-c full_page_writes=off -c max_connections=200`
    as("pg_ctl", ["start", "-D", data, "-w", "-t", "60", "-s", "-l", join(folder, "log"), "-o", settings])
    running = true
    say(`PostgreSQL from ${binaries} on port ${port}${account === undefined ? "" : ` as ${account.name}`}`)
    return { url: `postgres://keepgaining:${password}@127.0.0.1:${port}/postgres`, stop }
  } catch (error) {
    stop()
    throw error
  }
}
