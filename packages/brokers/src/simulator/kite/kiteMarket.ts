/** Kite's portfolio, funds, margins, quotes, candles and instrument lists. */
import { formatIstDate, formatIstTime, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { marketOf } from "../../port/BrokerInstruments.ts"
import { inRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import { orderMargin, realisedToday, type SimAccount } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import { type Own, ownRoutes } from "../server/ownRoutes.ts"
import { type SimRequest, type SimResponse, type SimRoute } from "../server/SimBroker.ts"
import { badToken, failure, success } from "./kiteAnswers.ts"
import { holdingRow, positionRow, productOf, quoteRow } from "./kiteRows.ts"
import { kiteSymbol, kiteToken, ofKiteSymbol } from "./kiteSymbols.ts"

const MINUTES: Readonly<Record<string, readonly [minutes: number, days: number]>> = {
  minute: [1, 60],
  "3minute": [3, 100],
  "5minute": [5, 100],
  "10minute": [10, 100],
  "15minute": [15, 200],
  "30minute": [30, 200],
  "60minute": [60, 400],
  day: [1_440, 2_000]
}

export const kiteMarket = (
  { exchange, market }: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined
): ReadonlyArray<SimRoute> => {
  const route = ownRoutes(byToken, badToken)
  const byTokens = new Map(market.instruments.map((of) => [String(kiteToken(of)), of]))

  const quotes = (row: (of: SimInstrument) => object): Own => (_account, { query }) => {
    const data: Record<string, object> = {}
    for (const asked of query.getAll("i")) {
      const [venue = "", ...symbol] = asked.split(":")
      const of = byTokens.get(asked) ?? ofKiteSymbol(market, venue, symbol.join(":"))
      if (of !== undefined) data[asked] = row(of)
    }
    return success(data)
  }

  const funds: Own = (account) => {
    const { available, used } = exchange.funds(account)
    const segment = {
      enabled: true,
      net: available / 100,
      available: {
        adhoc_margin: 0,
        cash: account.cash / 100,
        opening_balance: account.cash / 100,
        live_balance: available / 100,
        collateral: 0,
        intraday_payin: 0
      },
      utilised: {
        debits: used / 100,
        exposure: 0,
        m2m_realised: realisedToday(account) / 100,
        m2m_unrealised: 0,
        option_premium: 0,
        payout: 0,
        span: used / 100,
        holding_sales: 0,
        turnover: 0,
        liquid_collateral: 0,
        stock_collateral: 0,
        delivery: 0
      }
    }
    return success({ equity: segment, commodity: { ...segment, enabled: false, net: 0 } })
  }

  const candles: Own = (_account, { params, query }) => {
    const of = byTokens.get(params["token"] ?? "")
    const interval = MINUTES[params["interval"] ?? ""]
    const from = timeOf(query.get("from"), "00:00:00")
    const to = timeOf(query.get("to"), "23:59:59")
    if (of === undefined) return failure(400, "InputException", "invalid token")
    if (interval === undefined) return failure(400, "InputException", "invalid interval")
    if (from === undefined || to === undefined) return failure(400, "InputException", "invalid from date")
    const [minutes, days] = interval
    if (to - from > days * 86_400_000) return failure(400, "InputException", `interval exceeds max limit: ${days} days`)
    const rows = market.candles(of, from, Math.min(to, exchange.now), minutes).map((candle) => [
      `${formatIstDate(candle.at)}T${formatIstTime(candle.at)}+0530`,
      inRupees(candle.open),
      inRupees(candle.high),
      inRupees(candle.low),
      inRupees(candle.close),
      candle.volume,
      ...(query.get("oi") === "1" ? [candle.openInterest] : [])
    ])
    return success({ candles: rows })
  }

  const margins: Own = (_account, { body, path }) => {
    const rows: ReadonlyArray<object & { readonly total: number }> = marginRows(body).map((asked) => {
      const of = ofKiteSymbol(market, String(asked["exchange"]), String(asked["tradingsymbol"]))
      const product = productOf(String(asked["product"]))
      if (of === undefined || product === undefined) return { type: "equity", total: 0 }
      const side = asked["transaction_type"] === "SELL" ? "sell" : "buy"
      const price = Number(asked["price"]) * 100 || exchange.quote(of).price
      const total = orderMargin({ of, product, side }, Number(asked["quantity"]), price) / 100
      return {
        type: "equity",
        tradingsymbol: kiteSymbol(of),
        exchange: marketOf(of.instrument),
        span: total,
        exposure: 0,
        option_premium: 0,
        additional: 0,
        bo: 0,
        cash: 0,
        var: 0,
        pnl: { realised: 0, unrealised: 0 },
        leverage: 1,
        charges: {},
        total
      }
    })
    if (!path.endsWith("basket")) return success(rows)
    const sum = { type: "equity", total: rows.reduce((total, row) => total + row.total, 0) }
    return success({ initial: sum, final: sum, orders: rows, charges: {} })
  }

  /** Without the phantom line at the end; the file has no zone and no header beyond its first line. */
  const list = (only: string | undefined): SimResponse => ({
    status: 200,
    headers: { "content-type": "text/csv" },
    body: [
      "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange",
      ...market.instruments.filter((of) => only === undefined || marketOf(of.instrument) === only).map(listRow)
    ].join("\n")
  })

  return [
    route("GET", "/user/margins", "funds", funds),
    route("GET", "/user/margins/:segment", "funds", (account, request) => {
      const whole = funds(account, request)
      // The whole answer was made two lines above.
      const { data } = JSON.parse(String(whole.body)) as { readonly data: Record<string, unknown> }
      return success(data[request.params["segment"] ?? ""] ?? {})
    }),
    route("GET", "/portfolio/positions", "positions", (account) => {
      const rows = [...account.positions.values()].map((each) => positionRow(each, exchange.quote(each.of)))
      return success({ net: rows, day: rows })
    }),
    route(
      "GET",
      "/portfolio/holdings",
      "holdings",
      (account) => success([...account.holdings.values()].map((each) => holdingRow(each, exchange.quote(each.of))))
    ),
    route("GET", "/quote", "quotes", quotes((of) => quoteRow(of, exchange.quote(of)))),
    route("GET", "/quote/ohlc", "quotes", quotes((of) => quoteRow(of, exchange.quote(of)))),
    route(
      "GET",
      "/quote/ltp",
      "quotes",
      quotes((of) => ({
        instrument_token: kiteToken(of),
        last_price: inRupees(exchange.quote(of).price)
      }))
    ),
    route("POST", "/margins/orders", "margin", margins),
    route("POST", "/margins/basket", "margin", margins),
    route("GET", "/instruments/historical/:token/:interval", "candles", candles),
    { method: "GET", path: "/instruments", operation: "instruments", handle: () => list(undefined) },
    {
      method: "GET",
      path: "/instruments/:exchange",
      operation: "instruments",
      handle: ({ params }) => list(params["exchange"])
    }
  ]
}

const listRow = (of: SimInstrument): string => {
  const { instrument } = of
  const venue = marketOf(instrument)
  const type = instrument.kind === "future" ? "FUT" : instrument.right ?? "EQ"
  const segment = instrument.kind === "index"
    ? "INDICES"
    : type === "EQ"
    ? venue
    : `${venue}-${type === "FUT" ? "FUT" : "OPT"}`
  return [
    kiteToken(of),
    of.exchangeToken,
    kiteSymbol(of),
    `"${of.name}"`,
    0,
    instrument.expiry ?? "",
    (instrument.strike ?? 0) / 100,
    instrument.kind === "index" ? 0 : instrument.tickSize / 100,
    instrument.kind === "index" ? 0 : instrument.lotSize,
    type,
    segment,
    venue
  ].join(",")
}

/** `2026-11-24` or `2026-11-24 09:15:00`. */
const timeOf = (text: string | null, time: string): number | undefined => {
  if (text === null) return undefined
  return parseIst(text.length === 10 ? `${text} ${time}` : text)
}

const marginRows = (body: string): ReadonlyArray<Record<string, unknown>> => {
  try {
    const rows: unknown = JSON.parse(body)
    // Each field is converted where it is read.
    return Array.isArray(rows) ? rows as ReadonlyArray<Record<string, unknown>> : []
  } catch {
    return []
  }
}
