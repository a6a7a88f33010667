/** The order of the market watch. */
import { type Instrument } from "@keepgaining/core/market/Instrument.ts"
import { title } from "../format/symbols.ts"

export type WatchColumn = "symbol" | "last" | "change" | "volume"

/** What the sorter needs of the quotes; `NaN` when not known. */
export interface QuoteReader {
  readonly value: (instrument: number, field: "last" | "previousClose" | "open" | "volume") => number
}

/** Fraction since the previous close, or since the open when that is not known. */
export const changeOf = (quotes: QuoteReader, instrument: number): number => {
  const before = quotes.value(instrument, "previousClose")
  const base = before > 0 ? before : quotes.value(instrument, "open")
  return quotes.value(instrument, "last") / base - 1
}

/** Instrument indices in the order asked for; what is not known comes last in either direction. */
export const sortWatch = (
  indices: ReadonlyArray<number>,
  instruments: ReadonlyArray<Instrument>,
  quotes: QuoteReader,
  column: WatchColumn,
  descending: boolean
): Array<number> => {
  const sign = descending ? -1 : 1
  if (column === "symbol") {
    const names = new Map(indices.map((index) => {
      const instrument = instruments[index]
      return [index, instrument === undefined ? "" : title(instrument)] as const
    }))
    // Every index has a name, see above.
    return [...indices].sort((a, b) => sign * names.get(a)!.localeCompare(names.get(b)!, "en"))
  }
  const values = new Map(
    indices.map((index) =>
      [index, column === "change" ? changeOf(quotes, index) : quotes.value(index, column)] as const
    )
  )
  return [...indices].sort((a, b) => {
    // As above.
    const left = values.get(a)!
    const right = values.get(b)!
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
    return sign * (left - right)
  })
}

export const matching = (
  instruments: ReadonlyArray<Instrument>,
  kind: Instrument["kind"] | "all",
  filter: string
): Array<number> => {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "")
  return instruments.flatMap((instrument, index) => {
    if (kind !== "all" && instrument.kind !== kind) return []
    if (words.length === 0) return [index]
    const text = `${instrument.symbol} ${title(instrument)}`.toLowerCase()
    return words.every((word) => text.includes(word)) ? [index] : []
  })
}
