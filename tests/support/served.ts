/** `keepgaining serve` as a process that can be killed and started again. */
import type { ChildProcess } from "node:child_process"
import { type Environment, start } from "./commandLine.ts"

export interface Served {
  readonly url: string
  readonly port: number
  /** Good once, within ten minutes. */
  readonly loginLink: string
  /** Only at the first start of a data directory. */
  readonly ownerKey: string
  readonly process: ChildProcess
  /** What it said on stderr so far. */
  readonly said: () => string
  /** SIGKILL; returns when the process is gone. */
  readonly kill: () => Promise<void>
  /** SIGTERM; the exit code, which is 130 for a stop in good order. */
  readonly stop: () => Promise<number | null>
}

/** Starts the engine and returns once it has said where it is reached; rejects when it ends before that. */
export const serve = (args: ReadonlyArray<string>, env: Environment = {}): Promise<Served> =>
  new Promise((resolve, reject) => {
    const child = start(["serve", "--json", "--masters", "none", ...args], env)
    let stdout = ""
    let stderr = ""
    const gone = new Promise<number | null>((ended) => child.once("close", (code) => ended(code)))
    child.stderr?.on("data", (chunk: Buffer) => stderr += chunk.toString())
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout += chunk.toString()
      const end = stdout.indexOf("\n")
      if (end < 0) return
      const greeting: unknown = JSON.parse(stdout.slice(0, end))
      const { loginLink, ownerKey, port, url } = {
        loginLink: "",
        ownerKey: "",
        port: 0,
        url: "",
        ...(greeting as object)
      }
      resolve({
        url,
        port,
        loginLink,
        ownerKey,
        process: child,
        said: () => stderr,
        kill: async () => {
          child.kill("SIGKILL")
          await gone
        },
        stop: () => {
          child.kill("SIGTERM")
          return gone
        }
      })
    })
    void gone.then((code) => reject(new Error(`serve ended with ${code}: ${stderr}`)))
  })

/** Waits until the look gives something; rejects after `seconds`. */
export const until = async <A>(
  look: () => A | undefined | Promise<A | undefined>,
  what: string,
  seconds = 180
): Promise<A> => {
  const end = performance.now() + seconds * 1_000
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (performance.now() > end) throw new Error(`${what} did not come within ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
