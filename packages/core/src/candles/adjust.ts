/**
 * Prices as if splits and bonuses had always been: for charts and indicators over years. What was traded stays in the archive
 * as it was; this makes a changed copy. Volume is scaled the other way round, so turnover stays about the same.
 */
import * as Schema from "effect/Schema"
import { dayOf } from "../calendar/CalendarDays.ts"
import { CalendarDate } from "../calendar/CalendarRules.ts"
import { IST_OFFSET_MS, MINUTE_MS } from "../market/IndianTime.ts"
import { type CandleColumns, candleColumns, copyColumns, rowAt } from "./CandleColumns.ts"

export const CorporateAction = Schema.Struct({
  /** `NSE:RELIANCE`. */
  symbol: Schema.NonEmptyString,
  /** The first day on which it trades without. */
  ex_date: CalendarDate,
  kind: Schema.Literals(["split", "bonus", "rights", "dividend", "demerger"]),
  /** Prices before the day are multiplied by it: 0.5 for a bonus of one for one, 0.2 for a split of 10 into 2. */
  price_factor: Schema.FiniteFromString.check(Schema.isGreaterThan(0)),
  /** Quantities before the day are multiplied by it: 2 for a bonus of one for one; 1 when they stay. */
  quantity_factor: Schema.FiniteFromString.check(Schema.isGreaterThan(0)),
  source: Schema.NonEmptyString,
  as_of: CalendarDate,
  confidence: Schema.NonEmptyString
})
export type CorporateAction = typeof CorporateAction.Type

/** `actions`: of this instrument, in any order. Prices are rounded to whole paise once, after all factors. */
export const adjust = (candles: CandleColumns, actions: ReadonlyArray<CorporateAction>): CandleColumns => {
  const newestFirst = actions.map((action) => ({
    action,
    minute: dayOf(action.ex_date) * 1_440 - IST_OFFSET_MS / MINUTE_MS
  }))
    .sort((a, b) => b.minute - a.minute)
  const adjusted = candleColumns(candles.length)
  copyColumns(candles, adjusted, 0)
  let price = 1
  let quantity = 1
  let end = rowAt(candles, newestFirst[0]?.minute ?? 0)
  if (newestFirst.length === 0) return adjusted
  newestFirst.forEach(({ action }, i) => {
    price *= action.price_factor
    quantity *= action.quantity_factor
    const older = newestFirst[i + 1]
    const from = older === undefined ? 0 : rowAt(candles, older.minute)
    scale(candles, adjusted, from, end, price, quantity)
    end = from
  })
  return adjusted
}

const scale = (
  from: CandleColumns,
  into: CandleColumns,
  first: number,
  end: number,
  price: number,
  quantity: number
): void => {
  for (let row = first; row < end; row++) {
    // Rows are below the length of both.
    into.open[row] = Math.round(from.open[row]! * price)
    into.high[row] = Math.round(from.high[row]! * price)
    into.low[row] = Math.round(from.low[row]! * price)
    into.close[row] = Math.round(from.close[row]! * price)
    into.volume[row] = Math.min(0xffff_ffff, Math.round(from.volume[row]! * quantity))
  }
}
