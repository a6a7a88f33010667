import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as JournalFile from "../../src/journal/JournalFile.ts"
import * as NodeDurableFiles from "../../src/storage/NodeDurableFiles.ts"
import { entries, withoutHash } from "./journals.ts"

const program = fileURLToPath(new URL("./appendForEver.ts", import.meta.url))

/** Runs the program, kills it (SIGKILL) once it has acknowledged `count` times, and answers the last number it printed. */
const runAndKill = (journal: string, count: number): Effect.Effect<number> =>
  Effect.callback((resume) => {
    const child = spawn(process.execPath, [program, journal], { stdio: ["ignore", "pipe", "inherit"] })
    let output = ""
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      if (output.split("\n").length > count) child.kill("SIGKILL")
    })
    child.once("close", () => {
      // The last line may be unfinished.
      resume(Effect.succeed(Number(output.split("\n").at(-2))))
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe("a journal whose process is killed", () => {
  it.live("has everything that was acknowledged, and goes on after each kill", () =>
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-journal-"))),
        (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
      )
      const file = path.join(folder, "journal.jsonl")
      let before = 0
      for (const count of [1, 40, 200]) {
        const acknowledged = yield* runAndKill(file, count)
        assert.isAbove(acknowledged, before)
        before = yield* Effect.scoped(Effect.gen(function*() {
          const journal = yield* JournalFile.open(file)
          assert.isAtLeast(journal.head().number, acknowledged)
          const records = yield* journal.read(0, 1_000_000)
          assert.deepStrictEqual(records.map(withoutHash), entries(1, records.length))
          return (yield* journal.verify).number
        }))
      }
    }).pipe(Effect.provide(NodeDurableFiles.layer)))
})
