/** Official days as they are printed: by date, prices in rupees, each with where it came from and when. */
import { formatIstDate, formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import type { StoredDay } from "@keepgaining/engine/archive/OfficialDays.ts"
import type { ExportColumn, RowBlock } from "@keepgaining/engine/ticklog/export/Table.ts"
import { aligned, grouped, rupeesText } from "./tables.ts"

export interface NamedDays {
  readonly symbol: string
  readonly days: ReadonlyArray<StoredDay>
}

export const officialJson = ({ days, symbol }: NamedDays) =>
  days.map(({ close, date, fetchedAt, high, low, open, openInterest, source, volume }) => ({
    symbol,
    day: date,
    open: open / 100,
    high: high / 100,
    low: low / 100,
    close: close / 100,
    volume,
    oi: openInterest,
    source,
    fetchedAt: `${formatIstDate(fetchedAt)}T${formatIstTime(fetchedAt)}+05:30`
  }))

export const officialTable = (groups: ReadonlyArray<NamedDays>): string => {
  const several = groups.length > 1
  const headings = ["day", "open", "high", "low", "close", "volume", "oi", "source"]
  const cells = groups.flatMap(({ days, symbol }) =>
    days.map(({ close, date, high, low, open, openInterest, source, volume }) => [
      ...(several ? [symbol] : []),
      date,
      ...[open, high, low, close].map(rupeesText),
      grouped(volume),
      openInterest === null ? "" : grouped(openInterest),
      source
    ])
  )
  return aligned([[...(several ? ["symbol"] : []), ...headings], ...cells], several ? 2 : 1)
}

export const officialColumns: ReadonlyArray<ExportColumn> = [
  { name: "day", kind: "text" },
  { name: "symbol", kind: "text" },
  { name: "open", kind: "price" },
  { name: "high", kind: "price" },
  { name: "low", kind: "price" },
  { name: "close", kind: "price" },
  { name: "volume", kind: "count" },
  // Empty where nobody told, which is not 0.
  { name: "oi", kind: "number" },
  { name: "source", kind: "text" },
  { name: "fetched_at", kind: "time" }
]

export const officialBlock = ({ days, symbol }: NamedDays): RowBlock => ({
  length: days.length,
  values: [
    days.map(({ date }) => date),
    days.map(() => symbol),
    days.map(({ open }) => open),
    days.map(({ high }) => high),
    days.map(({ low }) => low),
    days.map(({ close }) => close),
    days.map(({ volume }) => volume),
    days.map(({ openInterest }) => openInterest ?? Number.NaN),
    days.map(({ source }) => source),
    days.map(({ fetchedAt }) => fetchedAt)
  ]
})
