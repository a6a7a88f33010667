/** Our own clients of Upstox's streams. Each connection begins with a one-shot address that REST gives. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { FeedDetail, MarketFeed, OrderFeed } from "../port/BrokerAccount.ts"
import type { BrokerInstrument } from "../port/BrokerInstruments.ts"
import { openSocket } from "../stream/openSocket.ts"
import { API_VERSION } from "./upstoxCall.ts"
import { upstoxFrames } from "./upstoxFrames.ts"
import type { UpstoxLine } from "./upstoxLine.ts"
import type { UpstoxSubscriptionMode } from "./UpstoxMode.ts"
import { upstoxOrderOf } from "./upstoxOrderOf.ts"
import { parseUpstoxPortfolio } from "./UpstoxPortfolioFrame.ts"
import { upstoxChangeMode, upstoxSubscribe, upstoxUnsubscribe } from "./UpstoxRequest.ts"

/** Upstox pings; without anything for so long in market hours the connection is dead. */
const SILENT_AFTER_MS = 30_000
/** Keys of one request. */
const KEYS_A_FRAME = 500

const modeOf: Readonly<Record<FeedDetail, UpstoxSubscriptionMode>> = {
  price: "ltpc",
  quote: "full",
  full: "full",
  depth: "full_d30"
}

/** Where a stream may be opened once. */
const StreamAddress = Schema.Struct({ authorized_redirect_uri: Schema.NonEmptyString })

const chunks = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from(
    { length: Math.ceil(all.length / KEYS_A_FRAME) },
    (_, i) => all.slice(i * KEYS_A_FRAME, (i + 1) * KEYS_A_FRAME)
  )

export const upstoxMarketFeed = ({ read, settings }: UpstoxLine): MarketFeed => ({
  open: (onBatch, onFrame) =>
    Effect.gen(function*() {
      const frames = upstoxFrames()
      const modes = new Map<string, UpstoxSubscriptionMode>()
      const { authorized_redirect_uri: url } = yield* read(
        "open the market feed",
        StreamAddress,
        (sdk, callback) => sdk.streams.getMarketDataFeedAuthorizeV3(callback)
      )
      const socket = yield* openSocket({
        broker: "upstox",
        account: settings.account,
        operation: "open the market feed",
        url,
        timeout: settings.timeout,
        silentAfter: settings.silentAfter ?? SILENT_AFTER_MS,
        onText: () => undefined,
        onBinary: (frame, receivedAt) => {
          onFrame?.(frame, receivedAt)
          const batch = frames.decode(frame, receivedAt)
          if (batch.length > 0) onBatch(batch)
        }
      })
      let requests = 0
      const guid = (): string => `kg${++requests}`
      return {
        subscribe: (instruments: ReadonlyArray<BrokerInstrument>, detail: FeedDetail) => {
          const mode = modeOf[detail]
          const changed = instruments.filter(({ token }) => modes.get(token) !== mode)
          const fresh = changed.filter(({ token }) => !modes.has(token)).map(({ token }) => token)
          const others = changed.filter(({ token }) => modes.has(token)).map(({ token }) => token)
          frames.learn(changed)
          for (const { token } of changed) modes.set(token, mode)
          for (const some of chunks(fresh)) socket.send(upstoxSubscribe(guid(), mode, some))
          for (const some of chunks(others)) socket.send(upstoxChangeMode(guid(), mode, some))
        },
        unsubscribe: (instruments: ReadonlyArray<BrokerInstrument>) => {
          const known = instruments.filter(({ token }) => modes.delete(token)).map(({ token }) => token)
          for (const some of chunks(known)) socket.send(upstoxUnsubscribe(guid(), some))
        },
        ended: socket.ended,
        counters: frames.counters
      }
    })
})

export const upstoxOrderFeed = ({ read, settings }: UpstoxLine): OrderFeed => ({
  open: (onEvent) =>
    Effect.gen(function*() {
      const { authorized_redirect_uri: url } = yield* read(
        "open the order feed",
        StreamAddress,
        (sdk, callback) => sdk.streams.getPortfolioStreamFeedAuthorize(API_VERSION, callback)
      )
      const { ended } = yield* openSocket({
        broker: "upstox",
        account: settings.account,
        operation: "open the order feed",
        url,
        timeout: settings.timeout,
        silentAfter: settings.silentAfter ?? SILENT_AFTER_MS,
        onText: (text) => {
          const frame = parseUpstoxPortfolio(text)
          if (!("update_type" in frame)) onEvent({ _tag: "Unreadable", problem: frame.message })
          else if (frame.update_type === "order") {
            onEvent({ _tag: "Order", order: upstoxOrderOf(frame, settings.instruments) })
          } else if (frame.update_type === "gtt_order") onEvent({ _tag: "Gtt", id: frame.gtt_order_id })
        },
        onBinary: () => undefined
      })
      return { ended }
    })
})
