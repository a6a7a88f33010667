/**
 * Masters in SQL as dated versions: a row a contract and span of days in which the broker said the same of it, so that what
 * the master said on a day stays answerable at the cost of what changed.
 */
import type { OptionRight } from "@keepgaining/core/market/Instrument.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { Database, type DatabaseError } from "../database/Database.ts"
import type { MasterBroker, MasterEntry } from "./master/MasterEntry.ts"
import type { MasterAccount } from "./master/MasterReader.ts"
import { MasterRefused } from "./MasterRefused.ts"
import * as Report from "./MasterReport.ts"

/** How much of yesterday's master must still be there for today's to be believed. */
export interface Plausibility {
  /** Instruments that a master has at least, also the first one. */
  readonly fewest: number
  /** Share of yesterday's instruments, without those that expired, that must still be there; in all and in each segment. */
  readonly kept: number
  /** Share of rows in scope that may be rejected. */
  readonly rejected: number
}

export const plausibility: Plausibility = { fewest: 1_000, kept: 0.9, rejected: 0.01 }

/** Instruments that any segment may lose in a day, however few it has; but not all of them. */
const SMALL_LOSS = 5

export interface MasterRecord {
  readonly broker: MasterBroker
  /** In India. */
  readonly day: string
  readonly fetchedAt: Date
  /** Bytes received. */
  readonly bytes: number
  readonly instruments: number
  readonly account: MasterAccount
  readonly report: Report.MasterReport
}

export class InstrumentStore extends Context.Service<InstrumentStore, {
  /** Forgets what was staged for the broker before. */
  readonly clearStage: (broker: MasterBroker) => Effect.Effect<void, DatabaseError>
  readonly stage: (broker: MasterBroker, entries: ReadonlyArray<MasterEntry>) => Effect.Effect<void, DatabaseError>
  /**
   * Makes what is staged the broker's master of the day, all or nothing; a master of the same day is replaced. Refused when
   * it is implausible beside the one before, or older than the newest.
   */
  readonly commit: (
    master: Omit<MasterRecord, "report" | "instruments">,
    rules: Plausibility
  ) => Effect.Effect<MasterRecord, DatabaseError | MasterRefused>
  /** The newest of the broker's masters, or the newest up to a day. */
  readonly master: (broker: MasterBroker, day?: string) => Effect.Effect<MasterRecord | undefined, DatabaseError>
  /** What the master in force on the day said, all of it, in no order; the newest without a day. */
  readonly entries: (broker: MasterBroker, day?: string) => Effect.Effect<ReadonlyArray<MasterEntry>, DatabaseError>
  /** Symbols of the shares whose close an auction makes, as the newest masters of all brokers say. */
  readonly closingAuctions: Effect.Effect<ReadonlySet<string>, DatabaseError>
  /** Every version of an instrument, or of whatever had the token, oldest first. */
  readonly versions: (
    broker: MasterBroker,
    of: { readonly id: string } | { readonly token: string }
  ) => Effect.Effect<ReadonlyArray<EntryVersion>, DatabaseError>
  /** What the master of that day changed; none for a day without a master. */
  readonly changes: (broker: MasterBroker, day: string) => Effect.Effect<ReadonlyArray<Report.Change>, DatabaseError>
}>()("@keepgaining/engine/instruments/InstrumentStore") {}

export interface EntryVersion {
  readonly since: string
  /** First day on which it was no longer so. */
  readonly until: string | null
  readonly entry: MasterEntry
}

const columns =
  `id, exchange, kind, symbol, name, token, exchange_token, isin, underlying, expiry, strike, option_right,
  lot_size, tick_size, freeze_quantity, closing_auction, share_group`

/** As selected below: dates as text, because a `date` has no time zone to be read in. */
const selected = `id, exchange, kind, symbol, name, token, exchange_token, isin, underlying, expiry::text as expiry,
  strike::float8 as strike, option_right, lot_size, tick_size, freeze_quantity,
  closing_auction, share_group`

interface EntryRow {
  readonly id: string
  readonly exchange: MasterEntry["exchange"]
  readonly kind: MasterEntry["kind"]
  readonly symbol: string
  readonly name: string
  readonly token: string
  readonly exchange_token: string
  readonly isin: string | null
  readonly underlying: string | null
  readonly expiry: string | null
  readonly strike: number | null
  readonly option_right: OptionRight | null
  readonly lot_size: number
  readonly tick_size: number
  readonly freeze_quantity: number | null
  readonly closing_auction: boolean | null
  readonly share_group: string | null
}

const entryOf = (row: EntryRow): MasterEntry => ({
  id: row.id,
  exchange: row.exchange,
  kind: row.kind,
  symbol: row.symbol,
  name: row.name,
  token: row.token,
  exchangeToken: row.exchange_token,
  isin: row.isin,
  underlying: row.underlying,
  expiry: row.expiry,
  strike: row.strike,
  right: row.option_right,
  lotSize: row.lot_size,
  tickSize: row.tick_size,
  freezeQuantity: row.freeze_quantity,
  closingAuction: row.closing_auction,
  ...(row.share_group === null ? {} : { group: row.share_group })
})

const rowOf = (entry: MasterEntry): EntryRow => ({
  id: entry.id,
  exchange: entry.exchange,
  kind: entry.kind,
  symbol: entry.symbol,
  name: entry.name,
  token: entry.token,
  exchange_token: entry.exchangeToken,
  isin: entry.isin,
  underlying: entry.underlying,
  expiry: entry.expiry,
  strike: entry.strike,
  option_right: entry.right,
  lot_size: entry.lotSize,
  tick_size: entry.tickSize,
  freeze_quantity: entry.freezeQuantity,
  closing_auction: entry.closingAuction,
  share_group: entry.group ?? null
})

interface MasterRow {
  readonly day: string
  readonly fetched_at: Date
  readonly bytes: number
  readonly instruments: number
  readonly account: MasterAccount
  readonly report: Report.MasterReport
}

/** In words a caller can act upon, or nothing when the staged master can be believed. */
const implausible = (
  { account, day }: Omit<MasterRecord, "report" | "instruments">,
  rules: Plausibility,
  kept: ReadonlyArray<{ readonly segment: string; readonly alive: number; readonly kept: number }>
): string | undefined => {
  if (account.taken < rules.fewest) {
    return `it has ${account.taken} instruments of NSE and BSE, fewer than ${rules.fewest}: the file is short or another one`
  }
  const rejected = Object.values(account.rejected).reduce((sum, count) => sum + count, 0)
  if (rejected > rules.rejected * (rejected + account.taken)) {
    return `${rejected} of ${rejected + account.taken} rows were rejected: ${account.examples.join("; ")}`
  }
  const lost = kept.filter((row) =>
    row.kept === 0 || row.alive - row.kept > Math.max(SMALL_LOSS, (1 - rules.kept) * row.alive)
  )
  return lost.length === 0 ?
    undefined :
    lost.map((row) =>
      `${row.segment}: only ${row.kept} of the ${row.alive} instruments that had not expired by ${day} are still there`
    ).join("; ")
}

const commitStaged = (
  sql: SqlClient.SqlClient,
  master: Omit<MasterRecord, "report" | "instruments">,
  rules: Plausibility
) =>
  Effect.gen(function*() {
    const { account, broker, bytes, day, fetchedAt } = master
    const refused = (reason: string) => new MasterRefused({ broker, day, reason })
    // Two processes may share a server: one master of a broker at a time.
    yield* sql`select pg_advisory_xact_lock(hashtext(${`keepgaining instruments ${broker}`}))`
    const [newest] = yield* sql<{ readonly day: string }>`
      select max(day)::text as day from instrument_masters where broker = ${broker} having max(day) is not null`
    if (newest !== undefined && newest.day > day) {
      return yield* refused(`a master of ${newest.day} is there already, and history is not rewritten`)
    }
    const [staged] = yield* sql<{ readonly count: number }>`
      select count(*)::int4 as count from instrument_staging where broker = ${broker}`
    if (staged?.count !== account.taken) {
      return yield* refused(`${staged?.count ?? 0} of ${account.taken} instruments arrived: another sync ran meanwhile`)
    }
    // A second master of the day takes the place of the first.
    yield* sql`delete from instrument_versions where broker = ${broker} and since = ${day}::text::date`
    yield* sql`update instrument_versions set until = null where broker = ${broker} and until = ${day}::text::date`
    // Without statistics (PGlite never gathers them by itself) the joins below are planned for a handful of rows.
    yield* sql.unsafe("analyze instrument_staging, instrument_versions")
    // All of it is joined with all of it. Told that a table is empty or small, the planner would go through the rows that
    // are being inserted once for each of them.
    yield* sql.unsafe("set local enable_nestloop = off")
    const kept = yield* sql<{ readonly segment: string; readonly alive: number; readonly kept: number }>`
      select split_part(old.id, '|', 1) as segment, count(*)::int4 as alive, count(new.id)::int4 as kept
      from instrument_versions as old
      left join instrument_staging as new on new.broker = ${broker} and new.id = old.id
      where old.broker = ${broker} and old.until is null and (old.expiry is null or old.expiry >= ${day}::text::date)
      group by 1 order by 1`
    const problem = implausible(master, rules, kept)
    if (problem !== undefined) return yield* refused(problem)
    yield* sql.unsafe(
      `update instrument_versions as old set until = $2::text::date
       where old.broker = $1 and old.until is null and not exists (
         select from instrument_staging as new where new.broker = $1 and new.id = old.id
           and (${valuesOf("new")}) is not distinct from (${valuesOf("old")}))`,
      [broker, day]
    )
    yield* sql.unsafe(
      `insert into instrument_versions (broker, since, ${columns})
       select $1, $2::text::date, ${columns} from instrument_staging as new
       where new.broker = $1 and not exists (
         select from instrument_versions as old where old.broker = $1 and old.id = new.id and old.until is null)`,
      [broker, day]
    )
    const report = Report.summarise(yield* changesOf(sql, broker, day))
    yield* sql`
      insert into instrument_masters (broker, day, fetched_at, bytes, instruments, account, report)
      values (${broker}, ${day}::text::date, ${fetchedAt}, ${bytes}::float8, ${account.taken}::int4,
        ${JSON.stringify(account)}::text::jsonb, ${JSON.stringify(report)}::text::jsonb)
      on conflict (broker, day) do update set fetched_at = excluded.fetched_at, bytes = excluded.bytes,
        instruments = excluded.instruments, account = excluded.account, report = excluded.report`
    yield* sql`delete from instrument_staging where broker = ${broker}`
    return { ...master, instruments: account.taken, report }
  })

/** The columns whose change makes a new version. */
const valuesOf = (table: string): string =>
  columns.split(",").map((column) => `${table}.${column.trim()}`).filter((column) => !column.endsWith(".id")).join(", ")

const changesOf = (
  sql: SqlClient.SqlClient,
  broker: MasterBroker,
  day: string
): Effect.Effect<ReadonlyArray<Report.Change>, SqlError> =>
  Effect.gen(function*() {
    const before = yield* sql.unsafe<EntryRow>(
      `select ${selected} from instrument_versions where broker = $1 and until = $2::text::date`,
      [broker, day]
    )
    const [first] = yield* sql<{ readonly first: boolean }>`
      select min(since) = ${day}::text::date as first from instrument_versions where broker = ${broker}`
    // The first master is no change of anything.
    if (first?.first === true) return []
    const after = yield* sql.unsafe<EntryRow>(
      `select ${selected} from instrument_versions where broker = $1 and since = $2::text::date`,
      [broker, day]
    )
    return Report.compare(before.map(entryOf), after.map(entryOf), day)
  })

const make = Effect.map(Database, ({ run }) => {
  const withSql = <A>(use: (sql: SqlClient.SqlClient) => Effect.Effect<A, SqlError>) =>
    run(Effect.flatMap(SqlClient.SqlClient, use))
  return InstrumentStore.of({
    clearStage: (broker) =>
      Effect.asVoid(withSql((sql) =>
        // PGlite has no autovacuum: without this the table would grow by a master with every sync.
        Effect.andThen(sql`delete from instrument_staging where broker = ${broker}`, sql`vacuum instrument_staging`)
      )),
    stage: (broker, entries) =>
      Effect.asVoid(withSql((sql) =>
        sql.unsafe(
          `insert into instrument_staging (broker, ${columns})
           select $1, ${columns} from json_populate_recordset(null::instrument_staging, $2::text::json)`,
          [broker, JSON.stringify(entries.map(rowOf))]
        )
      )),
    commit: (master, rules) =>
      withSql((sql) =>
        sql.withTransaction(commitStaged(sql, master, rules)).pipe(
          Effect.map(Result.succeed),
          // Raised inside, so that the transaction rolls back; a value outside, because the database did its part.
          Effect.catchTag("MasterRefused", (refused) => Effect.succeed(Result.fail(refused)))
        )
      ).pipe(Effect.flatMap((result) => Effect.fromResult(result))),
    master: (broker, day = "9999-12-31") =>
      withSql((sql) =>
        sql<MasterRow>`
          select day::text as day, fetched_at, bytes::float8 as bytes, instruments, account, report
          from instrument_masters where broker = ${broker} and day <= ${day}::text::date order by day desc limit 1`
      ).pipe(Effect.map(([row]) =>
        row === undefined ? undefined : {
          broker,
          day: row.day,
          fetchedAt: row.fetched_at,
          bytes: row.bytes,
          instruments: row.instruments,
          account: row.account,
          report: row.report
        }
      )),
    entries: (broker, day) =>
      withSql((sql) =>
        day === undefined
          ? sql.unsafe<EntryRow>(
            `select ${selected} from instrument_versions where broker = $1 and until is null`,
            [broker]
          )
          : sql.unsafe<EntryRow>(
            `select ${selected} from instrument_versions
             where broker = $1 and since <= $2::text::date and (until is null or until > $2::text::date)`,
            [broker, day]
          )
      ).pipe(Effect.map((rows) => rows.map(entryOf))),
    closingAuctions: withSql((sql) =>
      sql.unsafe<{ readonly symbol: string }>(
        // One broker's word on the share itself comes before what follows from derivatives.
        `select shares.exchange || ':' || split_part(shares.id, '|', 2) as symbol
         from instrument_versions as shares
         left join (
           select distinct exchange, underlying from instrument_versions
           where until is null and underlying is not null
         ) as written on written.exchange = shares.exchange and written.underlying = split_part(shares.id, '|', 2)
         where shares.until is null and shares.kind = 'equity'
         group by 1
         having coalesce(bool_or(shares.closing_auction), bool_or(written.underlying is not null))`
      )
    ).pipe(Effect.map((rows) => new Set(rows.map(({ symbol }) => symbol)))),
    versions: (broker, of) =>
      withSql((sql) =>
        sql.unsafe<EntryRow & { readonly since: string; readonly until: string | null }>(
          `select since::text as since, until::text as until, ${selected} from instrument_versions
           where broker = $1 and ${"id" in of ? "id" : "token"} = $2 order by instrument_versions.since`,
          [broker, "id" in of ? of.id : of.token]
        )
      ).pipe(Effect.map((rows) => rows.map((row) => ({ since: row.since, until: row.until, entry: entryOf(row) })))),
    changes: (broker, day) => withSql((sql) => changesOf(sql, broker, day))
  })
})

export const layer: Layer.Layer<InstrumentStore, never, Database> = Layer.effect(InstrumentStore, make)
