/**
 * What a session was asked and what it decided, in order, durable before anybody sees it. Append-only; every record
 * carries the SHA-256 of the previous record's hash and its own content, so that a changed, missing or moved record shows.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export const RecordKind = Schema.Literals(["command", "decision", "note"])
export type RecordKind = typeof RecordKind.Type

export interface JournalEntry {
  /** Number of the input that caused it. */
  readonly sequence: number
  /** Event time, epoch ms. */
  readonly at: number
  readonly kind: RecordKind
  /** Encoded by its schema: whatever JSON can hold. */
  readonly payload: unknown
}

export interface JournalRecord extends JournalEntry {
  /** From 1, without gaps. */
  readonly number: number
  /** SHA-256, 64 hexadecimal digits. */
  readonly hash: string
}

/** The newest record; number 0 with {@link emptyHash} when there is none. */
export interface JournalHead {
  readonly number: number
  readonly hash: string
}

/** What stands in for the hash before the first record. */
export const emptyHash = "0".repeat(64)

/** A record that was durable has been changed or lost. Nothing was altered: the journal is as it was found. */
export class JournalDamaged extends Schema.TaggedError<JournalDamaged>()("JournalDamaged", {
  journal: Schema.String,
  /** The first record that is wrong. */
  record: Schema.Int,
  /** Where its line begins; -1 in a table. */
  byte: Schema.Int,
  detail: Schema.String
}) {
  override get message(): string {
    const place = this.byte < 0 ? "" : `, at byte ${this.byte}`
    return `Record ${this.record} of journal ${this.journal}${place}, ${this.detail}. ` +
      "Restore the journal from a copy, or move it away and start a new session; do not edit it."
  }
}

/** The journal cannot be read or written now. After a failed append it takes nothing more until it is opened again. */
export class JournalUnavailable extends Schema.TaggedError<JournalUnavailable>()("JournalUnavailable", {
  journal: Schema.String,
  operation: Schema.Literals(["open", "append", "read"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `Cannot ${this.operation} journal ${this.journal}: ${this.detail}`
  }
}

export type JournalError = JournalDamaged | JournalUnavailable

/** Bytes after the last intact record that were never acknowledged, cut off when the journal was opened. */
export interface TornTail {
  readonly byte: number
  readonly bytes: number
}

export class Journal extends Context.Service<Journal, {
  /** File or table and session, for people. */
  readonly name: string
  /**
   * Takes the entries over at once, in the order of the calls, and returns the number of the last one when all are
   * durable; concurrent calls share a commit. A caller that is interrupted does not take its entries back.
   */
  readonly append: (entries: ReadonlyArray<JournalEntry>) => Effect.Effect<number, JournalError>
  /** At most `limit` durable records with numbers above `after`, in order. */
  readonly read: (after: number, limit: number) => Effect.Effect<ReadonlyArray<JournalRecord>, JournalError>
  /** The newest durable record. */
  readonly head: () => JournalHead
  /** Records taken over but not yet durable. */
  readonly waiting: () => number
  /** Reads everything again and checks every hash. */
  readonly verify: Effect.Effect<JournalHead, JournalError>
  readonly tornTail: TornTail | undefined
}>()("@keepgaining/engine/journal/Journal") {}

export type JournalShape = Journal["Service"]
