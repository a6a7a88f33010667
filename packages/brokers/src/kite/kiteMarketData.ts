/** Quotes and candles of Kite; it has no option chain. */
import { formatIstDate, formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerMarketData } from "../port/BrokerAccount.ts"
import { UnknownOutcome } from "../port/BrokerError.ts"
import { marketOf } from "../port/BrokerInstruments.ts"
import type { CandleInterval, MarketQuote } from "../port/MarketQuote.ts"
import { CandleRow, candlesOf } from "../wire/candleRow.ts"
import { circuitsOf } from "../wire/circuitsOf.ts"
import type { KiteLine } from "./kiteLine.ts"

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

const Level = Schema.Struct({ price: Schema.Finite })
const QuoteRow = Schema.Struct({
  last_price: Schema.Finite,
  volume: Schema.optionalKey(Schema.Int),
  oi: Schema.optionalKey(Schema.Finite),
  lower_circuit_limit: Schema.optionalKey(Schema.Finite),
  upper_circuit_limit: Schema.optionalKey(Schema.Finite),
  ohlc: Schema.Struct({ open: Schema.Finite, high: Schema.Finite, low: Schema.Finite, close: Schema.Finite }),
  depth: Schema.optionalKey(Schema.Struct({ buy: Schema.Array(Level), sell: Schema.Array(Level) }))
})

const Candles = Schema.Struct({ candles: Schema.Array(CandleRow) })

const timestamp = (at: number): string => `${formatIstDate(at)} ${formatIstTime(at)}`

const quoteOf = (symbol: string, row: typeof QuoteRow.Type): MarketQuote => {
  const { depth, last_price: price, ohlc, oi, volume } = row
  const bid = depth?.buy[0]?.price ?? 0
  const ask = depth?.sell[0]?.price ?? 0
  return {
    symbol,
    price: paiseFromRupees(price),
    previousClose: paiseFromRupees(ohlc.close),
    open: paiseFromRupees(ohlc.open),
    high: paiseFromRupees(ohlc.high),
    low: paiseFromRupees(ohlc.low),
    ...circuitsOf(row.lower_circuit_limit, row.upper_circuit_limit),
    ...(volume === undefined ? {} : { volume }),
    ...(oi === undefined ? {} : { openInterest: Math.round(oi) }),
    ...(bid > 0 ? { bid: paiseFromRupees(bid) } : {}),
    ...(ask > 0 ? { ask: paiseFromRupees(ask) } : {})
  }
}

export const kiteMarketData = ({ known, read, settings: { account, instruments } }: KiteLine): BrokerMarketData => ({
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
        const rows = yield* read("read quotes", Schema.Record(Schema.String, QuoteRow), (sdk) =>
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
      const { candles } = yield* read("read candles", Candles, (sdk) =>
        sdk.getHistoricalData(of.token, intervals[interval], timestamp(from), timestamp(to), false, true))
      const found = candlesOf(candles, from, to)
      if (found === undefined) {
        return yield* new UnknownOutcome({
          broker: "kite",
          account,
          operation: "read candles",
          reason: "a candle is not as documented"
        })
      }
      return found.toSorted((a, b) =>
        a.at - b.at
      )
    })
})
