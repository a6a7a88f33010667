/** Tables as CSV (RFC 4180), for spreadsheets. */

export type CsvCell = string | number | undefined

/** A number as it is, a text quoted where it must be. A text that a spreadsheet would run as a formula is marked as text. */
const cell = (value: CsvCell): string => {
  if (value === undefined) return ""
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : ""
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text
}

export const csv = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<CsvCell>>): string =>
  [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("")

/** Rupees of paise, without grouping; nothing for what is not known. */
export const csvRupees = (paise: number | undefined): CsvCell =>
  paise === undefined || !Number.isFinite(paise) ? undefined : Math.round(paise) / 100

/** As {@link csvRupees}; a price of 0 is one that nobody gave. */
export const csvPrice = (paise: number | undefined): CsvCell => paise === 0 ? undefined : csvRupees(paise)

/** Gives the text to the person as a file. */
export const saveCsv = (name: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }))
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
