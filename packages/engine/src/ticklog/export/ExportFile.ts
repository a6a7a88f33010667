/** Writes a table into a file that appears only when it is complete. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DurableFiles, type StorageError } from "../../storage/DurableFile.ts"
import { csvTable } from "./CsvTable.ts"
import { parquetTable } from "./ParquetTable.ts"
import type { ExportColumn, ExportFormat, RowBlock } from "./Table.ts"

/** The file exists already; nothing was written. */
export class ExportRefused extends Schema.TaggedError<ExportRefused>()("ExportRefused", {
  file: Schema.String
}) {
  override get message(): string {
    return `${this.file}: the file exists already. Add --overwrite to replace it, or choose another name`
  }
}

export interface ExportTarget {
  readonly file: string
  readonly format: ExportFormat
  readonly overwrite: boolean
}

export interface Exported {
  readonly file: string
  readonly rows: number
  readonly bytes: number
}

/** `next` answers the next block, `undefined` at the end; it may block the thread for the time that takes. */
export const writeTable = <E>(
  target: ExportTarget,
  columns: ReadonlyArray<ExportColumn>,
  next: Effect.Effect<RowBlock | undefined, E>
): Effect.Effect<Exported, E | ExportRefused | StorageError, DurableFiles> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    if (!target.overwrite && files.reading.exists(target.file)) return yield* new ExportRefused({ file: target.file })
    const draft = `${target.file}.partial`
    yield* files.remove(draft)
    const written = Effect.scoped(Effect.gen(function*() {
      const file = yield* files.open(draft)
      const encoder = target.format === "csv" ? csvTable(columns) : parquetTable(columns)
      let rows = 0
      yield* file.append([encoder.begin()])
      while (true) {
        const block = yield* next
        if (block === undefined) break
        rows += block.length
        yield* file.append([encoder.block(block)])
        yield* Effect.yieldNow
      }
      yield* file.append([encoder.end()])
      yield* file.sync
      return { file: target.file, rows, bytes: yield* file.size }
    }))
    return yield* written.pipe(
      Effect.tap(files.rename(draft, target.file)),
      Effect.onError(() => Effect.ignore(files.remove(draft)))
    )
  })
