/**
 * Downloads as somebody asks for them: begun, followed, stopped and begun again by their id. Each runs by itself, whoever
 * follows it, and ends with the process; what is left of it is then still planned. The engine goes on with those that it ran
 * when it runs again, and with those whose login ended once there is another one; a command does not.
 */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { DateNotCovered } from "@keepgaining/core/calendar/TradingCalendar.ts"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { ArchiveDamaged, CandlesRefused } from "../archive/ArchiveError.ts"
import { CandleArchive } from "../archive/CandleArchive.ts"
import { OfficialDays } from "../archive/OfficialDays.ts"
import type { DatabaseError } from "../database/Database.ts"
import { MarketRules } from "../rules/MarketRules.ts"
import type { DownloadInterval } from "./DownloadInterval.ts"
import type { DownloadProgress } from "./downloadProgress.ts"
import { type ChunkProblem, DownloadRecords, type DownloadStatus } from "./DownloadRecords.ts"
import { type HistoryDownload, makeDownload } from "./HistoryDownload.ts"
import { HistoryPort } from "./HistoryPort.ts"
import { type HistorySource, HistorySources, type SourceName, sourceNamed } from "./HistorySources.ts"
import { DownloadRefused } from "./planChunks.ts"

export interface DownloadStart {
  readonly source: SourceName
  readonly symbols: ReadonlyArray<string>
  /** Whose hours all of them have; told by the source when absent. */
  readonly segment?: Segment
  /** Minutes when not given. */
  readonly intervals?: ReadonlyArray<DownloadInterval>
  /** Indian dates, both included. */
  readonly from: string
  readonly to: string
  readonly again?: boolean
}

export interface DownloadView {
  readonly status: DownloadStatus
  readonly running: boolean
  /** Of the run that is under way, or of the last one. */
  readonly progress: DownloadProgress | undefined
  /** Why the last run ended early; empty when it did not. */
  readonly problem: string
  /** What has to be so before the engine goes on with it; empty when it does not wait. */
  readonly waiting: string
}

export type DownloadsError = DownloadRefused | DateNotCovered | DatabaseError | ArchiveDamaged | CandlesRefused

export class Downloads extends Context.Service<Downloads, {
  /** Plans what is not planned yet and runs it; one that runs already is left alone. */
  readonly start: (request: DownloadStart) => Effect.Effect<DownloadView, DownloadsError>
  /** Runs what failed or is incomplete once more. `accept`: first takes missing days as days without trades. */
  readonly retry: (id: string, accept: boolean) => Effect.Effect<DownloadView, DownloadsError>
  /** Stops it where it is, and nobody goes on with it by himself; whether it ran, or would have gone on. */
  readonly cancel: (id: string) => Effect.Effect<boolean, DatabaseError>
  /** How it goes, at most four times a second, until it does not run any longer. */
  readonly follow: (id: string) => Stream.Stream<DownloadView, DownloadRefused | DatabaseError>
  /** The newest first. */
  readonly list: Effect.Effect<ReadonlyArray<DownloadView>, DatabaseError>
  readonly problems: (id: string) => Effect.Effect<ReadonlyArray<ChunkProblem>, DownloadRefused | DatabaseError>
}>()("@keepgaining/engine/history/Downloads") {}

const LOOK_MS = 250
/** Between looks whether what is waited for is there. */
const RESUME_MS = 1_000
/** Between attempts to read what is left. */
const RETRY_MS = 5_000
/** Runs that are remembered after their end. */
const REMEMBERED = 100

interface Run {
  progress: DownloadProgress | undefined
  problem: string
  fiber: Fiber.Fiber<void> | undefined
}

/** A download that the engine goes on with. */
interface Wait {
  readonly name: SourceName
  /** The login with which it ended; another one is waited for. */
  readonly ended: object | undefined
  reason: string
}

const make = (inEngine: boolean) =>
  Effect.gen(function*() {
    const archive = yield* CandleArchive
    const official = yield* OfficialDays
    const records = yield* DownloadRecords
    const sources = yield* HistorySources
    const { calendar } = yield* MarketRules
    const scope = yield* Effect.scope
    const runs = new Map<string, Run>()
    const waits = new Map<string, Wait>()
    /** One download of a source: what it counts of the source's limits is counted together. */
    const made = new Map<string, HistoryDownload["Service"]>()
    const turn = yield* Semaphore.make(1)

    const downloadOf = (name: SourceName) =>
      Effect.gen(function*() {
        const source = yield* sources.open(name)
        const known = made.get(source.port.source)
        const download = known ?? (yield* makeDownload(calendar).pipe(
          Effect.provideService(HistoryPort, HistoryPort.of(source.port)),
          Effect.provideService(CandleArchive, archive),
          Effect.provideService(OfficialDays, official),
          Effect.provideService(DownloadRecords, records),
          Effect.provideService(Scope.Scope, scope)
        ))
        made.set(source.port.source, download)
        return { source, download }
      })

    const find = (id: string) =>
      Effect.flatMap(records.find(id), (status) =>
        status === undefined
          ? Effect.fail(new DownloadRefused({ reason: `there is no download ${id}; \`history status\` lists them` }))
          : Effect.succeed(status))

    const viewOf = (status: DownloadStatus): DownloadView => {
      const run = runs.get(status.id)
      return {
        status,
        running: run?.fiber !== undefined,
        progress: run?.progress,
        problem: run?.problem ?? "",
        waiting: waits.get(status.id)?.reason ?? ""
      }
    }

    /** Its token was refused, or there is none: the next login may mend that. */
    const awaitLogin = (id: string, name: SourceName, source: HistorySource) =>
      Effect.map(
        Effect.orElseSucceed(source.access, () => Result.fail("the database answers")),
        (access) => {
          waits.set(id, {
            name,
            ended: Result.isSuccess(access) ? access.success : undefined,
            reason: Result.isSuccess(access) ? `${source.port.source} is logged in again` : access.failure
          })
        }
      )

    const begin = (id: string, name: SourceName, { download, source }: Effect.Success<ReturnType<typeof downloadOf>>) =>
      Effect.gen(function*() {
        yield* records.setGoesOn(id, inEngine)
        waits.delete(id)
        const run: Run = { progress: undefined, problem: "", fiber: undefined }
        const running = download.run(id, {
          onProgress: (progress) => {
            run.progress = progress
          }
        }).pipe(
          Effect.tapError((error) =>
            inEngine && error._tag === "HistoryUnauthorised" ? awaitLogin(id, name, source) : Effect.void
          ),
          Effect.onExit((exit) =>
            Effect.sync(() => {
              run.fiber = undefined
              if (Exit.isSuccess(exit)) return
              if (Cause.hasInterruptsOnly(exit.cause)) run.problem = "it was stopped; started again, it goes on"
              else {
                const error = Cause.squash(exit.cause)
                run.problem = error instanceof Error ? error.message : String(error)
              }
            })
          ),
          Effect.ignoreCause
        )
        run.fiber = yield* Effect.forkIn(running, scope)
        runs.delete(id)
        runs.set(id, run)
        for (const [old, { fiber }] of runs) {
          if (runs.size <= REMEMBERED) break
          if (fiber === undefined) runs.delete(old)
        }
      })

    const start = (request: DownloadStart) =>
      turn.withPermits(1)(Effect.gen(function*() {
        const { again, from, intervals = ["1m"], segment, symbols, to } = request
        const opened = yield* downloadOf(request.source)
        const { download, source } = opened
        const listed = yield* source.instruments(symbols)
        const instruments = segment === undefined ? listed : listed.map(({ symbol }) => ({ symbol, segment }))
        const status = yield* download.plan({
          instruments,
          intervals,
          from,
          to,
          ...(again === undefined ? {} : { again })
        })
        if (runs.get(status.id)?.fiber === undefined) yield* begin(status.id, request.source, opened)
        return viewOf(status)
      }))

    /** Of an earlier download: an account must know its instruments before it is asked. */
    const openAgain = (status: DownloadStatus) =>
      Effect.gen(function*() {
        const { id } = status
        const name = sourceNamed(status.source)
        if (name === undefined) {
          return yield* new DownloadRefused({
            reason: `Download ${id} is of ${status.source}, which is no account and no address`
          })
        }
        const opened = yield* downloadOf(name)
        yield* opened.source.instruments(yield* records.symbols(id)).pipe(
          Effect.catchTag("DownloadRefused", ({ reason }) => Effect.logWarning(reason))
        )
        return { name, opened }
      })

    const retry = (id: string, accept: boolean) =>
      turn.withPermits(1)(Effect.gen(function*() {
        const status = yield* find(id)
        if (runs.get(id)?.fiber !== undefined) return viewOf(status)
        const { name, opened } = yield* openAgain(status)
        if (accept) yield* records.accept(id)
        yield* records.retry(id)
        yield* begin(id, name, opened)
        return viewOf(yield* find(id))
      }))

    const interrupt = (id: string) =>
      Effect.suspend(() => {
        const fiber = runs.get(id)?.fiber
        return fiber === undefined ? Effect.succeed(false) : Effect.as(Fiber.interrupt(fiber), true)
      })

    const cancel = (id: string) =>
      Effect.gen(function*() {
        const ran = yield* interrupt(id)
        return yield* turn.withPermits(1)(Effect.gen(function*() {
          const wouldGoOn = yield* records.setGoesOn(id, false)
          waits.delete(id)
          // It may have been begun again while this waited for its turn.
          return (yield* interrupt(id)) || ran || wouldGoOn
        }))
      })

    const follow = (id: string): Stream.Stream<DownloadView, DownloadRefused | DatabaseError> =>
      Stream.fromPull(Effect.sync(() => {
        let sent = ""
        let ended = false
        return Effect.gen(function*() {
          while (true) {
            if (ended) return yield* Cause.done()
            // Looked at before the records: what is noted at the end is in them then.
            const running = runs.get(id)?.fiber !== undefined
            const view = { ...viewOf(yield* find(id)), running }
            ended = !running
            const text = JSON.stringify(view)
            if (text !== sent) {
              sent = text
              return [view] as const
            }
            yield* Effect.sleep(LOOK_MS)
          }
        })
      }))

    const resume = (id: string, wait: Wait) =>
      turn.withPermits(1)(Effect.gen(function*() {
        const access = yield* (yield* sources.open(wait.name)).access
        if (Result.isFailure(access)) {
          wait.reason = access.failure
          return
        }
        if (access.success === wait.ended) return
        const status = yield* find(id)
        if (!status.goesOn) waits.delete(id)
        if (!status.goesOn || runs.get(id)?.fiber !== undefined) return
        const { name, opened } = yield* openAgain(status)
        yield* Effect.logInfo(`Download ${id} of ${status.source} goes on`)
        yield* begin(id, name, opened)
      })).pipe(
        Effect.catch((error) =>
          Effect.sync(() => {
            wait.reason = `this is mended: ${error.message}`
          })
        )
      )

    /** What an earlier life of the engine left, and what ended with a login. */
    const resuming = Effect.gen(function*() {
      const left = yield* Effect.retry(records.list, { schedule: Schedule.spaced(RETRY_MS) })
      for (const { goesOn, id, source } of left.toReversed()) {
        const name = sourceNamed(source)
        if (goesOn && name !== undefined) waits.set(id, { name, ended: undefined, reason: "the engine is there" })
      }
      while (true) {
        for (const [id, wait] of Array.from(waits)) yield* resume(id, wait)
        yield* Effect.sleep(RESUME_MS)
      }
    })
    if (inEngine) yield* Effect.forkScoped(resuming)

    return Downloads.of({
      start,
      retry,
      cancel,
      follow,
      list: Effect.map(records.list, (all) => all.map(viewOf)),
      problems: (id) => Effect.andThen(find(id), records.problems(id))
    })
  })

type Needed = CandleArchive | OfficialDays | DownloadRecords | HistorySources | MarketRules

/** For a command: what it is stopped at waits for another command. */
export const layer: Layer.Layer<Downloads, never, Needed> = Layer.effect(Downloads, make(false))

/** For the engine, which goes on with what it was stopped or killed at. */
export const layerEngine: Layer.Layer<Downloads, never, Needed> = Layer.effect(Downloads, make(true))
