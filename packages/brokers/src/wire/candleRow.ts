/** Candles as Kite and Upstox write them: `["2025-01-01T09:15:00+05:30", open, high, low, close, volume, open interest]`. */
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"
import type { BrokerCandle } from "../port/MarketQuote.ts"

export const CandleRow = Schema.Array(Schema.Union([Schema.String, Schema.Finite]))
export type CandleRow = typeof CandleRow.Type

/** Those of the span, both ends included, in the order of the rows; `undefined` when one of the rows is none. */
export const candlesOf = (
  rows: ReadonlyArray<CandleRow>,
  from: number,
  to: number
): ReadonlyArray<BrokerCandle> | undefined => {
  const candles: Array<BrokerCandle> = []
  for (const row of rows) {
    const candle = candleOf(row)
    if (candle === undefined) return undefined
    if (candle.at >= from && candle.at <= to) candles.push(candle)
  }
  return candles
}

const candleOf = ([time, ...numbers]: CandleRow): BrokerCandle | undefined => {
  const at = parseIst(String(time))
  const [open, high, low, close, volume, openInterest] = numbers.map(Number)
  if (
    at === undefined || open === undefined || high === undefined || low === undefined || close === undefined ||
    volume === undefined
  ) return undefined
  return {
    at,
    open: paiseFromRupees(open),
    high: paiseFromRupees(high),
    low: paiseFromRupees(low),
    close: paiseFromRupees(close),
    volume,
    ...(openInterest === undefined ? {} : { openInterest })
  }
}
