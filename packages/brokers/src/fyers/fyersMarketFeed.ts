/**
 * Our own client of Fyers' data socket (HSM). It says who it is by the key that is in the token, then has two channels: one
 * with all values of its topics, one with last prices only. Depth is a topic of its own beside the quotes.
 *
 * Fyers' feed is known to fall silent without closing. So, beside the connection, the frames are watched: a feed that was
 * lively and stops ends as `silent`. One that only ever gave first values is left alone: its market is closed.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import type { AccountSettings, FeedDetail, FeedEnd, MarketFeed } from "../port/BrokerAccount.ts"
import { type BrokerError, NotSent, Refused, Unauthorised } from "../port/BrokerError.ts"
import type { BrokerInstrument } from "../port/BrokerInstruments.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { openSocket } from "../stream/openSocket.ts"
import { FyersFrames } from "./FyersFrames.ts"
import {
  HSM_PING_SECONDS,
  HSM_TOPICS_A_FRAME,
  hsmAck,
  hsmAuth,
  type HsmAuthAnswer,
  hsmMode,
  hsmPing,
  hsmResume,
  hsmSubscribe,
  hsmType,
  hsmUnsubscribe
} from "./HsmControl.ts"
import { HsmType } from "./hsmFields.ts"
import { loadIndexNames } from "./loadIndexNames.ts"

/** Whether it is the connection or what comes on it. */
const SILENT_AFTER_MS = 30_000
/** What the official SDK calls itself. */
const SOURCE = "JS_API"
/** How often a connection asks for its topics anew; strangers may be the server's own idea. */
const MOST_REPEATS = 5
/** Any of 0 to 63. */
const FULL = 11
const LITE = 12

interface FeedOptions {
  readonly settings: AccountSettings
  readonly token: BrokerToken
  /** `wss://socket.fyers.in/hsm/v1-5/prod` */
  readonly url: string
}

/** What an instrument is subscribed with. */
interface Wanted {
  readonly channel: number
  readonly topics: ReadonlyArray<string>
}

const chunks = (all: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from(
    { length: Math.ceil(all.length / HSM_TOPICS_A_FRAME) },
    (_, i) => all.slice(i * HSM_TOPICS_A_FRAME, (i + 1) * HSM_TOPICS_A_FRAME)
  )

const same = (a: Wanted | undefined, b: Wanted): boolean =>
  a !== undefined && a.channel === b.channel && a.topics.length === b.topics.length

export const fyersMarketFeed = ({ settings, token, url }: FeedOptions): MarketFeed => ({
  open: (onBatch, onFrame) =>
    Effect.gen(function*() {
      const { account, silentAfter = SILENT_AFTER_MS, timeout } = settings
      const where = { broker: "fyers", account, operation: "open the market feed" } as const
      if (token.feed === undefined) {
        return yield* new Refused({
          ...where,
          code: "hsm_key",
          reason: "the token has no key for the data socket",
          remedy: "Log in again, with an app that may read market data"
        })
      }
      const names = yield* loadIndexNames
      const wanted = new Map<string, Wanted>()
      const answers = yield* Queue.unbounded<HsmAuthAnswer>()
      const numbers = settings.capabilities?.messageNumbers
      const frames = new FyersFrames(names, (answer) => Queue.offerUnsafe(answers, answer), numbers)
      let owed = 0
      let firstData = 0
      let lastData = 0

      const onData = (frame: Uint8Array, receivedAt: number): void => {
        if (firstData === 0) firstData = receivedAt
        lastData = receivedAt
        const batch = frames.decode(frame, receivedAt)
        if (frames.ackCount > 0 && ++owed >= frames.ackCount) {
          owed = 0
          socket.send(hsmAck(frames.messageNumber))
        }
        if (batch.length > 0) onBatch(batch)
      }
      const socket = yield* openSocket({
        broker: "fyers",
        account,
        operation: where.operation,
        url,
        timeout,
        silentAfter,
        probe: true,
        beat: { every: HSM_PING_SECONDS * 1_000, frame: hsmPing() },
        onText: () => undefined,
        onBinary: (frame, receivedAt) => {
          onFrame?.(frame, receivedAt)
          if (hsmType(frame) === HsmType.data) onData(frame, receivedAt)
          else frames.decode(frame, receivedAt)
        }
      })
      socket.send(hsmAuth(Redacted.value(token.feed), SOURCE))
      const answer = yield* Effect.raceFirst(
        Queue.take(answers),
        Effect.flatMap(
          Effect.raceFirst(socket.ended, Effect.as(Effect.sleep(timeout), { reason: "no answer to who we are" })),
          ({ reason }): Effect.Effect<never, BrokerError> => Effect.fail(new NotSent({ ...where, reason }))
        )
      )
      if (!answer.accepted) return yield* new Unauthorised({ ...where, code: "hsm" })
      socket.send(hsmMode("full", [FULL]))
      socket.send(hsmMode("lite", [LITE]))
      socket.send(hsmResume([FULL, LITE]))

      const topicsOf = (of: BrokerInstrument, detail: FeedDetail): Wanted => {
        const { depth, quotes } = frames.topicsOf(of)
        const topics = detail === "full" || detail === "depth" ? [quotes, depth] : [quotes]
        return { channel: detail === "price" ? LITE : FULL, topics: topics.filter((topic) => topic !== undefined) }
      }
      const drop = (gone: ReadonlyArray<Wanted>): void => {
        for (const channel of [FULL, LITE]) {
          const topics = gone.flatMap((each) => each.channel === channel ? each.topics : [])
          for (const some of chunks(topics)) socket.send(hsmUnsubscribe(some, channel))
        }
      }
      const ask = (added: ReadonlyArray<Wanted>): void => {
        for (const channel of [FULL, LITE]) {
          // Quotes before depth: depth has no price of its own.
          const topics = added.flatMap((each) => each.channel === channel ? each.topics : [])
          const ordered = [...topics].sort((a, b) => Number(a.startsWith("dp")) - Number(b.startsWith("dp")))
          for (const some of chunks(ordered)) socket.send(hsmSubscribe(some, channel))
        }
      }

      const stalled = yield* Deferred.make<FeedEnd>()
      const clock = yield* Clock.Clock
      const watch = Effect.gen(function*() {
        let strangers = 0
        let repeats = 0
        while (true) {
          yield* Effect.sleep(Math.max(250, silentAfter / 4))
          const unknown = frames.strangers
          // Changes of a topic whose first values were lost say nothing: all are asked for anew.
          if (unknown > strangers && repeats < MOST_REPEATS) {
            repeats++
            drop([...wanted.values()])
            ask([...wanted.values()])
          }
          strangers = unknown
          const silence = clock.currentTimeMillisUnsafe() - lastData
          const wasLively = lastData - firstData >= silentAfter
          if (wanted.size === 0 || !wasLively || silence < silentAfter) continue
          const reason = `no prices came for ${Math.round(silence / 1_000)} s`
          return yield* Deferred.succeed(stalled, { cause: "silent" as const, reason })
        }
      })
      yield* Effect.forkScoped(watch)

      return {
        subscribe: (instruments: ReadonlyArray<BrokerInstrument>, detail: FeedDetail) => {
          const added: Array<Wanted> = []
          const replaced: Array<Wanted> = []
          for (const of of instruments) {
            const next = topicsOf(of, detail)
            const before = wanted.get(of.token)
            if (same(before, next)) continue
            if (before !== undefined) replaced.push(before)
            frames.expect(next.topics, of.index)
            wanted.set(of.token, next)
            added.push(next)
          }
          drop(replaced)
          ask(added)
        },
        unsubscribe: (instruments: ReadonlyArray<BrokerInstrument>) => {
          const gone = instruments.flatMap(({ token: key }) => {
            const known = wanted.get(key)
            wanted.delete(key)
            return known ?? []
          })
          drop(gone)
        },
        ended: Effect.raceFirst(socket.ended, Deferred.await(stalled)),
        counters: frames.counters
      }
    })
})
