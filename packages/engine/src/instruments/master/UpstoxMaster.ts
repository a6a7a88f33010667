/** Upstox: `complete.json.gz`, a JSON array, strikes in rupees, expiries in epoch milliseconds. */
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { Exchange } from "@keepgaining/core/market/Instrument.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { contractId, groupOf, indexId, type MasterEntry, shareId } from "./MasterEntry.ts"
import {
  checked,
  malformed,
  type MasterFormat,
  outOfScope,
  paiseOf,
  type RawRow,
  rejected,
  rightOf
} from "./MasterFormat.ts"

const Row = Schema.Struct({
  segment: Schema.String,
  exchange: Exchange,
  instrument_type: Schema.String,
  instrument_key: Schema.NonEmptyString,
  exchange_token: Schema.String,
  trading_symbol: Schema.NonEmptyString,
  name: Schema.optionalKey(Schema.String),
  isin: Schema.optionalKey(Schema.String),
  lot_size: Schema.optionalKey(Schema.Finite),
  tick_size: Schema.optionalKey(Schema.Finite),
  freeze_quantity: Schema.optionalKey(Schema.Finite),
  /** Since August 2026; a value that is none of ours must not cost the row. */
  cas_eligible: Schema.optionalKey(Schema.Unknown),
  underlying_symbol: Schema.optionalKey(Schema.String),
  expiry: Schema.optionalKey(Schema.Finite),
  strike_price: Schema.optionalKey(Schema.Finite)
})

const decode = Schema.decodeUnknownResult(Row)

const segments: ReadonlySet<unknown> = new Set(["NSE_EQ", "BSE_EQ", "NSE_INDEX", "BSE_INDEX", "NSE_FO", "BSE_FO"])

/** Latest instant that `Date` can show. */
const LAST_INSTANT = 8.64e15 - 86_400_000

/** What ticks are in; `auto`: by what the file looks like. */
export const UpstoxTickUnit = Schema.Literals(["auto", "rupees", "paise"])
export type UpstoxTickUnit = typeof UpstoxTickUnit.Type

/**
 * The master does not say whether ticks are rupees or paise, and both have been seen. No tick of a share is below one paisa and
 * most are a few paise, so a value below 1 can only be rupees. Currencies have ticks below a paisa: they say nothing, and
 * contracts speak only for a sample without shares.
 */
const ticksInRupees = (sample: ReadonlyArray<RawRow>): boolean => {
  const shares = sample.filter(({ segment }) => segment === "NSE_EQ" || segment === "BSE_EQ")
  const telling = shares.length > 0 ? shares : sample.filter(({ segment }) => segments.has(segment))
  return telling.some(({ tick_size: tick }) => typeof tick === "number" && tick > 0 && tick < 1)
}

const readerOf = (unit: UpstoxTickUnit): MasterFormat["reader"] => (sample) => {
  const inRupees = unit === "auto" ? ticksInRupees(sample) : unit === "rupees"
  return (raw) => {
    if (!segments.has(raw["segment"])) return outOfScope(String(raw["segment"] ?? "none"))
    const decoded = decode(raw)
    if (Result.isFailure(decoded)) return malformed(decoded.failure)
    const row = decoded.success
    const tick = row.tick_size ?? 0
    const tickSize = inRupees ? paiseOf(tick) : Number.isInteger(tick) ? tick : undefined
    if (tickSize === undefined) {
      return rejected("tick", `${row.trading_symbol} has tick ${tick} in a file in ${inRupees ? "rupees" : "paise"}`)
    }
    const common = {
      exchange: row.exchange,
      symbol: row.trading_symbol,
      name: row.name ?? "",
      token: row.instrument_key,
      exchangeToken: row.exchange_token,
      isin: row.isin ?? null,
      lotSize: row.lot_size ?? 0,
      tickSize,
      freezeQuantity: row.freeze_quantity === undefined ? null : Math.trunc(row.freeze_quantity),
      closingAuction: typeof row.cas_eligible === "boolean" && row.segment.endsWith("_EQ") ? row.cas_eligible : null
    }
    if (row.segment.endsWith("_FO")) {
      const right = rightOf(row.instrument_type)
      if (right === null && row.instrument_type !== "FUT") {
        return rejected("malformed", `${row.trading_symbol}: unknown instrument_type ${row.instrument_type}`)
      }
      const contract = {
        ...common,
        kind: right === null ? "future" as const : "option" as const,
        underlying: row.underlying_symbol ?? null,
        expiry: row.expiry === undefined || !(Math.abs(row.expiry) < LAST_INSTANT) ? null : formatIstDate(row.expiry),
        strike: right === null ? null : paiseOf(row.strike_price ?? 0) ?? null,
        right
      }
      return checked({ id: contractId(contract), ...contract })
    }
    const cash: Omit<MasterEntry, "id" | "kind"> = {
      ...common,
      underlying: null,
      expiry: null,
      strike: null,
      right: null
    }
    return checked(
      row.segment.endsWith("_INDEX")
        ? { id: indexId(row.exchange, common.name === "" ? common.symbol : common.name), ...cash, kind: "index" }
        : {
          id: shareId(row.exchange, common.symbol, row.instrument_type),
          ...cash,
          kind: "equity",
          ...groupOf(row.exchange, row.instrument_type)
        }
    )
  }
}

export const upstoxMaster = (unit: UpstoxTickUnit): MasterFormat => ({
  broker: "upstox",
  files: ["/market-quote/instruments/exchange/complete.json.gz"],
  layout: { _tag: "JsonArray" },
  reader: readerOf(unit)
})
