/**
 * Brings a broker's instrument master into the database, a stream from the wire to a staging table, so that memory does not
 * grow with the file. What is broken or short is refused whole and the master before it stays in force.
 */
import { formatIstDate, istTimeOfDay, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { DatabaseError } from "../database/Database.ts"
import { InstrumentSearch } from "./InstrumentSearch.ts"
import { InstrumentStore, type MasterRecord, type Plausibility, plausibility } from "./InstrumentStore.ts"
import { angelMaster } from "./master/AngelMaster.ts"
import { fyersMaster } from "./master/FyersMaster.ts"
import { kiteMaster } from "./master/KiteMaster.ts"
import type { MasterBroker, MasterEntry } from "./master/MasterEntry.ts"
import type { MasterFormat } from "./master/MasterFormat.ts"
import { MasterReader } from "./master/MasterReader.ts"
import { upstoxMaster, UpstoxTickUnit } from "./master/UpstoxMaster.ts"
import { MasterRefused } from "./MasterRefused.ts"
import { MasterSource, MasterUnavailable } from "./MasterSource.ts"

export const masterFormats: Readonly<Record<MasterBroker, MasterFormat>> = {
  upstox: upstoxMaster("auto"),
  kite: kiteMaster,
  angel: angelMaster,
  fyers: fyersMaster
}

/** Upstox's documents do not name the unit of ticks, so that whoever sees it guessed wrong may say it. */
const upstoxTicks = Config.schema(UpstoxTickUnit, "UPSTOX_TICK_UNIT").pipe(Config.withDefault("auto" as const))

const formatOf = (broker: MasterBroker, day: string): Effect.Effect<MasterFormat, MasterRefused> =>
  broker === "upstox"
    ? Effect.mapBoth(upstoxTicks, {
      onSuccess: upstoxMaster,
      onFailure: () =>
        new MasterRefused({
          broker,
          day,
          reason: `UPSTOX_TICK_UNIT, the unit of its ticks, must be one of ${UpstoxTickUnit.literals.join(", ")}`
        })
    })
    : Effect.succeed(masterFormats[broker])

/** Rows written at once. */
const BATCH = 5_000

export interface SyncOptions {
  /** Tells how many instruments have arrived. */
  readonly onProgress?: (instruments: number) => void
  readonly rules?: Plausibility
  /** Before the second attempt; doubles with each further one. 2 seconds when not given. */
  readonly pause?: Duration.Input
}

export class InstrumentSync extends Context.Service<InstrumentSync, {
  /** Fetches the broker's master and makes it the one of today (in India). */
  readonly sync: (
    broker: MasterBroker,
    options?: SyncOptions
  ) => Effect.Effect<MasterRecord, MasterUnavailable | MasterRefused | DatabaseError>
  /** Syncs the brokers that have no master of today; a failure is logged and left for the next time. */
  readonly syncMissing: (brokers: ReadonlyArray<MasterBroker>) => Effect.Effect<void>
}>()("@keepgaining/engine/instruments/InstrumentSync") {}

const make = (rules: Plausibility) =>
  Effect.gen(function*() {
    const store = yield* InstrumentStore
    const search = yield* InstrumentSearch
    const source = yield* MasterSource
    const limiter = yield* RateLimiter.RateLimiter
    const breaker = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(5),
      openDuration: Schedule.min([Schedule.exponential("10 seconds"), Schedule.spaced("5 minutes")])
    })
    const turn = yield* Semaphore.make(1)

    const stageFrom = (format: MasterFormat, day: string, onProgress: (instruments: number) => void) =>
      Effect.gen(function*() {
        const { broker } = format
        let batch: Array<MasterEntry> = []
        let bytes = 0
        let staged = 0
        const reader = new MasterReader(format, (entry) => batch.push(entry))
        const flush = (least: number) =>
          Effect.suspend(() => {
            if (batch.length < least) return Effect.void
            const full = batch
            batch = []
            staged += full.length
            onProgress(staged)
            return store.stage(broker, full)
          })
        yield* store.clearStage(broker)
        for (const file of source.files(format.files)) {
          yield* Stream.runForEachArray(
            source.open(broker, file),
            (pieces) =>
              Effect.suspend((): Effect.Effect<void, DatabaseError | MasterRefused> => {
                for (const piece of pieces) {
                  bytes += piece.byteLength
                  reader.push(piece)
                }
                if (reader.problem === undefined) return flush(BATCH)
                return Effect.fail(new MasterRefused({ broker, day, reason: `${file}: ${reader.problem}` }))
              })
          )
          reader.endFile()
          if (reader.problem !== undefined) {
            return yield* new MasterRefused({ broker, day, reason: `${file}: ${reader.problem}` })
          }
        }
        reader.end()
        yield* flush(1)
        return { bytes, account: reader.account() }
      })

    const sync = Effect.fn("InstrumentSync.sync")(function*(broker: MasterBroker, options: SyncOptions = {}) {
      const fetchedAt = yield* Clock.currentTimeMillis
      const day = formatIstDate(fetchedAt)
      const format = yield* formatOf(broker, day)
      const resting = (reason: string) =>
        new MasterUnavailable({ broker, file: format.files.join(", "), reason, transient: false })
      const received = yield* limiter.consume({
        key: `masters ${broker}`,
        limit: 6,
        window: "1 minute",
        onExceeded: "delay"
      })
        .pipe(
          Effect.catch((error) => Effect.fail(resting(error.message))),
          Effect.andThen(stageFrom(format, day, options.onProgress ?? (() => {}))),
          breaker.execute({
            key: broker,
            // Only the broker's server is guarded here; a file that is nonsense came from a server that works.
            classify: (exit) => {
              const error = Exit.isSuccess(exit) ? Option.none() : Exit.findErrorOption(exit)
              return Option.isSome(error) && error.value._tag === "MasterUnavailable"
                ? CircuitBreaker.failure()
                : CircuitBreaker.success
            }
          }),
          Effect.catchTag("CircuitBreakerError", (error) => Effect.fail(resting(error.message))),
          Effect.retry({
            while: (error) => error._tag === "MasterUnavailable" && error.transient,
            schedule: Schedule.exponential(options.pause ?? "2 seconds").pipe(Schedule.jittered),
            times: 3
          })
        )
      const record = yield* store.commit(
        { broker, day, fetchedAt: new Date(fetchedAt), ...received },
        options.rules ?? rules
      )
      yield* search.refresh(broker)
      return record
    }, turn.withPermits(1))

    return InstrumentSync.of({
      sync,
      syncMissing: Effect.fn("InstrumentSync.syncMissing")(function*(brokers) {
        const today = formatIstDate(yield* Clock.currentTimeMillis)
        for (const broker of brokers) {
          yield* Effect.gen(function*() {
            if ((yield* store.master(broker))?.day === today) return
            const { instruments, report } = yield* sync(broker)
            yield* Effect.logInfo("Instrument master synced").pipe(
              Effect.annotateLogs({ broker, instruments, ...report })
            )
          }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))
        }
      })
    })
  })

/** `rules`: what a master must be like to be believed. */
export const layerWith = (
  rules: Plausibility
): Layer.Layer<InstrumentSync, never, InstrumentStore | InstrumentSearch | MasterSource> =>
  Layer.effect(InstrumentSync, make(rules)).pipe(Layer.provide([
    RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory)),
    CircuitBreaker.layerStoreMemory()
  ]))

export const layer = layerWith(plausibility)

/** The last master of a morning is out by 08:30; cash opens at 09:00 with the pre-open session. */
const PUBLISHED = timeOfDay(8, 35)
const BEFORE_THE_OPEN = "35,43,51,58 8 * * *"

/**
 * Syncs before every open, several times in case one fails, and at once when the day's hour has passed. Every day of the
 * week, because exchanges hold sessions on weekends and an unchanged master costs nothing.
 */
export const layerSchedule = (brokers: ReadonlyArray<MasterBroker>): Layer.Layer<never, never, InstrumentSync> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const { syncMissing } = yield* InstrumentSync
    const now = yield* Clock.currentTimeMillis
    const late = istTimeOfDay(now) >= PUBLISHED ? syncMissing(brokers) : Effect.void
    yield* late.pipe(
      Effect.andThen(Effect.schedule(syncMissing(brokers), Schedule.cron(BEFORE_THE_OPEN, "Asia/Kolkata"))),
      // The expression above is constant and parses.
      Effect.orDie,
      Effect.forkScoped
    )
  }))
