/**
 * Walks the batches of one segment, reading it through a window of memory that is used again and again: a batch that it
 * hands out views that window and is good until the next call.
 */
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import type { ReadableFile } from "../storage/ReadFiles.ts"
import { BATCH_HEAD, type BatchHead, bodyIsGood, decodeHead, schemaMessage } from "./SegmentFormat.ts"
import { viewBody } from "./TickColumns.ts"

const WINDOW = 4 * 1024 * 1024
/** Enough to hop from head to head without reading the bodies between them. */
const HOP_WINDOW = 16 * 1024

/** Why there is no (further) batch: the end mark, missing bytes, or bytes that are wrong. */
export type Stop =
  | { readonly _tag: "End" }
  | { readonly _tag: "Short" }
  | { readonly _tag: "Bad"; readonly offset: number; readonly batch: number; readonly what: string }

const END: Stop = { _tag: "End" }
const SHORT: Stop = { _tag: "Short" }

export class SegmentCursor {
  readonly #file: ReadableFile
  readonly #verify: boolean
  #window = new Uint8Array(0)
  #start = 0
  #filled = 0
  /** Byte at which the next message starts; everything before it was read and found good. */
  offset = 0
  /** Number of the next batch within the segment. */
  batch = 0
  /** Of the batch handed out (or skipped) last. */
  head: BatchHead | undefined

  /** `verify` checks the columns' checksum; heads are always checked. The caller closes the file. */
  constructor(file: ReadableFile, verify: boolean) {
    this.#file = file
    this.#verify = verify
  }

  /** The next batch, viewing the window, or why there is none. After `Short` it may be asked again. */
  next(): TickBatch | Stop {
    const head = this.#nextHead(WINDOW)
    if ("_tag" in head) return head
    const needed = BATCH_HEAD + head.bodyLength
    if (this.#load(needed, WINDOW) < needed) return SHORT
    const body = this.offset - this.#start + BATCH_HEAD
    const good = !this.#verify || bodyIsGood(this.#window, body, head)
    const problem = good ? undefined : this.#bad("the columns' checksum is wrong")
    this.#pass(head)
    return problem ?? viewBody(head.rows, head.now, this.#window.buffer, body)
  }

  /** Passes over the next batch, checking its head only; its size is in {@link head}. */
  skip(): Stop | undefined {
    const head = this.#nextHead(HOP_WINDOW)
    if ("_tag" in head) return head
    if (this.#file.size() < this.offset + BATCH_HEAD + head.bodyLength) return SHORT
    this.#pass(head)
    return undefined
  }

  /** Whether a whole message (or damage) lies at the present place by now; moves nothing. */
  hasWhole(): boolean {
    const head = this.#nextHead(HOP_WINDOW)
    if ("_tag" in head) return head._tag !== "Short"
    return this.#file.size() >= this.offset + BATCH_HEAD + head.bodyLength
  }

  /** After bad bytes: goes to the next place where a batch's head is sound; `false` when there is none. */
  resync(): boolean {
    for (let offset = this.offset + 8;; offset += 8) {
      this.offset = offset
      const available = this.#load(BATCH_HEAD, WINDOW)
      if (available < BATCH_HEAD) return false
      const head = decodeHead(this.#window, offset - this.#start, available)
      if (typeof head === "object" && "rows" in head) return true
    }
  }

  #nextHead(window: number): BatchHead | Stop {
    if (this.offset === 0) {
      const problem = this.#schema(window)
      if (problem !== undefined) return problem
    }
    const available = this.#load(BATCH_HEAD, window)
    const head = decodeHead(this.#window, this.offset - this.#start, available)
    if (head === "end") return END
    if (head === "short") return SHORT
    if ("what" in head) return this.#bad(head.what)
    return head
  }

  #schema(window: number): Stop | undefined {
    const length = schemaMessage.byteLength
    const available = this.#load(length, window)
    if (available < length) return SHORT
    if (Buffer.compare(this.#window.subarray(0, length), schemaMessage) !== 0) {
      return this.#bad("it does not start with the schema of a tick log of this version")
    }
    this.offset = length
    return undefined
  }

  #bad(what: string): Stop {
    return { _tag: "Bad", offset: this.offset, batch: this.batch, what }
  }

  #pass(head: BatchHead): void {
    this.head = head
    this.offset += BATCH_HEAD + head.bodyLength
    this.batch++
  }

  /** Gets at least `needed` bytes from `offset` on into the window, where there are so many; answers how many there are. */
  #load(needed: number, window: number): number {
    const available = this.#start + this.#filled - this.offset
    if (this.offset >= this.#start && available >= needed) return available
    const size = Math.max(needed, window)
    if (this.#window.byteLength < size) this.#window = new Uint8Array(size)
    this.#start = this.offset
    this.#filled = this.#file.readInto(this.#window.subarray(0, size), this.offset)
    return this.#filled
  }
}
