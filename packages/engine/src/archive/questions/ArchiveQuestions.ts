/** What people and programs ask the candle archive, in the process that owns its database. */
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { DateNotCovered } from "@keepgaining/core/calendar/TradingCalendar.ts"
import type { ArchiveInterval } from "@keepgaining/core/candles/ArchiveInterval.ts"
import { type CandleColumns, rowAt, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { DAY_MS, formatIstDate, MINUTE_MS, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { DatabaseError } from "../../database/Database.ts"
import { InstrumentStore } from "../../instruments/InstrumentStore.ts"
import { MarketRules } from "../../rules/MarketRules.ts"
import { loadCorporateActions, type RuleFileRefused } from "../../rules/RuleFiles.ts"
import type { ArchiveDamaged } from "../ArchiveError.ts"
import { CandleArchive, type NamedCandles } from "../CandleArchive.ts"
import { type ArchiveGaps, archiveGaps } from "../gaps.ts"
import { segmentByName, shapeCandles } from "./shapeCandles.ts"

export interface ArchiveInfo {
  readonly instruments: number
  readonly candles: number
  /** Of the blocks by month. */
  readonly bytes: number
  /** As many as were asked for. Dates are Indian. */
  readonly list: ReadonlyArray<{
    readonly symbol: string
    readonly candles: number
    readonly bytes: number
    readonly from: string
    readonly to: string
  }>
}

export interface CandleQuestion {
  /** Empty for a {@link CandleQuestion.day} of everything. */
  readonly symbols: ReadonlyArray<string>
  readonly day?: string | undefined
  /** Indian dates, both included. */
  readonly from: string
  readonly to: string
  /** Only the newest so many of each. */
  readonly last?: number | undefined
  readonly interval: ArchiveInterval
  readonly segment?: Segment | undefined
  /** For splits and bonuses. */
  readonly adjusted: boolean
}

export interface GapsQuestion {
  readonly symbols: ReadonlyArray<string>
  /** From an instrument's first candle to its last when absent. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly segment?: Segment | undefined
}

export interface SymbolGaps extends ArchiveGaps {
  readonly symbol: string
}

/** Prices in paise. */
export interface CandleValues {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly openInterest: number
}

export interface CandleDifference {
  readonly symbol: string
  /** Start of the minute, epoch ms. */
  readonly at: number
  readonly was: CandleValues
  /** `null` when it was removed since. */
  readonly is: CandleValues | null
  /** Epoch ms. */
  readonly replacedAt: number
}

export type QuestionError = DatabaseError | ArchiveDamaged | DateNotCovered | RuleFileRefused

export class ArchiveQuestions extends Context.Service<ArchiveQuestions, {
  /** Of the instruments whose symbol holds the text; the first `limit` of them are listed. */
  readonly info: (text: string, limit: number) => Effect.Effect<ArchiveInfo, QuestionError>
  /** Each instrument's candles, ascending; `take` gets them one after the other, those without any are left out. */
  readonly candles: <E, R>(
    question: CandleQuestion,
    take: (group: NamedCandles) => Effect.Effect<void, E, R>
  ) => Effect.Effect<void, QuestionError | E, R>
  readonly gaps: (question: GapsQuestion) => Effect.Effect<ReadonlyArray<SymbolGaps>, QuestionError>
  /** Newest first. */
  readonly differences: (
    limit: number,
    symbol: string | undefined
  ) => Effect.Effect<ReadonlyArray<CandleDifference>, QuestionError>
}>()("@keepgaining/engine/archive/questions/ArchiveQuestions") {}

const dateOfMinute = (minute: number): string => formatIstDate(minute * MINUTE_MS)

/** The row is below the length of every column. */
const valuesAt = (columns: CandleColumns, row: number): CandleValues => ({
  open: columns.open[row]!,
  high: columns.high[row]!,
  low: columns.low[row]!,
  close: columns.close[row]!,
  volume: columns.volume[row]!,
  openInterest: columns.openInterest[row]!
})

/** `user`: folder of the user's own rule files. */
export const layer = (
  user: string
): Layer.Layer<ArchiveQuestions, never, CandleArchive | InstrumentStore | MarketRules> =>
  Layer.effect(
    ArchiveQuestions,
    Effect.gen(function*() {
      const archive = yield* CandleArchive
      const store = yield* InstrumentStore
      const { calendar } = yield* MarketRules

      const info = (text: string, limit: number) =>
        Effect.map(archive.instruments(text), (all): ArchiveInfo => ({
          instruments: all.length,
          candles: all.reduce((sum, each) => sum + each.candles, 0),
          bytes: all.reduce((sum, each) => sum + each.bytes, 0),
          list: all.slice(0, Math.max(0, limit)).map(({ firstMinute, lastMinute, ...rest }) => ({
            ...rest,
            from: dateOfMinute(firstMinute),
            to: dateOfMinute(lastMinute)
          }))
        }))

      const candles = <E, R>(
        { adjusted, day, from, interval, last, segment, symbols, to }: CandleQuestion,
        take: (group: NamedCandles) => Effect.Effect<void, E, R>
      ) =>
        Effect.gen(function*() {
          const actions = adjusted ? yield* loadCorporateActions(user) : []
          const shape = shapeCandles(calendar, actions, {
            interval,
            segment,
            closingAuctions: yield* store.closingAuctions
          })
          const give = (symbol: string, raw: CandleColumns) =>
            Effect.gen(function*() {
              const whole = yield* Effect.fromResult(shape(symbol, raw))
              const first = last === undefined ? 0 : Math.max(0, whole.length - Math.max(1, last))
              if (whole.length > 0) yield* take({ symbol, candles: sliceColumns(whole, first, whole.length) })
            })
          if (day !== undefined) {
            const all = yield* archive.day(day)
            const order = Array.from(all.symbols.keys()).sort((a, b) =>
              (all.symbols[a] ?? "") < (all.symbols[b] ?? "") ? -1 : 1
            )
            for (const i of order) {
              yield* give(all.symbols[i] ?? "", sliceColumns(all.candles, all.starts[i] ?? 0, all.starts[i + 1] ?? 0))
            }
            return
          }
          const newest = last !== undefined && interval === "1m" ? yield* archive.latest(symbols, last) : undefined
          const instants = [startOfIstDay(dayOf(from)), startOfIstDay(dayOf(to) + 1)] as const
          for (const symbol of symbols) {
            const raw = newest === undefined ? yield* archive.history(symbol, ...instants) : newest.get(symbol)
            if (raw !== undefined) yield* give(symbol, raw)
          }
        })

      const gaps = ({ from, segment, symbols, to }: GapsQuestion) =>
        Effect.flatMap(store.closingAuctions, (closingAuctions) =>
          Effect.forEach(symbols, (symbol) =>
            Effect.gen(function*() {
              const known = (yield* archive.instruments(symbol)).find((each) =>
                each.symbol === symbol
              )
              const first = from ?? (known === undefined ? undefined : dateOfMinute(known.firstMinute))
              const last = to ?? (known === undefined ? undefined : dateOfMinute(known.lastMinute))
              if (first === undefined || last === undefined) return { symbol, tradingDays: 0, missing: [], thin: [] }
              const days = yield* Effect.fromResult(calendar.tradingDays(first, last))
              const have = new Map((yield* archive.days(symbol, first, last)).map((each) => [each.date, each.candles]))
              const hours = segment ?? segmentByName(symbol, closingAuctions)
              const expected = (date: string) => Result.getOrUndefined(calendar.expectedCandles(date, hours, 1))
              return { symbol, ...archiveGaps(days, have, expected) }
            })))

      const differences = (limit: number, symbol: string | undefined) =>
        Effect.gen(function*() {
          const replaced = yield* archive.differences(limit, symbol)
          const days = new Map<string, CandleColumns>()
          const found: Array<CandleDifference> = []
          for (const { minute, replacedAt, symbol: of, ...was } of replaced) {
            const day = dateOfMinute(minute)
            const key = `${of} ${day}`
            const midnight = startOfIstDay(dayOf(day))
            const now = days.get(key) ?? (yield* archive.history(of, midnight, midnight + DAY_MS))
            days.set(key, now)
            const row = rowAt(now, minute)
            found.push({
              symbol: of,
              at: minute * MINUTE_MS,
              was,
              is: now.minute[row] === minute ? valuesAt(now, row) : null,
              replacedAt: replacedAt.getTime()
            })
          }
          return found
        })

      return ArchiveQuestions.of({ info, candles, gaps, differences })
    })
  )
