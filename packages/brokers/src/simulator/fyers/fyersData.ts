/** Fyers' market data by request: candles, quotes, depth, option chains, tokens of symbols, and the symbol master. */
import { DAY_MS, formatIstDate, IST_OFFSET_MS, parseIst, SECOND_MS } from "@keepgaining/core/market/IndianTime.ts"
import { inRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import { type Own, ownRoutes } from "../server/ownRoutes.ts"
import { readJson } from "../server/readJson.ts"
import { jsonResponse, type SimRequest, type SimResponse, type SimRoute } from "../server/SimBroker.ts"
import { badInput, badSymbol, badToken, type FyersAnswer, success } from "./fyersAnswers.ts"
import { quoteRow } from "./fyersRows.ts"
import { fyersExchange, fyersSegment, fyersTicker, fyersUnderlying, fyToken } from "./fyersSymbols.ts"

/** The simulated market has no candles of seconds. */
const RESOLUTIONS: Readonly<Record<string, number>> = {
  ...Object.fromEntries([1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 120, 180, 240].map((minutes) => [minutes, minutes])),
  D: 1_440,
  "1D": 1_440
}
const QUOTES_A_CALL = 50
const MOST_STRIKES = 50

const denied = ({ body, status }: FyersAnswer): SimResponse => jsonResponse(body, status)

/** Contracts end at 15:30 of their day, epoch s. */
const expirySecond = (expiry: string): number => Date.parse(`${expiry}T15:30:00+05:30`) / SECOND_MS

export const fyersData = (
  { exchange, market }: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined,
  byTicker: ReadonlyMap<string, SimInstrument>
): ReadonlyArray<SimRoute> => {
  const route = ownRoutes(byToken, badToken)

  const history: Own = (_account, { query }) => {
    const of = byTicker.get(query.get("symbol") ?? "")
    const minutes = RESOLUTIONS[query.get("resolution") ?? ""]
    if (of === undefined) return denied(badSymbol())
    if (minutes === undefined) return denied(badInput("Invalid resolution"))
    const daily = minutes === 1_440
    const asDates = query.get("date_format") === "1"
    const edge = (name: string, late: number): number => {
      const text = query.get(name) ?? ""
      return asDates ? (parseIst(`${text} 00:00:00`) ?? NaN) + late : Number(text) * SECOND_MS
    }
    const from = edge("range_from", 0)
    const to = edge("range_to", DAY_MS - 1)
    if (!Number.isFinite(from) || !Number.isFinite(to) || to < from) return denied(badInput("Invalid range"))
    if (to - from > (daily ? 366 : 100) * DAY_MS) return denied(badInput("Invalid range: too long for the resolution"))
    const candles = market.candles(of, from, Math.min(to, exchange.now), minutes).map((candle) => [
      // A day's candle is stamped at midnight UTC of its date.
      (candle.at + (daily ? IST_OFFSET_MS : 0)) / SECOND_MS,
      inRupees(candle.open),
      inRupees(candle.high),
      inRupees(candle.low),
      inRupees(candle.close),
      candle.volume,
      ...(query.get("oi_flag") === "1" ? [candle.openInterest] : [])
    ])
    return candles.length === 0
      ? jsonResponse({ s: "no_data", code: 200, message: "", candles: [] })
      : success({ candles })
  }

  const quotes: Own = (_account, { query }) => {
    const asked = (query.get("symbols") ?? "").split(",").filter((symbol) => symbol !== "")
    if (asked.length === 0 || asked.length > QUOTES_A_CALL) {
      return denied(badInput(`between 1 and ${QUOTES_A_CALL} symbols are taken`))
    }
    return success({
      d: asked.map((symbol) => {
        const of = byTicker.get(symbol)
        return of === undefined
          ? { n: symbol, s: "error", v: { errmsg: "invalid symbol provided", code: -300 } }
          : quoteRow(of, exchange.quote(of))
      })
    })
  }

  const depth: Own = (_account, { query }) => {
    const of = byTicker.get(query.get("symbol") ?? "")
    if (of === undefined) return denied(badSymbol())
    const quote = exchange.quote(of)
    const levels = (best: number, quantity: number, step: number) =>
      best <= 0
        ? []
        : Array.from({ length: 5 }, (_, i) => ({
          price: inRupees(best + i * step),
          volume: quantity * (i + 1),
          ord: i + 1
        }))
    const step = of.instrument.tickSize
    return success({
      d: {
        [fyersTicker(of)]: {
          totalbuyqty: quote.bidQuantity * 40,
          totalsellqty: quote.askQuantity * 40,
          bids: levels(quote.bid, quote.bidQuantity, -step),
          ask: levels(quote.ask, quote.askQuantity, step),
          o: inRupees(quote.open),
          h: inRupees(quote.high),
          l: inRupees(quote.low),
          c: inRupees(quote.previousClose),
          ch: inRupees(quote.price - quote.previousClose),
          chp: 0,
          tick_Size: inRupees(step),
          ltp: inRupees(quote.price),
          ltq: quote.lastQuantity,
          ltt: Math.floor(quote.at / SECOND_MS),
          atp: inRupees(quote.averagePrice),
          v: quote.volume,
          oi: quote.openInterest,
          oiflag: quote.openInterest > 0,
          pdoi: quote.openInterest,
          oipercent: 0,
          expiry: "",
          lower_ckt: inRupees(quote.lowerCircuit),
          upper_ckt: inRupees(quote.upperCircuit)
        }
      }
    })
  }

  const chainRow = (of: SimInstrument, withGreeks: boolean): object => {
    const quote = exchange.quote(of)
    const found = market.greeks(of, exchange.now)
    const { right = "", strike } = of.instrument
    return {
      symbol: fyersTicker(of),
      fyToken: fyToken(of),
      option_type: right,
      strike_price: strike === undefined ? -1 : strike / 100,
      ltp: inRupees(quote.price),
      ltpch: inRupees(quote.price - quote.previousClose),
      ltpchp: 0,
      bid: inRupees(quote.bid),
      ask: inRupees(quote.ask),
      oi: quote.openInterest,
      oich: 0,
      oichp: 0,
      prev_oi: quote.openInterest,
      volume: quote.volume,
      ...(withGreeks && found !== undefined
        ? {
          greeks: {
            delta: found.delta,
            gamma: found.gamma,
            theta: found.theta,
            vega: found.vega,
            iv: found.volatility * 100
          }
        }
        : {})
    }
  }

  const chain: Own = (_account, { query }) => {
    const underlying = byTicker.get(query.get("symbol") ?? "")
    if (underlying === undefined) return denied(badSymbol())
    const count = Number(query.get("strikecount") ?? 1)
    if (!(count >= 1 && count <= MOST_STRIKES)) return denied(badInput(`strikecount is at most ${MOST_STRIKES}`))
    const listed = market.instruments.filter(({ instrument, underlying: on }) =>
      on === underlying.index && instrument.kind === "option"
    )
    const expiries = [...new Set(listed.map(({ instrument }) => instrument.expiry ?? ""))].sort()
    const asked = query.get("timestamp") ?? ""
    const expiry = asked === "" ? expiries[0] : expiries.find((each) => String(expirySecond(each)) === asked)
    if (expiry === undefined) return denied(badInput("Invalid expiry timestamp"))
    const strikes = [
      ...new Set(listed.flatMap(({ instrument }) => instrument.expiry === expiry ? instrument.strike ?? [] : []))
    ].sort((a, b) => a - b)
    const { price } = exchange.quote(underlying)
    const middle = strikes.findIndex((strike) => strike >= price)
    const shown = new Set(strikes.slice(Math.max(0, middle - count), middle + count + 1))
    const options = listed.filter(({ instrument }) =>
      instrument.expiry === expiry && instrument.strike !== undefined && shown.has(instrument.strike)
    )
    const interest = (right: string): number =>
      options.reduce((sum, of) => sum + (of.instrument.right === right ? exchange.quote(of).openInterest : 0), 0)
    return success({
      data: {
        callOi: interest("CE"),
        putOi: interest("PE"),
        expiryData: expiries.map((each) => ({
          date: each.split("-").reverse().join("-"),
          expiry: String(expirySecond(each)),
          // The last of its month.
          expiry_flag: expiries.some((other) => other > each && other.slice(0, 7) === each.slice(0, 7)) ? "W" : "M"
        })),
        indiavixData: { symbol: "NSE:INDIAVIX-INDEX", ltp: underlying.volatility * 100 },
        optionsChain: [underlying, ...options].map((of) => chainRow(of, query.get("greeks") === "1"))
      }
    })
  }

  const tokens: Own = (_account, { body }) => {
    const asked = readJson(body)["symbols"]
    const symbols = Array.isArray(asked) ? asked.map(String) : []
    const valid: Record<string, string> = {}
    for (const symbol of symbols) {
      const of = byTicker.get(symbol)
      if (of !== undefined) valid[symbol] = fyToken(of)
    }
    return success({ validSymbol: valid, invalidSymbol: symbols.filter((symbol) => valid[symbol] === undefined) })
  }

  const master = ({ params }: SimRequest): SimResponse => {
    const [, name, segment] = /^(NSE|BSE)_(CM|FO)\.csv$/.exec(params["file"] ?? "") ?? []
    if (name === undefined) return { status: 404, body: "" }
    const wanted = segment === "CM" ? 10 : 11
    const rows = market.instruments.filter((of) => of.instrument.exchange === name && fyersSegment(of) === wanted).map((
      of
    ) => masterRow(of, of.underlying === undefined ? undefined : market.at(of.underlying), exchange.now))
    return { status: 200, headers: { "content-type": "text/csv" }, body: rows.join("\n") }
  }

  return [
    route("GET", "/data/history", "candles", history),
    route("GET", "/data/quotes", "quotes", quotes),
    route("GET", "/data/depth", "quotes", depth),
    route("GET", "/data/options-chain-v3", "chain", chain),
    // The simulated exchange trades at any hour.
    route("GET", "/data/marketStatus", "other", () =>
      success({
        marketStatus: [10, 12].flatMap((exchangeCode) =>
          [10, 11].map((segment) => ({
            exchange: exchangeCode,
            segment,
            market_type: "NORMAL",
            status: "OPEN"
          }))
        )
      })),
    route("POST", "/data/symbol-token", "other", tokens),
    // Without a login, as it is published.
    { method: "GET", path: "/sym_details/:file", operation: "instruments", handle: master }
  ]
}

/** Instrument types of the master: equity, index, and futures and options on an index or a share. */
const instrumentType = (of: SimInstrument, underlying: SimInstrument | undefined): number => {
  const onIndex = underlying?.instrument.kind === "index"
  switch (of.instrument.kind) {
    case "index":
      return 10
    case "future":
      return onIndex ? 11 : 13
    case "option":
      return onIndex ? 14 : 15
    default:
      return 0
  }
}

/** 21 columns without a header. */
const masterRow = (of: SimInstrument, underlying: SimInstrument | undefined, now: number): string => {
  const { expiry, lotSize, right, strike, tickSize } = of.instrument
  return [
    fyToken(of),
    expiry === undefined ? of.name : `${of.name} ${expiry}`,
    instrumentType(of, underlying),
    lotSize,
    tickSize / 100,
    of.isin ?? "",
    "0915-1530|1815-1915:",
    formatIstDate(now),
    expiry === undefined ? "" : expirySecond(expiry),
    fyersTicker(of),
    fyersExchange(of),
    fyersSegment(of),
    of.exchangeToken,
    fyersUnderlying(of),
    (underlying ?? of).exchangeToken,
    strike === undefined ? "-1.0" : (strike / 100).toFixed(1),
    right ?? "XX",
    underlying === undefined ? "" : fyToken(underlying),
    "None",
    0,
    0
  ].join(",")
}
