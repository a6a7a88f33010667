/** What an import did with every row. Nothing disappears: `rows` is `accepted` plus the sum of `rejected`. */
import * as Schema from "effect/Schema"

/**
 * - `malformed`: not a row at all: wrong number of columns, a time, symbol, price or quantity that is none, a price that is
 *   not positive, a date before 2010-01-04 (where the table of session hours begins) or after 2099.
 * - `before-open`, `after-close`: outside the session, which is 09:15:00 <= t < 15:30:00 IST; a print at exactly 15:30:00
 *   is after the close.
 * - `out-of-order`: its time is further back than the reorder window, or it jumped ahead by more than a minute and the
 *   next row was back where the file had been.
 * - `volume-went-back`: its cumulative volume is below the highest accepted one of that symbol and day. A fall below half
 *   of it is a counter that was reset: accepted, and the highest starts anew.
 */
export const RejectionReason = Schema.Literals([
  "malformed",
  "before-open",
  "after-close",
  "out-of-order",
  "volume-went-back"
])
export type RejectionReason = typeof RejectionReason.Type

export const rejectionReasons: ReadonlyArray<RejectionReason> = RejectionReason.literals

export const RejectedExample = Schema.Struct({
  reason: RejectionReason,
  file: Schema.String,
  /** From 1; the header is line 1. */
  line: Schema.Int,
  detail: Schema.String
})
export type RejectedExample = typeof RejectedExample.Type

export const ImportReport = Schema.Struct({
  folder: Schema.String,
  rows: Schema.Int,
  accepted: Schema.Int,
  rejected: Schema.Record(RejectionReason, Schema.Int),
  /** The first few of each reason. */
  examples: Schema.Array(RejectedExample),
  files: Schema.Array(Schema.Struct({ file: Schema.String, rows: Schema.Int, accepted: Schema.Int })),
  instruments: Schema.Int,
  dates: Schema.Array(Schema.String),
  /** Event time of the first accepted row and of the last watermark, epoch ms; absent when nothing was accepted. */
  from: Schema.optionalKey(Schema.Finite),
  to: Schema.optionalKey(Schema.Finite)
})
export type ImportReport = typeof ImportReport.Type

const EXAMPLES = 5
const LONGEST_DETAIL = 160

/** Counts while the import runs. */
export class Tally {
  rows = 0
  accepted = 0
  readonly #counts = new Map<RejectionReason, number>(rejectionReasons.map((reason) => [reason, 0]))
  readonly #examples: Array<RejectedExample> = []

  reject(reason: RejectionReason, file: string, line: number, detail: () => string): void {
    const count = (this.#counts.get(reason) ?? 0) + 1
    this.#counts.set(reason, count)
    if (count <= EXAMPLES) this.#examples.push({ reason, file, line, detail: detail().slice(0, LONGEST_DETAIL) })
  }

  count(reason: RejectionReason): number {
    return this.#counts.get(reason) ?? 0
  }

  get rejected(): Readonly<Record<RejectionReason, number>> {
    return {
      "malformed": this.count("malformed"),
      "before-open": this.count("before-open"),
      "after-close": this.count("after-close"),
      "out-of-order": this.count("out-of-order"),
      "volume-went-back": this.count("volume-went-back")
    }
  }

  get examples(): ReadonlyArray<RejectedExample> {
    return this.#examples
  }
}
