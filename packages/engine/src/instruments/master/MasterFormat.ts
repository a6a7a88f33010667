/** What a broker's master looks like, and how one of its rows is read. */
import type { OptionRight } from "@keepgaining/core/market/Instrument.ts"
import type { MasterBroker, MasterEntry } from "./MasterEntry.ts"

/** Why a row was not taken. `malformed`: a field is missing or of another type; the others name what makes no sense. */
export const rejectReasons = ["malformed", "token", "symbol", "expiry", "strike", "lot", "tick", "duplicate"] as const
export type RejectReason = (typeof rejectReasons)[number]

export type RowOutcome =
  | { readonly _tag: "Entry"; readonly entry: MasterEntry }
  /** Of a segment that the engine does not trade (commodities, currencies, other venues). */
  | { readonly _tag: "OutOfScope"; readonly segment: string }
  | { readonly _tag: "Rejected"; readonly reason: RejectReason; readonly detail: string }

export const taken = (entry: MasterEntry): RowOutcome => ({ _tag: "Entry", entry })
export const outOfScope = (segment: string): RowOutcome => ({ _tag: "OutOfScope", segment })
export const rejected = (reason: RejectReason, detail: string): RowOutcome => ({ _tag: "Rejected", reason, detail })

/** Names of the columns: in the file's first row, where they must all be, or by position where it has none. */
export type MasterLayout =
  | { readonly _tag: "JsonArray" }
  | { readonly _tag: "CsvWithHeader"; readonly columns: ReadonlyArray<string> }
  | { readonly _tag: "CsvByPosition"; readonly columns: ReadonlyArray<string> }

export type RawRow = Readonly<Record<string, unknown>>

export interface MasterFormat {
  readonly broker: MasterBroker
  /** Paths below the base URL; together they are the master. */
  readonly files: ReadonlyArray<string>
  readonly layout: MasterLayout
  /**
   * Makes the reader of rows after a look at the first thousand in scope, for what a file does not say (the unit of its ticks).
   * What is out of scope does not depend on them.
   */
  readonly reader: (sample: ReadonlyArray<RawRow>) => (row: RawRow) => RowOutcome
}

/** Rupees as written, in whole paise; `undefined` when it is no whole number of them. */
export const paiseOf = (rupees: number): number | undefined => {
  const paise = Math.round(rupees * 100)
  return Math.abs(paise - rupees * 100) < 1e-6 * Math.max(1, paise) ? paise : undefined
}

export const rightOf = (text: string): OptionRight | null => text === "CE" || text === "PE" ? text : null

/** The parts of an instrument that are checked alike for all brokers. */
export const checked = (entry: MasterEntry): RowOutcome => {
  const derivative = entry.kind === "future" || entry.kind === "option"
  if (entry.token === "") return rejected("token", `${entry.symbol} has no token`)
  if (entry.symbol === "") return rejected("symbol", `token ${entry.token} has no symbol`)
  if (derivative) {
    if (entry.underlying === null || entry.underlying === "") {
      return rejected("symbol", `${entry.symbol} has no underlying`)
    }
    if (entry.expiry === null) return rejected("expiry", `${entry.symbol} has no expiry`)
    if (entry.kind === "option" && (entry.strike === null || !(entry.strike > 0))) {
      return rejected("strike", `${entry.symbol} has no positive strike in whole paise`)
    }
  }
  if (entry.kind !== "index") {
    if (!Number.isSafeInteger(entry.lotSize) || entry.lotSize < 1) {
      return rejected("lot", `${entry.symbol} has lot ${entry.lotSize}`)
    }
    if (!Number.isSafeInteger(entry.tickSize) || entry.tickSize < 1) {
      return rejected("tick", `${entry.symbol} has no tick in whole paise`)
    }
  }
  return taken(entry)
}

/** What a Schema says about a row, short enough for a report. */
export const malformed = (error: { readonly message: string }): RowOutcome =>
  rejected("malformed", error.message.replaceAll(/\s+/g, " ").slice(0, 200))
