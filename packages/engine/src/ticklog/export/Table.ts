/** What an export writes: blocks of rows as columns, and the two forms they can take. */

/**
 * - `time`: epoch ms
 * - `text`
 * - `price`: whole paise, written in rupees
 * - `average`: paise, not whole, written in rupees
 * - `count`: a whole number
 * - `number`: any number in full precision; NaN = none, which is empty in CSV and NaN in Parquet
 */
export type ColumnKind = "time" | "text" | "price" | "average" | "count" | "number"

export interface ExportColumn {
  readonly name: string
  readonly kind: ColumnKind
  /** 0 means "not given" and is left empty. */
  readonly optional?: boolean
}

export interface RowBlock {
  readonly length: number
  /** In the order of the table's columns; text columns are arrays of strings. */
  readonly values: ReadonlyArray<ArrayLike<number> | ReadonlyArray<string>>
}

/** Turns blocks into the bytes of a file, piece by piece. */
export interface TableEncoder {
  readonly begin: () => Uint8Array
  readonly block: (block: RowBlock) => Uint8Array
  readonly end: () => Uint8Array
}

export type ExportFormat = "csv" | "parquet"
