/**
 * A session's folder: `session.json` says what it is; beside it lie its journals (one a timeline) and, for a session with
 * a live feed, its tick log.
 *
 * ```
 * sessions/<name>/session.json
 * sessions/<name>/journal-1.log
 * sessions/<name>/ticks/
 * sessions/<name>/warm-up.candles
 * ```
 */
import { HoursRules } from "@keepgaining/core/candles/TradingHours.ts"
import { ChargeRules } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { SquareOff } from "@keepgaining/core/desk/squareOff.ts"
import { MarginRow } from "@keepgaining/core/margins/MarginRates.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as crypto from "node:crypto"
import * as path from "node:path"
import { DurableFiles, type StorageError } from "../storage/DurableFile.ts"

export const SessionManifest = Schema.Struct({
  /** Unique, also among the sessions of other folders in one database. */
  id: Schema.String,
  mode: Schema.Literals(["demo", "paper", "sim", "live", "replay"]),
  /** Seed of every model and strategy. */
  seed: Schema.Int,
  /** Instant at which a generated market began, epoch ms. */
  marketStart: Schema.optionalKey(Schema.Finite),
  /** Trading hours that it decides by; {@link plainHours} when it says none. A log that is replayed brings its own. */
  hours: Schema.optionalKey(HoursRules),
  /** What trades cost. */
  charges: Schema.optionalKey(ChargeRules),
  /** What positions bind. */
  margins: Schema.optionalKey(Schema.Array(MarginRow)),
  /** With which its paper books began, paise. */
  capital: Schema.optionalKey(Schema.Finite),
  /** When its intraday positions are squared off; the usual times when it says none. */
  squareOff: Schema.optionalKey(Schema.Array(SquareOff)),
  /** It began with candles from before it, which lie beside this file. */
  warmUp: Schema.optionalKey(Schema.Boolean),
  /** The recorded log that it replays. */
  log: Schema.optionalKey(Schema.String),
  /** Number of the timeline that is in use; a replay that was rewound begins a new one. */
  timeline: Schema.Int
})
export type SessionManifest = typeof SessionManifest.Type

/** `session.json` is there but cannot be read. Nothing was changed. */
export class SessionFolderDamaged extends Schema.TaggedError<SessionFolderDamaged>()("SessionFolderDamaged", {
  folder: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${path.join(this.folder, "session.json")} cannot be read: ${this.detail}. ` +
      "Restore it from a copy, or move the folder away and start a new session."
  }
}

const Json = Schema.fromJsonString(SessionManifest)
const encoded = Schema.encodeSync(SessionManifest)

const fileOf = (folder: string): string => path.join(folder, "session.json")

/** What the folder says of itself; `undefined` when it holds no session. */
export const readManifest = (
  folder: string
): Effect.Effect<SessionManifest | undefined, StorageError | SessionFolderDamaged, DurableFiles> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    if (!(yield* files.list(folder)).includes("session.json")) return undefined
    const bytes = yield* files.read(fileOf(folder))
    return yield* Schema.decodeUnknownEffect(Json)(new TextDecoder().decode(bytes)).pipe(
      Effect.mapError((error) => new SessionFolderDamaged({ folder, detail: error.message }))
    )
  })

export const writeManifest = (
  folder: string,
  manifest: SessionManifest
): Effect.Effect<void, StorageError, DurableFiles> =>
  Effect.flatMap(DurableFiles, (files) =>
    Effect.andThen(
      files.makeDirectory(folder),
      files.replace(fileOf(folder), new TextEncoder().encode(`${JSON.stringify(encoded(manifest), undefined, 1)}\n`))
    ))

/** The session of the folder, begun with `fresh` when there is none. */
export const openFolder = (
  folder: string,
  fresh: Omit<SessionManifest, "id" | "timeline">
): Effect.Effect<SessionManifest, StorageError | SessionFolderDamaged, DurableFiles> =>
  Effect.gen(function*() {
    const known = yield* readManifest(folder)
    if (known !== undefined) return known
    const id = `${path.basename(folder)}-${crypto.randomBytes(4).toString("hex")}`
    const manifest: SessionManifest = { ...fresh, id, timeline: 1 }
    yield* writeManifest(folder, manifest)
    return manifest
  })

export const journalFile = (folder: string, timeline: number): string => path.join(folder, `journal-${timeline}.log`)

export const tickFolder = (folder: string): string => path.join(folder, "ticks")

/** Key of a timeline's snapshots and tables in SQL. */
export const timelineKey = (manifest: SessionManifest): string => `${manifest.id}/${manifest.timeline}`
