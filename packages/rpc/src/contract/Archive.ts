/**
 * The candle archive and the downloads that fill it, asked of the engine that owns the database. Dates are Indian
 * (`YYYY-MM-DD`), times epoch ms, minutes counted from 1970-01-01T00:00Z, prices paise.
 */
import { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { ArchiveInterval } from "@keepgaining/core/candles/ArchiveInterval.ts"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { Refused, Unauthorized } from "./Failures.ts"

const ArchiveDate = Schema.String.check(Schema.isPattern(/^\d{4}-\d{2}-\d{2}$/))
const Symbols = (most: number) =>
  Schema.Array(Schema.String.check(Schema.isMaxLength(100))).check(Schema.isMaxLength(most))
const atMost = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 1, maximum }))

export const ArchiveSummary = Schema.Struct({
  instruments: Schema.Int,
  candles: Schema.Finite,
  bytes: Schema.Finite,
  list: Schema.Array(Schema.Struct({
    symbol: Schema.String,
    candles: Schema.Finite,
    bytes: Schema.Finite,
    from: Schema.String,
    to: Schema.String
  })),
  /** Official days of the instruments that were asked about. */
  official: Schema.Struct({
    instruments: Schema.Int,
    days: Schema.Int,
    from: Schema.NullOr(Schema.String),
    to: Schema.NullOr(Schema.String)
  })
})

/** Some official daily candles of one instrument; those of an instrument come in order. */
export const OfficialDaysView = Schema.Struct({
  symbol: Schema.String,
  days: Schema.Array(Schema.Struct({
    date: Schema.String,
    open: Schema.Int,
    high: Schema.Int,
    low: Schema.Int,
    /** The exchange's closing price. */
    close: Schema.Int,
    volume: Schema.Finite,
    /** `null` when nobody told, or there is none. */
    openInterest: Schema.NullOr(Schema.Finite),
    /** `kite:asha`, or the address of a history server. */
    source: Schema.String,
    fetchedAt: Schema.Finite
  }))
})
export type OfficialDaysView = typeof OfficialDaysView.Type

/** Some candles of one instrument, column by column; those of an instrument come in order. */
export const ArchivedCandles = Schema.Struct({
  symbol: Schema.String,
  minute: Schema.Array(Schema.Int),
  open: Schema.Array(Schema.Int),
  high: Schema.Array(Schema.Int),
  low: Schema.Array(Schema.Int),
  close: Schema.Array(Schema.Int),
  volume: Schema.Array(Schema.Int),
  openInterest: Schema.Array(Schema.Int)
})
export type ArchivedCandles = typeof ArchivedCandles.Type

export const SymbolGapsView = Schema.Struct({
  symbol: Schema.String,
  tradingDays: Schema.Int,
  missing: Schema.Array(Schema.Struct({ from: Schema.String, to: Schema.String, days: Schema.Int })),
  thin: Schema.Array(Schema.Struct({ date: Schema.String, candles: Schema.Int, expected: Schema.Int }))
})

const Values = Schema.Struct({
  open: Schema.Int,
  high: Schema.Int,
  low: Schema.Int,
  close: Schema.Int,
  volume: Schema.Int,
  openInterest: Schema.Int
})

export const CandleDifferenceView = Schema.Struct({
  symbol: Schema.String,
  at: Schema.Finite,
  was: Values,
  is: Schema.NullOr(Values),
  replacedAt: Schema.Finite
})

/** Where a download takes candles from: a broker account, or a server that speaks as `history simulate` does. */
export const DownloadSource = Schema.Union([
  Schema.TaggedStruct("Account", { account: Schema.String }),
  Schema.TaggedStruct("Server", { url: Schema.String })
])

/** Minutes, of which the archive makes other lengths, and official days, which it keeps apart from them. */
export const DownloadInterval = Schema.Literals(["1m", "1d"])

export const DownloadProgressView = Schema.Struct({
  chunks: Schema.Int,
  finished: Schema.Int,
  incomplete: Schema.Int,
  failed: Schema.Int,
  candles: Schema.Finite,
  requests: Schema.Finite,
  rateLimited: Schema.Finite,
  candlesPerSecond: Schema.Finite,
  /** Estimate, ms; `undefined` until something is finished. */
  remaining: Schema.UndefinedOr(Schema.Finite)
})

export const DownloadRecord = Schema.Struct({
  id: Schema.String,
  source: Schema.String,
  intervals: Schema.Array(DownloadInterval),
  from: Schema.String,
  to: Schema.String,
  symbols: Schema.Int,
  chunks: Schema.Int,
  planned: Schema.Int,
  done: Schema.Int,
  incomplete: Schema.Int,
  failed: Schema.Int,
  candles: Schema.Finite,
  requests: Schema.Finite,
  repairs: Schema.Struct({ unsorted: Schema.Finite, repeated: Schema.Finite, outside: Schema.Finite }),
  /** Something is to be done yet, and the engine does it when it runs again. */
  goesOn: Schema.Boolean
})

export const DownloadView = Schema.Struct({
  status: DownloadRecord,
  running: Schema.Boolean,
  progress: Schema.UndefinedOr(DownloadProgressView),
  /** Why the last run ended early; empty when it did not. */
  problem: Schema.String,
  /** What has to be so before the engine goes on with it; empty when it does not wait. */
  waiting: Schema.String
})
export type DownloadView = typeof DownloadView.Type

export const DownloadProblem = Schema.Struct({
  symbol: Schema.String,
  interval: DownloadInterval,
  from: Schema.String,
  to: Schema.String,
  state: Schema.Literals(["planned", "done", "incomplete", "failed"]),
  missing: Schema.Array(Schema.String),
  problem: Schema.String
})

const Denied = Schema.Union([Unauthorized, Refused])
const id = { id: Schema.String.check(Schema.isMaxLength(100)) }

/** Candles that one answer may hold: years of one instrument, or a day of the whole market. */
export const MOST_CANDLES = 5_000_000

export class ArchiveRpcs extends RpcGroup.make(
  Rpc.make("ArchiveInfo", {
    payload: { text: Schema.String.check(Schema.isMaxLength(100)), limit: atMost(10_000) },
    success: ArchiveSummary,
    error: Refused
  }),
  /** Ends refused when the answer would be longer than {@link MOST_CANDLES}. */
  Rpc.make("ArchiveCandles", {
    payload: {
      symbols: Symbols(1_000),
      day: Schema.optional(ArchiveDate),
      from: ArchiveDate,
      to: ArchiveDate,
      last: Schema.optional(atMost(1_000_000)),
      interval: ArchiveInterval,
      segment: Schema.optional(Segment),
      adjusted: Schema.Boolean
    },
    success: ArchivedCandles,
    error: Refused,
    stream: true
  }),
  /** The brokers' own daily candles, which are not made of the archive's minutes. */
  Rpc.make("ArchiveOfficialDays", {
    payload: {
      symbols: Symbols(1_000),
      from: ArchiveDate,
      to: ArchiveDate,
      /** Only the newest so many of each. */
      last: Schema.optional(atMost(1_000_000))
    },
    success: OfficialDaysView,
    error: Refused,
    stream: true
  }),
  Rpc.make("ArchiveGaps", {
    payload: {
      symbols: Symbols(100),
      from: Schema.optional(ArchiveDate),
      to: Schema.optional(ArchiveDate),
      segment: Schema.optional(Segment)
    },
    success: Schema.Array(SymbolGapsView),
    error: Refused
  }),
  /** Newest first. */
  Rpc.make("ArchiveDifferences", {
    payload: { limit: atMost(10_000), symbol: Schema.optional(Schema.String) },
    success: Schema.Array(CandleDifferenceView),
    error: Refused
  }),
  /** The newest first. */
  Rpc.make("Downloads", { success: Schema.Array(DownloadView), error: Refused }),
  Rpc.make("DownloadProblems", { payload: id, success: Schema.Array(DownloadProblem), error: Refused }),
  /** How a download goes, at most four times a second, until it does not run any longer. */
  Rpc.make("FollowDownload", { payload: id, success: DownloadView, error: Refused, stream: true }),
  /**
   * The rest needs scope `admin`. Plans candles that are not planned yet (minutes, without intervals) and runs it in the engine;
   * the same request is the same download and goes on, as it does by itself when the engine is started again. Without symbols:
   * what the session watches.
   */
  Rpc.make("StartDownload", {
    payload: {
      source: DownloadSource,
      symbols: Symbols(10_000),
      segment: Schema.optional(Segment),
      intervals: Schema.optional(Schema.Array(DownloadInterval)),
      from: ArchiveDate,
      to: ArchiveDate,
      again: Schema.optional(Schema.Boolean)
    },
    success: DownloadView,
    error: Denied
  }),
  /** What failed or is incomplete, once more; `accept` first takes missing days as days without trades. */
  Rpc.make("RetryDownload", {
    payload: { ...id, accept: Schema.Boolean },
    success: DownloadView,
    error: Denied
  }),
  /** Whether it was running, or would have gone on by itself; it does not any longer. */
  Rpc.make("CancelDownload", { payload: id, success: Schema.Boolean, error: Denied })
) {}
