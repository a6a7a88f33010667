/**
 * The journal as a file of its own: one line a record (see `RecordLine`), appended and synced in groups. It survives
 * `kill -9` and a power cut: what was acknowledged is there, what was not may be, and half of it never is.
 *
 * One process writes at a time; who opens it sees to that.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { DurableFiles, type StorageError } from "../storage/DurableFile.ts"
import { CommitQueue } from "./CommitQueue.ts"
import {
  Journal,
  JournalDamaged,
  type JournalError,
  type JournalHead,
  type JournalRecord,
  type JournalShape,
  JournalUnavailable
} from "./Journal.ts"
import { eachLine, INDEX_EVERY, type IndexEntry, noteIndex, scan, type Scanned } from "./JournalScan.ts"
import { type ChainedRecord, parseLine, recordLine, sealLine } from "./RecordLine.ts"

const READ_CHUNK = 256 * 1024

/**
 * Opens the journal, created when missing (its folder must exist). Every hash is checked; what a power cut left of an
 * unacknowledged commit is cut off, kept beside the journal as `<path>.torn`, and reported as `tornTail`.
 */
export const open = (path: string): Effect.Effect<JournalShape, JournalError, DurableFiles | Scope.Scope> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const unavailable = (operation: "open" | "append" | "read") => (error: StorageError) =>
      new JournalUnavailable({ journal: path, operation, detail: error.message })
    const opening = <A, R>(effect: Effect.Effect<A, StorageError, R>): Effect.Effect<A, JournalUnavailable, R> =>
      Effect.mapError(effect, unavailable("open"))
    const scanning = (operation: "open" | "read"): Effect.Effect<Scanned, JournalError> =>
      Effect.catchTag(scan(files, path), "StorageError", (error) => Effect.fail(unavailable(operation)(error)))

    const file = yield* opening(files.open(path))
    const scanned = yield* scanning("open")
    if (scanned.tornTail !== undefined) {
      const torn = yield* opening(files.read(path, scanned.size))
      yield* opening(files.replace(`${path}.torn`, torn))
      yield* opening(Effect.andThen(file.truncate(scanned.size), file.sync))
    }
    const index: Array<IndexEntry> = Array.from(scanned.index)
    let size = scanned.size

    const seal = (number: number, hash: string): Effect.Effect<void, StorageError> =>
      Effect.suspend(() => {
        const line = Buffer.from(sealLine(number, hash))
        return Effect.tap(Effect.andThen(file.append([line]), file.sync), () =>
          Effect.sync(() => (size += line.byteLength)))
      })
    if (scanned.head.number > 0 && !scanned.sealed) yield* opening(seal(scanned.head.number, scanned.head.hash))
    const sealedSize = size

    const commit = (records: ReadonlyArray<ChainedRecord>): Effect.Effect<void, JournalError> =>
      Effect.gen(function*() {
        const first = records[0]?.number ?? 0
        const pieces: Array<Buffer> = []
        let end = size
        for (let from = 0; from < records.length; from += INDEX_EVERY) {
          let text = ""
          for (const record of records.slice(from, from + INDEX_EVERY)) text += recordLine(record, first)
          const piece = Buffer.from(text)
          pieces.push(piece)
          noteIndex(index, first + from, end)
          end += piece.byteLength
          // A large commit must not keep the engine's thread from its other work.
          if (pieces.length % 4 === 0) yield* Effect.yieldNow
        }
        yield* Effect.mapError(Effect.andThen(file.append(pieces), file.sync), unavailable("append"))
        size = end
      })

    const queue = new CommitQueue(path, scanned.head, commit)
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() =>
        size === sealedSize || queue.waiting > 0 ? Effect.void : Effect.ignore(seal(queue.head.number, queue.head.hash))
      )
    )
    yield* queue.start

    const read = (after: number, limit: number): Effect.Effect<ReadonlyArray<JournalRecord>, JournalError> =>
      Effect.gen(function*() {
        const records: Array<JournalRecord> = []
        const last = Math.min(queue.head.number, after + limit)
        if (last <= after) return records
        let damage: JournalDamaged | undefined
        yield* eachLine(files, path, startOf(index, after + 1), size, READ_CHUNK, (line, byte) => {
          const parsed = parseLine(line)
          if (parsed === undefined) {
            const record = (records.at(-1)?.number ?? after) + 1
            damage = new JournalDamaged({ journal: path, record, byte, detail: "was changed since it was opened" })
            return false
          }
          if (parsed._tag === "Seal") return true
          if (parsed.record.number > after) records.push(parsed.record)
          return parsed.record.number < last
        }).pipe(Effect.mapError(unavailable("read")))
        return damage === undefined ? records : yield* damage
      })

    const verify: Effect.Effect<JournalHead, JournalError> = Effect.gen(function*() {
      const head = queue.head
      const again = yield* scanning("read")
      if (again.head.number >= head.number) return again.head
      return yield* new JournalDamaged({
        journal: path,
        record: again.head.number + 1,
        byte: again.size,
        detail: `is not whole, though records up to ${head.number} were durable`
      })
    })

    return Journal.of({
      name: path,
      append: (entries) => queue.append(entries),
      read,
      head: () => queue.head,
      waiting: () => queue.waiting,
      verify,
      tornTail: scanned.tornTail
    })
  })

export const layer = (path: string): Layer.Layer<Journal, JournalError, DurableFiles> =>
  Layer.effect(Journal, open(path))

/** Byte of an indexed line at or before that of the record. */
const startOf = (index: ReadonlyArray<IndexEntry>, number: number): number => {
  let low = 0
  let high = index.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((index[middle]?.number ?? 0) <= number) low = middle + 1
    else high = middle
  }
  return index[low - 1]?.byte ?? 0
}
