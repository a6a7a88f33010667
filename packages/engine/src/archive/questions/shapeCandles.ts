/** Minutes of the archive as somebody wants to see them: of another length, and adjusted. Pure. */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { DateNotCovered, Span, TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { adjust, type CorporateAction } from "@keepgaining/core/candles/adjust.ts"
import { type ArchiveInterval, intervalMinutes } from "@keepgaining/core/candles/ArchiveInterval.ts"
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { resample } from "@keepgaining/core/candles/resample.ts"
import * as Result from "effect/Result"

/**
 * `NSE:NIFTY26D0124500CE` and `NSE:RELIANCE26NOVFUT` are told from shares by a digit and their end; shares whose close an auction
 * makes from the others by the newest masters (`InstrumentStore.closingAuctions`).
 */
export const segmentByName = (symbol: string, closingAuctions: ReadonlySet<string>): Segment =>
  /\d.*(CE|PE|FUT)$/.test(symbol) ? "derivatives" : closingAuctions.has(symbol) ? "cash-closing-auction" : "cash"

export interface Shape {
  readonly interval: ArchiveInterval
  /** Whose hours the instrument has; told by {@link segmentByName} when absent. */
  readonly segment?: Segment | undefined
  readonly closingAuctions: ReadonlySet<string>
}

/** `actions`: splits and bonuses to adjust for; none for prices as they were traded. */
export const shapeCandles = (
  calendar: TradingCalendar,
  actions: ReadonlyArray<CorporateAction>,
  { closingAuctions, interval, segment }: Shape
) =>
(symbol: string, raw: CandleColumns): Result.Result<CandleColumns, DateNotCovered> => {
  const own = actions.filter((action) => action.symbol === symbol)
  const candles = own.length === 0 ? raw : adjust(raw, own)
  const minutes = intervalMinutes[interval]
  if (minutes === 1) return Result.succeed(candles)
  const hours = segment ?? segmentByName(symbol, closingAuctions)
  let missing: DateNotCovered | undefined
  const spansOf = (date: string): ReadonlyArray<Span> => {
    const spans = calendar.spans(date, hours)
    if (Result.isSuccess(spans)) return spans.success ?? []
    missing ??= spans.failure
    return []
  }
  const { candles: shaped } = resample(candles, minutes, spansOf)
  return missing === undefined ? Result.succeed(shaped) : Result.fail(missing)
}
