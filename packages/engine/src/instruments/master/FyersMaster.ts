/** Fyers: a CSV a segment, without a header, strikes and ticks in rupees, expiries in epoch seconds. */
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { contractId, groupOf, indexId, shareId } from "./MasterEntry.ts"
import { checked, malformed, type MasterFormat, outOfScope, paiseOf, rejected, rightOf } from "./MasterFormat.ts"

const Row = Schema.Struct({
  fyToken: Schema.String,
  details: Schema.String,
  instrumentType: Schema.FiniteFromString,
  lot: Schema.FiniteFromString,
  tick: Schema.FiniteFromString,
  isin: Schema.String,
  expiry: Schema.Union([Schema.Literal(""), Schema.FiniteFromString]),
  ticker: Schema.String,
  exchange: Schema.Literals(["10", "12"]),
  segment: Schema.Literals(["10", "11"]),
  scripCode: Schema.String,
  underlying: Schema.String,
  strike: Schema.Union([Schema.Literal(""), Schema.FiniteFromString]),
  optionType: Schema.String
})

const decode = Schema.decodeUnknownResult(Row)

/** Code of an index among the instrument types of the cash segment. */
const INDEX = 10
/** Latest second that `Date` can show. */
const LAST_SECOND = 8.64e12 - 86_400

const read: ReturnType<MasterFormat["reader"]> = (raw) => {
  const { exchange, segment } = raw
  if ((exchange !== "10" && exchange !== "12") || (segment !== "10" && segment !== "11")) {
    return outOfScope(`exchange ${exchange} segment ${segment}`)
  }
  const decoded = decode(raw)
  if (Result.isFailure(decoded)) return malformed(decoded.failure)
  const row = decoded.success
  const tickSize = paiseOf(row.tick)
  if (tickSize === undefined) return rejected("tick", `${row.ticker} has tick ${row.tick}`)
  const venue = row.exchange === "10" ? "NSE" as const : "BSE" as const
  const common = {
    exchange: venue,
    symbol: row.ticker,
    name: row.details,
    token: row.fyToken,
    exchangeToken: row.scripCode,
    isin: row.isin === "" ? null : row.isin,
    lotSize: row.lot,
    tickSize,
    freezeQuantity: null,
    closingAuction: null
  }
  if (row.segment === "11") {
    const right = rightOf(row.optionType)
    const contract = {
      ...common,
      kind: right === null ? "future" as const : "option" as const,
      underlying: row.underlying === "" ? null : row.underlying,
      expiry: row.expiry === "" || !(row.expiry > 0 && row.expiry < LAST_SECOND)
        ? null
        : formatIstDate(row.expiry * 1_000),
      strike: right === null || row.strike === "" ? null : paiseOf(row.strike) ?? null,
      right
    }
    return checked({ id: contractId(contract), ...contract })
  }
  const match = /^(?:NSE|BSE):(.+)-([A-Z0-9]+)$/.exec(row.ticker)
  if (match === null) return rejected("symbol", `${JSON.stringify(row.ticker)} is not EXCHANGE:SYMBOL-SERIES`)
  const [, name = "", series = ""] = match
  const isIndex = row.instrumentType === INDEX
  return checked({
    id: isIndex ? indexId(venue, name) : shareId(venue, name, series),
    ...common,
    ...(isIndex ? {} : groupOf(venue, series)),
    kind: isIndex ? "index" : "equity",
    underlying: null,
    expiry: null,
    strike: null,
    right: null
  })
}

export const fyersMaster: MasterFormat = {
  broker: "fyers",
  files: ["NSE_CM", "NSE_FO", "BSE_CM", "BSE_FO"].map((name) => `/sym_details/${name}.csv`),
  layout: {
    _tag: "CsvByPosition",
    columns: [
      "fyToken",
      "details",
      "instrumentType",
      "lot",
      "tick",
      "isin",
      "tradingSession",
      "updated",
      "expiry",
      "ticker",
      "exchange",
      "segment",
      "scripCode",
      "underlying",
      "underlyingScripCode",
      "strike",
      "optionType",
      "underlyingFyToken"
    ]
  },
  reader: () => read
}
