/** Candles of the archive as the table that files hold; it can be imported again. */
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import type { ExportColumn, RowBlock } from "../ticklog/export/Table.ts"

export const candleTable: ReadonlyArray<ExportColumn> = [
  { name: "time", kind: "time" },
  { name: "symbol", kind: "text" },
  { name: "open", kind: "price" },
  { name: "high", kind: "price" },
  { name: "low", kind: "price" },
  { name: "close", kind: "price" },
  { name: "volume", kind: "count" },
  { name: "oi", kind: "count", optional: true }
]

export const candleBlock = (symbol: string, columns: CandleColumns): RowBlock => ({
  length: columns.length,
  values: [
    Float64Array.from(columns.minute, (minute) => minute * MINUTE_MS),
    Array.from({ length: columns.length }, () => symbol),
    columns.open,
    columns.high,
    columns.low,
    columns.close,
    columns.volume,
    columns.openInterest
  ]
})
