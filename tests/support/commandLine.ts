/** The command line as a process of its own, as people and scripts run it. */
import { type ChildProcess, spawn } from "node:child_process"
import * as path from "node:path"

export const repository = path.resolve(import.meta.dirname, "..", "..")
const program = path.join(repository, "packages", "rpc", "src", "cli", "main.ts")

export interface Ended {
  /** Exit code; `null` when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Starts `keepgaining` with the arguments. No database server is inherited from whoever runs the tests. */
export const start = (args: ReadonlyArray<string>, env: Environment = {}): ChildProcess =>
  spawn(process.execPath, [program, ...args], {
    env: { ...process.env, DATABASE_URL: undefined, NO_COLOR: "1", NODE_NO_WARNINGS: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })

/** Runs a command to its end; one that does not end in time is killed and answers without a code. */
export const keepgaining = (
  args: ReadonlyArray<string>,
  { env = {}, seconds = 180 }: { readonly env?: Environment; readonly seconds?: number } = {}
): Promise<Ended> =>
  new Promise((resolve) => {
    const child = start(args, env)
    let stdout = ""
    let stderr = ""
    child.stdout?.on("data", (chunk: Buffer) => stdout += chunk.toString())
    child.stderr?.on("data", (chunk: Buffer) => stderr += chunk.toString())
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1_000)
    child.once("close", (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
  })

/** The JSON object that a successful command printed. */
export const answer = async (args: ReadonlyArray<string>): Promise<Record<string, unknown>> => {
  const { code, stderr, stdout } = await keepgaining(args)
  if (code !== 0) throw new Error(`keepgaining ${args.join(" ")} ended with ${code}: ${stderr}`)
  const parsed: unknown = JSON.parse(stdout)
  if (typeof parsed !== "object" || parsed === null) throw new Error(`keepgaining ${args[0]} printed no object`)
  return { ...parsed }
}
