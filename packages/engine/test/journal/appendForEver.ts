/**
 * Appends to the journal named on the command line until it is killed, and prints each number once it is acknowledged.
 * Run by `Kill.test.ts` as a process of its own.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as JournalFile from "../../src/journal/JournalFile.ts"
import * as NodeDurableFiles from "../../src/storage/NodeDurableFiles.ts"
import { entries } from "./journals.ts"

const path = process.argv[2]
if (path === undefined) throw new Error("Usage: appendForEver.ts JOURNAL")

await Effect.runPromise(
  Effect.scoped(Effect.gen(function*() {
    const journal = yield* JournalFile.open(path)
    while (true) {
      const from = journal.head().number + 1
      const last = yield* journal.append(entries(from, from + (from % 7)))
      // Written at once: what is printed must have been acknowledged, and nothing printed may be lost.
      fs.writeSync(1, `${last}\n`)
    }
  })).pipe(Effect.provide(NodeDurableFiles.layer))
)
