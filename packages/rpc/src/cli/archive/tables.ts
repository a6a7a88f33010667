/** How candles and counts are shown to people: IST, rupees, Indian grouping. */
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { formatIstDate, formatIstTime, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"

const indian = new Intl.NumberFormat("en-IN")
const rupees = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** `12,34,567`. */
export const grouped = (count: number): string => indian.format(count)

/** `1 row`, `2 rows`. */
export const counted = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? "" : "s"}`

/** `1,23,456.05`. */
export const rupeesText = (paise: number): string => rupees.format(paise / 100)

/** Lines of the same cells, each column as wide as its widest cell: the first `left` begin, the others end together. */
export const aligned = (lines: ReadonlyArray<ReadonlyArray<string>>, left: number): string => {
  const widths =
    lines[0]?.map((_, column) => lines.reduce((widest, line) => Math.max(widest, line[column]?.length ?? 0), 0)) ?? []
  return lines.map((line) =>
    line.map((cell, column) => column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))
      .join("  ").trimEnd()
  ).join("\n")
}

export interface NamedRow {
  readonly symbol: string
  /** IST with its offset. */
  readonly time: string
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly oi: number
}

/** As JSON: times in IST with offset, prices in rupees. */
export const jsonRows = (symbol: string, columns: CandleColumns): ReadonlyArray<NamedRow> =>
  Array.from({ length: columns.length }, (_, row) => {
    // Below the length of every column.
    const at = columns.minute[row]! * MINUTE_MS
    return {
      symbol,
      time: `${formatIstDate(at)}T${formatIstTime(at)}+05:30`,
      open: columns.open[row]! / 100,
      high: columns.high[row]! / 100,
      low: columns.low[row]! / 100,
      close: columns.close[row]! / 100,
      volume: columns.volume[row]!,
      oi: columns.openInterest[row]!
    }
  })

const headings = ["time", "open", "high", "low", "close", "volume", "oi"]

/** A table with aligned columns; `symbol` before it when several are shown. */
export const textTable = (groups: ReadonlyArray<readonly [symbol: string, columns: CandleColumns]>): string => {
  const several = groups.length > 1
  const cells = groups.flatMap(([symbol, columns]) =>
    Array.from({ length: columns.length }, (_, row) => {
      const at = columns.minute[row]! * MINUTE_MS
      return [
        ...(several ? [symbol] : []),
        `${formatIstDate(at)} ${formatIstTime(at).slice(0, 5)}`,
        ...[columns.open, columns.high, columns.low, columns.close].map((column) => rupeesText(column[row]!)),
        grouped(columns.volume[row]!),
        columns.openInterest[row] === 0 ? "" : grouped(columns.openInterest[row]!)
      ]
    })
  )
  return aligned([[...(several ? ["symbol"] : []), ...headings], ...cells], several ? 2 : 1)
}
