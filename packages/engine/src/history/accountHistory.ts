/**
 * A broker account as a history server. Its calls go through the account's own gate, which keeps the broker's rates together
 * with everything else that the account is used for; only allowances of more than a minute are counted here too, for they
 * outlive the process.
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { BrokerMarketData } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import { type Capabilities, capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { type BrokerCandle, CandleInterval } from "@keepgaining/brokers/port/MarketQuote.ts"
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { formatIstDate, MINUTE_MS, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { OfficialDay } from "../archive/OfficialDays.ts"
import { documentedCapabilities } from "./documentedCapabilities.ts"
import {
  type HistoryError,
  HistoryMalformed,
  HistoryRateLimited,
  HistoryRefused,
  HistoryUnauthorised,
  HistoryUnavailable
} from "./HistoryError.ts"
import { askedText, type HistoryCapabilities, type HistoryPort, type HistoryQuery } from "./HistoryPort.ts"

export interface HistoryAccount {
  /** Our name of it. */
  readonly account: string
  readonly broker: Broker
  /** As they hold for the account; the broker's documented ones without it. */
  readonly capabilities?: Pick<Capabilities, "candleRates" | "candleSpans">
  /** Through the account's gate; `undefined` while it is not logged in. */
  readonly marketData: () => Pick<BrokerMarketData, "candles"> | undefined
}

/** The name under which progress is kept. */
export const sourceOf = ({ account, broker }: Pick<HistoryAccount, "account" | "broker">): string =>
  `${broker}:${account}`

const isInterval = Schema.is(CandleInterval)

/** Numbers of 32 bits, of which a candle's are far below; what a broker made up is not. */
const fits = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most

/** Candles of the port's vocabulary as columns, or what is wrong with them. */
export const brokerColumns = (rows: ReadonlyArray<BrokerCandle>): Result.Result<CandleColumns, string> => {
  const columns = candleColumns(rows.length)
  for (const [i, { at, close, high, low, open, openInterest = 0, volume }] of rows.entries()) {
    if (at % MINUTE_MS !== 0) return Result.fail(`a candle begins at ${at} ms, which is no whole minute`)
    if (![open, high, low, close].every((price) => fits(price, 0x7fff_ffff))) {
      return Result.fail(`a price of the candle at ${at} ms cannot be`)
    }
    if (!fits(volume, 0xffff_ffff) || !fits(openInterest, 0xffff_ffff)) {
      return Result.fail(`volume or open interest of the candle at ${at} ms cannot be`)
    }
    columns.minute[i] = at / MINUTE_MS
    columns.open[i] = open
    columns.high[i] = high
    columns.low[i] = low
    columns.close[i] = close
    columns.volume[i] = volume
    columns.openInterest[i] = openInterest
  }
  return Result.succeed(columns)
}

/** Daily candles, by the Indian day that holds the instant: brokers stamp them at one midnight or another, or at the open. */
export const brokerDays = (rows: ReadonlyArray<BrokerCandle>): Result.Result<ReadonlyArray<OfficialDay>, string> => {
  const days: Array<OfficialDay> = []
  for (const { at, close, high, low, open, openInterest = null, volume } of rows) {
    const date = formatIstDate(at)
    if (![open, high, low, close].every((price) => fits(price, 0x7fff_ffff))) {
      return Result.fail(`a price of the candle of ${date} cannot be`)
    }
    if (!fits(volume, Number.MAX_SAFE_INTEGER) || !fits(openInterest ?? 0, Number.MAX_SAFE_INTEGER)) {
      return Result.fail(`volume or open interest of the candle of ${date} cannot be`)
    }
    days.push({ date, open, high, low, close, volume, openInterest })
  }
  return Result.succeed(days)
}

/** What the documents say of the broker's history, with the account's own numbers in place of them. */
const historyOf = ({ broker, capabilities: own }: HistoryAccount): HistoryCapabilities => {
  const documented = documentedCapabilities[broker]
  const { candleRates, candleSpans } = { ...capabilities[broker], ...own }
  const limits = candleRates === capabilities[broker].candleRates
    ? documented.limits
    : candleRates.map(({ calls, window }) => ({ requests: calls, window }))
  return {
    ...documented,
    longestSpan: { ...documented.longestSpan, ...candleSpans },
    limits: limits.filter(({ window }) => window > MINUTE_MS)
  }
}

export const accountHistory = (account: HistoryAccount): HistoryPort["Service"] => {
  const source = sourceOf(account)
  const ask = <A>(
    query: HistoryQuery,
    read: (rows: ReadonlyArray<BrokerCandle>) => Result.Result<A, string>
  ): Effect.Effect<A, HistoryError> =>
    Effect.suspend((): Effect.Effect<A, HistoryError> => {
      const asked = askedText(query)
      const { interval, symbol } = query
      const marketData = account.marketData()
      if (marketData === undefined) return Effect.fail(new HistoryUnauthorised({ source, asked }))
      if (!isInterval(interval)) {
        return Effect.fail(new HistoryRefused({ source, asked, reason: `brokers have no candles of ${interval}` }))
      }
      return marketData.candles(symbol, interval, ...instantsOf(query)).pipe(
        Effect.mapError((error) => historyError(source, asked, error)),
        Effect.flatMap((rows) =>
          Effect.mapError(
            Effect.fromResult(read(rows)),
            (reason) => new HistoryMalformed({ source, asked, reason })
          )
        )
      )
    })
  return {
    source,
    capabilities: historyOf(account),
    candles: (query) => ask(query, brokerColumns),
    days: (query) => ask(query, brokerDays)
  }
}

/** First and last instant of whole Indian days. */
const instantsOf = ({ from, to }: HistoryQuery): readonly [number, number] => [
  startOfIstDay(dayOf(from)),
  startOfIstDay(dayOf(to) + 1) - 1
]

/** A question may always be asked again, so an answer that was lost is one that did not come. */
const historyError = (source: string, asked: string, error: BrokerError): HistoryError => {
  switch (error._tag) {
    case "RateLimited":
      return new HistoryRateLimited({
        source,
        asked,
        ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter })
      })
    case "Unauthorised":
      return new HistoryUnauthorised({ source, asked })
    case "Refused":
      return new HistoryRefused({ source, asked, reason: `${error.reason} (${error.code})` })
    case "UnreadableAnswer":
      return new HistoryMalformed({ source, asked, reason: error.problem })
    case "UnknownOutcome":
    case "NotSent":
      return new HistoryUnavailable({ source, asked, reason: error.reason })
  }
}
