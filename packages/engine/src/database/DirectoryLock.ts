/** Keeps two processes from opening one PGlite folder, which would ruin it. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as path from "node:path"

export class DirectoryInUse extends Schema.TaggedError<DirectoryInUse>()("DirectoryInUse", {
  directory: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `Cannot use the database in ${this.directory}: ${this.detail}`
  }
}

const fileOf = (directory: string): string => `${path.resolve(directory)}.lock`

/** Whether a process of that number is there. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    // Not ours to signal, but there.
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
}

/** The process that holds the folder, if that one is alive and another than this. */
export const holderOf = (directory: string): number | undefined => {
  let text: string
  try {
    text = fs.readFileSync(fileOf(directory), "utf8")
  } catch {
    return undefined
  }
  const holder = Number(text)
  return Number.isInteger(holder) && holder > 0 && holder !== process.pid && isAlive(holder) ? holder : undefined
}

const take = (directory: string): void => {
  const file = fileOf(directory)
  fs.mkdirSync(directory, { recursive: true })
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx" })
      return
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause
      const holder = Number(fs.readFileSync(file, "utf8"))
      // A number of this process that it did not take itself is left from an earlier boot of the machine.
      const held = holder === process.pid ? taken.has(file) : Number.isInteger(holder) && holder > 0 && isAlive(holder)
      if (held) {
        throw new Error(
          `process ${holder} has it open. Stop that one, or give this one another folder or a DATABASE_URL`,
          { cause }
        )
      }
      fs.rmSync(file, { force: true })
    }
  }
  throw new Error(`${file} cannot be taken; remove it when nothing else uses the folder`)
}

const taken = new Set<string>()

/** Holds the folder until the scope closes. A lock that a dead process left is taken over. */
export const lockDirectory = (directory: string): Effect.Effect<void, DirectoryInUse, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.try({
      try: () => {
        take(directory)
        taken.add(fileOf(directory))
      },
      catch: (cause) =>
        new DirectoryInUse({ directory, detail: cause instanceof Error ? cause.message : String(cause) })
    }),
    () =>
      Effect.sync(() => {
        taken.delete(fileOf(directory))
        fs.rmSync(fileOf(directory), { force: true })
      })
  ))
