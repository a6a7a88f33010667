/**
 * Dated rules of the market as CSV files, one a topic, each row with its source: those that come with the engine, and over
 * them the user's own in `rules/` of the data directory. A row of the user's replaces the one with the same key, so a circular
 * can be followed the day it is out, without a release.
 */
import * as Rules from "@keepgaining/core/calendar/CalendarRules.ts"
import { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { CorporateAction } from "@keepgaining/core/candles/adjust.ts"
import { chargeKey, ChargeRow, type ChargeRules, FeeRow, PlanRow } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { type ContractRules, FreezeRow, LotRow } from "@keepgaining/core/contracts/ContractRules.ts"
import { IndexNameRow, IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import { PriceLimitRow, type PriceRules, TickRow } from "@keepgaining/core/contracts/PriceRules.ts"
import { MarginRow } from "@keepgaining/core/margins/MarginRates.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"

/** A rule file cannot be used. Nothing of it was taken. */
export class RuleFileRefused extends Schema.TaggedError<RuleFileRefused>()("RuleFileRefused", {
  file: Schema.String,
  /** From 1; 0 when it is about the file as a whole. */
  line: Schema.Int,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.file}${this.line > 0 ? `:${this.line}` : ""}: ${this.reason}. Correct the row, or remove it`
  }
}

const shipped = path.resolve(import.meta.dirname, "..", "..", "rules")

/** Where a user's own rule files lie. */
export const userFolder = (dataDirectory: string): string => path.join(dataDirectory, "rules")

/** Splits a line of CSV; a quoted field may hold commas, and `""` for a quote. */
const fieldsOf = (line: string): ReadonlyArray<string> => {
  const fields: Array<string> = []
  let field = ""
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i)
    if (quoted && character === "\"" && line.charAt(i + 1) === "\"") {
      field += "\""
      i++
    } else if (character === "\"") quoted = !quoted
    else if (character === "," && !quoted) {
      fields.push(field.trim())
      field = ""
    } else field += character
  }
  fields.push(field.trim())
  return fields
}

const readRows = <A, E>(file: string, schema: Schema.Codec<A, E>): ReadonlyArray<A> => {
  const [header, ...lines] = fs.readFileSync(file, "utf8").replace(/^\ufeff/, "").split(/\r?\n/)
  const columns = fieldsOf(header ?? "")
  const decode = Schema.decodeUnknownResult(schema)
  return lines.flatMap((line, i) => {
    if (line.trim() === "" || line.startsWith("#")) return []
    const fields = fieldsOf(line)
    if (fields.length !== columns.length) {
      const reason = `${fields.length} columns, but the header has ${columns.length} (${columns.join(",")})`
      throw new RuleFileRefused({ file, line: i + 2, reason })
    }
    const row = decode(Object.fromEntries(columns.map((column, at) => [column, fields[at]])))
    if (Result.isSuccess(row)) return [row.success]
    throw new RuleFileRefused({ file, line: i + 2, reason: row.failure.message.replaceAll(/\s+/g, " ") })
  })
}

/** The shipped rows of a topic with the user's over them. */
const topic = <A, E>(
  name: string,
  schema: Schema.Codec<A, E>,
  keyOf: (row: A) => string,
  user: string | undefined
): ReadonlyArray<A> => {
  const rows = new Map(readRows(path.join(shipped, name), schema).map((row) => [keyOf(row), row]))
  const own = user === undefined ? undefined : path.join(user, name)
  if (own !== undefined && fs.existsSync(own)) { for (const row of readRows(own, schema)) rows.set(keyOf(row), row) }
  return Array.from(rows.values())
}

const loading = <A>(user: string | undefined, load: () => A): Effect.Effect<A, RuleFileRefused> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(load())
    } catch (error) {
      return error instanceof RuleFileRefused
        ? error
        : new RuleFileRefused({ file: user ?? shipped, line: 0, reason: String(error) })
    }
  })

const coverage = (user: string | undefined): ReadonlyArray<Rules.CoverageRow> =>
  topic("coverage.csv", Rules.CoverageRow, ({ from, topic: about }) => `${about} ${from}`, user)

const coverageOf = (about: Rules.CoverageRow["topic"], user: string | undefined): ReadonlyArray<Rules.CoverageRow> =>
  coverage(user).filter((row) => row.topic === about)

/** Lots and freeze quantities; `user` is the folder of the user's own files. */
export const loadContractRules = (user?: string): Effect.Effect<ContractRules, RuleFileRefused> =>
  loading(user, () => ({
    lots: topic(
      "lots.csv",
      LotRow,
      ({ first_expiry, from_day, kind, underlying }) => `${underlying} ${kind} ${first_expiry} ${from_day ?? ""}`,
      user
    ),
    freezes: topic(
      "freeze-quantities.csv",
      FreezeRow,
      ({ effective_from, underlying }) => `${underlying} ${effective_from}`,
      user
    )
  }))

/** Tick sizes and price limits; `user` is the folder of the user's own files. */
export const loadPriceRules = (user?: string): Effect.Effect<PriceRules, RuleFileRefused> =>
  loading(user, () => ({
    ticks: topic(
      "tick-sizes.csv",
      TickRow,
      (row) => `${row.exchange} ${row.class} ${row.effective_from} ${row.up_to}`,
      user
    ),
    limits: topic(
      "price-limits.csv",
      PriceLimitRow,
      (row) => `${row.exchange} ${row.rule} ${row.class} ${row.underlying ?? ""} ${row.effective_from}`,
      user
    ),
    coverage: coverageOf("prices", user)
  }))

/** What trades cost: rates and plans of brokerage; `user` is the folder of the user's own files. */
export const loadCharges = (user?: string): Effect.Effect<ChargeRules, RuleFileRefused> =>
  loading(user, () => ({
    rates: topic("charge-rates.csv", ChargeRow, (row) => `${chargeKey(row)} ${row.effective_from}`, user),
    plans: topic("brokerage-plans.csv", PlanRow, (row) => `${row.plan} ${row.class} ${row.effective_from}`, user),
    fees: topic("broker-fees.csv", FeeRow, (row) => `${row.plan} ${row.fee} ${row.effective_from}`, user),
    coverage: coverageOf("charges", user)
  }))

/** Rates of the paper account's margin model; `user` is the folder of the user's own files. */
export const loadMarginRates = (user?: string): Effect.Effect<ReadonlyArray<MarginRow>, RuleFileRefused> =>
  loading(user, () => topic("margin-rates.csv", MarginRow, (row) => `${row.rate} ${row.effective_from}`, user))

/** What indices are called; `user` is the folder of the user's own files. */
export const loadIndexNames = (user?: string): Effect.Effect<IndexNames, RuleFileRefused> =>
  loading(user, () => new IndexNames(topic("index-names.csv", IndexNameRow, ({ symbol }) => symbol, user)))

/** Splits, bonuses and the like; `user` is the folder of the user's own files. */
export const loadCorporateActions = (
  user?: string
): Effect.Effect<ReadonlyArray<CorporateAction>, RuleFileRefused> =>
  loading(user, () =>
    topic(
      "corporate-actions.csv",
      CorporateAction,
      ({ ex_date, kind, symbol }) => `${symbol} ${ex_date} ${kind}`,
      user
    ))

/** Reads the calendar's rules; `user` is the folder of the user's own files. */
export const loadCalendar = (user?: string): Effect.Effect<TradingCalendar, RuleFileRefused> =>
  loading(user, () =>
    new TradingCalendar({
      holidays: topic("holidays.csv", Rules.HolidayRow, ({ date }) => date, user),
      specialSessions: topic(
        "special-sessions.csv",
        Rules.SpecialSessionRow,
        ({ date, segment }) => `${date} ${segment ?? ""}`,
        user
      ),
      phases: topic(
        "session-phases.csv",
        Rules.PhaseRow,
        ({ effective_from, phase, segment }) => `${segment} ${effective_from} ${phase}`,
        user
      ),
      settlementHolidays: topic("settlement-holidays.csv", Rules.SettlementHolidayRow, ({ date }) => date, user),
      expiries: topic(
        "expiries.csv",
        Rules.ExpiryRow,
        ({ effective_from, exchange, family, kind }) => `${exchange} ${family} ${kind} ${effective_from}`,
        user
      ),
      coverage: coverage(user)
    }))
