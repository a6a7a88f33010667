/**
 * Brings candles into the archive from files or another database, an item at a time: a file, or an instrument of the
 * database. An item that is finished is noted with its count and checksum, so an import that was stopped goes on with the
 * next; an item that was only begun is done again, which changes nothing that is there already.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { Database, type DatabaseError } from "../../database/Database.ts"
import type { ArchiveDamaged, CandlesRefused } from "../ArchiveError.ts"
import { CandleArchive, type NamedCandles } from "../CandleArchive.ts"
import { candleTotals } from "../kernel/candleTotals.ts"
import { CandleRows, type Rejected } from "./CandleRows.ts"

/** The source cannot be read as candles. What was imported before it stays. */
export class SourceRefused extends Schema.TaggedError<SourceRefused>()("SourceRefused", {
  source: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.source}: ${this.problem}`
  }
}

/** What came out of the archive is not what the source says it has. */
export class ImportDiffers extends Schema.TaggedError<ImportDiffers>()("ImportDiffers", {
  source: Schema.String,
  item: Schema.String,
  expected: Schema.String,
  stored: Schema.String
}) {
  override get message(): string {
    return `${this.item} of ${this.source} is not the same in the archive: expected ${this.expected}, stored ` +
      `${this.stored}. Was it written to meanwhile? Run the import again`
  }
}

/** What can be compared between a source and the archive. */
export interface Totals {
  readonly candles: number
  /** Of closes, paise. */
  readonly closes: number
  readonly volume: number
}

export const totalsText = ({ candles, closes, volume }: Totals): string =>
  `${candles} candles, closes ${closes}, volume ${volume}`

export interface CandleItem {
  /** Unique in its source. */
  readonly name: string
  /**
   * Fills the rows, a stretch with each call; `false` at the end. A stretch is what may be held in memory, so no more than
   * some 100,000 rows.
   */
  readonly open: Effect.Effect<(rows: CandleRows) => Effect.Effect<boolean, SourceRefused>, SourceRefused>
  /** What the source itself says is in the item, to compare with the archive. */
  readonly totals?: Effect.Effect<{ readonly symbol: string; readonly totals: Totals }, SourceRefused>
}

export interface CandleSource {
  /** For people, and the name under which progress is kept. */
  readonly name: string
  readonly items: ReadonlyArray<CandleItem>
}

export interface ImportProgress {
  readonly item: string
  readonly items: number
  readonly of: number
  readonly rows: number
}

export interface ImportedCandles {
  readonly source: string
  readonly items: number
  /** Items that an earlier run had finished. */
  readonly skipped: number
  readonly rows: number
  readonly added: number
  readonly replaced: number
  readonly unchanged: number
  readonly rejected: ReadonlyArray<Rejected>
  /** Items whose totals the source gave and the archive has; those with rejected rows are not compared. */
  readonly verified: number
  readonly days: number
}

/** Rows held before they are written: 28 bytes each, and what their lists are too long. */
const HELD = 2_000_000

export const totalsOf = (batch: ReadonlyArray<NamedCandles>): Totals => {
  let candles = 0
  let closes = 0
  let volume = 0
  for (const { candles: columns } of batch) {
    const totals = candleTotals(columns)
    candles += columns.length
    closes += totals.closes
    volume += totals.volume
  }
  return { candles, closes, volume }
}

const rejectedRows = (rows: CandleRows): number => rows.rejected.reduce((sum, each) => sum + each.rows, 0)

/** Far before and behind every candle. */
const ALWAYS = [0, Date.parse("2149-01-01T00:00:00Z")] as const

export const importCandles = (
  source: CandleSource,
  options: { readonly again: boolean; readonly onProgress: (progress: ImportProgress) => void }
): Effect.Effect<
  ImportedCandles,
  SourceRefused | ImportDiffers | DatabaseError | ArchiveDamaged | CandlesRefused,
  CandleArchive | Database
> =>
  Effect.gen(function*() {
    const archive = yield* CandleArchive
    const { run } = yield* Database
    const sql = <A extends object>(text: string, parameters: ReadonlyArray<unknown>) =>
      run(Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe<A>(text, parameters)))
    if (options.again) yield* sql("delete from archive_imports where source = $1", [source.name])
    const finished = new Set(
      (yield* sql<{ readonly item: string }>("select item from archive_imports where source = $1", [source.name]))
        .map(({ item }) => item)
    )
    const rows = new CandleRows()
    const report = { added: 0, replaced: 0, unchanged: 0 }
    let verified = 0
    /** Items whose rows are all taken, but perhaps not written. */
    let done: Array<CandleItem> = []

    const flush = Effect.gen(function*() {
      const written = yield* archive.writeAll(rows.drain())
      report.added += written.added
      report.replaced += written.replaced
      report.unchanged += written.unchanged
      for (const item of done) {
        let checksum = ""
        let candles = 0
        if (item.totals !== undefined) {
          const { symbol, totals } = yield* item.totals
          const stored = totalsOf([{ symbol, candles: yield* archive.history(symbol, ...ALWAYS) }])
          checksum = totalsText(stored)
          candles = stored.candles
          if (checksum !== totalsText(totals)) {
            const expected = totalsText(totals)
            return yield* new ImportDiffers({ source: source.name, item: item.name, expected, stored: checksum })
          }
          verified++
        }
        yield* sql(
          `insert into archive_imports (source, item, candles, checksum) values ($1, $2, $3::float8::int8, $4)
           on conflict (source, item) do update set candles = excluded.candles, checksum = excluded.checksum,
             finished_at = now()`,
          [source.name, item.name, candles, checksum]
        )
      }
      done = []
    })

    let items = finished.size
    for (const item of source.items) {
      if (finished.has(item.name)) continue
      const leftOut = rejectedRows(rows)
      const more = yield* item.open
      while (yield* more(rows)) {
        options.onProgress({ item: item.name, items, of: source.items.length, rows: rows.seen })
        if (rows.held >= HELD) yield* flush
        yield* Effect.yieldNow
      }
      items++
      // What was left out of an item is listed; its totals cannot agree any more.
      const whole = rejectedRows(rows) === leftOut
      done.push(whole ? item : { name: item.name, open: item.open })
      options.onProgress({ item: item.name, items, of: source.items.length, rows: rows.seen })
      if (rows.held >= HELD) yield* flush
    }
    yield* flush
    const days = yield* archive.settle()
    return {
      source: source.name,
      items: source.items.length,
      skipped: source.items.filter(({ name }) => finished.has(name)).length,
      rows: rows.seen,
      ...report,
      rejected: rows.rejected,
      verified,
      days
    }
  })
