/**
 * Puts together the blocks of days from those of months: runs are moved, nothing is unpacked. The blocks of a month are
 * read a page at a time and their runs sorted by day, so it takes the memory of a month of packed candles (40 MB for a
 * market of 10,000 instruments).
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { SqlError } from "effect/sql/SqlError"
import { BlockWriter, runsIn } from "./Block.ts"
import { readPageOfMonth, type SettledDay, type StoredMonth, type UnsettledDay, writeDays } from "./BlockTables.ts"
import { runDay, runLength, runWords } from "./CandleRun.ts"

const PAGE = 500

/** Candles in a part, about: a part is what one row of SQL holds. */
const PART = 65_536

/** Bytes of days that are stored together, about. */
const TOGETHER = 2 ** 21

/** Every block of a month in the order of their instruments, a page at a time: the next is read while one is used. */
const pagesOfMonth = (month: number, use: (block: Uint32Array) => void) =>
  Effect.gen(function*() {
    const read = (after: number) => Effect.forkChild(readPageOfMonth(month, after, PAGE), { startImmediately: true })
    let reading = yield* read(-1)
    while (true) {
      const page: ReadonlyArray<StoredMonth> = yield* Fiber.join(reading)
      const last = page.length < PAGE ? undefined : page.at(-1)
      if (last !== undefined) reading = yield* read(last.instrument)
      for (const { words } of page) use(words)
      if (last === undefined) return
    }
  })

/** The runs of those days, each day's in the order of instruments. */
const runsOf = (month: number, days: ReadonlySet<number>) =>
  Effect.gen(function*() {
    const found = new Map(Array.from(days, (day): [number, Array<Uint32Array>] => [day, []]))
    yield* pagesOfMonth(month, (words) => {
      for (const at of runsIn(words)) found.get(runDay(words, at))?.push(words.subarray(at, at + runWords(words, at)))
    })
    return found
  })

/** Appends the runs. Answers which of them are a part. */
const partsOf = (runs: ReadonlyArray<Uint32Array>, writer: BlockWriter): SettledDay["parts"] => {
  const parts: Array<{ candles: number; from: number; to: number }> = []
  let part = { candles: 0, from: writer.bytes, to: writer.bytes }
  for (const run of runs) {
    writer.append(run)
    part.candles += runLength(run, 0)
    part.to = writer.bytes
    if (part.candles < PART) continue
    parts.push(part)
    part = { candles: 0, from: writer.bytes, to: writer.bytes }
  }
  return part.candles > 0 ? [...parts, part] : parts
}

/** Some days are put together while the database stores those before. */
export const settleMonth = (month: number, days: ReadonlyArray<UnsettledDay>, onDay: () => void) =>
  Effect.gen(function*() {
    const runs = yield* runsOf(month, new Set(days.map(({ day }) => day)))
    let [writer, other] = [new BlockWriter(), new BlockWriter()]
    let together: Array<SettledDay> = []
    let storing: Fiber.Fiber<void, SqlError> | undefined
    const store = Effect.gen(function*() {
      if (storing !== undefined) yield* Fiber.join(storing)
      const stored = together
      storing = yield* Effect.forkChild(
        Effect.andThen(writeDays(stored, writer.take()), Effect.sync(() => stored.forEach(onDay))),
        { startImmediately: true }
      )
      ;[writer, other] = [other, writer]
      writer.clear()
      together = []
    })
    for (const day of days) {
      together.push({ ...day, parts: partsOf(runs.get(day.day) ?? [], writer) })
      if (writer.bytes >= TOGETHER) yield* store
    }
    if (together.length > 0) yield* store
    if (storing !== undefined) yield* Fiber.join(storing)
  })

/** The run of one day in every block of its month that has one. */
export const runsOfDay = (month: number, day: number) =>
  Effect.map(runsOf(month, new Set([day])), (runs) => runs.get(day) ?? [])
