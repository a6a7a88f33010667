/** Upstox's portfolio, funds, margins, quotes, chains, candles and instrument file. */
import { formatIstDate, formatIstTime, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { gzipSync } from "node:zlib"
import { inRupees, priceFromRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import { orderMargin, type SimAccount } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import { type Own, ownRoutes } from "../server/ownRoutes.ts"
import { readJson } from "../server/readJson.ts"
import type { SimRequest, SimResponse, SimRoute } from "../server/SimBroker.ts"
import { badToken, failure, success } from "./upstoxAnswers.ts"
import { holdingRow, positionRow, productOf, quoteRow } from "./upstoxRows.ts"
import { upstoxKey, upstoxSegment, upstoxTradingSymbol } from "./upstoxSymbols.ts"

const MINUTES: Readonly<Record<string, number>> = { minutes: 1, hours: 60, days: 1_440 }
const DAY = 86_400_000

/** Longest span of a request, days. */
const spanOf = (unit: string, interval: number): number =>
  unit === "days" ? 3_660 : unit === "minutes" && interval <= 15 ? 31 : 92

const keysOf = (query: URLSearchParams): ReadonlyArray<string> =>
  (query.get("instrument_key") ?? query.get("symbol") ?? "").split(",").filter((key) => key !== "")

export const upstoxMarket = (
  { exchange, market }: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined,
  byKey: ReadonlyMap<string, SimInstrument>
): ReadonlyArray<SimRoute> => {
  const route = ownRoutes(byToken, badToken)

  const quotes = (row: (of: SimInstrument) => object): Own => (_account, { query }) => {
    const asked = keysOf(query)
    if (asked.length > 500) return failure(400, "UDAPI100036", "Too many instruments")
    const data: Record<string, object> = {}
    for (const key of asked) {
      const of = byKey.get(key)
      if (of !== undefined) data[`${upstoxSegment(of)}:${upstoxTradingSymbol(of)}`] = row(of)
    }
    return success(data)
  }

  const greeksOf = (of: SimInstrument) => {
    const found = market.greeks(of, exchange.now)
    return {
      vega: found?.vega ?? 0,
      theta: found?.theta ?? 0,
      gamma: found?.gamma ?? 0,
      delta: found?.delta ?? 0,
      iv: (found?.volatility ?? 0) * 100,
      pop: found === undefined ? 0 : Math.round(Math.abs(found.delta) * 10_000) / 100
    }
  }

  const side = (of: SimInstrument | undefined): object | null => {
    if (of === undefined) return null
    const quote = exchange.quote(of)
    return {
      instrument_key: upstoxKey(of),
      market_data: {
        ltp: inRupees(quote.price),
        volume: quote.volume,
        oi: quote.openInterest,
        close_price: inRupees(quote.previousClose),
        bid_price: inRupees(quote.bid),
        bid_qty: quote.bidQuantity,
        ask_price: inRupees(quote.ask),
        ask_qty: quote.askQuantity,
        prev_oi: quote.openInterest
      },
      option_greeks: greeksOf(of)
    }
  }

  const optionsOf = (query: URLSearchParams): ReadonlyArray<SimInstrument> => {
    const underlying = byKey.get(query.get("instrument_key") ?? "")
    const expiry = query.get("expiry_date")
    return market.instruments.filter(({ instrument, underlying: on }) =>
      underlying !== undefined && on === underlying.index && instrument.kind === "option" &&
      (expiry === null || instrument.expiry === expiry)
    )
  }

  const chain: Own = (_account, { query }) => {
    const underlying = byKey.get(query.get("instrument_key") ?? "")
    if (underlying === undefined) return failure(400, "UDAPI1026", "Invalid Instrument key")
    const byStrike = Map.groupBy(optionsOf(query), ({ instrument }) => instrument.strike ?? 0)
    return success(
      [...byStrike].sort(([a], [b]) => a - b).map(([strike, of]) => ({
        expiry: query.get("expiry_date"),
        pcr: 1,
        strike_price: strike / 100,
        underlying_key: upstoxKey(underlying),
        underlying_spot_price: inRupees(exchange.quote(underlying).price),
        call_options: side(of.find(({ instrument }) => instrument.right === "CE")),
        put_options: side(of.find(({ instrument }) => instrument.right === "PE"))
      }))
    )
  }

  const candles = (params: SimRequest["params"], from: number, to: number): SimResponse => {
    const of = byKey.get(params["key"] ?? "")
    const unit = params["unit"] ?? ""
    const interval = Number(params["interval"])
    const minutes = MINUTES[unit]
    if (of === undefined) return failure(400, "UDAPI1021", "Instrument key is of invalid format")
    if (minutes === undefined || !(interval > 0)) return failure(400, "UDAPI1147", "Invalid unit or interval")
    if (to - from > spanOf(unit, interval) * DAY) return failure(400, "UDAPI1148", "Invalid date range")
    const rows = market.candles(of, from, Math.min(to, exchange.now), minutes * interval).map((candle) => [
      `${formatIstDate(candle.at)}T${formatIstTime(candle.at)}+05:30`,
      inRupees(candle.open),
      inRupees(candle.high),
      inRupees(candle.low),
      inRupees(candle.close),
      candle.volume,
      candle.openInterest
    ])
    // Newest first, as Upstox answers.
    return success({ candles: rows.reverse() })
  }
  const midnight = (date: string): number => parseIst(`${date} 00:00:00`) ?? 0

  const funds: Own = (account) => {
    const { available, used } = exchange.funds(account)
    const segment = {
      used_margin: used / 100,
      payin_amount: 0,
      span_margin: 0,
      adhoc_margin: 0,
      notional_cash: 0,
      available_margin: available / 100,
      exposure_margin: 0
    }
    return success({ equity: segment, commodity: { ...segment, used_margin: 0, available_margin: 0 } })
  }

  const margin: Own = (_account, { body }) => {
    const asked = readJson(body)["instruments"]
    const rows = Array.isArray(asked) ? asked as ReadonlyArray<Record<string, unknown>> : []
    const margins = rows.map((row) => {
      const of = byKey.get(String(row["instrument_key"]))
      const product = of === undefined ? undefined : productOf(row["product"], of)
      if (of === undefined || product === undefined) return { total_margin: 0 }
      const side = row["transaction_type"] === "SELL" ? "sell" : "buy"
      const price = priceFromRupees(Number(row["price"])) ?? exchange.quote(of).price
      const total = orderMargin({ of, product, side }, Number(row["quantity"]), price) / 100
      return {
        span_margin: total,
        exposure_margin: 0,
        equity_margin: 0,
        net_buy_premium: 0,
        additional_margin: 0,
        total_margin: total,
        tender_margin: 0
      }
    })
    const sum = margins.reduce((total, row) => total + row.total_margin, 0)
    return success({ margins, required_margin: sum, final_margin: sum })
  }

  const file = (exchangeName: string | undefined): SimResponse => ({
    status: 200,
    headers: { "content-type": "application/gzip" },
    body: gzipSync(JSON.stringify(
      market.instruments.filter(({ instrument }) => exchangeName === undefined || instrument.exchange === exchangeName)
        .map((of) => listRow(of, of.underlying === undefined ? undefined : market.at(of.underlying)))
    ))
  })

  return [
    route("GET", "/v2/user/get-funds-and-margin", "funds", funds),
    route("GET", "/v3/user/get-funds-and-margin", "funds", funds),
    route(
      "GET",
      "/v2/portfolio/short-term-positions",
      "positions",
      (account) => success([...account.positions.values()].map((each) => positionRow(each, exchange.quote(each.of))))
    ),
    route(
      "GET",
      "/v2/portfolio/long-term-holdings",
      "holdings",
      (account) => success([...account.holdings.values()].map((each) => holdingRow(each, exchange.quote(each.of))))
    ),
    route("GET", "/v2/market-quote/quotes", "quotes", quotes((of) => quoteRow(of, exchange.quote(of)))),
    route("GET", "/v3/market-quote/quotes", "quotes", quotes((of) => quoteRow(of, exchange.quote(of)))),
    route(
      "GET",
      "/v3/market-quote/ltp",
      "quotes",
      quotes((of) => {
        const quote = exchange.quote(of)
        return {
          last_price: inRupees(quote.price),
          instrument_token: upstoxKey(of),
          ltq: quote.lastQuantity,
          volume: quote.volume,
          cp: inRupees(quote.previousClose)
        }
      })
    ),
    route(
      "GET",
      "/v3/market-quote/ohlc",
      "quotes",
      quotes((of) => {
        const quote = exchange.quote(of)
        return {
          last_price: inRupees(quote.price),
          instrument_token: upstoxKey(of),
          live_ohlc: {
            open: inRupees(quote.open),
            high: inRupees(quote.high),
            low: inRupees(quote.low),
            close: inRupees(quote.price),
            volume: quote.volume,
            ts: quote.at
          }
        }
      })
    ),
    route(
      "GET",
      "/v3/market-quote/option-greek",
      "chain",
      quotes((of) => ({
        last_price: inRupees(exchange.quote(of).price),
        instrument_token: upstoxKey(of),
        volume: exchange.quote(of).volume,
        oi: exchange.quote(of).openInterest,
        ...greeksOf(of)
      }))
    ),
    route(
      "GET",
      "/v2/option/contract",
      "chain",
      (_account, { query }) =>
        success(
          optionsOf(query).map((of) => listRow(of, of.underlying === undefined ? undefined : market.at(of.underlying)))
        )
    ),
    route("GET", "/v2/option/chain", "chain", chain),
    route("POST", "/v2/charges/margin", "margin", margin),
    // Without a login, as it is today.
    {
      method: "GET",
      path: "/v3/historical-candle/intraday/:key/:unit/:interval",
      operation: "candles",
      handle: ({ params }) => candles(params, midnight(formatIstDate(exchange.now)), exchange.now)
    },
    {
      method: "GET",
      path: "/v3/historical-candle/:key/:unit/:interval/:to/:from",
      operation: "candles",
      // Finished days only: today's come by the other path.
      handle: ({ params }) =>
        candles(
          params,
          midnight(params["from"] ?? ""),
          Math.min(midnight(params["to"] ?? "") + DAY - 1, midnight(formatIstDate(exchange.now)) - 1)
        )
    },
    {
      method: "GET",
      path: "/market-quote/instruments/exchange/:file",
      operation: "instruments",
      handle: ({ params }) => {
        const name = (params["file"] ?? "").replace(".json.gz", "")
        return file(name === "complete" ? undefined : name)
      }
    }
  ]
}

const listRow = (of: SimInstrument, underlying: SimInstrument | undefined): object => {
  const { exchange, expiry, kind, lotSize, right, strike, tickSize } = of.instrument
  const common = {
    segment: upstoxSegment(of),
    name: kind === "index" ? upstoxKey(of).split("|")[1] : of.name,
    exchange,
    instrument_key: upstoxKey(of),
    exchange_token: String(of.exchangeToken),
    trading_symbol: upstoxTradingSymbol(of)
  }
  if (kind === "index") return { ...common, instrument_type: "INDEX" }
  const traded = { ...common, lot_size: lotSize, tick_size: tickSize, freeze_quantity: of.freezeQuantity || 100_000 }
  if (kind === "equity") {
    return { ...traded, isin: of.isin, instrument_type: "EQ", short_name: of.name, security_type: "NORMAL" }
  }
  return {
    ...traded,
    instrument_type: right ?? "FUT",
    weekly: false,
    expiry: Date.parse(`${expiry}T23:59:59+05:30`),
    underlying_symbol: of.name,
    underlying_key: underlying === undefined ? "" : upstoxKey(underlying),
    underlying_type: underlying?.instrument.kind === "index" ? "INDEX" : "EQUITY",
    minimum_lot: lotSize,
    strike_price: (strike ?? 0) / 100
  }
}
