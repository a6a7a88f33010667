/** Batches and logs for tests of the tick log. */
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { type Tick, TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { DurableFiles } from "@keepgaining/engine/storage/DurableFile.ts"
import type { SimulatedDisk } from "@keepgaining/engine/storage/SimulatedDisk.ts"
import { openTickLogSync } from "@keepgaining/engine/ticklog/TickLogReader.ts"
import * as TickLogWriter from "@keepgaining/engine/ticklog/TickLogWriter.ts"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export const folder = "session/ticks"
export const open = parseIst("2021-06-09 09:15:00")!

export const instruments = InstrumentTable.from(
  ["NSE:A", "NSE:B", "NSE:C"].map((symbol) => ({
    symbol,
    exchange: "NSE" as const,
    kind: "equity" as const,
    tickSize: 5,
    lotSize: 1
  }))
)

/** A batch whose every value follows from its number; every fifth is a timer. */
export const batchOf = (number: number, rows = 1 + (number * 7) % 13): TickBatch => {
  const start = open + number * 1_000
  if (number % 5 === 0) return TickBatch.timer(start)
  const ticks: Array<Tick> = Array.from({ length: rows }, (_, row) => ({
    instrument: (number + row) % 3,
    eventTime: start + row,
    receiveTime: start + row + 3,
    price: paise(10_000 + number * 5 + row),
    lastQuantity: row,
    volume: number * 1_000 + row,
    openInterest: number,
    bid: paise(9_995),
    ask: paise(10_005),
    bidQuantity: 10 + row,
    askQuantity: 20 + row
  }))
  const batch = TickBatch.fromTicks(ticks)
  batch.now += 4
  return batch
}

export const batchesOf = (count: number): ReadonlyArray<TickBatch> =>
  Array.from({ length: count }, (_, i) => batchOf(i + 1))

export interface PlainBatch {
  readonly now: number
  readonly ticks: ReadonlyArray<Tick>
}

export const plain = (batch: TickBatch): PlainBatch => ({
  now: batch.now,
  ticks: Array.from({ length: batch.length }, (_, row) => batch.tick(row))
})

export const openWriter = (options: Partial<TickLogWriter.WriterOptions> = {}) =>
  TickLogWriter.open({ folder, mode: "append", origin: "recording", instruments, ...options })

/** Runs `use` with a writer on that disk, closed afterwards. */
export const withWriter = <A, E>(
  disk: SimulatedDisk,
  use: (log: TickLogWriter.TickLog) => Effect.Effect<A, E, DurableFiles | Scope.Scope>,
  options: Partial<TickLogWriter.WriterOptions> = {}
) => Effect.scoped(Effect.flatMap(openWriter(options), use)).pipe(Effect.provide(disk.layer))

/** Everything that a reader finds on the disk, from that batch on. */
export const readAll = (disk: SimulatedDisk, from = 0): Effect.Effect<ReadonlyArray<PlainBatch>> =>
  Effect.gen(function*() {
    const files = yield* Effect.provide(DurableFiles, disk.layer)
    using cursor = openTickLogSync(folder, { files: files.reading, from })
    return Array.from(cursor, plain)
  })

/** The segment files on the disk. */
export const segments = (disk: SimulatedDisk): ReadonlyArray<string> =>
  disk.paths().filter((path) => path.endsWith(".arrow"))
