/** Reads a master that arrives in pieces and accounts for every row of it. */
import { CsvLines } from "./CsvLines.ts"
import { JsonObjects } from "./JsonObjects.ts"
import type { MasterEntry } from "./MasterEntry.ts"
import { type MasterFormat, type RawRow, type RejectReason, rejectReasons, type RowOutcome } from "./MasterFormat.ts"

/** Rows in scope that are looked at before the first one is read. */
const SAMPLE = 1_000
/** Rejected rows that are told in words. */
const EXAMPLES = 5

export interface MasterAccount {
  /** All rows of the file: taken, out of scope and rejected. */
  readonly rows: number
  readonly taken: number
  readonly outOfScope: Readonly<Record<string, number>>
  readonly rejected: Readonly<Record<RejectReason, number>>
  readonly examples: ReadonlyArray<string>
}

export type EntrySink = (entry: MasterEntry) => void

export class MasterReader {
  readonly #format: MasterFormat
  readonly #sink: EntrySink
  /** Tells which rows are in scope before the sample is there. */
  readonly #scope: (row: RawRow) => RowOutcome
  readonly #seen = new Set<string>()
  readonly #outOfScope: Record<string, number> = {}
  readonly #rejected = counts()
  readonly #examples: Array<string> = []
  #sample: Array<RawRow> | undefined = []
  #read: ((row: RawRow) => RowOutcome) | undefined
  #json = new JsonObjects()
  #csv = new CsvLines()
  #header: ReadonlyArray<string> | undefined
  #rows = 0
  #taken = 0
  /** Why the file as a whole cannot be read. */
  problem: string | undefined

  constructor(format: MasterFormat, sink: EntrySink) {
    this.#format = format
    this.#sink = sink
    this.#scope = format.reader([])
  }

  push(piece: Uint8Array): void {
    if (this.problem !== undefined) return
    if (this.#format.layout._tag === "JsonArray") {
      this.#json.push(piece, this.#object)
      this.problem ??= this.#json.problem
    } else this.#csv.push(piece, this.#line)
  }

  /** The end of one of the master's files; the next may begin. */
  endFile(): void {
    if (this.#format.layout._tag === "JsonArray") {
      if (!this.#json.complete) this.problem ??= "the file is cut off: its array is not closed"
      this.#json = new JsonObjects()
    } else {
      if (this.problem === undefined) this.#csv.end(this.#line)
      this.#csv = new CsvLines()
      this.#header = undefined
    }
  }

  /** The end of the last file. */
  end(): void {
    if (this.#sample !== undefined) this.#begin(this.#sample)
  }

  account(): MasterAccount {
    return {
      rows: this.#rows,
      taken: this.#taken,
      outOfScope: { ...this.#outOfScope },
      rejected: { ...this.#rejected },
      examples: [...this.#examples]
    }
  }

  readonly #object = (text: string): void => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      this.#rows++
      this.#reject("malformed", `not JSON: ${text.slice(0, 120)}`)
      return
    }
    // The text began and ended with a brace, so it is an object.
    this.#row(value as RawRow)
  }

  readonly #line = (fields: ReadonlyArray<string>): void => {
    const { layout } = this.#format
    if (layout._tag === "JsonArray" || this.problem !== undefined) return
    if (layout._tag === "CsvWithHeader" && this.#header === undefined) {
      this.#header = fields.map((name) => name.replace("\ufeff", "").trim())
      const missing = layout.columns.filter((name) => !this.#header?.includes(name))
      if (missing.length > 0) this.problem = `its header lacks ${missing.join(", ")}: ${fields.join(",").slice(0, 120)}`
      return
    }
    const columns = this.#header ?? layout.columns
    const fits = this.#header === undefined ? fields.length >= columns.length : fields.length === columns.length
    if (!fits) {
      this.#rows++
      this.#reject("malformed", `${fields.length} columns, not ${columns.length}: ${fields.join(",").slice(0, 120)}`)
      return
    }
    const row: Record<string, string> = {}
    // There are as many fields as columns, at least.
    for (let n = 0; n < columns.length; n++) row[columns[n]!] = fields[n]!
    this.#row(row)
  }

  #row(row: RawRow): void {
    this.#rows++
    if (this.#sample === undefined) return this.#take(row)
    const early = this.#scope(row)
    if (early._tag === "OutOfScope") return this.#settle(early)
    this.#sample.push(row)
    if (this.#sample.length === SAMPLE) this.#begin(this.#sample)
  }

  #begin(sample: ReadonlyArray<RawRow>): void {
    this.#sample = undefined
    for (const row of sample) this.#take(row, sample)
  }

  #take(row: RawRow, sample: ReadonlyArray<RawRow> = []): void {
    this.#read ??= this.#format.reader(sample)
    this.#settle(this.#read(row))
  }

  #settle(outcome: RowOutcome): void {
    switch (outcome._tag) {
      case "Entry": {
        if (this.#seen.has(outcome.entry.id)) {
          return this.#reject("duplicate", `${outcome.entry.id} is there twice, again as ${outcome.entry.token}`)
        }
        this.#seen.add(outcome.entry.id)
        this.#taken++
        return this.#sink(outcome.entry)
      }
      case "OutOfScope":
        this.#outOfScope[outcome.segment] = (this.#outOfScope[outcome.segment] ?? 0) + 1
        return
      case "Rejected":
        return this.#reject(outcome.reason, outcome.detail)
    }
  }

  #reject(reason: RejectReason, detail: string): void {
    this.#rejected[reason]++
    if (this.#examples.length < EXAMPLES) this.#examples.push(`${reason}: ${detail}`)
  }
}

const counts = (): Record<RejectReason, number> =>
  // One entry for each reason.
  Object.fromEntries(rejectReasons.map((reason) => [reason, 0])) as Record<RejectReason, number>
