/** Kite's ticker: binary ticks by subscription, a heartbeat each second, and the orders of the account as text. */
import { encodeKiteFrame, kiteHeartbeat } from "../../kite/encodeKiteFrame.ts"
import { KiteMode, type KiteSubscriptionMode } from "../../kite/KiteMode.ts"
import { parseKiteRequest } from "../../kite/KiteTextFrame.ts"
import { KiteTokens } from "../../kite/KiteTokens.ts"
import { FeedBatch } from "../../wire/FeedBatch.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import { accountKey } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimQuote } from "../market/SimMarket.ts"
import { writeQuote } from "../market/writeQuote.ts"
import type { SimSocketRoute } from "../server/SimBroker.ts"
import { orderRow } from "./kiteRows.ts"
import { kiteToken } from "./kiteSymbols.ts"

/** Bytes that may wait for a slow client before ticks are left out. */
const MOST_BACKLOG = 4_000_000

const modeOf = (of: SimInstrument, asked: KiteSubscriptionMode): number =>
  asked === "ltp"
    ? KiteMode.ltp
    : of.instrument.kind === "index"
    ? asked === "full" ? KiteMode.indexFull : KiteMode.indexQuote
    : asked === "full"
    ? KiteMode.full
    : KiteMode.quote

export const kiteTicker = ({ exchange, market, sessions, skew }: BrokerStage): SimSocketRoute => {
  const tokens = KiteTokens.from(market.instruments.map((of) => [kiteToken(of), of.index] as const))
  return {
    path: "/",
    operation: "market-feed",
    admit: ({ query }) => {
      const account = sessions.accountOf(query.get("access_token") ?? "")
      return account !== undefined && account.apiKey === query.get("api_key") ? account : { status: 403, body: "" }
    },
    open: (socket, account) => {
      const modes = new Map<SimInstrument, KiteSubscriptionMode>()
      const watched = new Map<SimInstrument, () => void>()
      const batch = new FeedBatch(64)

      const sendQuotes = (of: ReadonlyArray<readonly [SimInstrument, SimQuote]>): void => {
        if (socket.backlog > MOST_BACKLOG) return
        batch.clear()
        for (const [each, quote] of of) {
          const mode = modeOf(each, modes.get(each) ?? "quote")
          writeQuote(batch, each, quote, mode, skew(), socket.losesPrice(each.instrument.symbol))
        }
        if (batch.length > 0) socket.send(encodeKiteFrame(batch, tokens))
      }

      const known = (asked: ReadonlyArray<number>): ReadonlyArray<SimInstrument> =>
        asked.flatMap((token) => {
          const index = tokens.instrument(token)
          return index === -1 ? [] : [market.at(index)]
        })

      const snapshot = (of: ReadonlyArray<SimInstrument>): void =>
        sendQuotes(of.map((each) => [each, exchange.quote(each)] as const))

      const stopTicks = exchange.onTick((of, quote) => {
        if (modes.has(of)) sendQuotes([[of, quote]])
      })
      const stopOrders = exchange.onOrder(({ kind, order }) => {
        if (order.account !== accountKey("kite", account.userId)) return
        const isUpdate = (kind === "modified" || kind === "filled") && order.status !== "strange"
        const status = isUpdate ? "UPDATE" : undefined
        const row = status === undefined ? orderRow(order) : orderRow(order, status)
        socket.send(
          JSON.stringify({
            type: "order",
            id: "",
            data: {
              ...row,
              user_id: account.userId,
              unfilled_quantity: order.quantity - order.filled,
              app_id: 1,
              checksum: ""
            }
          }),
          "order-feed"
        )
      })
      socket.control(
        JSON.stringify({ type: "instruments_meta", data: { count: market.instruments.length, etag: "sim" } })
      )

      return {
        onText: (text) => {
          const request = parseKiteRequest(text)
          if (!("a" in request)) {
            socket.control(JSON.stringify({ type: "error", data: "Malformed message" }))
            return
          }
          if (request.a === "mode") {
            const [mode, asked] = request.v
            const of = known(asked)
            for (const each of of) if (modes.has(each)) modes.set(each, mode)
            snapshot(of.filter((each) => modes.has(each)))
          } else if (request.a === "subscribe") {
            const of = known(request.v).filter((each) => !modes.has(each))
            for (const each of of) {
              modes.set(each, "quote")
              watched.set(each, exchange.watch(each))
            }
            snapshot(of)
          } else {
            for (const each of known(request.v)) {
              modes.delete(each)
              watched.get(each)?.()
              watched.delete(each)
            }
          }
        },
        onBeat: () => socket.control(kiteHeartbeat()),
        onClose: () => {
          stopTicks()
          stopOrders()
          for (const stop of watched.values()) stop()
        }
      }
    }
  }
}
