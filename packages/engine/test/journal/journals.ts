/** Entries and disks for the journal's tests. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { JournalEntry } from "../../src/journal/Journal.ts"
import { DurableFiles } from "../../src/storage/DurableFile.ts"
import type { SimulatedDisk } from "../../src/storage/SimulatedDisk.ts"

export const path = "/session/journal.jsonl"

/** The n-th entry of every test; with text that takes escaping and more than one byte a character. */
export const entry = (n: number): JournalEntry => ({
  sequence: n * 3,
  at: 1_623_210_300_000 + n / 4,
  kind: n % 5 === 0 ? "command" : "decision",
  payload: { _tag: "Test", n, text: `₹ "${n}"\n,"h":`, nested: [{ price: -0.5 * n }, null, true] }
})

/** Entries `from` to `to`, both included. */
export const entries = (from: number, to: number): ReadonlyArray<JournalEntry> =>
  Array.from({ length: to - from + 1 }, (_, index) => entry(from + index))

export const withoutHash = (record: JournalEntry): JournalEntry => ({
  sequence: record.sequence,
  at: record.at,
  kind: record.kind,
  payload: record.payload
})

/** The disk, but every sync after the first `count` never comes back. */
export const syncsThenHangs = (disk: SimulatedDisk, count: number): Layer.Layer<DurableFiles> =>
  Layer.effect(
    DurableFiles,
    Effect.map(DurableFiles, (files) => {
      let left = count
      return DurableFiles.of({
        ...files,
        open: (file) =>
          Effect.map(files.open(file), (opened) => ({
            ...opened,
            sync: Effect.suspend(() => left-- > 0 ? opened.sync : Effect.never)
          }))
      })
    })
  ).pipe(Layer.provide(disk.layer))
