/** Quotes, candles and option chains of Fyers. */
import { formatIstDate, istDay, SECOND_MS, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerMarketData } from "../port/BrokerAccount.ts"
import type { BrokerInstrument } from "../port/BrokerInstruments.ts"
import type { BrokerCandle, CandleInterval, ChainRow, MarketQuote } from "../port/MarketQuote.ts"
import type { FyersLine } from "./fyersLine.ts"
import { ofFyToken } from "./fyersOrderOf.ts"

const QUOTES_A_CALL = 50
/** Each side of the money, the most that Fyers gives. */
const STRIKES = 50

const resolutions: Readonly<Record<CandleInterval, string>> = {
  "1m": "1",
  "3m": "3",
  "5m": "5",
  "10m": "10",
  "15m": "15",
  "30m": "30",
  "1h": "60",
  "1d": "1D"
}

const Quotes = Schema.Struct({
  d: Schema.Array(Schema.Struct({ n: Schema.String, s: Schema.String, v: Schema.Unknown }))
})
const Quote = Schema.Struct({
  lp: Schema.Finite,
  bid: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  ask: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  open_price: Schema.Finite,
  high_price: Schema.Finite,
  low_price: Schema.Finite,
  prev_close_price: Schema.Finite,
  volume: Schema.optionalKey(Schema.NullOr(Schema.Finite))
})
const decodeQuote = Schema.decodeUnknownOption(Quote)

const Candles = Schema.Struct({
  candles: Schema.optionalKey(Schema.NullOr(Schema.Array(
    /** Second, open, high, low, close, volume, and open interest when it was asked for. */
    Schema.TupleWithRest(
      Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite]),
      [Schema.NullOr(Schema.Finite)]
    )
  )))
})

const Greeks = Schema.Struct({
  delta: Schema.Finite,
  gamma: Schema.Finite,
  theta: Schema.Finite,
  vega: Schema.Finite,
  /** Percent a year. */
  iv: Schema.Finite
})
const Chain = Schema.Struct({
  data: Schema.Struct({
    expiryData: Schema.Array(Schema.Struct({
      /** `24-11-2026` */
      date: Schema.String,
      expiry: Schema.Union([Schema.String, Schema.Finite])
    })),
    /** The first is the underlying. */
    optionsChain: Schema.Array(Schema.Struct({
      fyToken: Schema.String,
      option_type: Schema.String,
      strike_price: Schema.Finite,
      ltp: Schema.Finite,
      ltpch: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
      bid: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
      ask: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
      oi: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
      volume: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
      greeks: Schema.optionalKey(Schema.NullOr(Greeks))
    }))
  })
})
type ChainAnswer = typeof Chain.Type["data"]

const isContract = ({ instrument: { kind } }: BrokerInstrument): boolean => kind === "future" || kind === "option"

export const fyersMarketData = (
  { known, read, refuse, settings: { instruments } }: FyersLine
): BrokerMarketData => ({
  quotes: (symbols) =>
    Effect.gen(function*() {
      const asked = symbols.flatMap((symbol) => instruments.ofSymbol(symbol) ?? [])
      const byTicker = new Map(asked.map((of) => [of.tradingSymbol, of]))
      const found: Array<MarketQuote> = []
      for (let from = 0; from < asked.length; from += QUOTES_A_CALL) {
        const tickers = asked.slice(from, from + QUOTES_A_CALL).map(({ tradingSymbol }) => tradingSymbol)
        const { d: rows } = yield* read("read quotes", Quotes, (sdk) => sdk.getQuotes(tickers))
        for (const { n, s, v } of rows) {
          const of = byTicker.get(n)
          const quote = s === "ok" ? decodeQuote(v) : undefined
          if (of !== undefined && quote?._tag === "Some") found.push(quoteOf(of.instrument.symbol, quote.value))
        }
      }
      return found
    }),
  candles: (symbol, interval, from, to) =>
    Effect.gen(function*() {
      const of = yield* known(symbol, "read candles")
      const daily = interval === "1d"
      const { candles } = yield* read("read candles", Candles, (sdk) =>
        sdk.getHistory({
          symbol: of.tradingSymbol,
          resolution: resolutions[interval],
          // Days are asked for by date: Fyers stamps them otherwise than we do.
          date_format: daily ? "1" : "0",
          range_from: daily ? formatIstDate(from) : String(Math.ceil(from / SECOND_MS)),
          range_to: daily ? formatIstDate(to) : String(Math.floor(to / SECOND_MS)),
          // Of the contract itself, not of those before it.
          cont_flag: "0",
          oi_flag: isContract(of) ? "1" : "0"
        }))
      return (candles ?? []).map(([second, open, high, low, close, volume, interest]): BrokerCandle => ({
        at: daily ? startOfIstDay(istDay(second * SECOND_MS)) : second * SECOND_MS,
        open: paiseFromRupees(open),
        high: paiseFromRupees(high),
        low: paiseFromRupees(low),
        close: paiseFromRupees(close),
        volume: Math.round(volume),
        ...(interest == null ? {} : { openInterest: Math.round(interest) })
      })).filter(({ at }) => at >= from && at <= to).sort((a, b) => a.at - b.at)
    }),
  chain: (underlying, expiry) =>
    Effect.gen(function*() {
      const of = yield* known(underlying, "read the option chain")
      const ask = (timestamp: string) =>
        read("read the option chain", Chain, (sdk) =>
          sdk.getOptionChain({ symbol: of.tradingSymbol, strikecount: STRIKES, timestamp, greeks: 1 }))
      // The nearest one, and a list of all.
      const { data } = yield* ask("")
      const wanted = expiry.split("-").reverse().join("-")
      const place = data.expiryData.findIndex(({ date }) =>
        date === wanted
      )
      const other = data.expiryData[place]
      if (other === undefined) {
        return yield* refuse(
          "read the option chain",
          "expiry",
          `${underlying} has no contracts that end on ${expiry}`,
          `Give one of ${data.expiryData.map(({ date }) => date.split("-").reverse().join("-")).join(", ")}`
        )
      }
      const rows = place === 0 ? data : (yield* ask(String(other.expiry))).data
      return rows.optionsChain.flatMap((row) => {
        const option = ofFyToken(instruments, row.fyToken)
        return option === undefined ? [] : chainRow(option.instrument.symbol, row)
      })
    })
})

const quoteOf = (symbol: string, quote: typeof Quote.Type): MarketQuote => ({
  symbol,
  price: paiseFromRupees(quote.lp),
  previousClose: paiseFromRupees(quote.prev_close_price),
  open: paiseFromRupees(quote.open_price),
  high: paiseFromRupees(quote.high_price),
  low: paiseFromRupees(quote.low_price),
  ...(quote.volume == null ? {} : { volume: Math.round(quote.volume) }),
  ...(quote.bid != null && quote.bid > 0 ? { bid: paiseFromRupees(quote.bid) } : {}),
  ...(quote.ask != null && quote.ask > 0 ? { ask: paiseFromRupees(quote.ask) } : {})
})

const chainRow = (symbol: string, row: ChainAnswer["optionsChain"][number]): ReadonlyArray<ChainRow> => {
  const { ask, bid, greeks, ltpch: change, oi, option_type: right, volume } = row
  if (right !== "CE" && right !== "PE") return []
  return [{
    symbol,
    price: paiseFromRupees(row.ltp),
    ...(change == null ? {} : { previousClose: paiseFromRupees(row.ltp - change) }),
    ...(volume == null ? {} : { volume: Math.round(volume) }),
    ...(oi == null ? {} : { openInterest: Math.round(oi) }),
    ...(bid != null && bid > 0 ? { bid: paiseFromRupees(bid) } : {}),
    ...(ask != null && ask > 0 ? { ask: paiseFromRupees(ask) } : {}),
    strike: paiseFromRupees(row.strike_price),
    right,
    ...(greeks == null
      ? {}
      : {
        greeks: {
          delta: greeks.delta,
          gamma: greeks.gamma,
          theta: greeks.theta,
          vega: greeks.vega,
          impliedVolatility: greeks.iv / 100
        }
      })
  }]
}
