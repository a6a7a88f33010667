/**
 * The feeds of broker accounts as one feed of a session. All accounts are subscribed; one is listened to, and another takes
 * over when it falls silent. It never ends by itself: an account that loses its connection comes back on its own.
 */
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import type { AccountActor } from "../../brokers/AccountActor.ts"
import { Brokers } from "../../brokers/Brokers.ts"
import type { FrameRecorder } from "../../rawframes/FrameRecorder.ts"
import type { Feed } from "../Feed.ts"
import { chooseFeed, type FeedChoice, noChoice } from "./chooseFeed.ts"
import { MuteWatch } from "./MuteWatch.ts"
import { TickCollector } from "./TickCollector.ts"

export interface BrokerFeedOptions {
  readonly table: InstrumentTable
  /** In order of preference; all accounts when absent. */
  readonly accounts?: ReadonlyArray<string>
  readonly previousClose: ReadonlyArray<number>
  /** Event time of the last recorded frame, epoch ms. */
  readonly after: number | undefined
  /** Whether ticks are to be expected at the instant, epoch ms. */
  readonly isTrading: (now: number) => boolean
  /** Keeps the accounts' frames as they come. */
  readonly recorder?: FrameRecorder
}

/** Rows wait at most so long for others to travel with, ms. */
const FRAME_MS = 20
/** Between frames while nothing comes, ms. */
const IDLE_MS = 250

const shedCounter = Metric.counter("keepgaining_feed_rows_shed_total", {
  description: "Ticks that gave way to newer ones because the session was behind"
})

export const make = Effect.fn("BrokerFeed.make")(function*(options: BrokerFeedOptions) {
  const brokers = yield* Brokers
  const feed: Feed = {
    name: "brokers",
    instruments: options.table.all(),
    previousClose: options.previousClose,
    batches: frames(brokers, options)
  }
  return feed
})

const frames = (brokers: Brokers["Service"], options: BrokerFeedOptions): Feed["batches"] =>
  Stream.unwrap(Effect.gen(function*() {
    const { after, table } = options
    const collector = new TickCollector()
    collector.startAt(after ?? 0)
    const arrived = Latch.makeUnsafe(false)
    const attached = new Map<AccountActor, () => void>()
    const heard = new Map<string, number>()
    const mute = new MuteWatch()
    let choice: FeedChoice = noChoice
    let shed = 0
    yield* Effect.addFinalizer(() => Effect.sync(() => attached.forEach((detach) => detach())))

    const accounts = (): ReadonlyArray<AccountActor> => {
      const all = brokers.actors()
      return options.accounts === undefined
        ? all
        : options.accounts.flatMap((id) => all.filter(({ record }) => record.id === id))
    }

    const attach = Effect.gen(function*() {
      const all = accounts()
      for (const [actor, detach] of attached) {
        if (all.includes(actor)) continue
        detach()
        attached.delete(actor)
      }
      const fresh = all.filter((actor) => !attached.has(actor))
      if (fresh.length === 0) return
      yield* brokers.learn(table)
      for (const actor of fresh) {
        const { broker, id } = actor.record
        const wanted = table.all().flatMap(({ symbol }) => brokers.instruments(broker).ofSymbol(symbol) ?? [])
        // Before anything is asked for, so that no frame is missed.
        const stopRecording = options.recorder?.attach(actor)
        const left = actor.subscribe(wanted, "full")
        const unknown = table.size - wanted.length
        if (left > 0 || unknown > 0) {
          yield* Effect.logWarning(`${id} feeds ${wanted.length - left} of ${table.size} instruments`).pipe(
            Effect.annotateLogs({ notListed: unknown, overItsLimit: left })
          )
        }
        const stopListening = actor.onBatch(({ ticks }) => {
          if (ticks.length === 0) return
          const receivedAt = ticks.receiveTime[0] ?? 0
          heard.set(id, receivedAt)
          mute.alive(id, receivedAt)
          choice = chooseFeed(
            choice,
            accounts().map((each) => ({ account: each.record.id, lastHeardAt: heard.get(each.record.id) ?? null })),
            receivedAt
          )
          if (choice.account !== id) return
          for (let row = 0; row < ticks.length; row++) collector.add(ticks, row)
          arrived.openUnsafe()
        })
        attached.set(actor, () => {
          stopListening()
          stopRecording?.()
        })
      }
    })

    const reopenMute = (now: number) =>
      Effect.forEach(attached.keys(), (actor) => {
        const { id } = actor.record
        if (!actor.isFeeding || !options.isTrading(now)) return Effect.sync(() => mute.alive(id, now))
        if (!mute.isDue(id, now)) return Effect.void
        actor.reopenFeed()
        return Effect.logWarning(`The feed of ${id} is open and brings nothing; it is opened anew`)
      }, { discard: true })

    let told: string | undefined
    let looked = 0
    const pull = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      if (now - looked >= 1_000) {
        looked = now
        yield* attach
        yield* reopenMute(now)
        if (choice.account !== told) {
          told = choice.account
          yield* Effect.logInfo(`The session listens to ${told ?? "nobody"}`)
        }
        if (collector.shed > shed) {
          yield* Metric.update(shedCounter, collector.shed - shed)
          shed = collector.shed
        }
      }
      arrived.closeUnsafe()
      if (collector.length === 0) yield* Effect.raceFirst(arrived.await, Effect.sleep(IDLE_MS))
      if (collector.length > 0) yield* Effect.sleep(FRAME_MS)
      return [collector.take(yield* Clock.currentTimeMillis)] as const
    })
    return Stream.fromPull(Effect.succeed(pull))
  }))
