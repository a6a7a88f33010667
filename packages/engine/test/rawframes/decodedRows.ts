import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Effect from "effect/Effect"
import { DurableFiles } from "../../src/storage/DurableFile.ts"
import { reading } from "../../src/ticklog/Recovery.ts"
import { openTickLogSync } from "../../src/ticklog/TickLogReader.ts"

/** Every column of every row, with the symbol in place of the index. */
export const rowsOf = (ticks: TickBatch, symbolOf: (index: number) => string): ReadonlyArray<Record<string, unknown>> =>
  Array.from({ length: ticks.length }, (_, row) => {
    const { instrument, ...rest } = ticks.tick(row)
    return { symbol: symbolOf(instrument), ...rest }
  })

/** The rows of a tick log, in order. */
export const logRows = (folder: string) =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const log = yield* reading(() => openTickLogSync(folder, { files: files.reading }))
    const rows: Array<Record<string, unknown>> = []
    for (let batch = log.next(); batch !== undefined; batch = log.next()) {
      rows.push(...rowsOf(batch, (index) => log.instruments.at(index).symbol))
    }
    log.close()
    return rows
  })
