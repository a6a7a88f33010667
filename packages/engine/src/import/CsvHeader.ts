/** Which column of a file holds what. */
import { ImportRefused } from "./ImportError.ts"

/** What a row can say. Prices in rupees, `volume` the day's cumulative quantity, the rest plain numbers. */
export const csvColumns = [
  "timestamp",
  "symbol",
  "ltp",
  "volume",
  "oi",
  "bid",
  "ask",
  "last_quantity",
  "bid_quantity",
  "ask_quantity"
] as const
export type CsvColumn = (typeof csvColumns)[number]

const required: ReadonlyArray<CsvColumn> = ["timestamp", "symbol", "ltp", "volume"]

/** Our column name to the file's. */
export type ColumnMapping = Readonly<Partial<Record<CsvColumn, string>>>

export const isCsvColumn = (name: string): name is CsvColumn => csvColumns.some((column) => column === name)

export interface CsvLayout {
  /** Columns of the file. */
  readonly width: number
  /** Place of each of {@link csvColumns} in a line; -1 when the file does not have it. */
  readonly places: Int32Array
}

const normalised = (name: string): string => name.trim().replace(/^"(.*)"$/, "$1").trim().toLowerCase()

/** Reads the header line; case does not matter. Throws {@link ImportRefused}. */
export const readHeader = (file: string, line: string, mapping: ColumnMapping): CsvLayout => {
  const names = line.replace(/^\uFEFF/, "").split(",").map(normalised)
  const repeated = names.find((name, n) => name !== "" && names.indexOf(name) !== n)
  if (repeated !== undefined) {
    throw refuse(file, `column ${repeated} occurs twice in the header`, "Rename one of them")
  }
  const places = Int32Array.from(csvColumns, (column) => names.indexOf(normalised(mapping[column] ?? column)))
  const missing = csvColumns.filter((column, n) =>
    places[n] === -1 && (required.includes(column) || mapping[column] !== undefined)
  )
  if (missing.length > 0) {
    const wanted = missing.map((column) => mapping[column] ?? column).join(", ")
    throw refuse(
      file,
      `the header has no column ${wanted}; it has ${names.join(", ")}`,
      `Name the column, for example --map ${missing[0]}=${names.find((name) => name !== "") ?? "its_name"}`
    )
  }
  return { width: names.length, places }
}

const refuse = (file: string, reason: string, remedy: string): ImportRefused =>
  new ImportRefused({ file, line: 1, reason, remedy })
