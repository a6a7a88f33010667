/** Angel One: a JSON array of strings, strikes and ticks in paise, expiries as `25JAN2024`. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { contractId, indexId } from "./MasterEntry.ts"
import { checked, malformed, type MasterFormat, outOfScope, rejected, rightOf } from "./MasterFormat.ts"

const Row = Schema.Struct({
  token: Schema.String,
  symbol: Schema.String,
  name: Schema.String,
  expiry: Schema.String,
  strike: Schema.FiniteFromString,
  lotsize: Schema.FiniteFromString,
  instrumenttype: Schema.String,
  exch_seg: Schema.Literals(["NSE", "BSE", "NFO", "BFO"]),
  tick_size: Schema.FiniteFromString
})

const decode = Schema.decodeUnknownResult(Row)

const segments: ReadonlySet<unknown> = new Set(["NSE", "BSE", "NFO", "BFO"])

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

/** `25JAN2024` as `2024-01-25`. */
const dateOf = (text: string): string | null => {
  const match = /^(\d{2})([A-Z]{3})(\d{4})$/.exec(text)
  const month = match === null ? -1 : months.indexOf(match[2] ?? "")
  return match === null || month < 0 ? null : `${match[3]}-${String(month + 1).padStart(2, "0")}-${match[1]}`
}

/** Ticks and strikes are paise with six decimals that are all zero. */
const wholeOf = (paise: number): number | undefined => Number.isInteger(paise) ? paise : undefined

const read: ReturnType<MasterFormat["reader"]> = (raw) => {
  if (!segments.has(raw["exch_seg"])) return outOfScope(String(raw["exch_seg"] ?? "none"))
  const decoded = decode(raw)
  if (Result.isFailure(decoded)) return malformed(decoded.failure)
  const row = decoded.success
  const tickSize = wholeOf(row.tick_size)
  if (tickSize === undefined) return rejected("tick", `${row.symbol} has tick ${row.tick_size} paise`)
  const exchange = row.exch_seg === "NSE" || row.exch_seg === "NFO" ? "NSE" as const : "BSE" as const
  const common = {
    exchange,
    symbol: row.symbol,
    name: row.name,
    token: row.token,
    exchangeToken: row.token,
    isin: null,
    lotSize: row.lotsize,
    tickSize,
    freezeQuantity: null,
    closingAuction: null
  }
  if (row.exch_seg === "NFO" || row.exch_seg === "BFO") {
    const isOption = row.instrumenttype.startsWith("OPT")
    const right = isOption ? rightOf(row.symbol.slice(-2)) : null
    if (isOption && right === null) return rejected("symbol", `${row.symbol} is neither a call nor a put`)
    if (!isOption && !row.instrumenttype.startsWith("FUT")) {
      return rejected("malformed", `${row.symbol}: unknown instrumenttype ${JSON.stringify(row.instrumenttype)}`)
    }
    const contract = {
      ...common,
      kind: isOption ? "option" as const : "future" as const,
      underlying: row.name === "" ? null : row.name,
      expiry: dateOf(row.expiry),
      strike: isOption ? wholeOf(row.strike) ?? null : null,
      right
    }
    return checked({ id: contractId(contract), ...contract })
  }
  const isIndex = row.instrumenttype === "AMXIDX"
  const share = row.symbol.endsWith("-EQ") ? row.symbol.slice(0, -3) : row.symbol
  return checked({
    id: isIndex ? indexId(exchange, row.symbol) : `${exchange}_EQ|${share}`,
    ...common,
    kind: isIndex ? "index" : "equity",
    underlying: null,
    expiry: null,
    strike: null,
    right: null
  })
}

export const angelMaster: MasterFormat = {
  broker: "angel",
  files: ["/OpenAPI_File/files/OpenAPIScripMaster.json"],
  layout: { _tag: "JsonArray" },
  reader: () => read
}
