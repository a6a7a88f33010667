/** Writes the rows of a tick log as CSV (which can be imported again) or Parquet. */
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Effect from "effect/Effect"
import { DurableFiles, type StorageError } from "../../storage/DurableFile.ts"
import { reading } from "../Recovery.ts"
import type { TickLogCorrupt, TickLogRefused } from "../TickLogError.ts"
import { openTickLogSync } from "../TickLogReader.ts"
import { type Exported, type ExportRefused, type ExportTarget, writeTable } from "./ExportFile.ts"
import type { ExportColumn, RowBlock } from "./Table.ts"

const columns: ReadonlyArray<ExportColumn> = [
  { name: "timestamp", kind: "time" },
  { name: "symbol", kind: "text" },
  { name: "ltp", kind: "price" },
  { name: "volume", kind: "count" },
  { name: "oi", kind: "count", optional: true },
  { name: "bid", kind: "price", optional: true },
  { name: "ask", kind: "price", optional: true },
  { name: "last_quantity", kind: "count", optional: true },
  { name: "bid_quantity", kind: "count", optional: true },
  { name: "ask_quantity", kind: "count", optional: true }
]

const blockOf = (batch: TickBatch, symbols: ReadonlyArray<string>): RowBlock => ({
  length: batch.length,
  values: [
    batch.eventTime,
    Array.from(batch.instrument.subarray(0, batch.length), (index) => symbols[index] ?? `#${index}`),
    batch.price,
    batch.volume,
    batch.openInterest,
    batch.bid,
    batch.ask,
    batch.lastQuantity,
    batch.bidQuantity,
    batch.askQuantity
  ]
})

/** Times are event times; receive times and timers are not exported. */
export const exportTicks = (
  folder: string,
  target: ExportTarget
): Effect.Effect<Exported, ExportRefused | TickLogRefused | TickLogCorrupt | StorageError, DurableFiles> =>
  Effect.scoped(Effect.gen(function*() {
    const files = yield* DurableFiles
    const log = yield* Effect.acquireRelease(
      reading(() => openTickLogSync(folder, { files: files.reading })),
      (open) => Effect.sync(() => open.close())
    )
    const symbols = log.instruments.all().map(({ symbol }) => symbol)
    const next = reading(() => {
      const batch = log.next()
      return batch === undefined ? undefined : blockOf(batch, symbols)
    })
    return yield* writeTable(target, columns, next)
  }))
