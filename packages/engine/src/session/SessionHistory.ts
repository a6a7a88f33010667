/**
 * One timeline of a session on disk: its journal, its snapshots, its tables in SQL, and what they hold when it is opened.
 *
 * The journal is a fsynced file, or a table where a PostgreSQL server is configured (PGlite never syncs, so it can hold
 * no only copy). Snapshots and tables save time and answer questions; recovery does without them.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Database } from "../database/Database.ts"
import type { JournalEntry, JournalError, JournalShape } from "../journal/Journal.ts"
import * as JournalFile from "../journal/JournalFile.ts"
import * as JournalTable from "../journal/JournalTable.ts"
import { CommandRecord, DecisionRecord } from "../journal/SessionRecords.ts"
import { SNAPSHOT_VERSION } from "../kernel/KernelSnapshot.ts"
import * as Projector from "../projections/Projector.ts"
import type { PlacedCommand, Position } from "../replay/ReplayDriver.ts"
import { Snapshots } from "../snapshots/Snapshots.ts"
import type { DurableFiles } from "../storage/DurableFile.ts"
import { EventLog } from "./EventLog.ts"
import type { SessionEvent } from "./Session.ts"
import type { Pending } from "./SessionCore.ts"
import { journalFile, type SessionManifest, timelineKey } from "./SessionFolder.ts"
import type { SessionSnapshot, Timeline } from "./Timeline.ts"

export interface SessionHistory {
  readonly timeline: Timeline
  readonly events: EventLog
  /** Every command, in its order. */
  readonly commands: ReadonlyArray<PlacedCommand>
  /** Every decision; number 1 is at index 0. */
  readonly decisions: ReadonlyArray<SessionEvent>
  readonly snapshot: SessionSnapshot | undefined
}

/** The journal holds something that this version does not understand. Nothing was changed. */
export class HistoryUnreadable extends Schema.TaggedError<HistoryUnreadable>()("HistoryUnreadable", {
  journal: Schema.String,
  record: Schema.Int,
  detail: Schema.String
}) {
  override get message(): string {
    return `Record ${this.record} of journal ${this.journal} cannot be understood: ${this.detail}. ` +
      "It was written by another version: go on with that version, or start anew with --fresh."
  }
}

const PAGE = 10_000
const SNAPSHOT_EVERY = "10 seconds"

const decodeCommand = Schema.decodeUnknownEffect(CommandRecord)
const decodeDecision = Schema.decodeUnknownEffect(DecisionRecord)
const encodeCommand = Schema.encodeSync(CommandRecord)
const encodeDecision = Schema.encodeSync(DecisionRecord)

export const open = (options: {
  readonly folder: string
  readonly manifest: SessionManifest
  readonly symbolOf: (instrument: number) => string
}): Effect.Effect<
  SessionHistory,
  JournalError | HistoryUnreadable,
  Database | Snapshots | DurableFiles | Scope.Scope
> =>
  Effect.gen(function*() {
    const { folder, manifest, symbolOf } = options
    const key = timelineKey(manifest)
    const database = yield* Database
    const snapshots = yield* Snapshots
    const inTable = database.kind === "postgres"
    const journal = yield* inTable ? JournalTable.open(key) : JournalFile.open(journalFile(folder, manifest.timeline))
    if (journal.tornTail !== undefined) {
      yield* Effect.logWarning("The journal ended in the middle of a commit; it was cut there", journal.tornTail)
    }
    const { commands, decisions, others } = yield* readAll(journal)
    const snapshot = yield* latestSnapshot(snapshots, key)
    const projector = yield* Projector.start({ session: key, journal, symbolOf, mirror: !inTable })

    const append = (pending: ReadonlyArray<Pending>) =>
      Effect.gen(function*() {
        const first = journal.head().number + 1
        pending.forEach((each, i) => {
          if (each._tag === "Command") others.push(first + i)
        })
        yield* Effect.orDie(journal.append(pending.map(entryOf)))
        yield* projector.wake
      })

    const older = (after: number, limit: number): Effect.Effect<ReadonlyArray<SessionEvent>> =>
      Effect.gen(function*() {
        const records = yield* journal.read(recordOf(others, after), limit)
        const events: Array<SessionEvent> = []
        for (const record of records) {
          if (record.kind !== "decision") continue
          const { decision, number } = yield* decodeDecision(record.payload)
          events.push({ number, cause: record.sequence, decision })
        }
        return events
      }).pipe(Effect.orDie)

    const events = new EventLog(older)
    yield* events.append(decisions)
    return {
      events,
      commands,
      decisions,
      snapshot,
      timeline: {
        append,
        saveSnapshot: (taken) =>
          snapshots.save(key, taken.sequence, SNAPSHOT_VERSION, withPosition(taken)).pipe(
            Effect.catch((error) => Effect.logWarning(`No snapshot was stored: ${error.message}`))
          ),
        snapshotEvery: SNAPSHOT_EVERY,
        databaseLag: projector.lag
      }
    }
  })

const readAll = (journal: JournalShape) =>
  Effect.gen(function*() {
    const commands: Array<PlacedCommand> = []
    const decisions: Array<SessionEvent> = []
    /** Numbers of the records that are no decisions, ascending. */
    const others: Array<number> = []
    for (let after = 0; after < journal.head().number;) {
      const records = yield* journal.read(after, PAGE)
      for (const record of records) {
        const unreadable = (error: Schema.SchemaError) =>
          new HistoryUnreadable({ journal: journal.name, record: record.number, detail: error.message })
        if (record.kind === "decision") {
          const { decision, number } = yield* Effect.mapError(decodeDecision(record.payload), unreadable)
          decisions.push({ number, cause: record.sequence, decision })
          continue
        }
        others.push(record.number)
        if (record.kind !== "command") continue
        const { batch, command, commandId, row } = yield* Effect.mapError(decodeCommand(record.payload), unreadable)
        commands.push({ commandId, command, batch, row, at: record.at })
      }
      after = records.at(-1)?.number ?? journal.head().number
    }
    return { commands, decisions, others }
  })

/** A snapshot that cannot be had only costs time. */
const latestSnapshot = (snapshots: Snapshots["Service"], key: string): Effect.Effect<SessionSnapshot | undefined> =>
  snapshots.latest(key, SNAPSHOT_VERSION).pipe(
    Effect.map(({ snapshot }) =>
      snapshot === undefined ? undefined : { sequence: snapshot.sequence, ...positionFrom(snapshot.bytes) }
    ),
    Effect.catch((error) => Effect.as(Effect.logWarning(`Recovering without a snapshot: ${error.message}`), undefined))
  )

const entryOf = (pending: Pending): JournalEntry =>
  pending._tag === "Command"
    ? { sequence: pending.sequence, at: pending.at, kind: "command", payload: encodeCommand(pending.record) }
    : {
      sequence: pending.event.cause,
      at: pending.at,
      kind: "decision",
      payload: encodeDecision({ number: pending.event.number, decision: pending.event.decision })
    }

/** Number of the record that holds decision `number`; `others` are the numbers of the records that hold none. */
const recordOf = (others: ReadonlyArray<number>, number: number): number => {
  let record = number
  for (const other of others) {
    if (other > record) break
    record++
  }
  return record
}

const POSITION_BYTES = 16

const withPosition = ({ bytes, position }: SessionSnapshot): Uint8Array => {
  const whole = new Uint8Array(POSITION_BYTES + bytes.byteLength)
  const view = new DataView(whole.buffer)
  view.setFloat64(0, position.batch)
  view.setFloat64(8, position.row)
  whole.set(bytes, POSITION_BYTES)
  return whole
}

const positionFrom = (whole: Uint8Array): { readonly position: Position; readonly bytes: Uint8Array } => {
  const view = new DataView(whole.buffer, whole.byteOffset, POSITION_BYTES)
  return { position: { batch: view.getFloat64(0), row: view.getFloat64(8) }, bytes: whole.subarray(POSITION_BYTES) }
}

/** Where commands stood, as entries for the journal of a timeline that begins with them. */
export const commandEntries = (commands: ReadonlyArray<PlacedCommand>): ReadonlyArray<Pending> =>
  commands.map(({ at, batch, command, commandId, row }) => ({
    _tag: "Command",
    sequence: 0,
    at,
    record: { commandId, command, batch, row }
  }))
