import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Official from "../../src/archive/OfficialDays.ts"
import { onEveryDatabase, query } from "../database/databases.ts"

const day = (date: string, change: Partial<Official.OfficialDay> = {}): Official.OfficialDay => ({
  date,
  open: 100_000,
  high: 101_000,
  low: 99_000,
  close: 100_535,
  volume: 5_000_000_000,
  openInterest: null,
  ...change
})

const always = { from: "1970-01-02", to: "2099-12-31" }

onEveryDatabase("official days", (it) => {
  it.effect("are a row a day, with where they come from, whatever is written again", () =>
    Effect.gen(function*() {
      const { read, summary, write } = yield* Official.OfficialDays
      const symbol = "NSE:ROW"
      const days = [day("2025-03-04"), day("2025-03-03", { openInterest: 0 })]
      const answer = { symbol, days, source: "kite:asha", fetchedAt: 1_741_000_000_123 }
      assert.deepStrictEqual(yield* write([answer]), { added: 2, replaced: 0, unchanged: 0 })
      // From elsewhere and later, but the same.
      const same = { ...answer, source: "http://127.0.0.1:4290", fetchedAt: 1_741_000_001_000 }
      assert.deepStrictEqual(yield* write([same]), { added: 0, replaced: 0, unchanged: 2 })
      const stored = days.toReversed().map((each) => ({ ...each, source: "kite:asha", fetchedAt: 1_741_000_000_123 }))
      assert.deepStrictEqual(yield* read(symbol, always), stored)
      assert.deepStrictEqual(yield* read(symbol, { from: "2025-03-04", to: "2025-03-04" }), stored.slice(1))
      assert.deepStrictEqual(yield* read(symbol, { ...always, last: 1 }), stored.slice(1))
      assert.deepStrictEqual(yield* read("NSE:NOBODY", always), [])
      assert.deepStrictEqual(yield* summary("nse:row"), {
        instruments: 1,
        days: 2,
        from: "2025-03-03",
        to: "2025-03-04"
      })
      assert.deepStrictEqual(yield* summary("nothing of that name"), { instruments: 0, days: 0, from: null, to: null })
    }).pipe(Effect.provide(Official.layer)))

  it.effect("are what the later answer says, but for open interest that it leaves out", () =>
    Effect.gen(function*() {
      const { read, write } = yield* Official.OfficialDays
      const symbol = "NSE:LATER25MARFUT"
      const of = (source: string, fetchedAt: number, change: Partial<Official.OfficialDay>) => ({
        symbol,
        days: [day("2025-03-03", change)],
        source,
        fetchedAt
      })
      yield* write([of("kite:asha", 1_000, { openInterest: 750 })])
      assert.deepStrictEqual(yield* write([of("angel:ravi", 2_000, {})]), { added: 0, replaced: 0, unchanged: 1 })
      assert.deepStrictEqual(yield* write([of("angel:ravi", 3_000, { close: 100_540 })]), {
        added: 0,
        replaced: 1,
        unchanged: 0
      })
      assert.deepStrictEqual(yield* read(symbol, always), [
        { ...day("2025-03-03", { close: 100_540, openInterest: 750 }), source: "angel:ravi", fetchedAt: 3_000 }
      ])
      // Twice in one go: the later of the two.
      const two = [of("kite:asha", 4_000, { close: 1 }), of("kite:asha", 5_000, { close: 2, openInterest: 825 })]
      assert.deepStrictEqual(yield* write(two), { added: 0, replaced: 1, unchanged: 0 })
      const [stored] = yield* read(symbol, always)
      assert.deepInclude(stored, { close: 2, openInterest: 825, fetchedAt: 5_000 })
    }).pipe(Effect.provide(Official.layer)))

  it.effect("take years of many instruments at once, and nothing of none", () =>
    Effect.gen(function*() {
      const { read, summary, write } = yield* Official.OfficialDays
      const dates = Array.from({ length: 1_500 }, (_, i) => new Date(i * 86_400_000).toISOString().slice(0, 10))
      const answers = Array.from({ length: 8 }, (_, i) => ({
        symbol: `BSE:MANY${i}`,
        days: dates.map((date, n) => day(date, { volume: n })),
        source: "fyers:asha",
        fetchedAt: 1
      }))
      assert.deepStrictEqual(yield* write(answers), { added: 12_000, replaced: 0, unchanged: 0 })
      assert.deepStrictEqual(yield* write([]), { added: 0, replaced: 0, unchanged: 0 })
      assert.deepInclude(yield* summary("BSE:MANY"), { instruments: 8, days: 12_000 })
      const last = yield* read("BSE:MANY7", { ...always, last: 3 })
      assert.deepStrictEqual(
        last.map(({ date, volume }) => [date, volume]),
        dates.map((date, n) => [date, n]).slice(-3)
      )
      // They are not among the archive's minutes.
      const [months] = yield* query<{ readonly count: number }>("select count(*)::int as count from archive_months")
      assert.strictEqual(months?.count, 0)
    }).pipe(Effect.provide(Official.layer)))
})
