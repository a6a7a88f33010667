/**
 * Puts together the blocks of days from those of months: runs are moved, nothing is unpacked. The blocks of a month are
 * read a page at a time and their runs sorted by day, so it takes the memory of a month of packed candles (40 MB for a
 * market of 10,000 instruments).
 */
import * as Effect from "effect/Effect"
import { BlockWriter, runsIn } from "./Block.ts"
import { readPageOfMonth, type UnsettledDay, writeDay } from "./BlockTables.ts"
import { runDay, runLength, runWords } from "./CandleRun.ts"

const PAGE = 500

/** Candles in a part, about: a part is what one row of SQL holds. */
const PART = 65_536

/** Every block of a month, a page at a time, in the order of their instruments. */
export const pagesOfMonth = <E, R>(
  month: number,
  use: (block: Uint32Array) => Effect.Effect<void, E, R>
) =>
  Effect.gen(function*() {
    let after = -1
    while (true) {
      const page = yield* readPageOfMonth(month, after, PAGE)
      for (const { words } of page) yield* use(words)
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return
      after = last.instrument
    }
  })

/** The runs of those days, each day's in the order of instruments. */
const runsOf = (month: number, days: ReadonlySet<number>) =>
  Effect.gen(function*() {
    const found = new Map(Array.from(days, (day): [number, Array<Uint32Array>] => [day, []]))
    yield* pagesOfMonth(month, (words) =>
      Effect.sync(() => {
        for (const at of runsIn(words)) found.get(runDay(words, at))?.push(words.subarray(at, at + runWords(words, at)))
      }))
    return found
  })

export const settleMonth = (month: number, days: ReadonlyArray<UnsettledDay>, onDay: () => void) =>
  Effect.gen(function*() {
    const runs = yield* runsOf(month, new Set(days.map(({ day }) => day)))
    const writer = new BlockWriter()
    for (const day of days) {
      writer.clear()
      const parts: Array<{ candles: number; from: number; to: number }> = []
      let part = { candles: 0, from: 0, to: 0 }
      for (const run of runs.get(day.day) ?? []) {
        writer.append(run)
        part.candles += runLength(run, 0)
        part.to = writer.bytes
        if (part.candles < PART) continue
        parts.push(part)
        part = { candles: 0, from: writer.bytes, to: writer.bytes }
      }
      if (part.candles > 0) parts.push(part)
      yield* writeDay(day, parts, writer.take())
      onDay()
    }
  })

/** The run of one day in every block of its month that has one. */
export const runsOfDay = (month: number, day: number) =>
  Effect.map(runsOf(month, new Set([day])), (runs) => runs.get(day) ?? [])
