/**
 * One record as one line of text that a person can read:
 *
 * ```
 * {"n":7,"s":42,"t":1623210300000,"k":"decision","p":{...},"g":6,"h":"<sha256>","c":"<crc32>"}
 * ```
 *
 * number, sequence, event time, kind, payload; `g` is the number of the first record of the commit it belongs to, `h` the
 * chained hash over everything before `g`, `c` the CRC-32 of everything before `c`. Commits follow one another, each
 * synced before the next is written: a line with `g` = 6 proves that records 1 to 5 had become durable. The CRC says of a
 * line whether it is whole without knowing the line before it, the hash whether it is the one that was written.
 *
 * `{"sealed":7,"h":"<sha256>","c":"<crc32>"}` is written after a clean end and proves that record 7 had become durable.
 */
import * as crypto from "node:crypto"
import * as zlib from "node:zlib"
import type { JournalEntry, JournalRecord, RecordKind } from "./Journal.ts"

/** A record that has its place in the chain. `content` is the part of its line that the hash covers. */
export interface ChainedRecord {
  readonly number: number
  readonly sequence: number
  readonly at: number
  readonly kind: RecordKind
  /** JSON. */
  readonly payload: string
  readonly content: string
  readonly hash: string
}

export const contentOf = (number: number, sequence: number, at: number, kind: RecordKind, payload: string): string =>
  `{"n":${number},"s":${sequence},"t":${at},"k":"${kind}","p":${payload}`

export const chainHash = (previous: string, content: string): string => crypto.hash("sha256", previous + content, "hex")

export const chain = (entry: JournalEntry, number: number, previous: string): ChainedRecord => {
  const payload = JSON.stringify(entry.payload) ?? "null"
  const content = contentOf(number, entry.sequence, entry.at, entry.kind, payload)
  return {
    number,
    sequence: entry.sequence,
    at: entry.at,
    kind: entry.kind,
    payload,
    content,
    hash: chainHash(previous, content)
  }
}

const hex8 = (value: number): string => value.toString(16).padStart(8, "0")

const withChecksum = (text: string): string => `${text},"c":"${hex8(zlib.crc32(text))}"}\n`

export const recordLine = (record: ChainedRecord, firstOfCommit: number): string =>
  withChecksum(`${record.content},"g":${firstOfCommit},"h":"${record.hash}"`)

export const sealLine = (number: number, hash: string): string => withChecksum(`{"sealed":${number},"h":"${hash}"`)

export type ParsedLine =
  | {
    readonly _tag: "Record"
    readonly record: JournalRecord
    readonly content: string
    readonly firstOfCommit: number
  }
  | { readonly _tag: "Seal"; readonly number: number; readonly hash: string }

/** `,"c":"` with eight digits and `"}`. */
const CHECKSUM_BYTES = 16
const checksumTail = /^,"c":"([0-9a-f]{8})"\}$/
const recordTail = /,"g":(\d+),"h":"([0-9a-f]{64})"$/
/** Longest text that `recordTail` can match. */
const RECORD_TAIL = 96
const seal = /^\{"sealed":(\d+),"h":"([0-9a-f]{64})"$/

/** Reads a line without its line feed; `undefined` when it is not whole. */
export const parseLine = (line: Buffer): ParsedLine | undefined => {
  const end = line.byteLength - CHECKSUM_BYTES
  if (end <= 0) return undefined
  const checksum = checksumTail.exec(line.toString("latin1", end))
  if (checksum === null || checksum[1] !== hex8(zlib.crc32(line.subarray(0, end)))) return undefined
  const text = line.toString("utf8", 0, end)
  const cut = Math.max(0, text.length - RECORD_TAIL)
  const tail = recordTail.exec(text.slice(cut))
  if (tail === null) {
    const sealed = seal.exec(text)
    return sealed === null ? undefined : { _tag: "Seal", number: Number(sealed[1]), hash: sealed[2] ?? "" }
  }
  const content = text.slice(0, cut + tail.index)
  const values = parseContent(content)
  if (values === undefined) return undefined
  const hash = tail[2] ?? ""
  return {
    _tag: "Record",
    record: { number: values.n, sequence: values.s, at: values.t, kind: values.k, payload: values.p, hash },
    content,
    firstOfCommit: Number(tail[1])
  }
}

const parseContent = (
  content: string
): { n: number; s: number; t: number; k: RecordKind; p: unknown } | undefined => {
  try {
    // The checksum matched, so this is what `contentOf` wrote.
    return JSON.parse(`${content}}`)
  } catch {
    return undefined
  }
}
