/** Our own client of Fyers' order socket. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountSettings, OrderFeed } from "../port/BrokerAccount.ts"
import { type BrokerError, NotSent, Refused } from "../port/BrokerError.ts"
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
      const where = { broker: "fyers", account, operation: "open the order feed" } as const
      const subscribed = yield* Deferred.make<void, BrokerError>()
      const socket = yield* openSocket({
        ...where,
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
          else if ("code" in frame && frame.code === FYERS_SUBSCRIBED) Deferred.doneUnsafe(subscribed, Effect.void)
          else if ("code" in frame) {
            const reason = frame.message ?? "no reason was given"
            const refusal = new Refused({ ...where, code: String(frame.code), reason })
            // Later than the answer to the subscription it may be about anything, so the book must be asked.
            if (!Deferred.doneUnsafe(subscribed, Effect.fail(refusal))) {
              onEvent({ _tag: "Unreadable", problem: refusal.message })
            }
          }
        },
        onBinary: () => undefined
      })
      socket.send(fyersSubscribe(["orders", "trades"]))
      // What changes before the answer is not sent: whoever compares the books after this misses nothing.
      yield* Deferred.await(subscribed).pipe(
        Effect.raceFirst(
          Effect.flatMap(socket.ended, ({ reason }) => Effect.fail(new NotSent({ ...where, reason })))
        ),
        Effect.timeoutOrElse({
          duration: timeout,
          orElse: () => Effect.fail(new NotSent({ ...where, reason: "the subscription was not answered" }))
        })
      )
      return { ended: socket.ended }
    })
})
