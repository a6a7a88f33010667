/** Quotes, candles and option chains of Angel. It has no chain of its own: quotes of the strikes, joined with their Greeks. */
import { dayMonthYear } from "@keepgaining/core/contracts/expiryCodes.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerMarketData } from "../port/BrokerAccount.ts"
import { type BrokerError, UnreadableAnswer } from "../port/BrokerError.ts"
import { type BrokerInstrument, marketOf } from "../port/BrokerInstruments.ts"
import type { BrokerCandle, CandleInterval, ChainGreeks, ChainRow, MarketQuote } from "../port/MarketQuote.ts"
import { circuitsOf } from "../wire/circuitsOf.ts"
import { Amount, angelExpiry, angelMinute, numberOf, paiseOf, priceOf } from "./angelFields.ts"
import { ofAngel } from "./angelInstrument.ts"
import type { AngelLine } from "./angelLine.ts"

const QUOTES_A_CALL = 50

const intervals: Readonly<Record<CandleInterval, string>> = {
  "1m": "ONE_MINUTE",
  "3m": "THREE_MINUTE",
  "5m": "FIVE_MINUTE",
  "10m": "TEN_MINUTE",
  "15m": "FIFTEEN_MINUTE",
  "30m": "THIRTY_MINUTE",
  "1h": "ONE_HOUR",
  "1d": "ONE_DAY"
}

const Level = Schema.Struct({ price: Amount })
const QuoteRow = Schema.Struct({
  exchange: Schema.String,
  symbolToken: Schema.String,
  ltp: Amount,
  open: Amount,
  high: Amount,
  low: Amount,
  /** Of the session before. */
  close: Amount,
  tradeVolume: Schema.optionalKey(Amount),
  opnInterest: Schema.optionalKey(Amount),
  lowerCircuit: Schema.optionalKey(Amount),
  upperCircuit: Schema.optionalKey(Amount),
  depth: Schema.optionalKey(Schema.NullOr(Schema.Struct({ buy: Schema.Array(Level), sell: Schema.Array(Level) })))
})
const Quotes = Schema.Struct({ fetched: Schema.NullOr(Schema.Array(QuoteRow)) })

/** `["2023-09-06T11:15:00+05:30", o, h, l, c, volume]`. */
const Candles = Schema.NullOr(Schema.Array(Schema.Tuple([Schema.String, Amount, Amount, Amount, Amount, Amount])))
const OpenInterests = Schema.NullOr(Schema.Array(Schema.Struct({ time: Schema.String, oi: Amount })))

const GreekRow = Schema.Struct({
  strikePrice: Amount,
  optionType: Schema.String,
  delta: Amount,
  gamma: Amount,
  theta: Amount,
  vega: Amount,
  /** Percent a year. */
  impliedVolatility: Amount
})

const quoteOf = (symbol: string, row: typeof QuoteRow.Type): MarketQuote => {
  const previousClose = priceOf(row.close)
  const bid = priceOf(row.depth?.buy[0]?.price)
  const ask = priceOf(row.depth?.sell[0]?.price)
  return {
    symbol,
    price: paiseOf(row.ltp),
    ...(previousClose === undefined ? {} : { previousClose }),
    open: paiseOf(row.open),
    high: paiseOf(row.high),
    low: paiseOf(row.low),
    ...circuitsOf(numberOf(row.lowerCircuit), numberOf(row.upperCircuit)),
    ...(row.tradeVolume == null ? {} : { volume: Math.round(numberOf(row.tradeVolume)) }),
    ...(row.opnInterest == null ? {} : { openInterest: Math.round(numberOf(row.opnInterest)) }),
    ...(bid === undefined ? {} : { bid }),
    ...(ask === undefined ? {} : { ask })
  }
}

export const angelMarketData = (
  { known, read, refuse, settings: { account, instruments } }: AngelLine
): BrokerMarketData => {
  const quotesOf = (operation: string, of: ReadonlyArray<BrokerInstrument>) =>
    Effect.gen(function*() {
      const found: Array<MarketQuote> = []
      for (let from = 0; from < of.length; from += QUOTES_A_CALL) {
        const exchangeTokens: Record<string, Array<string>> = {}
        for (const { instrument, token } of of.slice(from, from + QUOTES_A_CALL)) {
          ;(exchangeTokens[marketOf(instrument)] ??= []).push(token)
        }
        const { fetched } = yield* read(operation, Quotes, (sdk) => sdk.marketData({ mode: "FULL", exchangeTokens }))
        for (const row of fetched ?? []) {
          const each = ofAngel(instruments, row.exchange, row.symbolToken, undefined)
          if (each !== undefined) found.push(quoteOf(each.instrument.symbol, row))
        }
      }
      return found
    })

  const unreadable = (operation: string, problem: string): Effect.Effect<never, BrokerError> =>
    Effect.fail(new UnreadableAnswer({ broker: "angel", account, operation, problem }))

  /** Of a contract by the start of the candle; Angel has it apart from the candles, and not of every contract. */
  const openInterestOf = (of: BrokerInstrument, request: object) =>
    of.instrument.expiry === undefined
      ? Effect.succeed(new Map<number, number>())
      : read("read open interest", OpenInterests, (sdk) => sdk.getOIData(request)).pipe(
        Effect.map((rows) => new Map((rows ?? []).map(({ oi, time }) => [parseIst(time) ?? 0, numberOf(oi)] as const))),
        Effect.catchTag("Refused", () => Effect.succeed(new Map<number, number>()))
      )

  /** By strike in paise and right; empty where Angel computes none (it does for NSE only). */
  const greeksOf = (contract: BrokerInstrument, expiry: string) => {
    const { instrument, tradingSymbol } = contract
    const name = tradingSymbol.slice(0, tradingSymbol.lastIndexOf(dayMonthYear(expiry)))
    return instrument.exchange !== "NSE" || name === ""
      ? Effect.succeed(new Map<string, ChainGreeks>())
      : read(
        "read the Greeks",
        Schema.NullOr(Schema.Array(GreekRow)),
        (sdk) => sdk.optionGreek({ name, expirydate: angelExpiry(expiry) }),
        // Once a second, as the books; quotes may be asked for more often.
        "reads"
      ).pipe(
        Effect.map((rows) =>
          new Map((rows ?? []).map((row) => [
            `${paiseOf(row.strikePrice)}${row.optionType}`,
            {
              delta: numberOf(row.delta),
              gamma: numberOf(row.gamma),
              theta: numberOf(row.theta),
              vega: numberOf(row.vega),
              impliedVolatility: numberOf(row.impliedVolatility) / 100
            }
          ]))
        ),
        Effect.catchTag("Refused", () => Effect.succeed(new Map<string, ChainGreeks>()))
      )
  }

  return {
    quotes: (symbols) => quotesOf("read quotes", symbols.flatMap((symbol) => instruments.ofSymbol(symbol) ?? [])),
    candles: (symbol, interval, from, to) =>
      Effect.gen(function*() {
        const of = yield* known(symbol, "read candles")
        const request = {
          exchange: marketOf(of.instrument),
          symboltoken: of.token,
          interval: intervals[interval],
          fromdate: angelMinute(from),
          todate: angelMinute(to)
        }
        const rows = yield* read("read candles", Candles, (sdk) => sdk.getCandleData(request))
        const openInterest = yield* openInterestOf(of, request)
        const candles: Array<BrokerCandle> = []
        for (const [time, open, high, low, close, volume] of rows ?? []) {
          const at = parseIst(time)
          if (at === undefined) return yield* unreadable("read candles", "a candle has no time")
          if (at < from || at > to) continue
          const interest = openInterest.get(at)
          candles.push({
            at,
            open: paiseOf(open),
            high: paiseOf(high),
            low: paiseOf(low),
            close: paiseOf(close),
            volume: Math.round(numberOf(volume)),
            ...(interest === undefined ? {} : { openInterest: interest })
          })
        }
        return candles.sort((a, b) => a.at - b.at)
      }),
    chain: (underlying, expiry) =>
      Effect.gen(function*() {
        yield* known(underlying, "read the option chain")
        const contracts = instruments.all().filter(({ instrument }) =>
          instrument.kind === "option" && instrument.underlying === underlying && instrument.expiry === expiry
        )
        const [first] = contracts
        if (first === undefined) {
          return yield* refuse(
            "read the option chain",
            "chain",
            `there are no options on ${underlying} that end on ${expiry}`,
            "See which expiries there are: keepgaining contracts"
          )
        }
        const quotes = yield* quotesOf("read the option chain", contracts)
        const greeks = yield* greeksOf(first, expiry)
        return quotes.flatMap((quote): ReadonlyArray<ChainRow> => {
          const { right, strike } = instruments.ofSymbol(quote.symbol)?.instrument ?? {}
          if (right === undefined || strike === undefined) return []
          const own = greeks.get(`${strike}${right}`)
          return [{ ...quote, strike: paiseOf(strike / 100), right, ...(own === undefined ? {} : { greeks: own }) }]
        }).sort((a, b) => a.strike - b.strike)
      })
  }
}
