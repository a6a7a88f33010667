/** Zerodha's Kite Connect 3 behind the broker port. */
import { formatIstDate, formatIstTime, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { AccountSettings, BrokerAccount, BrokerSession } from "../port/BrokerAccount.ts"
import type { BrokerAdapter } from "../port/BrokerAdapter.ts"
import type { BrokerCall } from "../port/BrokerCall.ts"
import { type BrokerError, Refused, UnknownOutcome } from "../port/BrokerError.ts"
import { type BrokerInstrument, marketOf } from "../port/BrokerInstruments.ts"
import type { NewOrder } from "../port/BrokerOrder.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { capabilities } from "../port/Capabilities.ts"
import type { GttOrder, GttStatus } from "../port/GttOrder.ts"
import type { BrokerCandle, CandleInterval, MarketQuote } from "../port/MarketQuote.ts"
import { tokenEndsAt } from "../port/tokenEndsAt.ts"
import { kiteCall, type KiteSdk, makeKiteSdk } from "./kiteCall.ts"
import { kiteMarketFeed, kiteOrderFeed } from "./kiteFeeds.ts"
import { kiteFrames } from "./kiteFrames.ts"
import { kiteOrderOf, kiteProduct, kiteTradeOf, KiteTradeRow, kiteType, productOf, symbolOf } from "./kiteOrderOf.ts"
import { KiteOrderRow } from "./KiteTextFrame.ts"

export interface KiteUrls {
  readonly api: string
  readonly login: string
  readonly ticker: string
}

export const kiteUrls: KiteUrls = {
  api: "https://api.kite.trade",
  login: "https://kite.zerodha.com/connect/login",
  ticker: "wss://ws.kite.trade/"
}

/** Of a server that speaks all of Kite's protocols on one port. */
export const kiteUrlsAt = (root: string): KiteUrls => ({
  api: root,
  login: `${root}/connect/login`,
  ticker: `${root.replace(/^http/, "ws")}/`
})

export const kiteAdapter: BrokerAdapter = {
  broker: "kite",
  account: (settings, root) => kiteAccount({ ...settings, urls: root === undefined ? kiteUrls : kiteUrlsAt(root) }),
  frames: Effect.sync(kiteFrames)
}

type KiteSettings = AccountSettings & { readonly urls: KiteUrls }

/** `GET /quote` takes so many instruments. */
const QUOTES_A_CALL = 500

const intervals: Readonly<Record<CandleInterval, string>> = {
  "1m": "minute",
  "3m": "3minute",
  "5m": "5minute",
  "10m": "10minute",
  "15m": "15minute",
  "30m": "30minute",
  "1h": "60minute",
  "1d": "day"
}

const Profile = Schema.Struct({
  user_id: Schema.NonEmptyString,
  user_name: Schema.String,
  exchanges: Schema.Array(Schema.String),
  products: Schema.Array(Schema.String)
})
const profileOf = (row: typeof Profile.Type) => ({
  userId: row.user_id,
  name: row.user_name,
  exchanges: row.exchanges,
  products: row.products
})

const Session = Schema.Struct({ ...Profile.fields, access_token: Schema.NonEmptyString })

const Placed = Schema.Struct({
  order_id: Schema.NonEmptyString,
  children: Schema.optionalKey(Schema.Array(Schema.Struct({ order_id: Schema.optionalKey(Schema.String) })))
})
const Changed = Schema.Struct({ order_id: Schema.NonEmptyString })

const Funds = Schema.Struct({
  equity: Schema.Struct({ net: Schema.Finite, utilised: Schema.Struct({ debits: Schema.Finite }) })
})

const PositionRow = Schema.Struct({
  tradingsymbol: Schema.String,
  exchange: Schema.String,
  product: Schema.String,
  quantity: Schema.Int,
  average_price: Schema.Finite,
  last_price: Schema.Finite,
  realised: Schema.Finite
})

const HoldingRow = Schema.Struct({
  tradingsymbol: Schema.String,
  exchange: Schema.String,
  isin: Schema.String,
  quantity: Schema.Int,
  t1_quantity: Schema.Int,
  average_price: Schema.Finite,
  last_price: Schema.Finite
})

const Level = Schema.Struct({ price: Schema.Finite })
const QuoteRow = Schema.Struct({
  last_price: Schema.Finite,
  volume: Schema.optionalKey(Schema.Int),
  oi: Schema.optionalKey(Schema.Finite),
  ohlc: Schema.Struct({ open: Schema.Finite, high: Schema.Finite, low: Schema.Finite, close: Schema.Finite }),
  depth: Schema.optionalKey(Schema.Struct({ buy: Schema.Array(Level), sell: Schema.Array(Level) }))
})

const Candles = Schema.Struct({ candles: Schema.Array(Schema.Array(Schema.Union([Schema.String, Schema.Finite]))) })

const Margins = Schema.Struct({ final: Schema.Struct({ total: Schema.Finite }) })

const GttRow = Schema.Struct({
  id: Schema.Int,
  status: Schema.String,
  condition: Schema.Struct({
    exchange: Schema.String,
    tradingsymbol: Schema.String,
    trigger_values: Schema.Array(Schema.Finite)
  }),
  orders: Schema.Array(Schema.Struct({
    transaction_type: Schema.Literals(["BUY", "SELL"]),
    quantity: Schema.Int,
    product: Schema.String,
    price: Schema.Finite
  }))
})

const gttStatuses: Readonly<Record<string, GttStatus>> = {
  active: "active",
  triggered: "triggered",
  disabled: "cancelled",
  expired: "expired",
  cancelled: "cancelled",
  deleted: "cancelled",
  rejected: "rejected"
}

const inPaise = (rupees: number) => paise(Math.round(rupees * 100))

export const kiteAccount = (settings: KiteSettings): BrokerAccount => {
  const { account, urls } = settings
  const call = (operation: string, changes = false, tag?: string): BrokerCall => ({
    broker: "kite",
    account,
    operation,
    changes,
    ...(tag === undefined ? {} : { tag })
  })
  const sdkOf = makeKiteSdk({ apiKey: settings.apiKey, root: urls.api, timeout: settings.timeout })

  const tokenOf = (session: typeof Session.Type, issuedAt: number): BrokerToken => ({
    access: Redacted.make(session.access_token, { label: "kite access token" }),
    profile: profileOf(session),
    issuedAt,
    // By the clock there always is an end.
    endsAt: tokenEndsAt(capabilities.kite.tokenEnd, issuedAt) ?? issuedAt
  })

  return {
    broker: "kite",
    account,
    auth: {
      loginUrl: (state) => {
        const url = new URL(urls.login)
        url.searchParams.set("v", "3")
        url.searchParams.set("api_key", settings.apiKey)
        url.searchParams.set("redirect_params", new URLSearchParams({ state }).toString())
        return url.href
      },
      grantOf: (redirected) =>
        redirected.searchParams.get("status") === "success"
          ? redirected.searchParams.get("request_token") ?? undefined
          : undefined,
      exchange: (grant) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf
          const session = yield* kiteCall(call("log in"), Session, () =>
            sdk.generateSession(Redacted.value(grant), Redacted.value(settings.apiSecret)))
          return tokenOf(session, yield* Clock.currentTimeMillis)
        }),
      logout: (token) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf
          sdk.setAccessToken(Redacted.value(token.access))
          yield* kiteCall(call("log out"), Schema.Unknown, () => sdk.invalidateAccessToken())
        })
    },
    session: (token) => kiteSession(settings, token, call, sdkOf)
  }
}

const kiteSession = (
  settings: KiteSettings,
  token: BrokerToken,
  call: (operation: string, changes?: boolean, tag?: string) => BrokerCall,
  sdkOf: Effect.Effect<KiteSdk>
): BrokerSession => {
  const { account, instruments, urls } = settings
  let made: KiteSdk | undefined
  const sdkWithToken = Effect.gen(function*() {
    if (made === undefined) {
      made = yield* sdkOf
      made.setAccessToken(Redacted.value(token.access))
    }
    return made
  })
  const ask = <S extends Schema.ConstraintDecoder<unknown>>(
    which: BrokerCall,
    data: S,
    how: (sdk: KiteSdk) => Promise<unknown>
  ): Effect.Effect<S["Type"], BrokerError> =>
    Effect.flatMap(sdkWithToken, (sdk) => kiteCall(which, data, () => how(sdk)))

  const known = (symbol: string, operation: string): Effect.Effect<BrokerInstrument, BrokerError> => {
    const found = instruments.ofSymbol(symbol)
    return found === undefined
      ? Effect.fail(
        new Refused({
          broker: "kite",
          account,
          operation,
          code: "instrument",
          reason: `${symbol} is not in Kite's instrument list`,
          remedy: "Get the lists of today: keepgaining instruments sync"
        })
      )
      : Effect.succeed(found)
  }

  const parametersOf = (order: NewOrder) => ({
    order_type: kiteType[order.type],
    quantity: order.quantity,
    validity: order.validity,
    ...(order.limitPrice === undefined ? {} : { price: order.limitPrice / 100 }),
    ...(order.triggerPrice === undefined ? {} : { trigger_price: order.triggerPrice / 100 }),
    // Unprotected market orders of algorithms are barred; -1 lets Kite choose the protection.
    ...(order.type === "market" || order.type === "stop" ? { market_protection: -1 } : {})
  })

  return {
    orders: {
      place: (order) =>
        Effect.gen(function*() {
          const of = yield* known(order.symbol, "place order")
          const placed = yield* ask(call("place order", true, order.tag), Placed, (sdk) =>
            sdk.placeOrder("regular", {
              // The SDK passes on what it does not know.
              ...(settings.algo === undefined ? {} : { algo_id: settings.algo }),
              exchange: marketOf(of.instrument),
              tradingsymbol: of.tradingSymbol,
              transaction_type: order.side === "buy" ? "BUY" : "SELL",
              product: kiteProduct[order.product],
              tag: order.tag,
              ...parametersOf(order)
            }))
          const children = (placed.children ?? []).flatMap(({ order_id: id }) => id === undefined ? [] : [id])
          return [placed.order_id, ...children]
        }),
      modify: ({ order, orderId }) =>
        Effect.asVoid(
          ask(call("modify order", true, order.tag), Changed, (sdk) =>
            sdk.modifyOrder("regular", orderId, parametersOf(order)))
        ),
      cancel: (orderId) =>
        Effect.asVoid(ask(call("cancel order", true), Changed, (sdk) => sdk.cancelOrder("regular", orderId))),
      book: Effect.map(
        ask(call("read the order book"), Schema.Array(KiteOrderRow), (sdk) => sdk.getOrders()),
        (rows) => rows.map((row) => kiteOrderOf(row, instruments))
      ),
      trades: Effect.map(
        ask(call("read the trades"), Schema.Array(KiteTradeRow), (sdk) => sdk.getTrades()),
        (rows) => rows.map((row) => kiteTradeOf(row, instruments))
      )
    },
    portfolio: {
      profile: Effect.map(ask(call("read the profile"), Profile, (sdk) => sdk.getProfile()), profileOf),
      funds: Effect.map(ask(call("read the funds"), Funds, (sdk) => sdk.getMargins()), ({ equity }) => ({
        available: inPaise(equity.net),
        used: inPaise(equity.utilised.debits)
      })),
      positions: Effect.map(
        ask(call("read the positions"), Schema.Struct({ net: Schema.Array(PositionRow) }), (sdk) => sdk.getPositions()),
        ({ net }) =>
          net.map((row) => ({
            symbol: symbolOf(instruments, row.exchange, row.tradingsymbol),
            product: productOf(row.product),
            quantity: row.quantity,
            averagePrice: row.average_price * 100,
            lastPrice: inPaise(row.last_price),
            realised: row.realised * 100
          }))
      ),
      holdings: Effect.map(
        ask(call("read the holdings"), Schema.Array(HoldingRow), (sdk) => sdk.getHoldings()),
        (rows) =>
          rows.map((row) => ({
            symbol: symbolOf(instruments, row.exchange, row.tradingsymbol),
            isin: row.isin,
            quantity: row.quantity + row.t1_quantity,
            unsettled: row.t1_quantity,
            averagePrice: row.average_price * 100,
            lastPrice: inPaise(row.last_price)
          }))
      )
    },
    marketData: {
      quotes: (symbols) =>
        Effect.gen(function*() {
          const asked = new Map<string, string>()
          for (const symbol of symbols) {
            const of = instruments.ofSymbol(symbol)
            if (of !== undefined) asked.set(`${marketOf(of.instrument)}:${of.tradingSymbol}`, symbol)
          }
          const names = [...asked.keys()]
          const found: Array<MarketQuote> = []
          for (let from = 0; from < names.length; from += QUOTES_A_CALL) {
            const rows = yield* ask(call("read quotes"), Schema.Record(Schema.String, QuoteRow), (sdk) =>
              sdk.getQuote(names.slice(from, from + QUOTES_A_CALL)))
            for (const [name, row] of Object.entries(rows)) {
              const symbol = asked.get(name)
              if (symbol !== undefined) {
                found.push(quoteOf(symbol, row))
              }
            }
          }
          return found
        }),
      candles: (symbol, interval, from, to) =>
        Effect.gen(function*() {
          const of = yield* known(symbol, "read candles")
          const { candles } = yield* ask(call("read candles"), Candles, (sdk) =>
            sdk.getHistoricalData(of.token, intervals[interval], timestamp(from), timestamp(to), false, true))
          const rows: Array<BrokerCandle> = []
          for (const row of candles) {
            const candle = candleOf(row)
            if (candle === undefined) {
              return yield* new UnknownOutcome({
                broker: "kite",
                account,
                operation: "read candles",
                reason: "a candle is not as documented"
              })
            }
            if (candle.at >= from && candle.at <= to) {
              rows.push(candle)
            }
          }
          return rows.sort((a, b) =>
            a.at - b.at
          )
        })
    },
    margins: {
      of: (legs) =>
        Effect.gen(function*() {
          const orders: Array<object> = []
          for (const leg of legs) {
            const of = yield* known(leg.symbol, "ask for a margin")
            orders.push({
              exchange: marketOf(of.instrument),
              tradingsymbol: of.tradingSymbol,
              transaction_type: leg.side === "buy" ? "BUY" : "SELL",
              variety: "regular",
              product: kiteProduct[leg.product],
              order_type: "LIMIT",
              quantity: leg.quantity,
              price: leg.price / 100,
              trigger_price: 0
            })
          }
          const { final } = yield* ask(call("ask for a margin"), Margins, (sdk) => sdk.orderBasketMargins(orders, true))
          return { total: inPaise(final.total) }
        })
    },
    gtt: {
      place: (order) =>
        Effect.gen(function*() {
          const of = yield* known(order.symbol, "place GTT")
          const { trigger_id: id } = yield* ask(
            call("place GTT", true),
            Schema.Struct({ trigger_id: Schema.Int }),
            (sdk) =>
              sdk.placeGTT({
                trigger_type: order.legs.length === 1 ? "single" : "two-leg",
                exchange: marketOf(of.instrument),
                tradingsymbol: of.tradingSymbol,
                trigger_values: order.legs.map(({ triggerPrice }) => triggerPrice / 100),
                last_price: order.lastPrice / 100,
                orders: order.legs.map(({ limitPrice }) => ({
                  transaction_type: order.side === "buy" ? "BUY" : "SELL",
                  quantity: order.quantity,
                  product: kiteProduct[order.product],
                  order_type: "LIMIT",
                  price: limitPrice / 100
                }))
              })
          )
          return String(id)
        }),
      cancel: (id) => Effect.asVoid(ask(call("cancel GTT", true), Schema.Unknown, (sdk) => sdk.deleteGTT(id))),
      list: Effect.map(
        ask(call("read GTTs"), Schema.Array(GttRow), (sdk) => sdk.getGTTs()),
        (rows) =>
          rows.flatMap((row): ReadonlyArray<GttOrder> => {
            const [first] = row.orders
            if (first === undefined) return []
            return [{
              id: String(row.id),
              symbol: symbolOf(instruments, row.condition.exchange, row.condition.tradingsymbol),
              side: first.transaction_type === "BUY" ? "buy" : "sell",
              quantity: first.quantity,
              product: productOf(first.product),
              legs: row.orders.map((order, i) => ({
                triggerPrice: inPaise(row.condition.trigger_values[i] ?? 0),
                limitPrice: inPaise(order.price)
              })),
              status: gttStatuses[row.status] ?? "unknown",
              brokerStatus: row.status
            }]
          })
      )
    },
    marketFeed: kiteMarketFeed({ settings, token, url: urls.ticker }),
    orderFeed: kiteOrderFeed({ settings, token, url: urls.ticker })
  }
}

const timestamp = (at: number): string => `${formatIstDate(at)} ${formatIstTime(at)}`

const quoteOf = (symbol: string, { depth, last_price: price, ohlc, oi, volume }: typeof QuoteRow.Type): MarketQuote => {
  const bid = depth?.buy[0]?.price ?? 0
  const ask = depth?.sell[0]?.price ?? 0
  return {
    symbol,
    price: inPaise(price),
    previousClose: inPaise(ohlc.close),
    open: inPaise(ohlc.open),
    high: inPaise(ohlc.high),
    low: inPaise(ohlc.low),
    ...(volume === undefined ? {} : { volume }),
    ...(oi === undefined ? {} : { openInterest: Math.round(oi) }),
    ...(bid > 0 ? { bid: inPaise(bid) } : {}),
    ...(ask > 0 ? { ask: inPaise(ask) } : {})
  }
}

/** `["2017-12-15T09:15:00+0530", o, h, l, c, v, oi?]`. */
const candleOf = ([time, ...numbers]: ReadonlyArray<string | number>): BrokerCandle | undefined => {
  const at = parseIst(String(time))
  const [open, high, low, close, volume, openInterest] = numbers.map(Number)
  if (
    at === undefined || open === undefined || high === undefined || low === undefined || close === undefined ||
    volume === undefined
  ) return undefined
  return {
    at,
    open: inPaise(open),
    high: inPaise(high),
    low: inPaise(low),
    close: inPaise(close),
    volume,
    ...(openInterest === undefined ? {} : { openInterest })
  }
}
