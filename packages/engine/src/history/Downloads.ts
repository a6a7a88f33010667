/**
 * Downloads as somebody asks for them: begun, followed, stopped and begun again by their id. Each runs by itself, whoever
 * follows it, and ends with the engine; what is left of it is then still planned.
 */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { DateNotCovered } from "@keepgaining/core/calendar/TradingCalendar.ts"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { ArchiveDamaged, CandlesRefused } from "../archive/ArchiveError.ts"
import { CandleArchive } from "../archive/CandleArchive.ts"
import type { DatabaseError } from "../database/Database.ts"
import { MarketRules } from "../rules/MarketRules.ts"
import type { DownloadProgress } from "./downloadProgress.ts"
import { type ChunkProblem, DownloadRecords, type DownloadStatus } from "./DownloadRecords.ts"
import { type HistoryDownload, makeDownload } from "./HistoryDownload.ts"
import { HistoryPort } from "./HistoryPort.ts"
import { HistorySources, type SourceName } from "./HistorySources.ts"
import { DownloadRefused } from "./planChunks.ts"

export interface DownloadStart {
  readonly source: SourceName
  readonly symbols: ReadonlyArray<string>
  /** Whose hours all of them have; told by the source when absent. */
  readonly segment?: Segment
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
}

export type DownloadsError = DownloadRefused | DateNotCovered | DatabaseError | ArchiveDamaged | CandlesRefused

export class Downloads extends Context.Service<Downloads, {
  /** Plans what is not planned yet and runs it; one that runs already is left alone. */
  readonly start: (request: DownloadStart) => Effect.Effect<DownloadView, DownloadsError>
  /** Runs what failed or is incomplete once more. `accept`: first takes missing days as days without trades. */
  readonly retry: (
    id: string,
    source: SourceName | undefined,
    accept: boolean
  ) => Effect.Effect<DownloadView, DownloadsError>
  /** Stops it where it is; whether it was running. */
  readonly cancel: (id: string) => Effect.Effect<boolean>
  /** How it goes, at most four times a second, until it does not run any longer. */
  readonly follow: (id: string) => Stream.Stream<DownloadView, DownloadRefused | DatabaseError>
  /** The newest first. */
  readonly list: Effect.Effect<ReadonlyArray<DownloadView>, DatabaseError>
  readonly problems: (id: string) => Effect.Effect<ReadonlyArray<ChunkProblem>, DownloadRefused | DatabaseError>
}>()("@keepgaining/engine/history/Downloads") {}

const LOOK_MS = 250
/** Runs that are remembered after their end. */
const REMEMBERED = 100

interface Run {
  progress: DownloadProgress | undefined
  problem: string
  fiber: Fiber.Fiber<void> | undefined
}

/** `kite:asha`: what {@link accountHistory} calls itself. */
const sourceNamed = (source: string): SourceName | undefined => {
  const [broker, account] = source.split(":")
  return broker === undefined || account === undefined ? undefined : { _tag: "Account", account }
}

const make = Effect.gen(function*() {
  const archive = yield* CandleArchive
  const records = yield* DownloadRecords
  const sources = yield* HistorySources
  const { calendar } = yield* MarketRules
  const scope = yield* Effect.scope
  const runs = new Map<string, Run>()
  /** One download of a source: what it counts of the source's limits is counted together. */
  const made = new Map<string, HistoryDownload["Service"]>()
  const turn = yield* Semaphore.make(1)

  const downloadOf = (name: SourceName) =>
    Effect.gen(function*() {
      const source = yield* sources.open(name)
      const key = `${source.port.source} ${name._tag === "Server" ? name.url : ""}`
      const known = made.get(key)
      const download = known ?? (yield* makeDownload(calendar).pipe(
        Effect.provideService(HistoryPort, HistoryPort.of(source.port)),
        Effect.provideService(CandleArchive, archive),
        Effect.provideService(DownloadRecords, records),
        Effect.provideService(Scope.Scope, scope)
      ))
      made.set(key, download)
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
      problem: run?.problem ?? ""
    }
  }

  const begin = (id: string, download: HistoryDownload["Service"]) =>
    Effect.gen(function*() {
      const run: Run = { progress: undefined, problem: "", fiber: undefined }
      const running = download.run(id, {
        onProgress: (progress) => {
          run.progress = progress
        }
      }).pipe(
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
      const { again, from, segment, symbols, to } = request
      const { download, source } = yield* downloadOf(request.source)
      const listed = yield* source.instruments(symbols)
      const instruments = segment === undefined ? listed : listed.map(({ symbol }) => ({ symbol, segment }))
      const status = yield* download.plan({
        instruments,
        interval: "1m",
        from,
        to,
        ...(again === undefined ? {} : { again })
      })
      if (runs.get(status.id)?.fiber === undefined) yield* begin(status.id, download)
      return viewOf(status)
    }))

  const retry = (id: string, named: SourceName | undefined, accept: boolean) =>
    turn.withPermits(1)(Effect.gen(function*() {
      const status = yield* find(id)
      if (runs.get(id)?.fiber !== undefined) return viewOf(status)
      const name = named ?? sourceNamed(status.source)
      if (name === undefined) {
        return yield* new DownloadRefused({
          reason: `Download ${id} is of ${status.source}: name its address with --url`
        })
      }
      const { download, source } = yield* downloadOf(name)
      if (source.port.source !== status.source) {
        return yield* new DownloadRefused({
          reason: `Download ${id} is of ${status.source}, not of ${source.port.source}`
        })
      }
      // An account must know them before it is asked.
      yield* source.instruments(yield* records.symbols(id)).pipe(
        Effect.catchTag("DownloadRefused", ({ reason }) => Effect.logWarning(reason))
      )
      if (accept) yield* records.accept(id)
      yield* records.retry(id)
      yield* begin(id, download)
      return viewOf(yield* find(id))
    }))

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

  return Downloads.of({
    start,
    retry,
    cancel: (id) =>
      Effect.suspend(() => {
        const fiber = runs.get(id)?.fiber
        return fiber === undefined ? Effect.succeed(false) : Effect.as(Fiber.interrupt(fiber), true)
      }),
    follow,
    list: Effect.map(records.list, (all) => all.map(viewOf)),
    problems: (id) => Effect.andThen(find(id), records.problems(id))
  })
})

export const layer: Layer.Layer<
  Downloads,
  never,
  CandleArchive | DownloadRecords | HistorySources | MarketRules
> = Layer.effect(Downloads, make)
