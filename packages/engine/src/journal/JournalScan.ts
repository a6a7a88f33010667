/**
 * Reads a journal file from the start, checks every hash, and tells a torn tail from damage.
 *
 * A power cut may leave any part of the last, unacknowledged commit: a prefix, or later sectors without earlier ones. A
 * line that is not whole is therefore only damage when a whole line behind it proves that it had become durable.
 */
import * as Effect from "effect/Effect"
import type { DurableFiles, StorageError } from "../storage/DurableFile.ts"
import { emptyHash, JournalDamaged, type JournalHead, type TornTail } from "./Journal.ts"
import { chainHash, type ParsedLine, parseLine } from "./RecordLine.ts"

const SCAN_CHUNK = 4 * 1024 * 1024
/** Records between two entries of the index, at least. */
export const INDEX_EVERY = 256
const LINE_FEED = 0x0a

/** Where the line of a record begins. */
export interface IndexEntry {
  readonly number: number
  readonly byte: number
}

export interface Scanned {
  readonly head: JournalHead
  /** Bytes up to the end of the last intact line. */
  readonly size: number
  readonly index: ReadonlyArray<IndexEntry>
  /** Whether the last line is a seal. */
  readonly sealed: boolean
  readonly tornTail: TornTail | undefined
}

/** Adds an entry when the last one is far enough back. */
export const noteIndex = (index: Array<IndexEntry>, number: number, byte: number): void => {
  const last = index.at(-1)
  if (last === undefined || number - last.number >= INDEX_EVERY) index.push({ number, byte })
}

/**
 * Hands every line with its place to `each`, without line feeds, until that answers `false`; the last one may be
 * unfinished (`ended` false).
 */
export const eachLine = (
  files: DurableFiles["Service"],
  path: string,
  from: number,
  to: number,
  chunkSize: number,
  each: (line: Buffer, byte: number, ended: boolean) => boolean
): Effect.Effect<void, StorageError> =>
  Effect.gen(function*() {
    let rest: Buffer = Buffer.alloc(0)
    let at = from
    while (at < to) {
      const chunk = yield* files.read(path, at, Math.min(at + chunkSize, to))
      if (chunk.byteLength === 0) break
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      const base = at - rest.byteLength
      const block = rest.byteLength === 0 ? bytes : Buffer.concat([rest, bytes])
      at += chunk.byteLength
      let start = 0
      while (true) {
        const end = block.indexOf(LINE_FEED, start)
        if (end < 0) break
        if (!each(block.subarray(start, end), base + start, true)) return
        start = end + 1
      }
      rest = block.subarray(start)
    }
    if (rest.byteLength > 0) each(rest, at - rest.byteLength, false)
  })

/**
 * Whether the line, or what follows a lost line feed within it, shows that the record had been durable when it was
 * written, going by itself alone.
 */
const proves = (line: Buffer, record: number): boolean => {
  for (let start = 0; start >= 0; start = nextLine(line, start + 1)) {
    const parsed = parseLine(line.subarray(start))
    if (parsed === undefined) continue
    return (parsed._tag === "Seal" ? parsed.number : parsed.firstOfCommit - 1) >= record
  }
  return false
}

const nextLine = (bytes: Buffer, from: number): number => {
  const record = bytes.indexOf("{\"n\":", from)
  const seal = bytes.indexOf("{\"sealed\":", from)
  return record < 0 || seal < 0 ? Math.max(record, seal) : Math.min(record, seal)
}

export const scan = (
  files: DurableFiles["Service"],
  path: string
): Effect.Effect<Scanned, StorageError | JournalDamaged> =>
  Effect.gen(function*() {
    const index: Array<IndexEntry> = []
    let number = 0
    let hash = emptyHash
    let size = 0
    let end = 0
    let sealed = false
    let broken: { readonly byte: number; readonly detail: string } | undefined
    let damage: JournalDamaged | undefined

    const follow = (parsed: ParsedLine): string | undefined => {
      if (parsed._tag === "Seal") {
        return parsed.number === number && parsed.hash === hash
          ? undefined
          : `is missing or changed: a seal at the end names record ${parsed.number} with another hash`
      }
      if (parsed.record.number !== number + 1) return `is missing: record ${parsed.record.number} follows ${number}`
      return parsed.record.hash === chainHash(hash, parsed.content)
        ? undefined
        : "was changed after it was written (its hash does not follow from the record before it)"
    }

    yield* eachLine(files, path, 0, Infinity, SCAN_CHUNK, (line, byte, ended) => {
      end = byte + line.byteLength + (ended ? 1 : 0)
      const parsed = ended ? parseLine(line) : undefined
      if (broken === undefined && parsed === undefined) {
        broken = { byte, detail: "is not whole (its checksum is wrong)" }
      }
      if (broken !== undefined) {
        if (proves(line, number + 1)) damage = new JournalDamaged({ journal: path, record: number + 1, ...broken })
        return damage === undefined
      }
      if (parsed === undefined) return true
      const detail = follow(parsed)
      if (detail !== undefined) {
        // A whole line with a wrong chain was never written like that, whether or not anything proves it durable.
        const record = parsed._tag === "Seal" ? Math.max(1, number) : number + 1
        damage = new JournalDamaged({ journal: path, record, byte, detail })
        return false
      }
      if (parsed._tag === "Record") {
        number = parsed.record.number
        hash = parsed.record.hash
        noteIndex(index, number, byte)
      }
      sealed = parsed._tag === "Seal"
      size = end
      return true
    })
    if (damage !== undefined) return yield* damage
    return {
      head: { number, hash },
      size,
      index,
      sealed,
      tornTail: broken === undefined ? undefined : { byte: size, bytes: end - size }
    }
  })
