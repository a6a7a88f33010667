/** What a session closes is in the archive, once and as it was closed, through crashes, and gives way to the official candles. */
import { assert } from "@effect/vitest"
import { Refused } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerCandle } from "@keepgaining/brokers/port/MarketQuote.ts"
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { DAY_MS, MINUTE_MS, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { type Tick, TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Supervisor } from "../../src/actors/Supervisor.ts"
import * as Archive from "../../src/archive/CandleArchive.ts"
import type { HistoryAccount } from "../../src/history/accountHistory.ts"
import type { Kernel } from "../../src/kernel/Kernel.ts"
import { recordCandles } from "../../src/recording/CandleRecorder.ts"
import { columnsOf } from "../../src/recording/closedMinutes.ts"
import * as RecordedDays from "../../src/recording/RecordedDays.ts"
import * as MarketRules from "../../src/rules/MarketRules.ts"
import { onEveryDatabase, query } from "../database/databases.ts"
import { batches, kernelOf, marketTicks, open, stocks } from "../kernel/scenario.ts"

const table = stocks(3)
const symbols = table.all().map(({ symbol }) => symbol)
const days = ["2026-06-08", "2026-06-09", "2026-06-10"] as const
const midnight = (date: string): number => startOfIstDay(dayOf(date))

/** Half an hour of ticks from the open of the date. */
const ticksOf = (date: string, seed: number): ReadonlyArray<Tick> => {
  const shift = midnight(date) + 9.25 * 3_600_000 - open
  return marketTicks(seed, table.size, 1_800).map((tick) => ({ ...tick, eventTime: tick.eventTime + shift }))
}

const closeOf = (date: string): number => midnight(date) + 15.5 * 3_600_000

/** Every minute of its own that the kernel closed of an instrument on the date. */
const closed = (kernel: Kernel, index: number, date: string): CandleColumns =>
  columnsOf(
    kernel.history.newest(index, "1m", 10_000).filter(({ start }) =>
      start >= midnight(date) && start < midnight(date) + DAY_MS
    )
  )

/** Another process over the same database: the kernel folds what the log has, and the recorder begins anew. */
const running = <A, E>(
  kernel: Kernel,
  accounts: ReadonlyArray<HistoryAccount>,
  use: (services: {
    readonly archive: Archive.CandleArchive["Service"]
    readonly recorded: RecordedDays.RecordedDays["Service"]
    /** Numbers of batches that the recorder waited for. */
    readonly awaited: Array<number>
  }) => Effect.Effect<A, E>
) =>
  Effect.gen(function*() {
    const awaited: Array<number> = []
    const log = {
      lastSequence: () => kernel.sequence,
      awaitDurable: (sequence: number) => Effect.sync(() => void awaited.push(sequence))
    }
    yield* recordCandles({ kernel, warmUp: [], log }, { accounts: () => accounts, keepDifferences: 90 })
    return yield* use({ archive: yield* Archive.CandleArchive, recorded: yield* RecordedDays.RecordedDays, awaited })
  }).pipe(
    Effect.provide(Supervisor.layer),
    Effect.provide(Layer.mergeAll(Archive.layer, RecordedDays.layer, MarketRules.layer()))
  )

const until = <A, E>(look: Effect.Effect<A | undefined, E>): Effect.Effect<A, E> =>
  Effect.gen(function*() {
    while (true) {
      const found = yield* look
      if (found !== undefined) return found
      yield* Effect.sleep(50)
    }
  })

const day = (archive: Archive.CandleArchive["Service"], symbol: string, date: string) =>
  archive.history(symbol, midnight(date), midnight(date) + DAY_MS)

const feed = (kernel: Kernel, ticks: ReadonlyArray<Tick>, end: number): void => {
  for (const batch of batches(ticks, [97], end)) kernel.batch(batch)
}

onEveryDatabase("the candle recorder", (it) => {
  it.effect(
    "keeps closed candles through a crash, packs the day, and lets the official ones stand",
    () =>
      Effect.gen(function*() {
        const first = kernelOf(table)
        const ticks = ticksOf(days[0], 5)
        const middle = Math.floor(ticks.length / 2)
        feed(first, ticks.slice(0, middle), ticks[middle]!.eventTime - 1)
        yield* running(first, [], ({ archive, awaited }) =>
          Effect.gen(function*() {
            const wanted = closed(first, 0, days[0])
            assert.isAbove(wanted.length, 10)
            yield* until(Effect.map(day(archive, symbols[0]!, days[0]), ({ length }) => length > 0 ? true : undefined))
            for (const [index, symbol] of symbols.entries()) {
              assert.deepStrictEqual(yield* day(archive, symbol, days[0]), closed(first, index, days[0]))
            }
            assert.deepStrictEqual(awaited, [first.sequence])
            // The forming minute is not among them.
            assert.isDefined(first.partitionOf(0).cells[0]!.instrument.builder.forming("1m"))
          }))

        // The same inputs again, and then the rest of the day.
        const second = kernelOf(table)
        feed(second, ticks, closeOf(days[0]) + MINUTE_MS)
        yield* running(second, [], ({ archive, recorded }) =>
          Effect.gen(function*() {
            yield* until(Effect.map(recorded.newest, (newest) => newest === days[0] ? true : undefined))
            for (const [index, symbol] of symbols.entries()) {
              assert.deepStrictEqual(yield* day(archive, symbol, days[0]), closed(second, index, days[0]))
              // Packed, not only as rows of the live day.
              const packed = yield* archive.days(symbol, days[0], days[0])
              assert.strictEqual(packed[0]?.candles, closed(second, index, days[0]).length)
            }
            assert.lengthOf(yield* archive.differences(10), 0)
            assert.lengthOf(yield* recorded.waiting(days[0]), symbols.length)
          }))

        // Official candles: another high, another volume, one minute more and one less; nobody knows the last instrument.
        const officialOf = (index: number): ReadonlyArray<BrokerCandle> => {
          const own = closed(second, index, days[0])
          const rows = Array.from({ length: own.length }, (_, row) => ({
            at: own.minute[row]! * MINUTE_MS,
            open: paise(own.open[row]!),
            high: paise(own.high[row]! + (row === 3 ? 5 : 0)),
            low: paise(own.low[row]!),
            close: paise(own.close[row]!),
            volume: own.volume[row]! + (row === 4 ? 1 : 0)
          }))
          const last = rows.at(-1)!
          return [...rows.slice(0, -1), { ...last, at: last.at + 10 * MINUTE_MS }]
        }
        let asked = 0
        const account: HistoryAccount = {
          account: "one",
          broker: "kite",
          marketData: () => ({
            candles: (symbol) =>
              Effect.suspend(() => {
                asked++
                const index = symbols.indexOf(symbol)
                return index < 2
                  ? Effect.succeed(officialOf(index))
                  : Effect.fail(
                    new Refused({
                      broker: "kite",
                      account: "one",
                      operation: "read candles",
                      code: "1",
                      reason: "unknown"
                    })
                  )
              })
          })
        }
        const third = kernelOf(table)
        feed(third, ticks, closeOf(days[0]) + 10 * MINUTE_MS)
        yield* running(third, [account], ({ archive, recorded }) =>
          Effect.gen(function*() {
            const summary = yield* until(
              Effect.map(recorded.summary(days[0]), (each) => each.waiting === 0 ? each : undefined)
            )
            const minutes = closed(third, 0, days[0]).length + closed(third, 1, days[0]).length
            assert.deepInclude(summary, {
              compared: 2,
              refused: 1,
              same: minutes - 6,
              otherPrice: 2,
              otherVolume: 2,
              onlyHere: 2,
              onlyThere: 2
            })
            assert.lengthOf(yield* archive.differences(10), 4)
            const [was] = yield* archive.differences(10, symbols[0])
            const is = yield* day(archive, symbols[0]!, days[0])
            assert.isDefined(was)
            assert.strictEqual(is.length, closed(third, 0, days[0]).length + 1)
          }))

        // The next day, in a session that goes on: nothing of what is official is touched.
        const before = asked
        yield* query(
          `update archive_differences set replaced_at = now() - interval '91 days'
           where instrument = (select id from archive_instruments where symbol = $1)`,
          [symbols[0]]
        )
        const fourth = kernelOf(table)
        feed(fourth, [...ticks, ...ticksOf(days[1], 6)], closeOf(days[1]) + MINUTE_MS)
        const restarted = TickBatch.timer(closeOf(days[1]) + 2 * MINUTE_MS)
        fourth.batch(restarted)
        yield* running(fourth, [account], ({ archive, recorded }) =>
          Effect.gen(function*() {
            yield* until(Effect.map(recorded.newest, (newest) => newest === days[1] ? true : undefined))
            assert.deepStrictEqual(yield* day(archive, symbols[0]!, days[1]), closed(fourth, 0, days[1]))
            // What gave way too long ago is forgotten, after the day is packed.
            const left = yield* until(
              Effect.map(archive.differences(10), (kept) => kept.length === 4 ? undefined : kept)
            )
            assert.deepStrictEqual(left.map(({ symbol }) => symbol), [symbols[1], symbols[1]])
            assert.strictEqual(
              (yield* day(archive, symbols[0]!, days[0])).length,
              closed(fourth, 0, days[0]).length + 1
            )
            assert.strictEqual(asked, before)
            // It is too early for the day's official candles.
            assert.lengthOf(yield* recorded.waiting(days[0]), symbols.length)
          }))
      }),
    60_000
  )

  it.effect("does not pack a day of which nobody knows whether it trades", () =>
    Effect.gen(function*() {
      const date = "2027-01-26"
      const kernel = kernelOf(table)
      feed(kernel, ticksOf(date, 9), closeOf(date) + MINUTE_MS)
      yield* running(kernel, [], ({ archive, recorded }) =>
        Effect.gen(function*() {
          const before = yield* recorded.newest
          yield* until(Effect.map(day(archive, symbols[0]!, date), ({ length }) => length > 0 ? true : undefined))
          // The recorder looks once a second.
          yield* Effect.sleep("2500 millis")
          assert.strictEqual(yield* recorded.newest, before)
          assert.lengthOf(yield* recorded.waiting(date), 0)
          assert.deepStrictEqual(yield* day(archive, symbols[0]!, date), closed(kernel, 0, date))
        }))
    }))

  it.effect("writes nothing of what the session began with", () =>
    Effect.gen(function*() {
      const candles = candleColumns(2)
      candles.minute.set([0, 1].map((row) => midnight(days[2]) / MINUTE_MS - 9 * 60 + row))
      for (const column of [candles.open, candles.high, candles.low, candles.close]) column.fill(77_700)
      const own = stocks(6)
      const begun = own.at(4).symbol
      const kernel = kernelOf(own, { warmUp: new Map([[4, candles]]) })
      // Of both, in the same minutes.
      feed(
        kernel,
        ticksOf(days[2], 7).slice(0, 200).flatMap((tick) => [{ ...tick, instrument: 4 }, { ...tick, instrument: 5 }]),
        midnight(days[2]) + 10 * 3_600_000
      )
      const total = kernel.history.total(5, "1m")
      assert.strictEqual(kernel.history.total(4, "1m"), total + 2)
      const log = { lastSequence: () => 1, awaitDurable: () => Effect.void }
      yield* Effect.gen(function*() {
        const options = { accounts: () => [], keepDifferences: 90 }
        yield* recordCandles({ kernel, warmUp: [{ symbol: begun, candles }], log }, options)
        const archive = yield* Archive.CandleArchive
        const all = (symbol: string) => archive.history(symbol, 0, midnight("2027-01-01"))
        yield* until(Effect.map(all(own.at(5).symbol), ({ length }) => length > 0 ? true : undefined))
        assert.deepStrictEqual((yield* all(begun)).minute, (yield* all(own.at(5).symbol)).minute)
        assert.strictEqual((yield* all(begun)).length, total)
      }).pipe(
        Effect.provide(Supervisor.layer),
        Effect.provide(Layer.mergeAll(Archive.layer, RecordedDays.layer, MarketRules.layer()))
      )
    }))
})
