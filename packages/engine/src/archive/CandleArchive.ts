/**
 * The candle archive: one-minute candles of every instrument, years of them, packed into blocks of SQL in two orders. What
 * is written goes into blocks by instrument and month, which are the archive; the blocks by day are put together from them
 * by `settle` and only make questions about a whole day fast. Today's candles may come as rows (`append`) and are packed
 * after the close.
 *
 * Prices are raw, as traded: splits and bonuses are applied by whoever asks (`core/candles/adjust.ts`). Instants are epoch
 * ms; days are Indian, `YYYY-MM-DD`.
 */
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import {
  type CandleColumns,
  candleColumns,
  mergeColumns,
  rowAt,
  rowsOf,
  sliceColumns
} from "@keepgaining/core/candles/CandleColumns.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { Database, type DatabaseError } from "../database/Database.ts"
import type { ArchiveDamaged, CandlesRefused } from "./ArchiveError.ts"
import { ArchiveSymbols } from "./ArchiveSymbols.ts"
import { BlockWriter, decodeBlock, decodeTail, monthOfDay, runsIn } from "./Block.ts"
import * as Tables from "./BlockTables.ts"
import { firstMinuteOf, runDay, runLength } from "./CandleRun.ts"
import { type CandleSlab, loadSlab } from "./CandleSlab.ts"
import { dayRows } from "./DayCandles.ts"
import * as Differences from "./Differences.ts"
import type { ReplacedCandle } from "./Differences.ts"
import * as LiveRows from "./LiveRows.ts"
import { MonthCache } from "./MonthCache.ts"
import { daysOf, END_OF_TIME, monthsOf, type MonthWrite, overlap, refusalOf } from "./monthWrites.ts"
import { readHistory } from "./readHistory.ts"
import { runsOfDay, settleMonth } from "./settle.ts"

export interface NamedCandles {
  /** `NSE:RELIANCE`. */
  readonly symbol: string
  /** Ascending, each minute once. */
  readonly candles: CandleColumns
}

export interface WriteReport {
  /** Minutes that the archive did not have. */
  readonly added: number
  /** Minutes that it had otherwise. */
  readonly replaced: number
  /** Minutes that it had just so. */
  readonly unchanged: number
}

export interface ArchivedInstrument {
  readonly symbol: string
  readonly candles: number
  /** Minutes since 1970-01-01T00:00Z. */
  readonly firstMinute: number
  readonly lastMinute: number
  /** Of its blocks by month. */
  readonly bytes: number
}

/** One day of everything: symbol `i` has rows `[starts[i], starts[i + 1])`; their order means nothing. */
export interface DayCandles {
  readonly symbols: ReadonlyArray<string>
  readonly starts: Int32Array
  readonly candles: CandleColumns
}

export interface SettleProgress {
  readonly settled: number
  readonly days: number
}

type Failure = DatabaseError | ArchiveDamaged

export class CandleArchive extends Context.Service<CandleArchive, {
  /** Adds candles; where the archive has the minute, the new candle stands. All or nothing, and may be repeated. */
  readonly write: (symbol: string, candles: CandleColumns) => Effect.Effect<WriteReport, Failure | CandlesRefused>
  /** The same for many instruments in one transaction; a few megabytes of candles at a time go fastest. */
  readonly writeAll: (batch: ReadonlyArray<NamedCandles>) => Effect.Effect<WriteReport, Failure | CandlesRefused>
  /** Adds candles of the live day as rows. */
  readonly append: (batch: ReadonlyArray<NamedCandles>) => Effect.Effect<void, Failure | CandlesRefused>
  /** Packs live rows of all days up to the one named. */
  readonly pack: (upTo: string) => Effect.Effect<WriteReport, Failure | CandlesRefused>
  /** Puts together the days that were written to (or all of them). Answers how many. */
  readonly settle: (
    options?: { readonly all?: boolean; readonly onProgress?: (progress: SettleProgress) => void }
  ) => Effect.Effect<number, Failure>
  /** Candles of one instrument that start in `[from, to)`, ascending; none for one that the archive does not know. */
  readonly history: (symbol: string, from: number, to: number) => Effect.Effect<CandleColumns, Failure>
  /** The last `count` candles of each instrument, ascending; those without any are left out. */
  readonly latest: (
    symbols: ReadonlyArray<string>,
    count: number
  ) => Effect.Effect<ReadonlyMap<string, CandleColumns>, Failure>
  /** One day of everything. */
  readonly day: (date: string) => Effect.Effect<DayCandles, Failure>
  /** Packed candles of the instruments (of all, when none are named), unpacked into memory: 28 bytes each. */
  readonly slab: (
    symbols?: ReadonlyArray<string>,
    onProgress?: (candles: number, of: number) => void
  ) => Effect.Effect<CandleSlab, Failure>
  /** Packed candles of an instrument on each day from `from` to `to`, both included; days without any are left out. */
  readonly days: (
    symbol: string,
    from: string,
    to: string
  ) => Effect.Effect<ReadonlyArray<{ readonly date: string; readonly candles: number }>, Failure>
  /** What is packed; of the instruments whose symbol holds the text, when one is given. */
  readonly instruments: (text?: string) => Effect.Effect<ReadonlyArray<ArchivedInstrument>, DatabaseError>
  /** Candles that gave way to others of the same minute, newest first; of one symbol when it is named. */
  readonly differences: (limit: number, symbol?: string) => Effect.Effect<ReadonlyArray<ReplacedCandle>, Failure>
  /** Forgets the candles that gave way longer ago than so many days. Answers how many. */
  readonly forgetDifferences: (days: number) => Effect.Effect<number, DatabaseError>
  /** Removes the candles of an instrument that start in `[from, to)`. Answers how many. */
  readonly remove: (symbol: string, from: number, to: number) => Effect.Effect<number, Failure>
}>()("@keepgaining/engine/archive/CandleArchive") {}

const nothing: CandleColumns = candleColumns(0)

/** The first whole minute at or after the instant. */
const minuteFrom = (instant: number): number => Math.min(END_OF_TIME, Math.max(0, Math.ceil(instant / MINUTE_MS)))

/** One writer of a database at a time, for a block is read, changed and written. */
const LOCK = "select pg_advisory_xact_lock(hashtext('keepgaining archive'))"

/** Candles of the same symbol together; the later ones stand. */
const bySymbol = (batch: ReadonlyArray<NamedCandles>): ReadonlyArray<NamedCandles> => {
  const merged = new Map<string, CandleColumns>()
  for (const { candles, symbol } of batch) {
    if (candles.length > 0) merged.set(symbol, mergeColumns(merged.get(symbol) ?? nothing, candles))
  }
  return Array.from(merged, ([symbol, candles]) => ({ symbol, candles }))
}

/** Candles that are packed and stored together, about. */
const STRETCH = 100_000

/** Packed months of lately read instruments: a year of a share is half a megabyte. */
const CACHED_BYTES = 64 * 2 ** 20

const make = Effect.gen(function*() {
  const { run } = yield* Database
  const symbols = new ArchiveSymbols()
  const cache = new MonthCache(CACHED_BYTES)
  const turn = yield* Semaphore.make(1)
  const writers = [new BlockWriter(), new BlockWriter()] as const

  /** What is wrong with the archive is no failure of the database: it is carried past the database's breaker. */
  const asking = <A, E>(effect: Effect.Effect<A, E | SqlError, SqlClient.SqlClient>) =>
    run(Effect.matchEffect(effect, {
      onSuccess: (value) => Effect.succeed(Result.succeed(value)),
      onFailure: (error): Effect.Effect<Result.Result<A, Exclude<E, SqlError>>, SqlError> =>
        // The only failure of SQL is an SqlError; what is left over is ours.
        isSqlError(error) ? Effect.fail(error) : Effect.succeed(Result.fail(error as Exclude<E, SqlError>))
    })).pipe(Effect.flatMap((result) => Effect.fromResult(result)))

  const writing = <A, E>(effect: Effect.Effect<A, E | SqlError, SqlClient.SqlClient>) =>
    asking<A, E>(
      Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(Effect.andThen(sql.unsafe(LOCK), effect)))
    ).pipe(
      Effect.onError(() => Effect.sync(() => symbols.forget())),
      turn.withPermits(1)
    )

  const packed = (writer: BlockWriter, months: ReadonlyArray<MonthWrite>): ReadonlyArray<Tables.MonthBlock> => {
    writer.clear()
    return months.map(({ candles, instrument, month }) => {
      const from = writer.bytes
      writer.write(instrument, candles)
      return {
        instrument,
        month,
        candles: candles.length,
        // A month that is written has candles.
        firstMinute: candles.minute[0]!,
        lastMinute: candles.minute[candles.length - 1]!,
        from,
        to: writer.bytes
      }
    })
  }

  /** A stretch is packed while the database stores the one before. */
  const replaceMonths = (months: ReadonlyArray<MonthWrite>) =>
    Effect.gen(function*() {
      let storing: Fiber.Fiber<unknown, SqlError> | undefined
      let [writer, other] = writers
      for (let first = 0, end = 0; first < months.length; first = end) {
        for (let size = 0; end < months.length && size < STRETCH; end++) size += months[end]!.candles.length
        const blocks = packed(writer, months.slice(first, end))
        if (storing !== undefined) yield* Fiber.join(storing)
        storing = yield* Effect.forkChild(Tables.writeMonths(blocks, writer.take()), { startImmediately: true })
        ;[writer, other] = [other, writer]
      }
      if (storing !== undefined) yield* Fiber.join(storing)
    })

  const merge = (batch: ReadonlyArray<NamedCandles>) =>
    Effect.gen(function*() {
      yield* symbols.register(batch.map(({ symbol }) => symbol))
      // Registered above.
      const months = batch.flatMap(({ candles, symbol }) => monthsOf(symbols.idOf(symbol)!, candles))
      const stored = new Map(
        (yield* Tables.readMonthsOf(months)).map((block) => [`${block.instrument} ${block.month}`, block])
      )
      let added = 0
      let replaced = 0
      let unchanged = 0
      const changed: Array<MonthWrite> = []
      const days = new Set<number>()
      for (const each of months) {
        const { candles, instrument, month } = each
        const old = stored.get(`${instrument} ${month}`)
        const before = old === undefined ? nothing : decodeBlock(old.words, old.candles)
        const { replaced: rows, same } = overlap(before, candles)
        const other = rows.length
        added += candles.length - same - other
        replaced += other
        unchanged += same
        if (same === candles.length) continue
        if (other > 0) yield* Differences.keep(instrument, rowsOf(before, rows))
        changed.push(old === undefined ? each : { instrument, month, candles: mergeColumns(before, candles) })
        for (const day of daysOf(candles)) days.add(day)
      }
      yield* replaceMonths(changed)
      if (days.size > 0) yield* Tables.markUnsettled(Array.from(days))
      return { added, replaced, unchanged }
    })

  const checked = (batch: ReadonlyArray<NamedCandles>): Effect.Effect<ReadonlyArray<NamedCandles>, CandlesRefused> =>
    Effect.suspend(() => {
      for (const { candles, symbol } of batch) {
        const refusal = refusalOf(symbol, candles)
        if (refusal !== undefined) return Effect.fail(refusal)
      }
      return Effect.succeed(bySymbol(batch))
    })

  const writeAll = (batch: ReadonlyArray<NamedCandles>) =>
    Effect.flatMap(checked(batch), (some) => writing<WriteReport, ArchiveDamaged>(merge(some)))

  const append = (batch: ReadonlyArray<NamedCandles>) =>
    Effect.flatMap(checked(batch), (some) =>
      writing<void, never>(Effect.gen(function*() {
        yield* symbols.register(some.map(({ symbol }) => symbol))
        // Registered above.
        for (const { candles, symbol } of some) yield* LiveRows.write(symbols.idOf(symbol)!, candles)
      })))

  const pack = (upTo: string) =>
    writing<WriteReport, ArchiveDamaged>(Effect.gen(function*() {
      const end = firstMinuteOf(dayOf(upTo) + 1)
      const live = yield* LiveRows.read(0, end)
      yield* symbols.name(Array.from(live.keys()))
      const batch = Array.from(live, ([id, candles]) => ({ symbol: symbols.symbolOf(id) ?? "", candles }))
      const report = yield* merge(batch)
      yield* LiveRows.remove(0, end)
      return report
    }))

  const remove = (symbol: string, from: number, to: number) =>
    writing<number, ArchiveDamaged>(Effect.gen(function*() {
      const [instrument] = yield* symbols.find([symbol])
      if (instrument === undefined) return 0
      const first = minuteFrom(from)
      const end = minuteFrom(to)
      let removed = yield* LiveRows.remove(first, end, instrument)
      const kept: Array<MonthWrite> = []
      const emptied: Array<number> = []
      const days = new Set<number>()
      for (const { candles, month, words } of yield* Tables.readMonths([instrument], first, end)) {
        const all = decodeBlock(words, candles)
        const a = rowAt(all, first)
        const b = rowAt(all, end)
        for (const day of daysOf(sliceColumns(all, a, b))) days.add(day)
        removed += b - a
        const rest = mergeColumns(sliceColumns(all, 0, a), sliceColumns(all, b, all.length))
        if (rest.length === 0) emptied.push(month)
        else kept.push({ instrument, month, candles: rest })
      }
      yield* replaceMonths(kept)
      if (emptied.length > 0) yield* Tables.deleteMonths(instrument, emptied)
      if (days.size > 0) yield* Tables.markUnsettled(Array.from(days))
      return removed
    }))

  const differences = (limit: number, symbol?: string) =>
    asking<ReadonlyArray<ReplacedCandle>, never>(Differences.read(limit, symbol))

  const settle = (
    options: { readonly all?: boolean; readonly onProgress?: (progress: SettleProgress) => void } = {}
  ) =>
    Effect.gen(function*() {
      const unsettled = yield* asking<ReadonlyArray<Tables.UnsettledDay>, ArchiveDamaged>(
        options.all === true ? Effect.andThen(Tables.markAllUnsettled, Tables.unsettledDays) : Tables.unsettledDays
      )
      let settled = 0
      options.onProgress?.({ settled, days: unsettled.length })
      for (const [month, days] of Map.groupBy(unsettled, ({ day }) => monthOfDay(day))) {
        yield* asking<void, ArchiveDamaged>(
          settleMonth(month, days, () => {
            settled++
            options.onProgress?.({ settled, days: unsettled.length })
          })
        )
      }
      return settled
    })

  const history = (symbol: string, from: number, to: number) =>
    asking<CandleColumns, ArchiveDamaged>(Effect.gen(function*() {
      const first = minuteFrom(from)
      const end = minuteFrom(to)
      const all = yield* readHistory(cache, symbol, first, end)
      return sliceColumns(all, rowAt(all, first), rowAt(all, end))
    }))

  const latest = (wanted: ReadonlyArray<string>, count: number) =>
    asking<ReadonlyMap<string, CandleColumns>, ArchiveDamaged>(Effect.gen(function*() {
      const instruments = yield* symbols.find(wanted)
      const tails = new Map<number, CandleColumns>(yield* LiveRows.read(0, END_OF_TIME, instruments))
      // Ascending by month within an instrument; from the newest back, until there are enough.
      for (const { instrument, words } of (yield* Tables.readNewest(instruments, count)).toReversed()) {
        const have = tails.get(instrument) ?? nothing
        // Live rows may be of minutes that are packed too, so a whole tail is taken.
        if (have.length < count) tails.set(instrument, mergeColumns(decodeTail(words, count), have))
      }
      return new Map(wanted.flatMap((symbol): ReadonlyArray<[string, CandleColumns]> => {
        const tail = tails.get(symbols.idOf(symbol) ?? -1)
        return tail === undefined ? [] : [[symbol, sliceColumns(tail, Math.max(0, tail.length - count), tail.length)]]
      }))
    }))

  const day = (date: string) =>
    asking<DayCandles, ArchiveDamaged>(Effect.gen(function*() {
      const number = dayOf(date)
      const blocks = (yield* Tables.isUnsettled(number))
        ? yield* runsOfDay(monthOfDay(number), number)
        : (yield* Tables.readDay(number)).map(({ words }) => words)
      const live = yield* LiveRows.read(firstMinuteOf(number), firstMinuteOf(number + 1))
      const { candles, instruments, starts } = dayRows(blocks, live)
      yield* symbols.name(instruments)
      return { symbols: instruments.map((id) => symbols.symbolOf(id) ?? ""), starts, candles }
    }))

  const days = (symbol: string, from: string, to: string) =>
    asking<ReadonlyArray<{ readonly date: string; readonly candles: number }>, ArchiveDamaged>(
      Effect.gen(function*() {
        const instruments = yield* symbols.find([symbol])
        const first = dayOf(from)
        const last = dayOf(to)
        const months = yield* Tables.readMonths(instruments, firstMinuteOf(first), firstMinuteOf(last + 1))
        return months.flatMap(({ words }) =>
          runsIn(words).map((at) => ({ day: runDay(words, at), candles: runLength(words, at) }))
        ).filter((each) => each.day >= first && each.day <= last)
          .map((each) => ({ date: dateOf(each.day), candles: each.candles }))
      })
    )

  return CandleArchive.of({
    write: (symbol, candles) => writeAll([{ symbol, candles }]),
    writeAll,
    append,
    pack,
    settle,
    differences,
    forgetDifferences: (days) => run(Differences.forget(days)),
    history,
    latest,
    day,
    slab: (symbols, onProgress) => asking<CandleSlab, ArchiveDamaged>(loadSlab(symbols, onProgress)),
    days,
    instruments: (text = "") => run(Tables.summary(text)),
    remove
  })
})

export const layer: Layer.Layer<CandleArchive, never, Database> = Layer.effect(CandleArchive, make)
