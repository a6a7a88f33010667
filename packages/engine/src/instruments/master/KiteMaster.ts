/** Kite: one CSV with a header, strikes and ticks in rupees, expiries as dates. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { contractId, indexId, IsoDate } from "./MasterEntry.ts"
import { checked, malformed, type MasterFormat, outOfScope, paiseOf, rejected, rightOf } from "./MasterFormat.ts"

const Row = Schema.Struct({
  instrument_token: Schema.String,
  exchange_token: Schema.String,
  tradingsymbol: Schema.String,
  name: Schema.String,
  expiry: Schema.Union([Schema.Literal(""), IsoDate]),
  strike: Schema.FiniteFromString,
  tick_size: Schema.FiniteFromString,
  lot_size: Schema.FiniteFromString,
  instrument_type: Schema.Literals(["EQ", "FUT", "CE", "PE"]),
  segment: Schema.String,
  exchange: Schema.Literals(["NSE", "BSE", "NFO", "BFO"])
})

const decode = Schema.decodeUnknownResult(Row)

const cash: ReadonlySet<unknown> = new Set(["NSE", "BSE"])
const derivatives: ReadonlySet<unknown> = new Set(["NFO-OPT", "NFO-FUT", "BFO-OPT", "BFO-FUT"])

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

/** The underlying of a contract whose row has no name: its symbol without the expiry, strike and right it ends in. */
const underlyingIn = (symbol: string, expiry: string, strike: string): string | null => {
  const [year = "", month = "", day = ""] = expiry.split("-")
  const yy = year.slice(2)
  const monthly = `${yy}${months[Number(month) - 1]}`
  const weekly = `${yy}${"123456789OND"[Number(month) - 1]}${day}`
  const end = [`${monthly}${strike}`, `${weekly}${strike}`].find((text) => symbol.endsWith(text))
  return end === undefined || end.length === symbol.length ? null : symbol.slice(0, -end.length)
}

const read: ReturnType<MasterFormat["reader"]> = (raw) => {
  const { exchange, segment } = raw
  // Indices of all venues share a segment.
  const isIndex = segment === "INDICES" && cash.has(exchange)
  if (!isIndex && !cash.has(segment) && !derivatives.has(segment)) return outOfScope(`${segment}/${exchange}`)
  const decoded = decode(raw)
  if (Result.isFailure(decoded)) return malformed(decoded.failure)
  const row = decoded.success
  const tickSize = paiseOf(row.tick_size)
  if (tickSize === undefined) return rejected("tick", `${row.tradingsymbol} has tick ${row.tick_size}`)
  const venue = row.exchange === "NSE" || row.exchange === "NFO" ? "NSE" as const : "BSE" as const
  const common = {
    exchange: venue,
    symbol: row.tradingsymbol,
    name: row.name,
    token: row.instrument_token,
    exchangeToken: row.exchange_token,
    isin: null,
    lotSize: row.lot_size,
    tickSize,
    freezeQuantity: null,
    closingAuction: null
  }
  if (derivatives.has(row.segment)) {
    const right = rightOf(row.instrument_type)
    const contract = {
      ...common,
      kind: right === null ? "future" as const : "option" as const,
      underlying: row.name === ""
        ? underlyingIn(row.tradingsymbol, row.expiry, right === null ? "FUT" : `${row.strike}${right}`)
        : row.name,
      expiry: row.expiry === "" ? null : row.expiry,
      strike: right === null ? null : paiseOf(row.strike) ?? null,
      right
    }
    return checked({ id: contractId(contract), ...contract })
  }
  // The symbol carries its series already: `CENTRALBK-BE`.
  return checked({
    id: isIndex ? indexId(venue, row.tradingsymbol) : `${venue}_EQ|${row.tradingsymbol}`,
    ...common,
    kind: isIndex ? "index" : "equity",
    underlying: null,
    expiry: null,
    strike: null,
    right: null
  })
}

export const kiteMaster: MasterFormat = {
  broker: "kite",
  files: ["/instruments"],
  layout: {
    _tag: "CsvWithHeader",
    columns: [
      "instrument_token",
      "exchange_token",
      "tradingsymbol",
      "name",
      "expiry",
      "strike",
      "tick_size",
      "lot_size",
      "instrument_type",
      "segment",
      "exchange"
    ]
  },
  reader: () => read
}
