/** Angel's quotes, candles, open interest, Greeks, search, and the file of all instruments. */
import { formatIst, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { angelExpiry } from "../../angel/angelFields.ts"
import { inRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimCandle } from "../market/SimMarket.ts"
import { readJson } from "../server/readJson.ts"
import { jsonResponse, type SimResponse, type SimRoute } from "../server/SimBroker.ts"
import { failure, noSymbol, success } from "./angelAnswers.ts"
import { masterRow, quoteRow } from "./angelRows.ts"
import { angelToken, angelTradingSymbol, byAngelToken, exchangeOf } from "./angelSymbols.ts"
import type { AngelTokens } from "./AngelTokens.ts"

/** Minutes of each interval, and its longest span, days. */
const intervals: Readonly<Record<string, readonly [minutes: number, span: number]>> = {
  ONE_MINUTE: [1, 30],
  THREE_MINUTE: [3, 60],
  FIVE_MINUTE: [5, 100],
  TEN_MINUTE: [10, 100],
  FIFTEEN_MINUTE: [15, 200],
  THIRTY_MINUTE: [30, 200],
  ONE_HOUR: [60, 400],
  ONE_DAY: [1_440, 2_000]
}
const DAY = 86_400_000
const MOST_QUOTES = 50

/** `2026-11-20T09:15:00+05:30`. */
const isoOf = (at: number): string => formatIst(at).replace(".000", "")

export const angelMarket = ({ exchange, market }: BrokerStage, tokens: AngelTokens): ReadonlyArray<SimRoute> => {
  const find = byAngelToken(market)

  const quotes = (body: string): SimResponse => {
    const { exchangeTokens, mode } = readJson(body)
    if (mode !== "LTP" && mode !== "OHLC" && mode !== "FULL") return failure("AB1004", "Invalid mode")
    const asked = Object.entries(typeof exchangeTokens === "object" ? exchangeTokens ?? {} : {}).flatMap((
      [name, all]
    ) => Array.isArray(all) ? all.map((token: unknown) => [name, String(token)] as const) : [])
    if (asked.length > MOST_QUOTES) return failure("AB1004", `At most ${MOST_QUOTES} tokens`)
    const fetched: Array<object> = []
    const unfetched: Array<object> = []
    for (const [name, token] of asked) {
      const of = find(name, token)
      if (of !== undefined) fetched.push(quoteRow(of, exchange.quote(of), mode))
      else {
        unfetched.push({
          exchange: name,
          symbolToken: token,
          message: "Symbol token mapping does not exist",
          errorCode: "AB4046"
        })
      }
    }
    return success({ fetched, unfetched })
  }

  /** Of candles and of open interest alike. */
  const history = (body: string, row: (candle: SimCandle) => unknown): SimResponse => {
    const asked = readJson(body)
    const of = find(asked["exchange"], asked["symboltoken"])
    if (of === undefined) return failure("AB1018", "Failed to get symbol details")
    const interval = intervals[String(asked["interval"])]
    const from = parseIst(`${String(asked["fromdate"])}:00`)
    const to = parseIst(`${String(asked["todate"])}:00`)
    if (interval === undefined || from === undefined || to === undefined || to - from > interval[1] * DAY) {
      return failure("AB1004", "Something Went Wrong, Please Try After Sometime")
    }
    return success(market.candles(of, from, Math.min(to, exchange.now), interval[0]).map(row))
  }

  const greeks = (body: string): SimResponse => {
    const { expirydate, name } = readJson(body)
    const rows = market.instruments.flatMap((of) => {
      const { expiry, right, strike } = of.instrument
      const found = of.name === name && of.instrument.exchange === "NSE" && expiry !== undefined &&
          angelExpiry(expiry) === expirydate
        ? market.greeks(of, exchange.now)
        : undefined
      return found === undefined ? [] : [{
        name,
        expiry: expirydate,
        strikePrice: `${((strike ?? 0) / 100).toFixed(6)}`,
        optionType: right,
        delta: found.delta.toFixed(6),
        gamma: found.gamma.toFixed(6),
        // A calendar day, and a point of volatility.
        theta: (found.theta / 365).toFixed(6),
        vega: (found.vega / 100).toFixed(6),
        impliedVolatility: (found.volatility * 100).toFixed(6),
        tradeVolume: exchange.quote(of).volume.toFixed(2)
      }]
    })
    return rows.length === 0 ? failure("AB9019", "No Data Available") : success(rows)
  }

  const search = (body: string): SimResponse => {
    const asked = readJson(body)
    const text = String(asked["searchscrip"]).toUpperCase()
    const found = market.instruments.filter((of) =>
      exchangeOf(of) === asked["exchange"] && angelTradingSymbol(of).toUpperCase().includes(text)
    )
    return success(found.map((of) => ({
      exchange: exchangeOf(of),
      tradingsymbol: angelTradingSymbol(of),
      symboltoken: angelToken(of)
    })))
  }

  const lastPrice = (body: string): SimResponse => {
    const { exchange: name, symboltoken, tradingsymbol } = readJson(body)
    const of = find(name, symboltoken)
    return of === undefined || angelTradingSymbol(of) !== tradingsymbol ? noSymbol() : success(ltpRow(of))
  }
  const ltpRow = (of: SimInstrument): object => {
    const quote = exchange.quote(of)
    return {
      exchange: exchangeOf(of),
      tradingsymbol: angelTradingSymbol(of),
      symboltoken: angelToken(of),
      open: inRupees(quote.open),
      high: inRupees(quote.high),
      low: inRupees(quote.low),
      close: inRupees(quote.previousClose),
      ltp: inRupees(quote.price)
    }
  }

  return [
    tokens.route("POST", "/market/v1/quote", "quotes", (_account, { body }) => quotes(body)),
    tokens.route("POST", "/order/v1/getLtpData", "quotes", (_account, { body }) => lastPrice(body)),
    tokens.route("POST", "/order/v1/searchScrip", "instruments", (_account, { body }) => search(body)),
    tokens.route("POST", "/historical/v1/getCandleData", "candles", (_account, { body }) =>
      history(body, (candle) => [
        isoOf(candle.at),
        inRupees(candle.open),
        inRupees(candle.high),
        inRupees(candle.low),
        inRupees(candle.close),
        candle.volume
      ])),
    tokens.route(
      "POST",
      "/historical/v1/getOIData",
      "candles",
      (_account, { body }) => history(body, (candle) => ({ time: isoOf(candle.at), oi: candle.openInterest }))
    ),
    tokens.route("POST", "/marketData/v1/optionGreek", "chain", (_account, { body }) => greeks(body)),
    // Without a login.
    {
      method: "GET",
      path: "/OpenAPI_File/files/OpenAPIScripMaster.json",
      operation: "instruments",
      handle: () => jsonResponse(market.instruments.map(masterRow))
    }
  ]
}
