import { assert } from "@effect/vitest"
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Effect from "effect/Effect"
import { CandleArchive, layer } from "../../src/archive/CandleArchive.ts"
import { firstMinuteOf } from "../../src/archive/CandleRun.ts"
import { onEveryDatabase, query } from "../database/databases.ts"

/** Candles with the extremes of what a column can hold among ordinary ones. */
const wild = (date: string, count: number, seed: number): CandleColumns => {
  const random = Random.fromSeed(seed)
  const columns = candleColumns(count)
  let minute = firstMinuteOf(dayOf(date)) + 400
  for (let i = 0; i < count; i++) {
    const price = Random.chance(random, 0.05)
      ? Random.integer(random, 2_147_483_000)
      : 100_000 + Random.integer(random, 500)
    const close = price + Random.integer(random, 50)
    minute += 1 + (Random.chance(random, 0.1) ? Random.integer(random, 5) : 0)
    columns.minute[i] = minute
    columns.open[i] = price
    columns.close[i] = close
    columns.high[i] = close + Random.integer(random, 90)
    columns.low[i] = price - Random.integer(random, 90)
    columns.volume[i] = Random.chance(random, 0.05) ? 4_294_967_295 : Random.integer(random, 10_000)
    columns.openInterest[i] = Random.chance(random, 0.05) ? 4_294_967_295 : Random.integer(random, 1_000_000)
  }
  return columns
}

interface Row {
  readonly minute: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly interest: number
}

const rowsOf = (columns: CandleColumns): ReadonlyArray<Row> =>
  Array.from({ length: columns.length }, (_, i) => ({
    // Below the length.
    minute: columns.minute[i]!,
    open: columns.open[i]!,
    high: columns.high[i]!,
    low: columns.low[i]!,
    close: columns.close[i]!,
    volume: columns.volume[i]!,
    interest: columns.openInterest[i]!
  }))

const asRows = `select (extract(epoch from "time") / 60)::int as minute, (open * 100)::int as open,
  (high * 100)::int as high, (low * 100)::int as low, (close * 100)::int as close,
  volume::float8 as volume, open_interest::float8 as interest from archive_candles($1, $2, $3)`

onEveryDatabase("plain rows by SQL", (it) => {
  it.effect("are what the archive gives, bit for bit", () =>
    Effect.gen(function*() {
      const archive = yield* CandleArchive
      yield* archive.writeAll([
        { symbol: "NSE:A", candles: wild("2026-01-30", 130, 1) },
        { symbol: "NSE:A", candles: wild("2026-02-02", 64, 2) },
        { symbol: "NSE:A", candles: wild("2026-02-03", 1, 3) },
        { symbol: "NSE:B", candles: wild("2026-02-02", 65, 4) }
      ])
      yield* archive.append([{ symbol: "NSE:A", candles: wild("2026-02-04", 20, 5) }])
      // Live over packed.
      yield* archive.append([{ symbol: "NSE:A", candles: wild("2026-02-03", 1, 6) }])
      for (
        const [symbol, from, to] of [
          ["NSE:A", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
          ["NSE:A", "2026-01-30T02:15:00Z", "2026-02-02T02:20:00Z"],
          ["NSE:B", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
          ["NSE:NONE", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"]
        ] as const
      ) {
        const given = yield* archive.history(symbol, Date.parse(from), Date.parse(to))
        assert.deepStrictEqual(yield* query<Row>(asRows, [symbol, from, to]), rowsOf(given), `${symbol} ${from}`)
      }
      const all = yield* archive.history("NSE:A", 0, Date.parse("2100-01-01") / MINUTE_MS * MINUTE_MS)
      assert.strictEqual(all.length, 130 + 64 + 1 + 20)
    }).pipe(Effect.provide(layer)))
})
