/** Our own client of Fyers' order socket. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountSettings, OrderFeed } from "../port/BrokerAccount.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { openSocket } from "../stream/openSocket.ts"
import {
  FYERS_PING,
  FYERS_PING_SECONDS,
  FYERS_PONG,
  FYERS_SUBSCRIBED,
  fyersSubscribe,
  parseFyersOrder
} from "./FyersOrderFrame.ts"
import { fyersOrderUpdate, fyersTradeUpdate } from "./fyersOrderOf.ts"

/** Three pings without an answer. */
const SILENT_AFTER_MS = 3 * FYERS_PING_SECONDS * 1_000

interface FeedOptions {
  readonly settings: AccountSettings
  readonly token: BrokerToken
  /** `wss://socket.fyers.in/trade/v3` */
  readonly url: string
}

export const fyersOrderFeed = ({ settings, token, url }: FeedOptions): OrderFeed => ({
  open: (onEvent) =>
    Effect.gen(function*() {
      const { account, apiKey, instruments, silentAfter = SILENT_AFTER_MS, timeout } = settings
      const socket = yield* openSocket({
        broker: "fyers",
        account,
        operation: "open the order feed",
        url,
        headers: { Authorization: `${apiKey}:${Redacted.value(token.access)}` },
        timeout,
        silentAfter,
        beat: { every: Math.min(FYERS_PING_SECONDS * 1_000, silentAfter / 3), frame: FYERS_PING },
        onText: (text) => {
          if (text === FYERS_PONG) return
          const frame = parseFyersOrder(text)
          if ("orders" in frame) onEvent({ _tag: "Order", order: fyersOrderUpdate(frame.orders, instruments) })
          else if ("trades" in frame) onEvent({ _tag: "Trade", trade: fyersTradeUpdate(frame.trades, instruments) })
          else if (!("s" in frame)) onEvent({ _tag: "Unreadable", problem: frame.message })
          else if ("code" in frame && frame.code !== FYERS_SUBSCRIBED) {
            // A subscription that was refused: nothing would come, so the book must be asked.
            onEvent({ _tag: "Unreadable", problem: `Fyers answered ${frame.code} ${frame.message ?? ""}`.trim() })
          }
        },
        onBinary: () => undefined
      })
      socket.send(fyersSubscribe(["orders", "trades"]))
      return { ended: socket.ended }
    })
})
