/** Quotes, candles and option chains of Upstox. */
import { DAY_MS, formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerMarketData } from "../port/BrokerAccount.ts"
import { UnknownOutcome } from "../port/BrokerError.ts"
import type { BrokerInstruments } from "../port/BrokerInstruments.ts"
import type { BrokerCandle, CandleInterval, ChainRow, MarketQuote } from "../port/MarketQuote.ts"
import { CandleRow, candlesOf } from "../wire/candleRow.ts"
import { circuitsOf } from "../wire/circuitsOf.ts"
import { API_VERSION } from "./upstoxCall.ts"
import type { UpstoxLine } from "./upstoxLine.ts"
import { ofUpstoxKey } from "./upstoxOrderOf.ts"

const QUOTES_A_CALL = 500

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

const Level = Schema.Struct({ price: Schema.Finite })
const QuoteRow = Schema.Struct({
  instrument_token: Schema.String,
  last_price: Schema.Finite,
  net_change: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  volume: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  oi: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  lower_circuit_limit: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  upper_circuit_limit: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  ohlc: Schema.Struct({ open: Schema.Finite, high: Schema.Finite, low: Schema.Finite }),
  depth: Schema.optionalKey(Schema.Struct({ buy: Schema.Array(Level), sell: Schema.Array(Level) }))
})
const Candles = Schema.Struct({ candles: Schema.Array(CandleRow) })
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

const quoteOf = (symbol: string, row: typeof QuoteRow.Type): MarketQuote => {
  const bid = row.depth?.buy[0]?.price ?? 0
  const ask = row.depth?.sell[0]?.price ?? 0
  const change = row.net_change
  return {
    symbol,
    price: paiseFromRupees(row.last_price),
    ...(change == null ? {} : { previousClose: paiseFromRupees(row.last_price - change) }),
    open: paiseFromRupees(row.ohlc.open),
    high: paiseFromRupees(row.ohlc.high),
    low: paiseFromRupees(row.ohlc.low),
    ...circuitsOf(row.lower_circuit_limit, row.upper_circuit_limit),
    ...(row.volume == null ? {} : { volume: row.volume }),
    ...(row.oi == null ? {} : { openInterest: Math.round(row.oi) }),
    ...(bid > 0 ? { bid: paiseFromRupees(bid) } : {}),
    ...(ask > 0 ? { ask: paiseFromRupees(ask) } : {})
  }
}

const chainRow = (
  instruments: BrokerInstruments,
  side: typeof ChainSide.Type | null,
  right: "CE" | "PE",
  strike: number
): ReadonlyArray<ChainRow> => {
  const of = side === null ? undefined : ofUpstoxKey(instruments, side.instrument_key)
  if (side === null || of === undefined) return []
  const { market_data: data, option_greeks: greeks } = side
  return [{
    symbol: of.instrument.symbol,
    price: paiseFromRupees(data.ltp),
    previousClose: paiseFromRupees(data.close_price),
    volume: Math.round(data.volume),
    openInterest: Math.round(data.oi),
    ...(data.bid_price > 0 ? { bid: paiseFromRupees(data.bid_price) } : {}),
    ...(data.ask_price > 0 ? { ask: paiseFromRupees(data.ask_price) } : {}),
    strike: paiseFromRupees(strike),
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

export const upstoxMarketData = ({ known, read, settings: { account, instruments } }: UpstoxLine): BrokerMarketData => {
  const candlesIn = ({ candles }: typeof Candles.Type, from: number, to: number) => {
    const found = candlesOf(candles, from, to)
    return found === undefined
      ? Effect.fail(
        new UnknownOutcome({
          broker: "upstox",
          account,
          operation: "read candles",
          reason: "a candle is not as documented"
        })
      )
      : Effect.succeed(found)
  }
  return {
    quotes: (symbols) =>
      Effect.gen(function*() {
        const keys = symbols.flatMap((symbol) => instruments.ofSymbol(symbol)?.token ?? [])
        const found: Array<MarketQuote> = []
        for (let from = 0; from < keys.length; from += QUOTES_A_CALL) {
          const rows = yield* read("read quotes", Schema.Record(Schema.String, QuoteRow), (sdk, callback) =>
            sdk.quotes.getFullMarketQuote(keys.slice(from, from + QUOTES_A_CALL).join(","), API_VERSION, callback))
          // By the key inside: those of the answer are spelled otherwise than what was asked.
          for (const row of Object.values(rows)) {
            const of = ofUpstoxKey(instruments, row.instrument_token)
            if (of !== undefined) {
              found.push(quoteOf(of.instrument.symbol, row))
            }
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
          const past = yield* read("read candles", Candles, (sdk, callback) =>
            sdk.history.getHistoricalCandleData1(of.token, unit, count, last, formatIstDate(from), callback))
          rows.push(...(yield* candlesIn(past, from, to)))
        }
        if (formatIstDate(to) >= today && unit !== "days") {
          const present = yield* read("read candles", Candles, (sdk, callback) =>
            sdk.history.getIntraDayCandleData(of.token, unit, count, callback))
          rows.push(...(yield* candlesIn(present, from, to)))
        }
        return rows.sort((a, b) =>
          a.at - b.at
        )
      }),
    chain: (underlying, expiry) =>
      Effect.gen(function*() {
        const of = yield* known(underlying, "read the option chain")
        const rows = yield* read("read the option chain", Chain, (sdk, callback) =>
          sdk.options.getPutCallOptionChain(of.token, expiry, callback))
        return rows.flatMap(({ call_options: call, put_options: put, strike_price: strike }) => [
          ...chainRow(instruments, call, "CE", strike),
          ...chainRow(instruments, put, "PE", strike)
        ])
      })
  }
}
