/** Upstox's streams: protobuf ticks behind a redirect with a one-shot code, and the portfolio's updates as JSON. */
import { encodeUpstoxFrame, encodeUpstoxMarketInfo } from "../../upstox/encodeUpstoxFrame.ts"
import { UpstoxFeedType, UpstoxMode, type UpstoxSubscriptionMode } from "../../upstox/UpstoxMode.ts"
import { parseUpstoxRequest } from "../../upstox/UpstoxRequest.ts"
import { FeedBatch } from "../../wire/FeedBatch.ts"
import { KeyTable } from "../../wire/KeyTable.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import { accountKey, type SimAccount } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimQuote } from "../market/SimMarket.ts"
import { writeQuote } from "../market/writeQuote.ts"
import { ownRoutes } from "../server/ownRoutes.ts"
import type { SimRequest, SimResponse, SimRoute, SimSocketRoute } from "../server/SimBroker.ts"
import { badToken, success } from "./upstoxAnswers.ts"
import { gttRow, orderUpdate } from "./upstoxRows.ts"
import { upstoxKey } from "./upstoxSymbols.ts"

/** Bytes that may wait for a slow client before ticks are left out. */
const MOST_BACKLOG = 4_000_000
/** Status of an open segment, `NORMAL_OPEN`. */
const NORMAL_OPEN = 2

const modeOf = (of: SimInstrument, asked: UpstoxSubscriptionMode): number =>
  asked === "ltpc"
    ? UpstoxMode.ltpc
    : of.instrument.kind === "index"
    ? UpstoxMode.indexFull
    : UpstoxMode[asked]

const MARKET_PATH = "/market-data-feeder/v3/upstox-developer-api/feeds"
const PORTFOLIO_PATH = "/portfolio-feeder/upstox-developer-api/feeds"

interface Feeds {
  readonly routes: ReadonlyArray<SimRoute>
  readonly sockets: ReadonlyArray<SimSocketRoute>
}

export const upstoxFeeds = (
  { exchange, market, sessions, skew }: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined,
  byKey: ReadonlyMap<string, SimInstrument>
): Feeds => {
  const keys = KeyTable.from(market.instruments.map((of) => [upstoxKey(of), of.index] as const))

  /** Where the account may connect once. */
  const address = (account: SimAccount, host: string, path: string): string =>
    `ws://${host}${path}?requestId=${sessions.secret(8)}&code=${sessions.grant(account, sessions.secret(24))}`

  const route = ownRoutes(byToken, badToken)
  const authorize = (path: string, to: string): SimRoute =>
    route("GET", path, "other", (account, { host }) => {
      const url = address(account, host, to)
      return success({ authorized_redirect_uri: url, authorizedRedirectUri: url })
    })

  const redirect = (path: string, to: string, operation: SimSocketRoute["operation"]): SimSocketRoute => ({
    path,
    operation,
    admit: (request): SimResponse => {
      const account = byToken(request)
      return account === undefined
        ? { status: 401, body: "" }
        : { status: 302, headers: { location: address(account, request.host, to) }, body: "" }
    },
    open: () => ({})
  })

  const byCode = ({ query }: SimRequest): SimAccount | SimResponse =>
    sessions.redeem(query.get("code") ?? "") ?? { status: 403, body: "" }

  const ticks: SimSocketRoute = {
    path: MARKET_PATH,
    operation: "market-feed",
    admit: byCode,
    open: (socket) => {
      const modes = new Map<SimInstrument, UpstoxSubscriptionMode>()
      const watched = new Map<SimInstrument, () => void>()
      const batch = new FeedBatch(64, 30)

      const sendQuotes = (of: ReadonlyArray<readonly [SimInstrument, SimQuote]>, type: UpstoxFeedType): void => {
        if (socket.backlog > MOST_BACKLOG) return
        batch.clear()
        for (const [each, quote] of of) {
          const mode = modeOf(each, modes.get(each) ?? "ltpc")
          const row = batch.length
          writeQuote(batch, each, quote, mode, skew(), socket.losesPrice(each.instrument.symbol))
          const greeks = market.greeks(each, quote.at)
          if (greeks !== undefined && batch.length > row) {
            batch.greeks.delta[row] = greeks.delta
            batch.greeks.theta[row] = greeks.theta
            batch.greeks.gamma[row] = greeks.gamma
            batch.greeks.vega[row] = greeks.vega
            batch.greeks.impliedVolatility[row] = greeks.volatility
          }
        }
        if (batch.length > 0) socket.send(encodeUpstoxFrame(batch, keys, type, exchange.now + skew()))
      }
      const stopTicks = exchange.onTick((of, quote) => {
        if (modes.has(of)) sendQuotes([[of, quote]], UpstoxFeedType.live_feed)
      })
      const segments = ["NSE_EQ", "NSE_FO", "NSE_INDEX", "BSE_EQ", "BSE_FO", "BSE_INDEX"]
      socket.control(
        encodeUpstoxMarketInfo(segments.map((each) => [each, NORMAL_OPEN] as const), exchange.now + skew())
      )

      return {
        onBinary: (bytes) => {
          const request = parseUpstoxRequest(bytes)
          // A request that cannot be read is answered by silence.
          if (!("method" in request)) return
          const of = request.data.instrumentKeys.flatMap((key) => byKey.get(key) ?? [])
          if (request.method === "unsub") {
            for (const each of of) {
              modes.delete(each)
              watched.get(each)?.()
              watched.delete(each)
            }
            return
          }
          const mode = request.data.mode ?? "ltpc"
          for (const each of of) {
            modes.set(each, mode)
            if (!watched.has(each)) watched.set(each, exchange.watch(each))
          }
          if (of.length > 0) {
            sendQuotes(of.map((each) => [each, exchange.quote(each)] as const), UpstoxFeedType.initial_feed)
          }
        },
        onBeat: () => socket.ping(),
        onClose: () => {
          stopTicks()
          for (const stop of watched.values()) stop()
        }
      }
    }
  }

  const portfolio: SimSocketRoute = {
    path: PORTFOLIO_PATH,
    operation: "order-feed",
    admit: byCode,
    open: (socket, account) => {
      const own = accountKey("upstox", account.userId)
      const stopOrders = exchange.onOrder(({ order }) => {
        if (order.account === own) socket.send(JSON.stringify(orderUpdate(order)))
      })
      const stopGtts = exchange.onGtt((gtt) => {
        if (gtt.account === own) socket.send(JSON.stringify({ update_type: "gtt_order", ...gttRow(gtt) }))
      })
      return {
        onBeat: () => socket.ping(),
        onClose: () => {
          stopOrders()
          stopGtts()
        }
      }
    }
  }

  return {
    routes: [
      authorize("/v3/feed/market-data-feed/authorize", MARKET_PATH),
      authorize("/v2/feed/portfolio-stream-feed/authorize", PORTFOLIO_PATH)
    ],
    sockets: [
      redirect("/v3/feed/market-data-feed", MARKET_PATH, "market-feed"),
      redirect("/v2/feed/portfolio-stream-feed", PORTFOLIO_PATH, "order-feed"),
      ticks,
      portfolio
    ]
  }
}
