/** Our own client of the Kite ticker: ticks into batches, orders out of its text frames. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountSettings, FeedDetail, MarketFeed, OrderFeed } from "../port/BrokerAccount.ts"
import type { BrokerInstrument } from "../port/BrokerInstruments.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { openSocket } from "../stream/openSocket.ts"
import { kiteFrames } from "./kiteFrames.ts"
import type { KiteSubscriptionMode } from "./KiteMode.ts"
import { kiteOrderOf } from "./kiteOrderOf.ts"
import { kiteMode, kiteSubscribe, kiteUnsubscribe, parseKiteText } from "./KiteTextFrame.ts"

/** The server beats once a second. */
const SILENT_AFTER_MS = 5_000

const modeOf: Readonly<Record<FeedDetail, KiteSubscriptionMode>> = {
  price: "ltp",
  quote: "quote",
  full: "full",
  depth: "full"
}

interface FeedOptions {
  readonly settings: AccountSettings
  readonly token: BrokerToken
  /** `wss://ws.kite.trade/`. */
  readonly url: string
}

const tickerUrl = ({ settings, token, url }: FeedOptions): string => {
  const full = new URL(url)
  full.searchParams.set("api_key", settings.apiKey)
  full.searchParams.set("access_token", Redacted.value(token.access))
  return full.href
}

export const kiteMarketFeed = (options: FeedOptions): MarketFeed => ({
  open: (onBatch, onFrame) =>
    Effect.gen(function*() {
      const frames = kiteFrames()
      const modes = new Map<string, KiteSubscriptionMode>()
      const socket = yield* openSocket({
        broker: "kite",
        account: options.settings.account,
        operation: "open the market feed",
        url: tickerUrl(options),
        timeout: options.settings.timeout,
        silentAfter: options.settings.silentAfter ?? SILENT_AFTER_MS,
        // Orders come here as well; the order feed reads them on its own connection.
        onText: () => undefined,
        onBinary: (frame, receivedAt) => {
          onFrame?.(frame, receivedAt)
          const batch = frames.decode(frame, receivedAt)
          if (batch.length > 0) onBatch(batch)
        }
      })
      return {
        subscribe: (instruments: ReadonlyArray<BrokerInstrument>, detail: FeedDetail) => {
          const mode = modeOf[detail]
          const changed = instruments.filter(({ token }) => modes.get(token) !== mode)
          if (changed.length === 0) return
          const fresh = changed.filter(({ token }) => !modes.has(token))
          frames.learn(changed)
          for (const { token } of changed) modes.set(token, mode)
          if (fresh.length > 0) socket.send(kiteSubscribe(fresh.map(({ token }) => Number(token))))
          socket.send(kiteMode(mode, changed.map(({ token }) => Number(token))))
        },
        unsubscribe: (instruments: ReadonlyArray<BrokerInstrument>) => {
          const known = instruments.filter(({ token }) => modes.delete(token))
          if (known.length > 0) socket.send(kiteUnsubscribe(known.map(({ token }) => Number(token))))
        },
        ended: socket.ended,
        counters: frames.counters
      }
    })
})

export const kiteOrderFeed = (options: FeedOptions): OrderFeed => ({
  open: (onEvent) =>
    Effect.map(
      openSocket({
        broker: "kite",
        account: options.settings.account,
        operation: "open the order feed",
        url: tickerUrl(options),
        timeout: options.settings.timeout,
        silentAfter: options.settings.silentAfter ?? SILENT_AFTER_MS,
        onText: (text) => {
          const frame = parseKiteText(text)
          if (!("type" in frame)) onEvent({ _tag: "Unreadable", problem: frame.message })
          else if (frame.type === "order") {
            onEvent({ _tag: "Order", order: kiteOrderOf(frame.data, options.settings.instruments) })
          }
        },
        onBinary: () => undefined
      }),
      ({ ended }) => ({ ended })
    )
})
