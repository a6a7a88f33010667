/** The segments that one account's frames are appended to, one folder an Indian day. */
import { DAY_MS, formatIstDate, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as path from "node:path"
import type { DurableFile, DurableFiles, StorageError } from "../storage/DurableFile.ts"
import type { FrameChunk } from "./FrameBuffer.ts"
import {
  type About,
  encodeAbout,
  readRecords,
  RecordKind,
  recordOf,
  segmentHead,
  segmentName,
  segmentNumber
} from "./FrameFormat.ts"

const SEGMENT_BYTES = 64 * 1024 * 1024

interface OpenSegment {
  readonly day: number
  readonly file: DurableFile
  readonly scope: Scope.Closeable
  bytes: number
}

export class FrameSegments {
  readonly #files: DurableFiles["Service"]
  readonly #folder: string
  readonly #about: About
  readonly #mostBytes: number
  #open: OpenSegment | undefined
  #dirty = false

  /** `folder`: of the account. */
  constructor(files: DurableFiles["Service"], folder: string, about: About, mostBytes = SEGMENT_BYTES) {
    this.#files = files
    this.#folder = folder
    this.#about = about
    this.#mostBytes = mostBytes
  }

  /** `instruments`: what a segment that begins says first, so that it can be read without those before it. */
  append(chunk: FrameChunk, instruments: Uint8Array): Effect.Effect<void, StorageError> {
    return Effect.uninterruptible(Effect.gen({ self: this }, function*(this: FrameSegments) {
      const open = this.#open
      if (open === undefined || open.day !== chunk.day || open.bytes + chunk.bytes.byteLength > this.#mostBytes) {
        yield* this.close
        this.#open = yield* this.#begin(chunk.day, instruments)
      }
      const segment = this.#open
      if (segment === undefined) return
      yield* segment.file.append([chunk.bytes])
      segment.bytes += chunk.bytes.byteLength
      this.#dirty = true
    }))
  }

  get sync(): Effect.Effect<void, StorageError> {
    return Effect.suspend(() => {
      const segment = this.#open
      if (segment === undefined || !this.#dirty) return Effect.void
      this.#dirty = false
      return segment.file.sync
    })
  }

  /** The next frames begin another segment. */
  get close(): Effect.Effect<void, StorageError> {
    return Effect.suspend(() => {
      const segment = this.#open
      if (segment === undefined) return Effect.void
      return Effect.ensuring(
        this.sync,
        Effect.andThen(
          Scope.close(segment.scope, Exit.void),
          Effect.sync(() => {
            this.#open = undefined
          })
        )
      )
    })
  }

  #begin(day: number, instruments: Uint8Array): Effect.Effect<OpenSegment, StorageError> {
    return Effect.gen({ self: this }, function*(this: FrameSegments) {
      const folder = path.join(this.#folder, formatIstDate(startOfIstDay(day)))
      yield* this.#files.makeDirectory(folder)
      const names = (yield* this.#files.list(folder)).filter((name) => segmentNumber(name) !== undefined)
      const last = names.at(-1)
      if (last !== undefined) yield* cutTornTail(this.#files, path.join(folder, last))
      const now = yield* Clock.currentTimeMillis
      const time = Math.min(Math.max(now, startOfIstDay(day)), startOfIstDay(day) + DAY_MS - 1)
      const head = [
        segmentHead,
        recordOf(RecordKind.about, time, encodeAbout(this.#about)),
        ...(instruments.byteLength === 0 ? [] : [recordOf(RecordKind.instruments, time, instruments)])
      ]
      const scope = yield* Scope.make()
      const number = last === undefined ? 0 : segmentNumber(last) ?? 0
      const file = yield* Scope.provide(this.#files.open(path.join(folder, segmentName(number + 1))), scope)
      yield* file.append(head)
      return { day, file, scope, bytes: head.reduce((sum, piece) => sum + piece.byteLength, 0) }
    })
  }
}

/** Cuts what a crash left unfinished at the end of a segment. Damage with sound records behind it is left to its readers. */
const cutTornTail = (files: DurableFiles["Service"], file: string): Effect.Effect<void, StorageError> =>
  Effect.gen(function*() {
    const bytes = yield* files.read(file)
    let end: { readonly offset: number; readonly bytes: number } | undefined
    for (const record of readRecords(bytes)) end = record._tag === "Damage" ? record : undefined
    if (end === undefined) return
    yield* Effect.scoped(Effect.gen(function*() {
      const opened = yield* files.open(file)
      yield* opened.truncate(end.offset)
      yield* opened.sync
    }))
    yield* Effect.logWarning("A recording of frames ended in the middle of one; it was cut there").pipe(
      Effect.annotateLogs({ file, offset: end.offset, bytes: end.bytes })
    )
  })
