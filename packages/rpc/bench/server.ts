/** A real server in a process of its own, for benchmarks that look at it from outside. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { createInterface } from "node:readline"

const main = path.resolve(import.meta.dirname, "..", "src", "cli", "main.ts")
/** Kernel ticks of CPU time, 1/100 s everywhere Linux runs. */
const TICK_MILLIS = 10

export interface BenchServer extends AsyncDisposable {
  readonly url: string
  readonly loginLink: string
  readonly token: string
  /** From the start of the process until it said where it is reached, ms. */
  readonly startMillis: number
  /** CPU time that the process used so far. */
  readonly cpuMillis: () => number
}

export const startServer = async (args: ReadonlyArray<string>): Promise<BenchServer> => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  const started = performance.now()
  const child = spawn(process.execPath, [main, "serve", "--json", "--port", "0", "--data", data, ...args], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const greeting = await firstLine(child)
  const startMillis = performance.now() - started
  const { loginLink, url } = JSON.parse(greeting) as { readonly url: string; readonly loginLink: string }
  const made = execFileSync(
    process.execPath,
    [main, "tokens", "create", "--name", "bench", "--scope", "trade", "--data", data, "--json"],
    { encoding: "utf8" }
  )
  const { secret } = JSON.parse(made) as { readonly secret: string }
  return {
    url,
    loginLink,
    token: secret,
    startMillis,
    cpuMillis: () => cpuOf(child.pid ?? 0),
    [Symbol.asyncDispose]: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve))
      child.kill("SIGTERM")
      await gone
      fs.rmSync(data, { recursive: true, force: true })
    }
  }
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with code ${code} before it was ready`)))
    if (child.stdout === null) throw new Error("the server was started without a pipe")
    createInterface(child.stdout).once("line", resolve)
  })

/** User and system time of a process and its threads; NaN where there is no /proc. */
const cpuOf = (pid: number): number => {
  if (!fs.existsSync(`/proc/${pid}/stat`)) return NaN
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MILLIS
}
