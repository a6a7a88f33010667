import { assert } from "@effect/vitest"
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import {
  type CandleColumns,
  candleColumns,
  mergeColumns,
  sliceColumns
} from "@keepgaining/core/candles/CandleColumns.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CandleArchive, layer } from "../../src/archive/CandleArchive.ts"
import { firstMinuteOf } from "../../src/archive/CandleRun.ts"
import { onEveryDatabase, query } from "../database/databases.ts"

/** Candles that follow from their minute and a seed. */
const candlesOf = (minutes: ReadonlyArray<number>, seed: number): CandleColumns => {
  const columns = candleColumns(minutes.length)
  minutes.forEach((minute, i) => {
    const base = 100_000 + ((minute * 7 + seed * 131) % 997) * 5
    columns.minute[i] = minute
    columns.open[i] = base
    columns.high[i] = base + 25
    columns.low[i] = base - 15
    columns.close[i] = base + 5 * ((minute + seed) % 5)
    columns.volume[i] = (minute * 31 + seed) % 100_000
    columns.openInterest[i] = minute % 3 === 0 ? seed * 1_000 : seed * 1_000 + 75
  })
  return columns
}

/** Minutes of continuous trading, every `step`th. */
const session = (date: string, step = 1, count = 375): ReadonlyArray<number> =>
  Array.from({ length: Math.ceil(count / step) }, (_, i) => firstMinuteOf(dayOf(date)) + 555 + i * step)

const at = (date: string): number => firstMinuteOf(dayOf(date)) * MINUTE_MS

const ever = [0, at("2100-01-01")] as const

/** The part of a day's candles that is one symbol's. */
const partOf = (
  { candles, starts, symbols }: { symbols: ReadonlyArray<string>; starts: Int32Array; candles: CandleColumns },
  symbol: string
): CandleColumns => {
  const i = symbols.indexOf(symbol)
  return i < 0 ? candleColumns(0) : sliceColumns(candles, starts[i] ?? 0, starts[i + 1] ?? 0)
}

onEveryDatabase("the candle archive", (it) => {
  /** An archive that has read nothing yet. */
  const using = <A, E, R>(use: (archive: CandleArchive["Service"]) => Effect.Effect<A, E, R>) =>
    Effect.flatMap(CandleArchive, use).pipe(Effect.provide(Layer.fresh(layer)))

  it.effect("keeps what gave way to another candle of the minute", () =>
    using((archive) =>
      Effect.gen(function*() {
        const minutes = session("2026-06-08", 1, 10)
        const ticks = candlesOf(minutes, 1)
        yield* archive.write("NSE:BUILT", ticks)
        const official = candlesOf(minutes, 1)
        official.high[3]! += 5
        official.volume[7]! += 1
        assert.deepStrictEqual(yield* archive.write("NSE:BUILT", official), { added: 0, replaced: 2, unchanged: 8 })
        const kept = yield* archive.differences(10, "NSE:BUILT")
        assert.deepStrictEqual(kept.map(({ high, minute, volume }) => [minute, high, volume]), [
          [minutes[3], ticks.high[3], ticks.volume[3]],
          [minutes[7], ticks.high[7], ticks.volume[7]]
        ])
        assert.lengthOf(yield* archive.differences(10, "NSE:OTHER"), 0)
        assert.deepStrictEqual(yield* archive.history("NSE:BUILT", ...ever), official)
        // The same once more is no difference.
        yield* archive.write("NSE:BUILT", official)
        assert.lengthOf(yield* archive.differences(10), 2)
      })
    ))

  it.effect("forgets what gave way long ago, and nothing else", () =>
    using((archive) =>
      Effect.gen(function*() {
        const minutes = session("2026-06-09", 1, 5)
        for (const symbol of ["NSE:OLD", "NSE:NEW"]) {
          yield* archive.write(symbol, candlesOf(minutes, 1))
          yield* archive.write(symbol, candlesOf(minutes, 2))
          assert.lengthOf(yield* archive.differences(10, symbol), 5)
        }
        yield* query(
          `update archive_differences set replaced_at = now() - interval '30 days 1 minute'
           where instrument = (select id from archive_instruments where symbol = 'NSE:OLD')`
        )
        assert.strictEqual(yield* archive.forgetDifferences(31), 0)
        assert.strictEqual(yield* archive.forgetDifferences(30), 5)
        assert.lengthOf(yield* archive.differences(10, "NSE:OLD"), 0)
        assert.lengthOf(yield* archive.differences(10, "NSE:NEW"), 5)
        assert.deepStrictEqual(yield* archive.history("NSE:OLD", ...ever), candlesOf(minutes, 2))
      })
    ))

  it.effect("gives back what was written, over the ends of months and years", () =>
    using((archive) =>
      Effect.gen(function*() {
        const dates = ["2025-12-30", "2025-12-31", "2026-01-01", "2026-02-02"]
        const all = candlesOf(dates.flatMap((date) => session(date)), 1)
        const report = yield* archive.write("NSE:ONE", all)
        assert.deepStrictEqual(report, { added: 1_500, replaced: 0, unchanged: 0 })
        assert.deepStrictEqual(yield* archive.history("NSE:ONE", ...ever), all)
        const inside = yield* archive.history("NSE:ONE", at("2025-12-31"), at("2026-01-02"))
        assert.deepStrictEqual(inside, sliceColumns(all, 375, 1_125))
        const half = yield* archive.history("NSE:ONE", at("2026-01-01") + 600 * MINUTE_MS, ever[1])
        assert.strictEqual(half.minute[0], firstMinuteOf(dayOf("2026-01-01")) + 600)
        assert.deepStrictEqual(
          yield* archive.days("NSE:ONE", "2025-12-31", "2026-01-31"),
          [{ date: "2025-12-31", candles: 375 }, { date: "2026-01-01", candles: 375 }]
        )
        assert.strictEqual((yield* archive.history("NSE:NOBODY", ...ever)).length, 0)
      })
    ))

  it.effect("takes the same candles again, and corrections", () =>
    using((archive) =>
      Effect.gen(function*() {
        const first = candlesOf(session("2024-05-06", 2), 2)
        yield* archive.write("NSE:TWO", first)
        assert.deepStrictEqual(yield* archive.write("NSE:TWO", first), { added: 0, replaced: 0, unchanged: 188 })
        const second = candlesOf(session("2024-05-06", 3), 3)
        const report = yield* archive.write("NSE:TWO", second)
        assert.deepStrictEqual(report, { added: 62, replaced: 63, unchanged: 0 })
        const stored = yield* archive.history("NSE:TWO", ...ever)
        const expected = new Map<number, number>()
        for (const columns of [first, second]) columns.minute.forEach((m, i) => expected.set(m, columns.open[i] ?? 0))
        assert.deepStrictEqual(Array.from(stored.minute), Array.from(expected.keys()).sort((a, b) => a - b))
        stored.minute.forEach((m, i) => assert.strictEqual(stored.open[i], expected.get(m)))
      })
    ))

  it.effect("refuses candles out of order, and stores nothing of their batch", () =>
    using((archive) =>
      Effect.gen(function*() {
        const good = candlesOf(session("2024-05-07"), 1)
        const bad = candlesOf([...session("2024-05-07")].reverse(), 1)
        const error = yield* Effect.flip(archive.writeAll([
          { symbol: "NSE:GOOD", candles: good },
          { symbol: "NSE:BAD", candles: bad }
        ]))
        assert.strictEqual(error._tag, "CandlesRefused")
        assert.include(error.message, "NSE:BAD, row 1")
        assert.strictEqual((yield* archive.history("NSE:GOOD", ...ever)).length, 0)
        const twice = candlesOf([100, 100], 1)
        assert.include((yield* Effect.flip(archive.write("NSE:BAD", twice))).message, "twice")
      })
    ))

  it.effect("answers for a day before and after it is settled, and after it changed", () =>
    using((archive) =>
      Effect.gen(function*() {
        const batch = Array.from({ length: 40 }, (_, i) => ({
          symbol: `NFO:DAY${i}`,
          candles: candlesOf([...session("2023-03-30", 1 + i % 4), ...session("2023-03-31", 1 + i % 7)], i)
        }))
        yield* archive.writeAll(batch)
        const matches = (date: string, changed: ReadonlyMap<string, CandleColumns> = new Map()) =>
          Effect.gen(function*() {
            const day = yield* archive.day(date)
            assert.strictEqual(new Set(day.symbols).size, day.symbols.length)
            assert.strictEqual(day.candles.length, day.starts[day.symbols.length])
            for (const { candles, symbol } of batch) {
              const from = candles.minute.findIndex((minute) => minute >= firstMinuteOf(dayOf(date)))
              const end = candles.minute.findIndex((minute) => minute >= firstMinuteOf(dayOf(date) + 1))
              const own = sliceColumns(candles, from, end < 0 ? candles.length : end)
              assert.deepStrictEqual(partOf(day, symbol), changed.get(symbol) ?? own)
            }
          })
        yield* matches("2023-03-31")
        const seen: Array<number> = []
        const settled = yield* archive.settle({ onProgress: ({ settled }) => seen.push(settled) })
        assert.isAtLeast(settled, 2)
        assert.strictEqual(seen.at(-1), settled)
        yield* matches("2023-03-30")
        yield* matches("2023-03-31")
        const correction = candlesOf(session("2023-03-31"), 99)
        yield* archive.write("NFO:DAY3", correction)
        yield* matches("2023-03-31", new Map([["NFO:DAY3", correction]]))
        yield* archive.settle()
        yield* matches("2023-03-31", new Map([["NFO:DAY3", correction]]))
        assert.strictEqual(yield* archive.settle(), 0)
        yield* archive.settle({ all: true })
        yield* matches("2023-03-30")
      })
    ))

  it.effect("joins the live day to what is packed, and packs it", () =>
    using((archive) =>
      Effect.gen(function*() {
        const before = candlesOf(session("2022-06-01"), 4)
        const today = candlesOf(session("2022-06-02", 1, 20), 4)
        yield* archive.write("NSE:LIVE", before)
        yield* archive.append([{ symbol: "NSE:LIVE", candles: sliceColumns(today, 0, 12) }])
        yield* archive.append([{ symbol: "NSE:LIVE", candles: sliceColumns(today, 10, 20) }])
        const whole = candlesOf([...session("2022-06-01"), ...session("2022-06-02", 1, 20)], 4)
        const check = Effect.gen(function*() {
          assert.deepStrictEqual(yield* archive.history("NSE:LIVE", ...ever), whole)
          const tail = (yield* archive.latest(["NSE:LIVE"], 50)).get("NSE:LIVE")
          assert.deepStrictEqual(tail, sliceColumns(whole, 345, 395))
          assert.deepStrictEqual(partOf(yield* archive.day("2022-06-02"), "NSE:LIVE"), today)
        })
        yield* check
        assert.strictEqual((yield* archive.pack("2022-06-01")).added, 0)
        yield* check
        assert.strictEqual((yield* archive.pack("2022-06-02")).added, 20)
        assert.deepStrictEqual(yield* archive.pack("2022-06-02"), { added: 0, replaced: 0, unchanged: 0 })
        yield* check
      })
    ))

  it.effect("answers a history that it has read before as the database has it now, whoever wrote to it", () =>
    using((archive) =>
      using((other) =>
        Effect.gen(function*() {
          const read = archive.history("NSE:AGAIN", ...ever)
          const dates = ["2025-03-03", "2025-04-01", "2025-05-02"]
          const all = candlesOf(dates.flatMap((date) => session(date)), 9)
          yield* other.write("NSE:AGAIN", all)
          const first = yield* read
          assert.deepStrictEqual(first, all)
          // What is done to an answer is done to that answer.
          first.close.fill(0)
          assert.deepStrictEqual(yield* read, all)
          assert.deepStrictEqual(
            yield* archive.history("NSE:AGAIN", at("2025-04-01"), at("2025-04-02")),
            sliceColumns(all, 375, 750)
          )
          const corrected = candlesOf(dates.flatMap((date) => session(date)), 9)
          corrected.close[400]! += 5
          yield* other.write("NSE:AGAIN", sliceColumns(corrected, 400, 401))
          assert.deepStrictEqual(yield* read, corrected)
          const today = candlesOf(session("2025-05-05", 1, 30), 9)
          yield* other.append([{ symbol: "NSE:AGAIN", candles: today }])
          const whole = mergeColumns(corrected, today)
          assert.deepStrictEqual(yield* read, whole)
          // Live rows of minutes that are packed stand over them.
          const over = candlesOf(session("2025-05-02", 1, 2), 10)
          yield* other.append([{ symbol: "NSE:AGAIN", candles: over }])
          assert.deepStrictEqual(yield* read, mergeColumns(whole, over))
          yield* other.pack("2025-05-05")
          assert.deepStrictEqual(yield* read, mergeColumns(whole, over))
          yield* other.remove("NSE:AGAIN", at("2025-03-01"), at("2025-04-02"))
          assert.deepStrictEqual(yield* read, mergeColumns(sliceColumns(whole, 750, whole.length), over))
          yield* other.write("NSE:AGAIN", all)
          assert.deepStrictEqual(yield* read, mergeColumns(all, today))
        })
      )
    ))

  it.effect("stores more than is packed in one go, and unpacks more than is fetched in one", () =>
    using((archive) =>
      Effect.gen(function*() {
        const batch = Array.from({ length: 40 }, (_, i) => ({
          symbol: `NSE:MANY${i}`,
          candles: candlesOf(
            Array.from({ length: 28 }, (_, day) => session(`2024-02-${String(day + 1).padStart(2, "0")}`)).flat(),
            i
          )
        }))
        assert.deepStrictEqual(yield* archive.writeAll(batch), { added: 40 * 28 * 375, replaced: 0, unchanged: 0 })
        for (const { candles, symbol } of batch) {
          assert.deepStrictEqual(yield* archive.history(symbol, ...ever), candles)
        }
        const done: Array<number> = []
        const slab = yield* archive.slab(batch.map(({ symbol }) => symbol), (count) => done.push(count))
        assert.isAbove(done.length, 1)
        assert.strictEqual(done.at(-1), 40 * 28 * 375)
        for (const { candles, symbol } of batch) assert.deepStrictEqual(slab.of(symbol), candles)
        assert.isUndefined(slab.of("NSE:NOBODY"))
        assert.strictEqual((yield* archive.slab(["NSE:NOBODY"])).candles.length, 0)
      })
    ))

  it.effect("finds the last candles of many, however few a month has", () =>
    using((archive) =>
      Effect.gen(function*() {
        const sparse = candlesOf(
          ["2024-01-02", "2024-02-01", "2024-03-01", "2024-04-01"].flatMap((date) => session(date, 100)),
          5
        )
        const dense = candlesOf(["2024-04-01", "2024-04-02"].flatMap((date) => session(date)), 6)
        yield* archive.writeAll([{ symbol: "NSE:SPARSE", candles: sparse }, { symbol: "NSE:DENSE", candles: dense }])
        for (const count of [1, 4, 5, 10, 1_000]) {
          const found = yield* archive.latest(["NSE:SPARSE", "NSE:DENSE", "NSE:NOBODY"], count)
          assert.deepStrictEqual(Array.from(found.keys()), ["NSE:SPARSE", "NSE:DENSE"])
          for (const [symbol, all] of [["NSE:SPARSE", sparse], ["NSE:DENSE", dense]] as const) {
            assert.deepStrictEqual(found.get(symbol), sliceColumns(all, Math.max(0, all.length - count), all.length))
          }
        }
      })
    ))

  it.effect("removes a span, and whole months", () =>
    using((archive) =>
      Effect.gen(function*() {
        const all = candlesOf(["2024-07-01", "2024-08-01", "2024-08-02"].flatMap((date) => session(date)), 7)
        yield* archive.write("NSE:GONE", all)
        yield* archive.settle()
        assert.strictEqual(yield* archive.remove("NSE:GONE", at("2024-07-01"), at("2024-08-02")), 750)
        assert.deepStrictEqual(yield* archive.history("NSE:GONE", ...ever), sliceColumns(all, 750, 1_125))
        assert.strictEqual(partOf(yield* archive.day("2024-08-01"), "NSE:GONE").length, 0)
        const [summary] = yield* archive.instruments("gone")
        assert.strictEqual(summary?.candles, 375)
      })
    ))

  it.effect("tells damage of a block, and which, also of one that it has read before", () =>
    using((archive) =>
      Effect.gen(function*() {
        yield* archive.write("NSE:HURT", candlesOf(session("2024-09-02"), 8))
        assert.strictEqual((yield* archive.history("NSE:HURT", ...ever)).length, 375)
        yield* query(
          `update archive_months set runs = set_byte(runs, 40, 255 - get_byte(runs, 40))
           where instrument = (select id from archive_instruments where symbol = 'NSE:HURT')`
        )
        const error = yield* Effect.flip(archive.history("NSE:HURT", ...ever))
        assert.strictEqual(error._tag, "ArchiveDamaged")
        assert.include(error.message, "NSE:HURT, 2024-09")
      })
    ))

  it.effect("takes a block that has other candles than it says for damaged", () =>
    using((archive) =>
      Effect.gen(function*() {
        for (const [symbol, by] of [["NSE:MORE", 1], ["NSE:FEWER", -1]] as const) {
          yield* archive.write(symbol, candlesOf([...session("2024-09-02"), ...session("2024-10-01")], 8))
          yield* query(
            `update archive_months set candles = candles + ${by}
             where instrument = (select id from archive_instruments where symbol = '${symbol}') and month = 2024 * 12 + 9`
          )
          const error = yield* Effect.flip(archive.history(symbol, ...ever))
          assert.strictEqual(error._tag, "ArchiveDamaged")
          assert.include(error.message, `${symbol}, 2024-10`)
        }
      })
    ))
})
