/** Our own clients of Upstox's streams. Each connection begins with a one-shot address that REST gives. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { FeedDetail, MarketFeed, OrderFeed } from "../port/BrokerAccount.ts"
import type { BrokerError } from "../port/BrokerError.ts"
import type { BrokerInstrument, BrokerInstruments } from "../port/BrokerInstruments.ts"
import { openSocket } from "../stream/openSocket.ts"
import { upstoxFrames } from "./upstoxFrames.ts"
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
export const StreamAddress = Schema.Struct({ authorized_redirect_uri: Schema.NonEmptyString })

interface FeedOptions {
  readonly account: string
  readonly instruments: BrokerInstruments
  readonly timeout: number
  readonly silentAfter: number | undefined
  readonly address: Effect.Effect<typeof StreamAddress.Type, BrokerError>
}

const chunks = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from(
    { length: Math.ceil(all.length / KEYS_A_FRAME) },
    (_, i) => all.slice(i * KEYS_A_FRAME, (i + 1) * KEYS_A_FRAME)
  )

export const upstoxMarketFeed = (options: FeedOptions): MarketFeed => ({
  open: (onBatch, onFrame) =>
    Effect.gen(function*() {
      const frames = upstoxFrames()
      const modes = new Map<string, UpstoxSubscriptionMode>()
      const { authorized_redirect_uri: url } = yield* options.address
      const socket = yield* openSocket({
        broker: "upstox",
        account: options.account,
        operation: "open the market feed",
        url,
        timeout: options.timeout,
        silentAfter: options.silentAfter ?? SILENT_AFTER_MS,
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

export const upstoxOrderFeed = (options: FeedOptions): OrderFeed => ({
  open: (onEvent) =>
    Effect.gen(function*() {
      const { authorized_redirect_uri: url } = yield* options.address
      const { ended } = yield* openSocket({
        broker: "upstox",
        account: options.account,
        operation: "open the order feed",
        url,
        timeout: options.timeout,
        silentAfter: options.silentAfter ?? SILENT_AFTER_MS,
        onText: (text) => {
          const frame = parseUpstoxPortfolio(text)
          if (!("update_type" in frame)) onEvent({ _tag: "Unreadable", problem: frame.message })
          else if (frame.update_type === "order") {
            onEvent({ _tag: "Order", order: upstoxOrderOf(frame, options.instruments) })
          } else if (frame.update_type === "gtt_order") onEvent({ _tag: "Gtt", id: frame.gtt_order_id })
        },
        onBinary: () => undefined
      })
      return { ended }
    })
})
