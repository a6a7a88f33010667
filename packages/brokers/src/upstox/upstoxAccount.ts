/** Upstox behind the broker port. */
import { DAY_MS, formatIstDate, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { AccountSettings, BrokerAccount, BrokerSession } from "../port/BrokerAccount.ts"
import type { BrokerAdapter } from "../port/BrokerAdapter.ts"
import type { BrokerCall } from "../port/BrokerCall.ts"
import { type BrokerError, Refused, UnknownOutcome } from "../port/BrokerError.ts"
import { type BrokerInstrument } from "../port/BrokerInstruments.ts"
import type { NewOrder } from "../port/BrokerOrder.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { capabilities } from "../port/Capabilities.ts"
import type { GttOrder, GttStatus } from "../port/GttOrder.ts"
import type { BrokerCandle, CandleInterval, ChainRow, MarketQuote } from "../port/MarketQuote.ts"
import { tokenEndsAt } from "../port/tokenEndsAt.ts"
import { makeUpstoxSdk, upstoxCall, type UpstoxCallback, type UpstoxSdk } from "./upstoxCall.ts"
import { StreamAddress, upstoxMarketFeed, upstoxOrderFeed } from "./upstoxFeeds.ts"
import { upstoxFrames } from "./upstoxFrames.ts"
import {
  ofUpstoxKey,
  productOf,
  symbolOf,
  upstoxOrderOf,
  UpstoxOrderRow,
  upstoxProduct,
  upstoxTradeOf,
  UpstoxTradeRow,
  upstoxType
} from "./upstoxOrderOf.ts"
import { inSandbox, sandboxAuth } from "./upstoxSandbox.ts"

export interface UpstoxUrls {
  readonly api: string
  /** Of placing, changing and cancelling. */
  readonly orders: string
  readonly login: string
}

export const upstoxUrls: UpstoxUrls = {
  api: "https://api.upstox.com",
  orders: "https://api-hft.upstox.com",
  login: "https://api.upstox.com/v2/login/authorization/dialog"
}

/** Of a server that speaks all of Upstox's protocols on one port. */
export const upstoxUrlsAt = (root: string): UpstoxUrls => ({
  api: root,
  orders: root,
  login: `${root}/v2/login/authorization/dialog`
})

/** It takes orders only; see `upstoxSandbox`. */
export const upstoxSandboxUrls: UpstoxUrls = {
  api: "https://api-sandbox.upstox.com",
  orders: "https://api-sandbox.upstox.com",
  login: ""
}

type UpstoxSettings = AccountSettings & { readonly urls: UpstoxUrls }

export const upstoxAdapter: BrokerAdapter = {
  broker: "upstox",
  account: (settings, root) =>
    upstoxAccount({
      ...settings,
      urls: root !== undefined ? upstoxUrlsAt(root) : settings.sandbox === true ? upstoxSandboxUrls : upstoxUrls
    }),
  frames: Effect.sync(upstoxFrames)
}

const VERSION = "2.0"
const QUOTES_A_CALL = 500
const MARGIN_LEGS = 20

const intervals: Readonly<Record<CandleInterval, readonly [unit: string, interval: number]>> = {
  "1m": ["minutes", 1],
  "3m": ["minutes", 3],
  "5m": ["minutes", 5],
  "10m": ["minutes", 10],
  "15m": ["minutes", 15],
  "30m": ["minutes", 30],
  "1h": ["hours", 1],
  "1d": ["days", 1]
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
const Placed = Schema.Struct({ order_ids: Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)) })
const Changed = Schema.Struct({ order_id: Schema.NonEmptyString })
const Funds = Schema.Struct({
  equity: Schema.Struct({ available_margin: Schema.Finite, used_margin: Schema.Finite })
})
const PositionRow = Schema.Struct({
  instrument_token: Schema.String,
  product: Schema.String,
  quantity: Schema.Int,
  average_price: Schema.NullOr(Schema.Finite),
  last_price: Schema.Finite,
  realised: Schema.Finite
})
const HoldingRow = Schema.Struct({
  instrument_token: Schema.String,
  isin: Schema.String,
  quantity: Schema.Int,
  t1_quantity: Schema.Int,
  average_price: Schema.Finite,
  last_price: Schema.Finite
})
const Level = Schema.Struct({ price: Schema.Finite })
const QuoteRow = Schema.Struct({
  instrument_token: Schema.String,
  last_price: Schema.Finite,
  net_change: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  volume: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  oi: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  ohlc: Schema.Struct({ open: Schema.Finite, high: Schema.Finite, low: Schema.Finite }),
  depth: Schema.optionalKey(Schema.Struct({ buy: Schema.Array(Level), sell: Schema.Array(Level) }))
})
const Candles = Schema.Struct({ candles: Schema.Array(Schema.Array(Schema.Union([Schema.String, Schema.Finite]))) })
const Margins = Schema.Struct({ final_margin: Schema.Finite })
const ChainSide = Schema.Struct({
  instrument_key: Schema.String,
  market_data: Schema.Struct({
    ltp: Schema.Finite,
    volume: Schema.Finite,
    oi: Schema.Finite,
    close_price: Schema.Finite,
    bid_price: Schema.Finite,
    ask_price: Schema.Finite
  }),
  option_greeks: Schema.Struct({
    delta: Schema.Finite,
    gamma: Schema.Finite,
    theta: Schema.Finite,
    vega: Schema.Finite,
    /** Percent a year. */
    iv: Schema.Finite,
    /** Percent. */
    pop: Schema.optionalKey(Schema.Finite)
  })
})
const Chain = Schema.Array(Schema.Struct({
  strike_price: Schema.Finite,
  call_options: Schema.NullOr(ChainSide),
  put_options: Schema.NullOr(ChainSide)
}))
const GttPlaced = Schema.Struct({
  gtt_order_ids: Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1))
})
const GttRow = Schema.Struct({
  gtt_order_id: Schema.NonEmptyString,
  quantity: Schema.Int,
  product: Schema.String,
  instrument_token: Schema.String,
  rules: Schema.Array(Schema.Struct({
    status: Schema.String,
    trigger_price: Schema.Finite,
    transaction_type: Schema.Literals(["BUY", "SELL"])
  }))
})
const gttStatuses: Readonly<Record<string, GttStatus>> = {
  SCHEDULED: "active",
  PENDING: "active",
  OPEN: "active",
  TRIGGERED: "triggered",
  COMPLETED: "triggered",
  CANCELLED: "cancelled",
  INACTIVE: "cancelled",
  EXPIRED: "expired",
  FAILED: "rejected"
}

const inPaise = (rupees: number) => paise(Math.round(rupees * 100))

export const upstoxAccount = (settings: UpstoxSettings): BrokerAccount => {
  const { account, urls } = settings
  const call = (operation: string, changes = false, tag?: string): BrokerCall => ({
    broker: "upstox",
    account,
    operation,
    changes,
    ...(tag === undefined ? {} : { tag })
  })
  const sdkOf = (accessToken?: string): Effect.Effect<UpstoxSdk> =>
    makeUpstoxSdk({
      api: urls.api,
      orders: urls.orders,
      timeout: settings.timeout,
      ...(accessToken === undefined ? {} : { accessToken })
    })

  return {
    broker: "upstox",
    account,
    auth: settings.sandbox === true ? sandboxAuth(settings) : {
      loginUrl: (state) => {
        const url = new URL(urls.login)
        url.searchParams.set("response_type", "code")
        url.searchParams.set("client_id", settings.apiKey)
        url.searchParams.set("redirect_uri", settings.redirectUrl)
        url.searchParams.set("state", state)
        return url.href
      },
      grantOf: (redirected) => redirected.searchParams.get("code") ?? undefined,
      exchange: (grant) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf()
          const session = yield* upstoxCall(
            call("log in"),
            Session,
            (callback) =>
              sdk.login.token(VERSION, {
                code: Redacted.value(grant),
                clientId: settings.apiKey,
                clientSecret: Redacted.value(settings.apiSecret),
                redirectUri: settings.redirectUrl,
                grantType: "authorization_code"
              }, callback),
            true
          )
          const issuedAt = yield* Clock.currentTimeMillis
          return {
            access: Redacted.make(session.access_token, { label: "upstox access token" }),
            profile: profileOf(session),
            issuedAt,
            // By the clock there always is an end.
            endsAt: tokenEndsAt(capabilities.upstox.tokenEnd, issuedAt) ?? issuedAt
          }
        }),
      logout: (token) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf(Redacted.value(token.access))
          yield* upstoxCall(call("log out"), Schema.Unknown, (callback) => sdk.login.logout(VERSION, callback))
        })
    },
    session: (token) => {
      const session = upstoxSession(settings, token, call, sdkOf)
      return settings.sandbox === true ? inSandbox(session, account, token) : session
    }
  }
}

const upstoxSession = (
  settings: UpstoxSettings,
  token: BrokerToken,
  call: (operation: string, changes?: boolean, tag?: string) => BrokerCall,
  sdkOf: (accessToken: string) => Effect.Effect<UpstoxSdk>
): BrokerSession => {
  const { account, instruments, silentAfter, timeout } = settings
  let made: UpstoxSdk | undefined
  const ask = <S extends Schema.ConstraintDecoder<unknown>>(
    which: BrokerCall,
    data: S,
    how: (sdk: UpstoxSdk, callback: UpstoxCallback) => unknown
  ): Effect.Effect<S["Type"], BrokerError> =>
    Effect.gen(function*() {
      const sdk = made ?? (made = yield* sdkOf(Redacted.value(token.access)))
      return yield* upstoxCall(which, data, (callback) => how(sdk, callback))
    })

  const refuse = (operation: string, code: string, reason: string, remedy: string): Effect.Effect<never, BrokerError> =>
    Effect.fail(new Refused({ broker: "upstox", account, operation, code, reason, remedy }))

  const known = (symbol: string, operation: string): Effect.Effect<BrokerInstrument, BrokerError> => {
    const found = instruments.ofSymbol(symbol)
    return found === undefined
      ? refuse(
        operation,
        "instrument",
        `${symbol} is not in Upstox's instrument list`,
        "Get the lists of today: keepgaining instruments sync"
      )
      : Effect.succeed(found)
  }

  const parametersOf = (order: NewOrder) => ({
    quantity: order.quantity,
    validity: order.validity,
    orderType: upstoxType[order.type],
    price: (order.limitPrice ?? 0) / 100,
    triggerPrice: (order.triggerPrice ?? 0) / 100,
    disclosedQuantity: 0,
    // Unprotected market orders of algorithms are barred; -1 lets Upstox choose the protection.
    ...(order.type === "market" || order.type === "stop" ? { marketProtection: -1 } : {})
  })

  const addressOf = (operation: string, how: (sdk: UpstoxSdk, callback: UpstoxCallback) => unknown) =>
    ask(call(operation), StreamAddress, how)

  const candlesOf = (
    rows: typeof Candles.Type,
    from: number,
    to: number
  ): Effect.Effect<ReadonlyArray<BrokerCandle>, BrokerError> => {
    const candles: Array<BrokerCandle> = []
    for (const row of rows.candles) {
      const candle = candleOf(row)
      if (candle === undefined) {
        return Effect.fail(
          new UnknownOutcome({
            broker: "upstox",
            account,
            operation: "read candles",
            reason: "a candle is not as documented"
          })
        )
      }
      if (candle.at >= from && candle.at <= to) candles.push(candle)
    }
    return Effect.succeed(candles)
  }

  return {
    orders: {
      place: (order) =>
        Effect.gen(function*() {
          const of = yield* known(order.symbol, "place order")
          const { order_ids: ids } = yield* ask(
            call("place order", true, order.tag),
            Placed,
            (sdk, callback) =>
              sdk.orders.placeOrder(
                {
                  ...parametersOf(order),
                  instrumentToken: of.token,
                  transactionType: order.side === "buy" ? "BUY" : "SELL",
                  product: upstoxProduct[order.product],
                  tag: order.tag,
                  isAmo: false
                },
                {},
                callback,
                settings.algo
              )
          )
          return ids
        }),
      modify: ({ order, orderId }) =>
        Effect.asVoid(
          ask(call("modify order", true, order.tag), Changed, (sdk, callback) =>
            sdk.orders.modifyOrder({ ...parametersOf(order), orderId }, callback, settings.algo))
        ),
      cancel: (orderId) =>
        Effect.asVoid(
          ask(call("cancel order", true), Changed, (sdk, callback) =>
            sdk.orders.cancelOrder(orderId, callback, settings.algo))
        ),
      book: Effect.map(
        ask(
          call("read the order book"),
          Schema.NullOr(Schema.Array(UpstoxOrderRow)),
          (sdk, callback) => sdk.book.getOrderBook(VERSION, callback)
        ),
        (rows) => (rows ?? []).map((row) => upstoxOrderOf(row, instruments))
      ),
      trades: Effect.map(
        ask(
          call("read the trades"),
          Schema.NullOr(Schema.Array(UpstoxTradeRow)),
          (sdk, callback) => sdk.book.getTradeHistory(VERSION, callback)
        ),
        (rows) => (rows ?? []).map((row) => upstoxTradeOf(row, instruments))
      )
    },
    portfolio: {
      profile: Effect.map(
        ask(call("read the profile"), Profile, (sdk, callback) => sdk.user.getProfile(VERSION, callback)),
        profileOf
      ),
      funds: Effect.map(
        ask(call("read the funds"), Funds, (sdk, callback) => sdk.user.getUserFundMargin(VERSION, {}, callback)),
        ({ equity }) => ({ available: inPaise(equity.available_margin), used: inPaise(equity.used_margin) })
      ),
      positions: Effect.map(
        ask(
          call("read the positions"),
          Schema.Array(PositionRow),
          (sdk, callback) => sdk.portfolio.getPositions(VERSION, callback)
        ),
        (rows) =>
          rows.map((row) => ({
            symbol: symbolOf(instruments, row.instrument_token),
            product: productOf(row.product, row.instrument_token),
            quantity: row.quantity,
            averagePrice: (row.average_price ?? 0) * 100,
            lastPrice: inPaise(row.last_price),
            realised: row.realised * 100
          }))
      ),
      holdings: Effect.map(
        ask(
          call("read the holdings"),
          Schema.Array(HoldingRow),
          (sdk, callback) => sdk.portfolio.getHoldings(VERSION, callback)
        ),
        (rows) =>
          rows.map((row) => ({
            symbol: symbolOf(instruments, row.instrument_token),
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
          const keys = symbols.flatMap((symbol) => instruments.ofSymbol(symbol)?.token ?? [])
          const found: Array<MarketQuote> = []
          for (let from = 0; from < keys.length; from += QUOTES_A_CALL) {
            const rows = yield* ask(
              call("read quotes"),
              Schema.Record(Schema.String, QuoteRow),
              (sdk, callback) =>
                sdk.quotes.getFullMarketQuote(keys.slice(from, from + QUOTES_A_CALL).join(","), VERSION, callback)
            )
            // By the key inside: those of the answer are spelled otherwise than what was asked.
            for (const row of Object.values(rows)) {
              const of = ofUpstoxKey(instruments, row.instrument_token)
              if (of !== undefined) found.push(quoteOf(of.instrument.symbol, row))
            }
          }
          return found
        }),
      candles: (symbol, interval, from, to) =>
        Effect.gen(function*() {
          const of = yield* known(symbol, "read candles")
          const [unit, count] = intervals[interval]
          const today = formatIstDate(yield* Clock.currentTimeMillis)
          const rows: Array<BrokerCandle> = []
          // Finished days and today are two different questions.
          if (formatIstDate(from) < today) {
            const last = formatIstDate(to) < today ? formatIstDate(to) : formatIstDate(Date.parse(today) - DAY_MS)
            const past = yield* ask(call("read candles"), Candles, (sdk, callback) =>
              sdk.history.getHistoricalCandleData1(of.token, unit, count, last, formatIstDate(from), callback))
            rows.push(...(yield* candlesOf(past, from, to)))
          }
          if (formatIstDate(to) >= today && unit !== "days") {
            const present = yield* ask(call("read candles"), Candles, (sdk, callback) =>
              sdk.history.getIntraDayCandleData(of.token, unit, count, callback))
            rows.push(...(yield* candlesOf(present, from, to)))
          }
          return rows.sort((a, b) =>
            a.at - b.at
          )
        }),
      chain: (underlying, expiry) =>
        Effect.gen(function*() {
          const of = yield* known(underlying, "read the option chain")
          const rows = yield* ask(call("read the option chain"), Chain, (sdk, callback) =>
            sdk.options.getPutCallOptionChain(of.token, expiry, callback))
          return rows.flatMap(({ call_options: call, put_options: put, strike_price: strike }) => [
            ...chainRow(call, "CE", strike),
            ...chainRow(put, "PE", strike)
          ])
        })
    },
    margins: {
      of: (legs) =>
        Effect.gen(function*() {
          if (legs.length > MARGIN_LEGS) {
            return yield* refuse(
              "ask for a margin",
              "legs",
              `Upstox takes ${MARGIN_LEGS} legs`,
              "Ask for fewer at a time"
            )
          }
          const asked: Array<object> = []
          for (const leg of legs) {
            const of = yield* known(leg.symbol, "ask for a margin")
            asked.push({
              instrument_key: of.token,
              quantity: leg.quantity,
              product: upstoxProduct[leg.product],
              transaction_type: leg.side === "buy" ? "BUY" : "SELL",
              price: leg.price / 100
            })
          }
          const { final_margin: total } = yield* ask(
            call("ask for a margin"),
            Margins,
            (sdk, callback) => sdk.charges.postMargin({ instruments: asked }, callback)
          )
          return { total: inPaise(total) }
        })
    },
    gtt: {
      place: (order) =>
        Effect.gen(function*() {
          const of = yield* known(order.symbol, "place GTT")
          const [leg, second] = order.legs
          if (leg === undefined || second !== undefined || leg.limitPrice !== leg.triggerPrice) {
            return yield* refuse(
              "place GTT",
              "gtt",
              "a GTT order of Upstox has one trigger and is placed at it",
              "Give one leg whose limit is its trigger"
            )
          }
          const { gtt_order_ids: [id = ""] } = yield* ask(
            call("place GTT", true),
            GttPlaced,
            (sdk, callback) =>
              sdk.orders.placeGTTOrder(
                {
                  type: "SINGLE",
                  quantity: order.quantity,
                  product: upstoxProduct[order.product],
                  instrumentToken: of.token,
                  transactionType: order.side === "buy" ? "BUY" : "SELL",
                  rules: [{
                    strategy: "ENTRY",
                    triggerType: leg.triggerPrice > order.lastPrice ? "ABOVE" : "BELOW",
                    triggerPrice: leg.triggerPrice / 100
                  }]
                },
                callback,
                settings.algo
              )
          )
          return id
        }),
      cancel: (id) =>
        Effect.asVoid(
          ask(call("cancel GTT", true), GttPlaced, (sdk, callback) =>
            sdk.orders.cancelGTTOrder({ gttOrderId: id }, callback, settings.algo))
        ),
      list: Effect.map(
        ask(
          call("read GTTs"),
          Schema.NullOr(Schema.Array(GttRow)),
          (sdk, callback) => sdk.orders.getGttOrderDetails({}, callback)
        ),
        (rows) =>
          (rows ?? []).flatMap((row): ReadonlyArray<GttOrder> => {
            const [first] = row.rules
            if (first === undefined) return []
            return [{
              id: row.gtt_order_id,
              symbol: symbolOf(instruments, row.instrument_token),
              side: first.transaction_type === "BUY" ? "buy" : "sell",
              quantity: row.quantity,
              product: productOf(row.product, row.instrument_token),
              legs: row.rules.map(({ trigger_price: price }) => ({
                triggerPrice: inPaise(price),
                limitPrice: inPaise(price)
              })),
              status: gttStatuses[first.status] ?? "unknown",
              brokerStatus: first.status
            }]
          })
      )
    },
    marketFeed: upstoxMarketFeed({
      account,
      instruments,
      timeout,
      silentAfter,
      address: addressOf("open the market feed", (sdk, callback) => sdk.streams.getMarketDataFeedAuthorizeV3(callback))
    }),
    orderFeed: upstoxOrderFeed({
      account,
      instruments,
      timeout,
      silentAfter,
      address: addressOf(
        "open the order feed",
        (sdk, callback) => sdk.streams.getPortfolioStreamFeedAuthorize(VERSION, callback)
      )
    })
  }

  function chainRow(
    side: typeof ChainSide.Type | null,
    right: "CE" | "PE",
    strike: number
  ): ReadonlyArray<ChainRow> {
    const of = side === null ? undefined : ofUpstoxKey(instruments, side.instrument_key)
    if (side === null || of === undefined) return []
    const { market_data: data, option_greeks: greeks } = side
    return [{
      symbol: of.instrument.symbol,
      price: inPaise(data.ltp),
      previousClose: inPaise(data.close_price),
      volume: Math.round(data.volume),
      openInterest: Math.round(data.oi),
      ...(data.bid_price > 0 ? { bid: inPaise(data.bid_price) } : {}),
      ...(data.ask_price > 0 ? { ask: inPaise(data.ask_price) } : {}),
      strike: inPaise(strike),
      right,
      greeks: {
        delta: greeks.delta,
        gamma: greeks.gamma,
        theta: greeks.theta,
        vega: greeks.vega,
        impliedVolatility: greeks.iv / 100,
        ...(greeks.pop === undefined ? {} : { probabilityOfProfit: greeks.pop / 100 })
      }
    }]
  }
}

const quoteOf = (symbol: string, row: typeof QuoteRow.Type): MarketQuote => {
  const bid = row.depth?.buy[0]?.price ?? 0
  const ask = row.depth?.sell[0]?.price ?? 0
  const change = row.net_change
  return {
    symbol,
    price: inPaise(row.last_price),
    ...(change == null ? {} : { previousClose: inPaise(row.last_price - change) }),
    open: inPaise(row.ohlc.open),
    high: inPaise(row.ohlc.high),
    low: inPaise(row.ohlc.low),
    ...(row.volume == null ? {} : { volume: row.volume }),
    ...(row.oi == null ? {} : { openInterest: Math.round(row.oi) }),
    ...(bid > 0 ? { bid: inPaise(bid) } : {}),
    ...(ask > 0 ? { ask: inPaise(ask) } : {})
  }
}

/** `["2025-01-01T09:15:00+05:30", o, h, l, c, volume, oi]`. */
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
