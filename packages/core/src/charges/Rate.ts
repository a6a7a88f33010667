/**
 * Dated rates. A row holds from `effectiveFrom` (IST date of the trade) until the next row of its table; a date before the first row
 * has no rate, and nothing is assumed for it.
 */

export interface Rate {
  /** `2024-10-01`. */
  readonly effectiveFrom: string
  /** Share of the traded value; of the premium for options. */
  readonly rate: number
  readonly source: string
  /** Date as of which the source was read. */
  readonly asOf: string
  /** A official circular, B broker documentation, C checked against data, D derived or from memory: check before use. */
  readonly confidence: "A" | "B" | "C" | "D"
}

/** Oldest row first. */
export type RateTable = ReadonlyArray<Rate>

/** The rate of that date, `undefined` before the first row. */
export const rateOn = (table: RateTable, date: string): number | undefined =>
  table.findLast((row) => row.effectiveFrom <= date)?.rate

/** Circulars quote some rates in rupees per crore (10,000,000 rupees). */
export const perCrore = (rupees: number): number => rupees / 10_000_000

/** What is traded, as the tax law tells it apart. */
export type ChargeClass = "delivery" | "intraday" | "future" | "option"
