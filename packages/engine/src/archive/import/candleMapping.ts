/** Which column of a source is which of a candle: by the names in use, or as the user says. */
import * as Result from "effect/Result"

export const candleFields = ["time", "symbol", "open", "high", "low", "close", "volume", "oi"] as const
export type CandleField = typeof candleFields[number]

/** The user's own names; a field that is not there is found by its usual names. */
export type CandleMapping = Readonly<Partial<Record<CandleField, string>>>

const usual: Readonly<Record<CandleField, ReadonlyArray<string>>> = {
  time: ["time", "timestamp", "datetime", "date", "start", "ts", "bucket"],
  symbol: ["symbol", "instrument", "tradingsymbol", "instrument_key", "ticker"],
  open: ["open", "o"],
  high: ["high", "h"],
  low: ["low", "l"],
  close: ["close", "c"],
  volume: ["volume", "vol", "v"],
  oi: ["oi", "open_interest", "openinterest"]
}

/** `fixed` is the symbol of every row, where the source has no column of it. */
export const findColumns = (
  columns: ReadonlyArray<string>,
  mapping: CandleMapping,
  fixed: string | undefined
): Result.Result<Readonly<Record<CandleField, string | undefined>>, string> => {
  const found: Record<CandleField, string | undefined> = {
    time: undefined,
    symbol: undefined,
    open: undefined,
    high: undefined,
    low: undefined,
    close: undefined,
    volume: undefined,
    oi: undefined
  }
  for (const field of candleFields) {
    const wanted = mapping[field]
    const names = wanted === undefined ? usual[field] : [wanted]
    found[field] = columns.find((column) => names.includes(column.trim().toLowerCase()) || column.trim() === wanted)
    if (wanted !== undefined && found[field] === undefined) {
      return Result.fail(`there is no column ${JSON.stringify(wanted)}; there are ${columns.join(", ")}`)
    }
  }
  const needed = (["time", "open", "high", "low", "close"] as const).filter((field) => found[field] === undefined)
  if (needed.length > 0) {
    return Result.fail(
      `no column for ${needed.join(", ")} among ${columns.join(", ")}. Name them: --map ${needed[0]}=COLUMN`
    )
  }
  if (found.symbol === undefined && fixed === undefined) {
    return Result.fail(
      "no column says which instrument it is. Name it (--map symbol=COLUMN), or say it: --symbol NSE:NIFTY"
    )
  }
  return Result.succeed(found)
}

/** The source's name of an instrument as ours. */
export type SymbolOf = (name: string) => string

/** Names that are in the table as it says, all others with the prefix (`NSE:`) unless they have an exchange already. */
export const symbolsBy = (table: ReadonlyMap<string, string>, prefix: string): SymbolOf => (name) =>
  table.get(name) ?? (name === "" || name.includes(":") ? name : `${prefix}${name}`)
