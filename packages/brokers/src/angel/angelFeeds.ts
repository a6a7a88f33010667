/** Our own clients of Angel's two sockets. The client beats on both, and is answered. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountSettings, FeedDetail, MarketFeed, OrderFeed } from "../port/BrokerAccount.ts"
import type { BrokerInstrument } from "../port/BrokerInstruments.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { openSocket } from "../stream/openSocket.ts"
import { angelFrames } from "./angelFrames.ts"
import { exchangeTypeOf, feedKeyOf } from "./angelInstrument.ts"
import { AngelExchangeType, AngelMode } from "./AngelMode.ts"
import { parseAngelOrder } from "./AngelOrderFrame.ts"
import { angelOrderOf } from "./angelOrderOf.ts"
import type { AngelVarieties } from "./angelOrders.ts"
import {
  ANGEL_PING,
  ANGEL_PING_SECONDS,
  ANGEL_PONG,
  angelSubscribe,
  type AngelTokens,
  angelUnsubscribe
} from "./AngelRequest.ts"

/** Three beats without an answer. */
const SILENT_AFTER_MS = 30_000
/** Of one request; also how many may have 20 levels of depth. */
const TOKENS_A_REQUEST = 50

interface FeedOptions {
  readonly settings: AccountSettings
  readonly token: BrokerToken
  readonly url: string
}

/** Packets of 20 levels have no price, so they come beside the quotes; and of NSE's shares only. */
const modesOf = (of: BrokerInstrument, detail: FeedDetail): ReadonlyArray<AngelMode> =>
  detail === "price"
    ? [AngelMode.ltp]
    : detail === "quote"
    ? [AngelMode.quote]
    : detail === "full" || exchangeTypeOf(of) !== AngelExchangeType.nse_cm || of.instrument.kind === "index"
    ? [AngelMode.snapQuote]
    : [AngelMode.snapQuote, AngelMode.depth20]

/** What both sockets are opened with. `authorization`: the one wants the bare token, the other a bearer's. */
const socketOf = ({ settings, token, url }: FeedOptions, operation: string, authorization: (jwt: string) => string) => {
  const silentAfter = settings.silentAfter ?? SILENT_AFTER_MS
  return {
    broker: "angel" as const,
    account: settings.account,
    operation,
    url,
    headers: {
      authorization: authorization(Redacted.value(token.access)),
      "x-api-key": settings.apiKey,
      "x-client-code": settings.userId,
      "x-feed-token": token.feed === undefined ? "" : Redacted.value(token.feed)
    },
    timeout: settings.timeout,
    silentAfter,
    // Also where silence is noticed sooner, there are three beats before it.
    beat: { every: Math.min(ANGEL_PING_SECONDS * 1_000, silentAfter / 3), frame: ANGEL_PING }
  }
}

interface Subscription {
  readonly of: BrokerInstrument
  readonly modes: ReadonlyArray<AngelMode>
}

/** Requests for these instruments, by mode: as few as there can be. */
const requests = (
  subscriptions: ReadonlyArray<Subscription>,
  write: (mode: AngelMode, tokens: ReadonlyArray<AngelTokens>) => void
): void => {
  const byMode = Map.groupBy(
    subscriptions.flatMap(({ modes, of }) => modes.map((mode) => ({ mode, of }))),
    ({ mode }) => mode
  )
  for (const [mode, all] of byMode) {
    for (let from = 0; from < all.length; from += TOKENS_A_REQUEST) {
      const some = all.slice(from, from + TOKENS_A_REQUEST)
      const byExchange = Map.groupBy(some, ({ of }) => exchangeTypeOf(of))
      write(
        mode,
        [...byExchange].map(([exchangeType, of]) => ({ exchangeType, tokens: of.map((each) => each.of.token) }))
      )
    }
  }
}

export const angelMarketFeed = (options: FeedOptions): MarketFeed => ({
  open: (onBatch, onFrame) =>
    Effect.gen(function*() {
      const frames = angelFrames()
      const subscribed = new Map<string, Subscription>()
      let heartbeats = 0
      let refusals = 0
      const socket = yield* openSocket({
        ...socketOf(options, "open the market feed", (jwt) => jwt),
        onText: (text) => {
          if (text === ANGEL_PONG) heartbeats++
          // Any other text is the refusal of a request.
          else refusals++
        },
        onBinary: (frame, receivedAt) => {
          onFrame?.(frame, receivedAt)
          const batch = frames.decode(frame, receivedAt)
          if (batch.length > 0) onBatch(batch)
        }
      })
      let sent = 0
      const id = (): string => `kg${++sent % 100_000_000}`
      const drop = (some: ReadonlyArray<Subscription>): void =>
        requests(some, (mode, tokens) => socket.send(angelUnsubscribe(id(), mode, tokens)))
      return {
        subscribe: (instruments: ReadonlyArray<BrokerInstrument>, detail: FeedDetail) => {
          const dropped: Array<Subscription> = []
          const added: Array<Subscription> = []
          for (const of of instruments) {
            const key = feedKeyOf(of)
            const modes = modesOf(of, detail)
            const before = subscribed.get(key)?.modes ?? []
            // Modes of one instrument do not replace one another: each streams until it is dropped.
            dropped.push({ of, modes: before.filter((mode) => !modes.includes(mode)) })
            added.push({ of, modes: modes.filter((mode) => !before.includes(mode)) })
            subscribed.set(key, { of, modes })
          }
          frames.learn(instruments)
          drop(dropped)
          requests(added, (mode, tokens) => socket.send(angelSubscribe(id(), mode, tokens)))
        },
        unsubscribe: (instruments: ReadonlyArray<BrokerInstrument>) => {
          const dropped: Array<Subscription> = []
          for (const of of instruments) {
            const key = feedKeyOf(of)
            const known = subscribed.get(key)
            if (known !== undefined) dropped.push(known)
            subscribed.delete(key)
          }
          drop(dropped)
        },
        ended: socket.ended,
        counters: {
          get frames() {
            return frames.counters.frames
          },
          get heartbeats() {
            return heartbeats
          },
          get malformed() {
            return frames.counters.malformed + refusals
          }
        }
      }
    })
})

export const angelOrderFeed = (options: FeedOptions, varieties: AngelVarieties): OrderFeed => ({
  open: (onEvent) =>
    Effect.map(
      openSocket({
        ...socketOf(options, "open the order feed", (jwt) => `Bearer ${jwt}`),
        onText: (text) => {
          if (text === ANGEL_PONG) return
          const frame = parseAngelOrder(text)
          if (!("type" in frame)) onEvent({ _tag: "Unreadable", problem: frame.message })
          else if (frame.type === "order") {
            varieties.note(frame.data.orderid, frame.data.variety)
            onEvent({ _tag: "Order", order: angelOrderOf(frame.data, options.settings.instruments, frame.code) })
          }
        },
        onBinary: () => undefined
      }),
      ({ ended }) => ({ ended })
    )
})
