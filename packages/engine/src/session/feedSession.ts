/**
 * A session that lives on a feed: every frame is recorded before it counts, and a restart finds everything that was
 * durable. The feed is opened after recovery, told where the recording ends.
 */
import { continuedHours } from "@keepgaining/core/candles/continuedHours.ts"
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import type { ChargeRules } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { continuedSquareOff, usualSquareOff } from "@keepgaining/core/desk/squareOff.ts"
import type { MarginRow } from "@keepgaining/core/margins/MarginRates.ts"
import { type Instrument, InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { block } from "../actors/Mailbox.ts"
import { Supervisor } from "../actors/Supervisor.ts"
import { lockDirectory } from "../database/DirectoryLock.ts"
import { dispatchOrders, type LiveTrading } from "../execution/OrderDispatcher.ts"
import type { Feed, FeedFailed } from "../feeds/Feed.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import type { KernelOptions } from "../kernel/KernelOptions.ts"
import { DurableFiles } from "../storage/DurableFile.ts"
import { readInstruments } from "../ticklog/Manifest.ts"
import { reading } from "../ticklog/Recovery.ts"
import { openTickLogSync, summarise } from "../ticklog/TickLogReader.ts"
import * as TickLogWriter from "../ticklog/TickLogWriter.ts"
import { type AskBefore, feedWarmUp } from "./feedWarmUp.ts"
import { keptTerms, termsToKeep } from "./keptTerms.ts"
import { recoverSession } from "./recoverSession.ts"
import { Session } from "./Session.ts"
import { SessionEngine, type TickInput } from "./SessionEngine.ts"
import { openFolder, type SessionManifest, tickFolder, timelineKey, writeManifest } from "./SessionFolder.ts"
import * as SessionHistory from "./SessionHistory.ts"
import { sessionService } from "./sessionService.ts"
import { byInstrument, type WarmUp } from "./WarmUp.ts"

type Begin = Pick<SessionManifest, "seed" | "marketStart" | "hours">

/** A session on paper has no way to a broker: it cannot be given one, by type. */
export type FeedSessionOptions =
  & FeedSessionParts
  & (
    | {
      /** What the session is when it begins; one that is there already keeps what it was. */
      readonly begin: Begin & { readonly mode: "demo" | "paper" }
      readonly live?: never
    }
    | { readonly begin: Begin & { readonly mode: "sim" | "live" }; readonly live: LiveTrading }
  )

interface FeedSessionParts {
  readonly folder: string
  readonly kernel: Omit<KernelOptions, "instruments" | "seed" | "hours" | "charges" | "margins">
  /** What trades cost and positions bind, for a session that begins; one that is there already keeps what it had. */
  readonly charges: ChargeRules
  readonly margins: ReadonlyArray<MarginRow>
  /**
   * Opens the feed; `after` is the event time of the last recorded frame. The feed's instruments begin with those that are
   * recorded already, in their order.
   */
  readonly openFeed: (
    manifest: SessionManifest,
    after: number | undefined,
    recorded: ReadonlyArray<Instrument>
  ) => Effect.Effect<Feed, FeedFailed>
  /** What instruments begin with; nothing when absent. */
  readonly warmUp?: AskBefore
  /** Gets the session when it runs, to keep what it records elsewhere too. */
  readonly onRunning?: (running: RunningSession) => Effect.Effect<void>
}

/** What others may read of a session while it runs. */
export interface RunningSession {
  readonly kernel: Kernel
  readonly warmUp: WarmUp
  readonly log: Pick<TickLogWriter.TickLog, "awaitDurable" | "lastSequence">
}

/** Frames between the feed and the kernel. */
const FRAMES = 64

const make = Effect.fnUntraced(function*(options: FeedSessionOptions) {
  const files = yield* DurableFiles
  const supervisor = yield* Supervisor
  const { folder } = options
  yield* lockDirectory(folder)
  const opened = yield* openFolder(folder, { ...options.begin, ...termsToKeep(options) })
  const ticks = tickFolder(folder)
  const recorded = yield* recordedUntil(ticks)
  const manifest = yield* withSquareOff(options, opened, recorded?.to)
  const feed = yield* options.openFeed(manifest, recorded?.to, recorded?.instruments ?? [])
  const instruments = InstrumentTable.from(feed.instruments)
  const warmUp: WarmUp = options.warmUp === undefined
    ? []
    : yield* feedWarmUp({
      folder,
      manifest,
      instruments: feed.instruments,
      recorded: recorded?.instruments ?? [],
      ask: options.warmUp
    })
  const hours = yield* hoursOf(options, manifest, recorded)
  const terms = keptTerms(manifest, options)
  const writer = yield* TickLogWriter.open({ folder: ticks, mode: "append", origin: "recording", instruments, hours })
  const history = yield* SessionHistory.open({ folder, manifest, symbolOf: (index) => instruments.at(index).symbol })

  const cursor = yield* reading(() => openTickLogSync(ticks, { files: files.reading }))
  const { core } = yield* recoverSession({
    history,
    kernel: {
      ...options.kernel,
      ...terms,
      desk: { ...terms.desk, live: options.live !== undefined },
      instruments,
      hours: new TradingHours(hours),
      warmUp: byInstrument(warmUp, instruments),
      seed: manifest.seed
    },
    sourceFrom: (batch) => {
      cursor.seek(batch)
      return cursor
    },
    until: "end"
  })
  cursor.close()
  feed.previousClose.forEach((price, i) => {
    const { previousClose } = core.kernel.quotes
    if (previousClose[i] === 0) previousClose[i] = price
  })

  const input: Extract<TickInput, { readonly _tag: "Feed" }> = {
    _tag: "Feed",
    frames: yield* block<TickBatch>("frames", FRAMES),
    record: (batch) =>
      writer.append(batch).pipe(
        Effect.as(true),
        Effect.catchTag("BatchRefused", (error) => Effect.as(Effect.logWarning(error.message), false)),
        Effect.orDie
      ),
    flush: Effect.orDie(writer.flush),
    recorded: writer.batches()
  }
  const engine = yield* SessionEngine.make({ core, events: history.events, input, timeline: history.timeline })

  let next: Feed | undefined = feed
  const pump = Effect.gen(function*() {
    // A feed that failed is opened anew, from where the recording ends by now.
    const source = next ?? (yield* options.openFeed(manifest, core.kernel.now, instruments.all()))
    next = undefined
    yield* Stream.runForEach(
      source.batches,
      (batch) => Effect.andThen(input.frames.offer(batch), engine.wake)
    )
  })
  yield* supervisor.start(`engine/feed ${feed.name}`, "feed", pump)
  if (options.live !== undefined) {
    const dispatcher = dispatchOrders({
      ...options.live,
      kernel: () => core.kernel,
      execute: (commandId, command) => engine.execute(commandId, command),
      last: () => history.events.last,
      events: (after) => history.events.after(after),
      session: timelineKey(manifest)
    })
    yield* supervisor.start("engine/order dispatcher", "dispatcher", dispatcher)
  }
  yield* options.onRunning?.({ kernel: core.kernel, warmUp, log: writer }) ?? Effect.void

  const running = { engine, key: timelineKey(manifest) }
  return yield* sessionService({
    mode: options.begin.mode,
    running: () => running,
    execute: (commandId, command) => engine.execute(commandId, command),
    replay: undefined
  })
})

/** With the times of square-off that are asked for now: from the day after the last that is recorded. */
const withSquareOff = ({ folder, kernel }: FeedSessionOptions, manifest: SessionManifest, to: number | undefined) =>
  Effect.gen(function*() {
    const kept = manifest.squareOff ?? [usualSquareOff]
    const asked = kernel.desk.squareOff.at(-1)
    const squareOff = asked === undefined ? kept : continuedSquareOff(kept, asked, to)
    if (squareOff === kept) return manifest
    const changed: SessionManifest = { ...manifest, squareOff }
    yield* writeManifest(folder, changed)
    const from = squareOff.at(-1)?.from
    if (to !== undefined) yield* Effect.logInfo(`Intraday positions are squared off at other times from ${from} on`)
    return changed
  })

/** Those that it was begun with, or newer ones that change nothing of what is recorded; these are kept then. */
const hoursOf = (
  { begin, folder }: FeedSessionOptions,
  manifest: SessionManifest,
  recorded: { readonly from: number | undefined; readonly to: number | undefined } | undefined
) =>
  Effect.gen(function*() {
    const kept = manifest.hours ?? plainHours
    const announced = begin.hours
    if (announced === undefined || JSON.stringify(announced) === JSON.stringify(kept)) return kept
    const { from, to } = recorded ?? {}
    const hours = from === undefined || to === undefined ? announced : continuedHours(kept, announced, from, to)
    if (JSON.stringify(hours) === JSON.stringify(kept) && hours !== kept) return kept
    if (hours === kept) {
      yield* Effect.logWarning(
        "The calendar now says other hours of days that are recorded; the session keeps those that it had. " +
          "Begin anew with --fresh to go by the new ones"
      )
    } else yield* writeManifest(folder, { ...manifest, hours })
    return hours
  })

/** Repairs what a crash left of the log, and answers where it ends and of what it is; `undefined` when nothing is recorded. */
const recordedUntil = (ticks: string) =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    if (!(yield* files.list(ticks)).includes("manifest.json")) return undefined
    const cut = yield* Effect.scoped(
      Effect.map(TickLogWriter.open({ folder: ticks, mode: "append", origin: "recording" }), (log) => log.cut)
    )
    if (cut !== undefined) {
      yield* Effect.logWarning("The tick log ended in the middle of a batch; it was cut there", cut)
    }
    return yield* reading(() => ({
      ...summarise(ticks, files.reading),
      instruments: readInstruments(ticks, files.reading).all()
    }))
  })

export const layer = (options: FeedSessionOptions) => Layer.effect(Session, make(options))
