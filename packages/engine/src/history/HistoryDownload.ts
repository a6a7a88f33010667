/**
 * Brings candles from a history server into the archive: plans what is lacking, asks within the server's limits, checks and
 * repairs, writes, and only then notes a chunk as done. It may be interrupted or killed at any moment and goes on with the
 * chunks that are not noted; one that was written but not noted is asked for again and changes nothing.
 */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { DateNotCovered, TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { createHash } from "node:crypto"
import type { ArchiveDamaged, CandlesRefused } from "../archive/ArchiveError.ts"
import { CandleArchive, type NamedCandles } from "../archive/CandleArchive.ts"
import { type OfficialAnswer, OfficialDays } from "../archive/OfficialDays.ts"
import type { DatabaseError } from "../database/Database.ts"
import { type AnswerForm, noRepairs } from "./AnswerForm.ts"
import { dayAnswers } from "./dayAnswers.ts"
import { type DownloadInterval, intervalsOf } from "./DownloadInterval.ts"
import { type DownloadProgress, progressOf } from "./downloadProgress.ts"
import { DownloadRecords, type DownloadStatus, type FinishedChunk, type NumberedChunk } from "./DownloadRecords.ts"
import { fetchChunk, type FetchedChunk } from "./fetchChunk.ts"
import type { HistoryUnauthorised } from "./HistoryError.ts"
import { HistoryPort } from "./HistoryPort.ts"
import { minuteAnswers } from "./minuteAnswers.ts"
import { type Chunk, DownloadRefused, planChunks } from "./planChunks.ts"
import { makeRequestGate, memoryOf } from "./RequestGate.ts"
import type { AnswerSizes } from "./settleDays.ts"

export interface DownloadInstrument {
  /** `NSE:RELIANCE`. */
  readonly symbol: string
  /** Whose hours it has. */
  readonly segment: Segment
}

export interface DownloadRequest {
  readonly instruments: ReadonlyArray<DownloadInstrument>
  readonly intervals: ReadonlyArray<DownloadInterval>
  /** Indian dates, both included. */
  readonly from: string
  readonly to: string
  /**
   * Plans anew what was planned before, asking again for minutes that the archive lacks and for all official days, which cost
   * a request or two; otherwise the earlier plan goes on.
   */
  readonly again?: boolean
}

export interface RunOptions {
  /** Attempts at a request after the first, while failures may pass by themselves; 8 when not given. */
  readonly retries?: number
  readonly onProgress?: (progress: DownloadProgress) => void
}

type ArchiveFailure = DatabaseError | ArchiveDamaged | CandlesRefused

export class HistoryDownload extends Context.Service<HistoryDownload, {
  /** Notes what is to be done. The same request has the same download: planned once, however often it is asked for. */
  readonly plan: (
    request: DownloadRequest
  ) => Effect.Effect<DownloadStatus, DownloadRefused | DateNotCovered | ArchiveFailure>
  /**
   * Does what is planned, and ends when each chunk is done, incomplete or failed. Fails when to go on is no use: the token
   * is refused, or the archive does not take candles. Interrupting it stops it; either way it can be run again.
   */
  readonly run: (
    id: string,
    options?: RunOptions
  ) => Effect.Effect<DownloadStatus, DownloadRefused | DateNotCovered | HistoryUnauthorised | ArchiveFailure>
}>()("@keepgaining/engine/history/HistoryDownload") {}

/** Chunks read at a time. */
const PAGE = 1_000
/** Candles that are written together, about. */
const WRITTEN_TOGETHER = 400_000

const idOf = (source: string, { from, instruments, intervals, to }: DownloadRequest): string => {
  const names = instruments.map(({ segment, symbol }) => `${symbol} ${segment}`).sort()
  const kinds = intervalsOf(intervals).join(",")
  return createHash("sha256").update(JSON.stringify([source, kinds, from, to, names])).digest("hex").slice(0, 12)
}

/** Candles of a chunk on their way into the archive: of a kind, with what is noted of them. */
type Fetched =
  & { readonly finished: FinishedChunk; readonly length: number }
  & (
    | { readonly interval: "1m"; readonly minutes: NamedCandles }
    | { readonly interval: "1d"; readonly days: OfficialAnswer }
  )

/** The database is busy or away, which may pass. */
const away = (error: ArchiveFailure): boolean => error._tag === "DatabaseError" && error.reason !== "refused"

const patiently = <A>(effect: Effect.Effect<A, ArchiveFailure>): Effect.Effect<A, ArchiveFailure> =>
  Effect.retry(effect, {
    while: away,
    schedule: Schedule.exponential("500 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 6 }))
  })

/**
 * Days without candles, confirmed by the server, are in order where nothing says that there was trading: of an instrument that
 * seldom trades, or, of official days, of a contract, which is listed late and ends. Of others they are missing.
 */
const isAccepted = ({ interval, segment }: Chunk, liquid: boolean | undefined): boolean =>
  interval === "1d" ? segment === "derivatives" : liquid === false

const finishedOf = <A>(
  form: AnswerForm<A>,
  chunk: NumberedChunk,
  { asked, candles, empty, liquid, repairs, unsettled }: FetchedChunk<A>
): FinishedChunk => {
  const accepted = isAccepted(chunk, liquid)
  const missing = [...unsettled, ...(accepted ? [] : empty)].sort()
  const problem = unsettled.length > 0
    ? "the server answers differently each time it is asked"
    : missing.length > 0
    ? "the server has no candles of these days"
    : ""
  return {
    number: chunk.number,
    state: unsettled.length > 0 ? "failed" : missing.length > 0 ? "incomplete" : "done",
    requests: asked,
    candles: form.length(candles),
    checksum: form.checksum(candles),
    repairs,
    empty: accepted ? empty : [],
    missing,
    problem
  }
}

/** For a port that is provided; what it counts of the server's limits ends with the scope. */
export const makeDownload = (calendar: TradingCalendar) =>
  Effect.gen(function*() {
    const archive = yield* CandleArchive
    const official = yield* OfficialDays
    const records = yield* DownloadRecords
    const port = yield* HistoryPort
    const { capabilities, source } = port
    const gate = yield* makeRequestGate(source, capabilities)
    const sizes: Readonly<Record<DownloadInterval, AnswerSizes>> = { "1m": { longest: 0 }, "1d": { longest: 0 } }

    const memory = memoryOf(capabilities.limits)
    let remembered = memory === 0
    /** Once: what an earlier process asked counts against the server's longer limits. */
    const remembering = Effect.suspend(() =>
      remembered ? Effect.void : Effect.map(patiently(records.answered(source, memory)), (sent) => {
        if (!remembered) gate.remember(sent)
        remembered = true
      })
    )

    /** Days of the range that the archive has, as far as they can be had. */
    const hadDays = (
      { segment, symbol }: DownloadInstrument,
      { again = false, from, to }: DownloadRequest,
      interval: DownloadInterval
    ): Effect.Effect<ReadonlySet<string>, ArchiveFailure> =>
      Effect.gen(function*() {
        const answered = new Set<string>()
        const had = new Set<string>()
        if (interval === "1d" && again) return had
        for (const chunk of yield* records.known(source, symbol, interval)) {
          const days = Result.getOrElse(calendar.tradingDays(chunk.from, chunk.to), () => [])
          for (const date of days) answered.add(date)
          for (const date of chunk.missing) answered.delete(date)
          for (const date of chunk.empty) had.add(date)
        }
        if (interval === "1d") {
          // Another source's day is no answer of this one: what this one says of it later stands.
          for (const { date } of yield* official.read(symbol, { from, to })) if (answered.has(date)) had.add(date)
          return had
        }
        for (const { candles, date } of yield* archive.days(symbol, from, to)) {
          const expected = Result.getOrElse(calendar.expectedCandles(date, segment, 1), () => undefined)
          if (answered.has(date) || (expected !== undefined && candles >= expected)) had.add(date)
        }
        return had
      })

    const plan = (request: DownloadRequest) =>
      Effect.gen(function*() {
        const { from, instruments, to } = request
        const intervals = intervalsOf(request.intervals)
        if (intervals.length === 0) return yield* new DownloadRefused({ reason: "No interval is named" })
        if (instruments.length === 0) return yield* new DownloadRefused({ reason: "No instrument is named" })
        const today = formatIstDate(yield* Clock.currentTimeMillis)
        if (from > to || to >= today) {
          return yield* new DownloadRefused({
            reason: `${from} to ${to} is no range of days that are over (it is ${today})`
          })
        }
        const id = idOf(source, request)
        const before = yield* records.find(id)
        if (before !== undefined && request.again !== true) return before
        for (const interval of intervals) {
          const oldest = capabilities.oldest[interval]
          if (oldest !== undefined && from < oldest) {
            yield* Effect.logWarning(
              `${source} has candles of ${interval} from ${oldest} on: earlier days are not asked for`
            )
          }
        }
        const chunks: Array<Chunk> = []
        for (const instrument of instruments) {
          for (const interval of intervals) {
            const had = yield* hadDays(instrument, request, interval)
            const planned = planChunks(calendar, capabilities, { ...instrument, interval, from, to, had })
            chunks.push(...yield* Effect.fromResult(planned))
          }
        }
        yield* records.plan({ id, source, intervals, from, to, symbols: instruments.length }, chunks)
        return yield* statusOf(id)
      })

    const statusOf = (id: string) =>
      Effect.flatMap(records.find(id), (status) =>
        status === undefined
          ? Effect.fail(new DownloadRefused({ reason: `There is no download ${id}; \`history status\` lists them` }))
          : status.source !== source
          ? Effect.fail(new DownloadRefused({ reason: `Download ${id} is of ${status.source}, not of ${source}` }))
          : Effect.succeed(status))

    const run = (id: string, { onProgress, retries = 8 }: RunOptions = {}) =>
      Effect.gen(function*() {
        const before = yield* statusOf(id)
        yield* remembering
        const begun = yield* Clock.currentTimeMillis
        const requestsBefore = gate.requests()
        const rateLimitedBefore = gate.rateLimited()
        let { failed, incomplete } = before
        let finished = 0
        let candles = 0
        const report = Effect.map(Clock.currentTimeMillis, (now) =>
          onProgress?.(progressOf({
            chunks: before.chunks,
            finishedBefore: before.chunks - before.planned,
            finished,
            incomplete,
            failed,
            candles,
            requests: gate.requests() - requestsBefore,
            rateLimited: gate.rateLimited() - rateLimitedBefore,
            elapsed: now - begun
          })))

        const note = (chunks: ReadonlyArray<FinishedChunk>) =>
          Effect.gen(function*() {
            yield* patiently(records.finish(id, chunks))
            for (const chunk of chunks) {
              finished++
              if (chunk.state === "incomplete") incomplete++
              if (chunk.state === "failed") failed++
            }
            yield* report
          })

        /** The archive first, then the record. */
        const write = (some: ReadonlyArray<Fetched>) =>
          Effect.gen(function*() {
            const minutes = some.flatMap((each) => each.interval === "1m" ? [each.minutes] : [])
            const days = some.flatMap((each) => each.interval === "1d" ? [each.days] : [])
            if (minutes.length > 0) yield* patiently(archive.writeAll(minutes))
            if (days.length > 0) yield* patiently(official.write(days))
            for (const { length } of some) candles += length
            yield* note(some.map(({ finished }) => finished))
          })

        const fetched = yield* Queue.bounded<Fetched, Cause.Done>(Math.max(8, capabilities.concurrency * 2))
        const writing = Effect.gen(function*() {
          while (true) {
            const some = [yield* Queue.take(fetched)]
            let rows = some[0]?.length ?? 0
            while (rows < WRITTEN_TOGETHER) {
              const more = Queue.takeUnsafe(fetched)
              if (more === undefined || more._tag === "Failure") break
              some.push(more.value)
              rows += more.value.length
            }
            yield* write(some)
          }
        }).pipe(Effect.catchTag("Done", () => Effect.void))

        const fetchIn = <A>(form: AnswerForm<A>, chunk: NumberedChunk) =>
          Effect.map(fetchChunk(form, port, gate, calendar, chunk, sizes[chunk.interval], retries), (result) => ({
            candles: result.candles,
            noted: { finished: finishedOf(form, chunk, result), length: form.length(result.candles) }
          }))

        const fetch = (chunk: NumberedChunk) => {
          const { interval, segment, symbol } = chunk
          return interval === "1m"
            ? Effect.map(fetchIn(minuteAnswers, chunk), ({ candles, noted }): Fetched => ({
              ...noted,
              interval,
              minutes: { symbol, candles }
            }))
            : Effect.gen(function*() {
              const { candles, noted } = yield* fetchIn(dayAnswers, chunk)
              const fetchedAt = yield* Clock.currentTimeMillis
              // Of a share or an index some brokers say nothing of open interest, and others 0.
              const days = segment === "derivatives" ? candles : candles.map((day) => ({ ...day, openInterest: null }))
              const each: Fetched = { ...noted, interval, days: { symbol, days, source, fetchedAt } }
              return each
            })
        }

        const fetchOne = (chunk: NumberedChunk) =>
          fetch(chunk).pipe(
            Effect.flatMap((each) => Queue.offer(fetched, each)),
            Effect.catchTag(
              ["HistoryRateLimited", "HistoryUnavailable", "HistoryMalformed", "HistoryRefused"],
              (error) =>
                note([{
                  number: chunk.number,
                  state: "failed",
                  requests: 0,
                  candles: 0,
                  checksum: "",
                  repairs: noRepairs,
                  empty: [],
                  missing: Result.getOrElse(calendar.tradingDays(chunk.from, chunk.to), () => []),
                  problem: error.message
                }])
            )
          )

        const fetching = Effect.gen(function*() {
          let after = -1
          while (true) {
            const page = yield* patiently(records.open(id, after, PAGE))
            yield* Effect.forEach(page, fetchOne, { concurrency: capabilities.concurrency, discard: true })
            const last = page.at(-1)
            if (last === undefined || page.length < PAGE) break
            after = last.number
          }
          yield* Queue.end(fetched)
        })

        yield* Effect.all([fetching, writing], { concurrency: 2, discard: true })
        yield* archive.settle()
        return yield* statusOf(id)
      })

    return HistoryDownload.of({ plan, run })
  })
