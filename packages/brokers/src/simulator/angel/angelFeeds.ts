/** Angel's two sockets: SmartStream with a packet a frame, and the status of orders as JSON. Both answer `ping`. */
import { exchangeTypeOf } from "../../angel/angelInstrument.ts"
import { AngelExchangeType, angelKey, AngelMode } from "../../angel/AngelMode.ts"
import { ANGEL_PING, ANGEL_PONG, parseAngelRequest } from "../../angel/AngelRequest.ts"
import { encodeAngelPacket } from "../../angel/encodeAngelPacket.ts"
import { FeedBatch } from "../../wire/FeedBatch.ts"
import { KeyTable } from "../../wire/KeyTable.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import { accountKey } from "../exchange/SimAccount.ts"
import type { SimOrderEvent } from "../exchange/SimOrder.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimQuote } from "../market/SimMarket.ts"
import { writeQuote } from "../market/writeQuote.ts"
import type { SimSocketRoute } from "../server/SimBroker.ts"
import { orderRow } from "./angelRows.ts"
import { angelToken } from "./angelSymbols.ts"
import type { AngelTokens } from "./AngelTokens.ts"

/** Bytes that may wait for a slow client before ticks are left out. */
const MOST_BACKLOG = 4_000_000
/** Each token counts once a mode. */
const MOST_SUBSCRIPTIONS = 1_000
const MOST_DEPTHS = 50
const LEVELS = 20

const codes: Readonly<Record<SimOrderEvent["kind"], string>> = {
  received: "AB09",
  open: "AB01",
  waiting: "AB10",
  triggered: "AB01",
  filled: "AB01",
  complete: "AB05",
  modified: "AB04",
  "change-refused": "AB01",
  cancelled: "AB02",
  rejected: "AB03"
}

export const angelFeeds = (
  { exchange, market, skew }: BrokerStage,
  tokens: AngelTokens
): ReadonlyArray<SimSocketRoute> => {
  const keyOf = (of: SimInstrument): string => angelKey(exchangeTypeOf(of), angelToken(of))
  const keys = KeyTable.from(market.instruments.map((of) => [keyOf(of), of.index] as const))
  const byKey = new Map(market.instruments.map((of) => [keyOf(of), of]))

  const stream: SimSocketRoute = {
    path: "/smart-stream",
    operation: "market-feed",
    admit: (request) => tokens.socketAccountOf(request),
    open: (socket) => {
      const modes = new Map<SimInstrument, Set<AngelMode>>()
      const watched = new Map<SimInstrument, () => void>()
      const batch = new FeedBatch(1, LEVELS)
      let sequence = 0

      const send = (of: SimInstrument, quote: SimQuote, mode: AngelMode): void => {
        if (socket.backlog > MOST_BACKLOG) return
        batch.clear()
        writeQuote(batch, of, quote, mode, skew(), socket.losesPrice(of.instrument.symbol))
        const packet = encodeAngelPacket(batch, 0, keys, ++sequence)
        if (packet !== undefined) socket.send(packet)
      }
      const stopTicks = exchange.onTick((of, quote) => {
        for (const mode of modes.get(of) ?? []) send(of, quote, mode)
      })
      const refuse = (errorCode: string, errorMessage: string, correlationID: string | undefined): void =>
        socket.control(JSON.stringify({ correlationID: correlationID ?? "", errorCode, errorMessage }))

      const subscribe = (of: SimInstrument, mode: AngelMode): void => {
        const known = modes.get(of) ?? new Set()
        modes.set(of, known.add(mode))
        if (!watched.has(of)) watched.set(of, exchange.watch(of))
        send(of, exchange.quote(of), mode)
      }
      const unsubscribe = (of: SimInstrument, mode: AngelMode): void => {
        const known = modes.get(of)
        known?.delete(mode)
        if (known === undefined || known.size > 0) return
        modes.delete(of)
        watched.get(of)?.()
        watched.delete(of)
      }
      const count = (mode?: AngelMode): number => {
        let sum = 0
        for (const each of modes.values()) sum += mode === undefined ? each.size : Number(each.has(mode))
        return sum
      }

      return {
        onText: (text) => {
          if (text === ANGEL_PING) return socket.control(ANGEL_PONG)
          const request = parseAngelRequest(text)
          if (!("params" in request)) return refuse("E1001", "Invalid Request Payload.", undefined)
          const { action, correlationID, params: { mode, tokenList } } = request
          if (action === 1 && mode === AngelMode.depth20) {
            const asked = tokenList.reduce((sum, { tokens: some }) => sum + some.length, 0)
            const elsewhere = tokenList.some(({ exchangeType }) => exchangeType !== AngelExchangeType.nse_cm)
            if (elsewhere || count(mode) + asked > MOST_DEPTHS) {
              return refuse("E1002", "Invalid Request. Subscription Limit Exceeded", correlationID)
            }
          }
          for (const { exchangeType, tokens: some } of tokenList) {
            for (const token of some) {
              const of = byKey.get(angelKey(exchangeType, token))
              // Of a token that is not listed nothing is ever heard.
              if (of === undefined) continue
              if (action === 0) unsubscribe(of, mode)
              else if (count() < MOST_SUBSCRIPTIONS) subscribe(of, mode)
              else return refuse("E1002", "Invalid Request. Subscription Limit Exceeded", correlationID)
            }
          }
        },
        onClose: () => {
          stopTicks()
          for (const stop of watched.values()) stop()
        }
      }
    }
  }

  const orders: SimSocketRoute = {
    path: "/smart-order-update",
    operation: "order-feed",
    admit: (request) => {
      // By the token alone.
      const account = tokens.accountOf(request)
      return account ?? { status: 401, headers: { "x-error-message": "Invalid Token" }, body: "" }
    },
    open: (socket, account) => {
      const own = accountKey("angel", account.userId)
      const frame = (code: string, orderData: object): string =>
        JSON.stringify({
          "user-id": account.userId,
          "status-code": "200",
          "order-status": code,
          "error-message": "",
          orderData
        })
      socket.control(frame("AB00", emptyOrder))
      const stop = exchange.onOrder(({ kind, order }) => {
        if (order.account !== own) return
        socket.send(
          frame(
            codes[kind],
            kind === "modified" && order.status !== "strange" ? orderRow(order, "modified") : orderRow(order)
          )
        )
      })
      return {
        onText: (text) => {
          if (text === ANGEL_PING) socket.control(ANGEL_PONG)
        },
        onClose: stop
      }
    }
  }

  return [stream, orders]
}

/** Of the frame with which the socket greets. */
const emptyOrder = {
  variety: "",
  ordertype: "",
  producttype: "",
  price: 0,
  quantity: "",
  tradingsymbol: "",
  transactiontype: "",
  exchange: "",
  symboltoken: "",
  averageprice: 0,
  filledshares: "",
  unfilledshares: "",
  orderid: "",
  text: "",
  status: "",
  orderstatus: "",
  updatetime: ""
}
