/** Where one session's past is kept: its journal and its snapshots, as the session engine uses them. */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { Position } from "../replay/ReplayDriver.ts"
import type { Pending } from "./SessionCore.ts"

export interface SessionSnapshot {
  readonly sequence: number
  readonly position: Position
  readonly bytes: Uint8Array
}

export interface Timeline {
  /** Durable when it returns. */
  readonly append: (pending: ReadonlyArray<Pending>) => Effect.Effect<void>
  readonly saveSnapshot: (snapshot: SessionSnapshot) => Effect.Effect<void>
  readonly snapshotEvery: Duration.Input
  /** Journal records that SQL has not seen yet. */
  readonly databaseLag: () => number
}
