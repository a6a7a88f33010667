/**
 * A session that replays a recorded log, under the control of whoever watches it. Going back in time begins a new
 * timeline: the recorded ticks again, with the commands that had been given up to there.
 */
import type { ChargeRules } from "@keepgaining/core/charges/ChargeSchedule.ts"
import type { Command } from "@keepgaining/core/commands/Command.ts"
import type { MarginRow } from "@keepgaining/core/margins/MarginRates.ts"
import { istDay, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as path from "node:path"
import { Supervisor } from "../actors/Supervisor.ts"
import { type Database } from "../database/Database.ts"
import { lockDirectory } from "../database/DirectoryLock.ts"
import type { KernelOptions } from "../kernel/KernelOptions.ts"
import type { PlacedCommand } from "../replay/ReplayDriver.ts"
import { type Snapshots } from "../snapshots/Snapshots.ts"
import { DurableFiles } from "../storage/DurableFile.ts"
import { reading } from "../ticklog/Recovery.ts"
import { TickLogRefused } from "../ticklog/TickLogError.ts"
import { openTickLogSync } from "../ticklog/TickLogReader.ts"
import { keptTerms, termsToKeep } from "./keptTerms.ts"
import { recoverSession } from "./recoverSession.ts"
import { type ReplayRequest, type ReplayStatus, Session, SessionRefused } from "./Session.ts"
import { type Playback, SessionEngine } from "./SessionEngine.ts"
import { openFolder, readManifest, timelineKey, writeManifest } from "./SessionFolder.ts"
import * as SessionHistory from "./SessionHistory.ts"
import { type Running, sessionService } from "./sessionService.ts"
import { byInstrument, readWarmUp, type WarmUp, writeWarmUp } from "./WarmUp.ts"

export interface ReplaySessionOptions {
  readonly folder: string
  /** Folder of the tick log. */
  readonly log: string
  readonly seed: number
  readonly kernel: Omit<KernelOptions, "instruments" | "seed" | "hours" | "charges" | "margins">
  /** What trades cost and positions bind, for a session that begins; one that is there already keeps what it had. */
  readonly charges: ChargeRules
  readonly margins: ReadonlyArray<MarginRow>
  /** One-minute candles of the instruments from before the instant; asked once, when the session begins. */
  readonly warmUp?: (symbols: ReadonlyArray<string>, before: number) => Effect.Effect<WarmUp>
  readonly playing: boolean
  /** Event seconds per wall second; 0 = as fast as it goes. */
  readonly speed: number
}

const make = Effect.fnUntraced(function*(options: ReplaySessionOptions) {
  const { folder, log } = options
  const files = yield* DurableFiles
  const supervisor = yield* Supervisor
  const context = yield* Effect.context<Database | Snapshots | DurableFiles | Supervisor>()
  yield* lockDirectory(folder)
  const span = yield* spanOf(log, files)
  const isNew = (yield* readManifest(folder)) === undefined
  const before = isNew && options.warmUp !== undefined
    ? yield* options.warmUp(span.symbols, startOfIstDay(istDay(span.from)))
    : []
  if (before.length > 0) yield* writeWarmUp(folder, before)
  let manifest = yield* openFolder(folder, {
    mode: "replay",
    seed: options.seed,
    log: path.resolve(log),
    ...termsToKeep(options),
    ...(before.length > 0 ? { warmUp: true } : {})
  })
  const warmUp = manifest.warmUp === true ? yield* readWarmUp(folder) : []

  const start = (playback: Playback, retained: ReadonlyArray<PlacedCommand>) =>
    Effect.gen(function*() {
      const cursor = yield* reading(() => openTickLogSync(log, { files: files.reading }))
      yield* Effect.addFinalizer(() => Effect.sync(() => cursor.close()))
      const { hours, instruments } = cursor
      const opened = yield* SessionHistory.open({ folder, manifest, symbolOf: (index) => instruments.at(index).symbol })
      if (retained.length > 0) yield* opened.timeline.append(SessionHistory.commandEntries(retained))
      const history = retained.length > 0 ? { ...opened, commands: retained } : opened
      const { core, driver } = yield* recoverSession({
        history,
        kernel: {
          ...options.kernel,
          ...keptTerms(manifest, options),
          instruments,
          hours,
          warmUp: byInstrument(warmUp, instruments),
          seed: manifest.seed
        },
        sourceFrom: (batch) => {
          cursor.seek(batch)
          return cursor
        },
        until: "caught up"
      })
      const engine = yield* SessionEngine.make({
        core,
        events: history.events,
        input: { _tag: "Replay", log: path.basename(log), ...span, driver, ...playback },
        timeline: history.timeline
      })
      const running: Running = { engine, key: timelineKey(manifest) }
      return running
    })

  const outer = yield* Effect.scope
  const inScope = (playback: Playback, retained: ReadonlyArray<PlacedCommand>) =>
    Effect.gen(function*() {
      const scope = yield* Scope.fork(outer)
      const running = yield* start(playback, retained).pipe(
        Effect.provideContext(context),
        Effect.provideService(Scope.Scope, scope),
        Effect.onError(() => Scope.close(scope, Exit.void))
      )
      return { scope, running }
    })

  let current = yield* inScope({ playing: options.playing, speed: options.speed }, [])
  // One at a time: a command must not fall into the gap between two timelines.
  const turn = yield* Semaphore.make(1)

  const rewind = (to: number) =>
    Effect.gen(function*() {
      const { engine } = current.running
      const playback = engine.playback() ?? { playing: false, speed: 1 }
      for (const fiber of ["engine/kernel", "engine/snapshotter", "engine/journal writer"]) {
        yield* supervisor.stop(fiber)
      }
      engine.abandon("The replay was rewound", "Ask again: the session begins anew at the time it went to")
      yield* Scope.close(current.scope, Exit.void)
      manifest = { ...manifest, timeline: manifest.timeline + 1 }
      yield* writeManifest(folder, manifest)
      current = yield* inScope(playback, engine.core.placed.filter((command) => command.at <= to))
      yield* current.running.engine.control({ _tag: "Seek", to })
    }).pipe(Effect.provideContext(context), Effect.uninterruptible)

  const status = (): ReplayStatus => {
    const known = current.running.engine.replayStatus()
    return known ?? { log, ...span, now: span.from, playing: false, speed: 1, finished: false }
  }

  const control = (request: ReplayRequest): Effect.Effect<ReplayStatus, SessionRefused> =>
    turn.withPermits(1)(Effect.gen(function*() {
      const { engine } = current.running
      if (request._tag !== "Seek") yield* engine.control(request)
      else {
        const to = Math.min(Math.max(request.to, span.from), span.to)
        if (to >= engine.kernel.now) yield* engine.control({ _tag: "Seek", to })
        else {
          yield* rewind(to).pipe(
            Effect.mapError((error) =>
              new SessionRefused({
                reason: `The replay cannot go back: ${error.message}`,
                remedy: "Restart the replay"
              })
            )
          )
        }
      }
      return status()
    }))

  const execute = (commandId: string, command: Command) =>
    turn.withPermits(1)(Effect.suspend(() => current.running.engine.execute(commandId, command)))

  return yield* sessionService({ mode: "replay", running: () => current.running, execute, replay: { status, control } })
})

const spanOf = (log: string, files: DurableFiles["Service"]) =>
  Effect.gen(function*() {
    const cursor = yield* reading(() => openTickLogSync(log, { files: files.reading }))
    const { from, to } = cursor.summary()
    const symbols = cursor.instruments.all().map(({ symbol }) => symbol)
    cursor.close()
    if (from === undefined || to === undefined) {
      return yield* new TickLogRefused({ folder: log, reason: "it holds no ticks", remedy: "Choose another log" })
    }
    return { from, to, symbols }
  })

export const layer = (options: ReplaySessionOptions) => Layer.effect(Session, make(options))
