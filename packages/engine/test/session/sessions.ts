/** Sessions in this process: a recorded log, replayed by the real engine over a database of choice. */
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { Supervisor } from "../../src/actors/Supervisor.ts"
import { Database, DatabaseError } from "../../src/database/Database.ts"
import { loadCharges, loadMarginRates } from "../../src/rules/RuleFiles.ts"
import * as replaySession from "../../src/session/replaySession.ts"
import { Session } from "../../src/session/Session.ts"
import { sessionDefaults } from "../../src/session/Settings.ts"
import type { WarmUp } from "../../src/session/WarmUp.ts"
import * as Snapshots from "../../src/snapshots/Snapshots.ts"
import { layer as NodeDurableFiles } from "../../src/storage/NodeDurableFiles.ts"
import * as TickLogWriter from "../../src/ticklog/TickLogWriter.ts"
import { stocks, strategies } from "../kernel/scenario.ts"

export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-session-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

/** Records the batches as a tick log of so many stocks. */
export const recordLog = (folder: string, count: number, batches: ReadonlyArray<TickBatch>) =>
  Effect.scoped(Effect.gen(function*() {
    const writer = yield* TickLogWriter.open({
      folder,
      mode: "append",
      origin: "recording",
      instruments: stocks(count)
    })
    for (const batch of batches) yield* writer.append(batch)
  })).pipe(Effect.provide(NodeDurableFiles))

const name = "the database"
const absent = new DatabaseError({ database: name, reason: "unreachable", detail: "nobody is there" })

/** A database that fails every call at once; from `stall` on it takes them and never answers. */
export const stallable = () => {
  let stalled = false
  const database = Database.of({
    name,
    kind: "pglite",
    run: () => Effect.suspend(() => stalled ? Effect.never : Effect.fail(absent)),
    available: Effect.succeed(false),
    failures: () => 0
  })
  const stall = (): void => {
    stalled = true
  }
  return { layer: Layer.succeed(Database, database), stall }
}

/** A database that fails every call. */
export const absentDatabase = stallable().layer

export interface RunningSession {
  readonly session: Session["Service"]
  readonly stop: Effect.Effect<void>
}

/** Replays the log in the session's folder, which may be there already; stopped by hand or with the scope. */
export const replaying = (
  folder: string,
  log: string,
  database: Layer.Layer<Database>,
  playback: { readonly playing: boolean; readonly speed: number } = { playing: false, speed: 0 },
  before?: WarmUp
) =>
  Effect.gen(function*() {
    const scope = yield* Effect.acquireRelease(Scope.make(), (made, exit) => Scope.close(made, exit))
    const session = replaySession.layer({
      folder,
      log,
      seed: 7,
      kernel: { ...sessionDefaults, strategyNamed: strategies },
      charges: yield* loadCharges(),
      margins: yield* loadMarginRates(),
      ...(before === undefined ? {} : { warmUp: () => Effect.succeed(before) }),
      ...playback
    })
    const services = Layer.mergeAll(Supervisor.layer, Snapshots.layer).pipe(
      Layer.provideMerge(database),
      Layer.provideMerge(NodeDurableFiles),
      // That SQL is missed is said all the time.
      Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "Error"))
    )
    const context = yield* Layer.buildWithScope(Layer.provide(session, services), scope)
    const running: RunningSession = { session: Context.get(context, Session), stop: Scope.close(scope, Exit.void) }
    return running
  })
