/**
 * Running other programs. The files in this folder are run by Bun before anything is installed, so they import nothing
 * but Node's own modules.
 */
import { spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"

export const root = join(import.meta.dirname, "..", "..")
export const binaries = join(root, "node_modules", ".bin")
/** The pinned Node that runs the program and its tools, whatever Node the machine has. */
export const node = join(binaries, process.platform === "win32" ? "node.exe" : "node")

/** A step that cannot go on; the message says what is missing and what to do. */
export class SetupFailed extends Error {}

/**
 * The environment with the installed tools first, so that a program started by a tool finds the pinned Node too. What Node
 * has compiled once (a thousand modules, types stripped) it keeps, which halves the time that a command takes to start.
 */
export const environment = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compiled"),
  ...process.env,
  ...extra,
  PATH: `${binaries}${delimiter}${process.env["PATH"] ?? ""}`
})

/**
 * Runs a program in the foreground and resolves with its exit code. A terminal sends its interrupt to both processes,
 * so this one only waits for the other to finish; a termination is passed on.
 */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: {
    readonly env?: Record<string, string>
    readonly cwd?: string
    /** What it says is not the answer of the command that asked for it. */
    readonly aside?: boolean
  } = {}
): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: environment(options.env),
      stdio: ["inherit", options.aside === true ? 2 : "inherit", "inherit"]
    })
    const wait = (): void => {}
    const pass = (): void => {
      child.kill("SIGTERM")
    }
    process.on("SIGINT", wait)
    process.on("SIGTERM", pass)
    const done = (): void => {
      process.off("SIGINT", wait)
      process.off("SIGTERM", pass)
    }
    child.on("error", (error) => {
      done()
      reject(error)
    })
    child.on("exit", (code, signal) => {
      done()
      resolve(code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 1))
    })
  })

/** Runs a program silently: its output, and whether it succeeded. */
export const capture = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {}
): { readonly ok: boolean; readonly output: string } => {
  const result = spawnSync(command, args, {
    cwd: options.cwd ?? root,
    env: environment(options.env),
    encoding: "utf8",
    maxBuffer: 64 * 1_024 * 1_024
  })
  if (result.error !== undefined) return { ok: false, output: result.error.message }
  return { ok: result.status === 0, output: `${result.stdout}${result.stderr}`.trim() }
}

export const isRoot = (): boolean => process.getuid?.() === 0

/** First of the paths that exists. */
export const firstExisting = (paths: ReadonlyArray<string>): string | undefined =>
  paths.find((path) => existsSync(path))

export const say = (message: string): void => console.error(`[keepgaining] ${message}`)

/** Runs a script's main function and turns its failure into a message and an exit code. */
export const main = async (program: () => Promise<number>): Promise<never> => {
  try {
    process.exit(await program())
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error
    say(error.message)
    process.exit(1)
  }
}
