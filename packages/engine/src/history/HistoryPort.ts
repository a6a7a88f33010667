/** A server that has historical candles, and what it allows. One implementation a broker, and the simulated one. */
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import type { Interval } from "@keepgaining/core/candles/Interval.ts"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { OfficialDay } from "../archive/OfficialDays.ts"
import type { HistoryError } from "./HistoryError.ts"

/** Dates are Indian, `YYYY-MM-DD`, both included. */
export interface HistoryQuery {
  /** `NSE:RELIANCE`. */
  readonly symbol: string
  readonly interval: Interval
  readonly from: string
  readonly to: string
}

/** Most requests in a window of so many ms. */
export interface RequestLimit {
  readonly requests: number
  readonly window: number
}

export interface HistoryCapabilities {
  /** Longest range of one request, calendar days; an interval that is absent is not served. */
  readonly longestSpan: Readonly<Partial<Record<Interval, number>>>
  /** First date that there is anything of; absent when nobody says. */
  readonly oldest: Readonly<Partial<Record<Interval, string>>>
  /** All of them hold at the same time. */
  readonly limits: ReadonlyArray<RequestLimit>
  /** Requests that may be under way together. */
  readonly concurrency: number
}

export class HistoryPort extends Context.Service<HistoryPort, {
  /** For people, and the name under which progress is kept. */
  readonly source: string
  readonly capabilities: HistoryCapabilities
  /**
   * The candles of the range as the server gave them: in any order, perhaps twice, perhaps not all of them, perhaps others.
   * Who asks must check. Prices that are no whole paise and times that are no whole minutes are malformed.
   */
  readonly candles: (query: HistoryQuery) => Effect.Effect<CandleColumns, HistoryError>
  /**
   * The official daily candles of the range, each by the Indian date of its trading day, whatever instant the server puts to
   * it; for the rest as with {@link candles}. The interval of the query is `1d`.
   */
  readonly days: (query: HistoryQuery) => Effect.Effect<ReadonlyArray<OfficialDay>, HistoryError>
}>()("@keepgaining/engine/history/HistoryPort") {}

export const askedText = ({ from, interval, symbol, to }: HistoryQuery): string =>
  `${symbol} ${interval} ${from} to ${to}`
